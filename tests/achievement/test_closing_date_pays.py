"""A practice that closes within a payment period is paid for what it did up to its closing date (ADR 0056)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.commands import create_token
from accounts.queries import acting_for
from accounts.states import Role
from achievement import commands
from achievement.handlers import work_out_after_closing_dates
from achievement.models import Achievement, Declaration
from achievement.states import State
from catalogue.queries import definition_of
from core.actors import SYSTEM
from core.dates import FinancialYear
from core.errors import Invalid
from core.open_items import has_open_items, open_items_of
from home.queries import needs_of
from organisations.changes import ClosingDatesCorrected
from participation.models import Term
from reports.presenters.summary import summary_row
from reports.queries.summary import SummaryFilters, achievements_in, payment_periods
from submission.commands import begin_submission
from submission.queries.entry import date_lines
from submission.states import ManualReason
from tests.achievement.payments import Payments, payments
from tests.api.conftest import Program
from tests.factories.achievement import seen
from tests.factories.submission import NOVEMBER, weight_management_content
from tests.participation.closing import close
from tests.participation.pages import sign_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]
LAST, LATER, DECEMBER = date(2021, 12, 5), date(2021, 12, 8), date(2021, 12, 31)


@pytest.fixture
def made() -> Payments:
    """It is 11 December; the practice closed on the 5th, and does not see the month's end, on which December pays."""
    made = payments()
    close(made.world.practice, LAST, ods_knows=False)
    return made


@pytest.fixture
def kezia(made: Payments) -> Any:
    return made.world.kezia


def sentences(submitted: Any) -> str:
    return " ".join(effect.sentence for effect in submitted.effects)


def payment(made: Payments, day: date = LAST) -> Achievement:
    return Achievement.objects.get(provider=made.world.practice, achievement_date=day)


def moved(made: Payments, day: date) -> None:
    """A later file gives another closing date, with what follows."""
    close(made.world.practice, day, ods_knows=False)
    work_out_after_closing_dates(ClosingDatesCorrected(SYSTEM, frozenset({made.world.practice.pk})))


def lines(made: Payments) -> list[Any]:
    practice = made.world.practice
    return date_lines(made.service, definition_of(made.service.pk), practice, FinancialYear(2021))


def test_its_people_enter_what_it_did_and_it_is_paid_and_what_is_above_the_allocation_is_said(made):
    submitted = made.submit(37, day=LAST)

    row = payment(made)
    assert (row.amount, row.state) == (Decimal("345.00"), State.AWAITING_PROVIDER)
    assert (
        "Portland Surgery, 5 December 2021: 37 referrals, 30 payable, 7 above the allocation of 30, x £11.50 a "
        "referral = £345.00." in sentences(submitted)
    )


def test_the_commissioning_organisation_enters_on_its_behalf(made, kezia):
    made.submit(12, day=LAST, by=kezia)

    row = payment(made)
    assert (row.amount, row.state) == (Decimal("138.00"), State.AWAITING_PROVIDER)


def test_the_closing_date_is_offered_as_the_last_date_and_says_in_place_of_which(made):
    last, before, *_rest = lines(made)

    assert (last.day, last.is_payment_date, last.stands_in, last.closes_on) == (
        LAST, True, DECEMBER, date(2021, 12, 17),
    )  # fmt: skip
    assert (before.day, before.is_payment_date, before.stands_in) == (NOVEMBER, True, None)


def test_the_page_says_what_the_closing_date_is(made):
    asked = {"service": made.service.code, "date": LAST.isoformat()}

    said = text(sign_in(Client(), made.manager).get(reverse("submission:record_achievement"), asked))

    assert "Payment date: the practice closed" in said
    assert "Portland Surgery closed on this day: it is paid for it in place of 31 December 2021" in said


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2021, 12, 4), "is not an achievement date of"),
        (date(2021, 12, 6), r"is after the closing date of Portland Surgery \(V37647\), 05/12/2021"),
        (DECEMBER, r"is after the closing date of Portland Surgery \(V37647\), 05/12/2021"),
    ],
)
def test_no_other_day_of_the_period_is_begun(made, day, why):
    with pytest.raises(Invalid, match=why):
        begin_submission(made.world.key(day), by=made.manager)


def test_closing_on_the_last_day_of_a_period_changes_nothing(made):
    close(made.world.practice, NOVEMBER, ods_knows=False)

    made.submit(37)

    assert (lines(made)[0].day, lines(made)[0].stands_in) == (NOVEMBER, None)
    assert payment(made, NOVEMBER).amount == Decimal("345.00")


def test_a_closing_date_to_come_is_not_entered_yet(made):
    close(made.world.practice, date(2021, 12, 20), ods_knows=False)

    with pytest.raises(Invalid, match="has not come"):
        begin_submission(made.world.key(date(2021, 12, 20)), by=made.manager)

    assert lines(made)[0].day == NOVEMBER


def test_without_a_participation_that_covers_it_nothing_is_paid(made):
    Term.objects.update(valid=(date(2021, 7, 1), date(2021, 12, 5)))

    submitted = made.submit(37, day=LAST)

    assert "has no approved participation in" in sentences(submitted)
    assert not Achievement.objects.filter(achievement_date=LAST).exists()


def test_a_date_of_the_service_that_is_no_payment_date_is_one_for_whoever_closes_on_it():
    case = weight_management_content()["golden_cases"][0] | {"achievement_date": "2021-12-31"}
    made = payments(payment_period="quarterly", golden_cases=[case])
    close(made.world.practice, date(2021, 10, 31), ods_knows=False)

    made.submit(10, day=date(2021, 10, 31), by=made.world.kezia)

    assert payment(made, date(2021, 10, 31)).amount == Decimal("115.00")


def test_a_closing_date_moved_afterwards_withdraws_what_was_paid_on_the_earlier_and_back_again(made):
    made.submit(37, day=LAST)

    moved(made, LATER)
    withdrawn = payment(made).state
    made.submit(20, day=LATER)
    later = payment(made, LATER)
    moved(made, LAST)

    assert (withdrawn, later.amount, later.state) == (State.WITHDRAWN, Decimal("230.00"), State.AWAITING_PROVIDER)
    assert (payment(made).state, payment(made, LATER).state) == (State.AWAITING_PROVIDER, State.WITHDRAWN)
    assert [(each.day, each.is_payment_date) for each in lines(made)][:2] == [(LATER, False), (LAST, True)]


def test_what_finance_approved_for_an_earlier_closing_date_is_to_be_adjusted(made):
    made.submit(37, day=LAST)
    commands.declare_achievements(made.chosen(payment(made)), by=made.manager)
    commands.approve_achievements(seen(payment(made)), by=made.approver)
    commands.approve_practice_payments(seen(payment(made)), by=made.finance)

    done = commands.calculate_practice_payments(by=SYSTEM, keys=[made.world.key(LAST)])
    close(made.world.practice, LATER, ods_knows=False)
    after = commands.calculate_practice_payments(by=SYSTEM, keys=[made.world.key(LAST)])

    assert (done.lines, after.lines) == ({}, {"to be adjusted": 1})
    assert payment(made).state == State.FINANCE_APPROVED


def test_it_is_declared_on_behalf_approved_and_shown_with_its_payment_period(made):
    made.submit(37, day=LAST)
    clerk = made.world.acting(Role.DECLARATION_MANAGEMENT, made.world.commissioner, name="Dilys Penn")

    commands.declare_achievements(made.chosen(payment(made)), by=clerk)
    page = sign_in(Client(), made.approver).get(reverse("achievement:achievement", args=[payment(made).pk]))
    listed = sign_in(Client(), made.approver).get(reverse("achievement:declaration_management"))
    commands.approve_achievements(seen(payment(made)), by=made.approver)
    commands.approve_practice_payments(seen(payment(made)), by=made.finance)

    assert Declaration.objects.get().closed_on == LAST
    assert "01/12/2021 - 31/12/2021" in text(page)
    assert "01/12/2021 - 31/12/2021" in text(listed)
    assert payment(made).state == State.FINANCE_APPROVED


def test_the_report_has_its_payment_period(made):
    made.submit(37, day=LAST)
    filters = SummaryFilters(FinancialYear(2021))

    (row,) = achievements_in(made.manager, filters)

    shown = summary_row(row, payment_periods(filters), pounds=True)
    assert shown.period == (date(2021, 12, 1), DECEMBER)


def test_home_and_the_closure_name_it_until_it_is_entered_and_its_people_are_let_in(made):
    practice = made.world.practice.pk
    named = "Weight Management, up to 5 December 2021: "
    needs = [need.sentence for need in needs_of(acting_for(made.manager.user, practice))]
    items = [item.sentence for item in open_items_of([practice])[practice]]
    open_before = has_open_items(practice)

    made.submit(37, day=LAST)

    assert f"{named}enter figures by 17 December 2021" in needs
    assert f"{named}figures are to be entered" in items
    assert open_before
    assert not any(named in item.sentence for item in open_items_of([practice])[practice])


def test_work_in_progress_of_a_day_after_it_is_nothing_to_do(made):
    close(made.world.practice, NOVEMBER, ods_knows=False)
    begin_submission(made.world.key(NOVEMBER), by=made.manager)

    close(made.world.practice, date(2021, 11, 15), ods_knows=False)

    items = open_items_of([made.world.practice.pk]).get(made.world.practice.pk, ())
    assert not any("entered and not submitted" in item.sentence for item in items)


def test_a_program_enters_it_too(made):
    program = Program(create_token("Enters", made.world.practice.pk, by=made.manager).secret)
    asked = {
        "service": made.service.code, "achievement_date": LAST.isoformat(), "provider": made.world.practice.code,
        "values": {"WM.WM001.REFERRALS": 37}, "reason": ManualReason.CANNOT_BE_EXTRACTED.label, "version": 0,
    }  # fmt: skip

    answer = program.post("submissions/submit/", asked)
    refused = program.post("submissions/submit/", asked | {"achievement_date": DECEMBER.isoformat()})

    assert answer.json()["sentences"][0] == "1 value submitted for 5 December 2021."
    assert payment(made).amount == Decimal("345.00")
    assert refused.status_code == 422
