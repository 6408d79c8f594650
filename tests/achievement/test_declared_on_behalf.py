"""For a practice that closed, its commissioning organisation may declare; its users keep access while it is open."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts import commands as people
from accounts.states import Role
from achievement import commands
from achievement.models import Declaration
from achievement.queries.acts import impossible
from achievement.queries.declarations import to_declare
from achievement.states import State
from core.dates import FinancialYear
from core.open_items import has_open_items, open_items_of
from home.queries import needs_of
from participation.models import Participation, Term
from reports.presenters.summary import summary_row
from reports.queries.summary import SummaryFilters, achievements_in
from submission.models import Hand
from submission.states import Stage
from tests.achievement.payments import payments
from tests.api.conftest import Program
from tests.factories.accounts import acting_as
from tests.factories.achievement import seen
from tests.factories.submission import NOVEMBER
from tests.participation.closing import close
from tests.participation.pages import sign_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]
ON_BEHALF = "on behalf of Portland Surgery, closed on 30 November 2021"


@pytest.fixture
def made():
    """November submitted by the practice, which closed on its last day."""
    world = payments()
    world.submit()
    close(world.world.practice, NOVEMBER)
    return world


@pytest.fixture
def clerk(made):
    return made.world.acting(Role.DECLARATION_MANAGEMENT, made.world.commissioner, name="Dilys Penn")


def sign_in_and_get(by, name="achievement:declare", *args):
    return sign_in(Client(), by).get(reverse(name, args=args))


def test_the_commissioning_organisation_declares_for_a_practice_that_closed(made, clerk):
    outcome = made.declare(by=clerk)

    row = Declaration.objects.get()
    assert (outcome.moved, made.achievement.state) == (1, State.AWAITING_COMMISSIONER)
    assert (row.by, row.organisation, row.closed_on) == (clerk.user, made.world.commissioner, NOVEMBER)


def test_the_practice_itself_still_declares_and_that_is_no_declaration_on_behalf(made):
    made.declare()

    assert Declaration.objects.get().closed_on is None


@pytest.mark.parametrize("last_day", [None, date(2021, 12, 11)])
def test_of_a_practice_that_is_open_today_it_does_not(made, clerk, last_day):
    made.world.practice.close_date = last_day
    made.world.practice.save()

    outcome = made.declare(by=clerk)

    assert outcome.moved == 0
    assert "You need the role Declaration Management at the service provider" in outcome.refused[0].reasons[0]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.DECLARATION_MANAGEMENT])
def test_no_other_role_of_the_commissioning_organisation_declares(made, role):
    assert made.declare(by=made.world.acting(role, made.world.commissioner)).moved == 0


def test_who_declared_on_behalf_does_not_approve_it(made, clerk):
    made.declare(by=clerk)
    approving = acting_as(Role.APPROVAL_MANAGEMENT, organisation=made.world.commissioner, user=clerk.user)

    outcome = commands.approve_achievements(seen(made.achievement), by=approving)

    assert outcome.moved == 0
    assert "You acted on this payment before, in another stage" in outcome.refused[0].reasons[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Hand.objects.create(
            service=made.service, achievement_date=NOVEMBER, subject=made.world.practice, actor=clerk.user,
            stage=Stage.COMMISSIONER, first_at="2021-12-11T12:00Z",
        )  # fmt: skip


def test_it_stands_on_declare_and_home_of_the_commissioning_organisation(made, clerk):
    page = sign_in_and_get(clerk)

    assert list(to_declare(clerk)) == [made.achievement]
    assert "Weight Management, November 2021, Portland Surgery (V37647)" in text(page)
    assert f"You declare it {ON_BEHALF}." in text(page)
    assert "1 achievement awaits your declaration" in [need.sentence for need in needs_of(clerk)]


def test_the_history_says_on_whose_behalf_on_both_sides(made, clerk):
    made.declare(by=clerk)

    for by in (clerk, made.manager):
        said = text(sign_in_and_get(by))
        assert f"Dilys Penn, NHS Viking CCG, {ON_BEHALF}, 11/12/2021" in said
        assert "Awaiting Commissioning Organisation Approval" in said


def test_the_achievement_says_it_and_so_does_the_list_that_is_approved(made, clerk):
    made.declare(by=clerk)

    page = text(sign_in_and_get(made.approver, "achievement:achievement", made.achievement.pk))
    listed = text(sign_in_and_get(made.approver, "achievement:declaration_management"))

    assert "Dilys Penn, NHS Viking CCG, accepted version 1 of the declaration text" in page
    assert ON_BEHALF in page
    assert f"eclared {ON_BEHALF}" in listed


def test_the_report_says_it_on_screen_and_in_its_files(made, clerk):
    made.declare(by=clerk)

    screen = text(sign_in_and_get(made.approver, "reports:achievement_summary"))
    sheet = b"".join(sign_in_and_get(made.approver, "reports:achievement_summary_file", "xlsx"))
    paper = b"".join(sign_in_and_get(made.approver, "reports:achievement_summary_file", "pdf"))
    row = next(achievements_in(made.approver, SummaryFilters(FinancialYear.of(NOVEMBER))).iterator())

    cells = [str(cell) for row in load_workbook(BytesIO(sheet)).active.iter_rows(values_only=True) for cell in row]
    assert ON_BEHALF in screen
    assert any(ON_BEHALF in cell for cell in cells)
    assert paper.startswith(b"%PDF")
    assert ON_BEHALF in summary_row(row, {}, pounds=True).declared_by


def test_the_api_says_it_and_declares(made, clerk):
    program = Program(people.create_token("Declares", clerk.organisation_id, by=clerk).secret)
    row = made.achievement
    wanted = {"seen": [{"id": row.pk, "version": row.version, "text_version": 1}]}

    answer = program.post("achievements/declare/", wanted)
    detail = program.get(f"achievements/{row.pk}/").json()

    assert answer.status_code == 200
    assert [(each["by"], each["organisation"]["name"], each["closed_on"]) for each in detail["declarations"]] == [
        ("Dilys Penn", "NHS Viking CCG", "2021-11-30")
    ]


def test_who_can_instead_is_found_at_the_commissioning_organisation(made, clerk):
    (declares,) = [each for each in impossible(made.achievement, made.approver) if each[0] == "Declare Achievement"]

    assert declares[2] == "Dilys Penn, with the role Declaration Management at NHS Viking CCG, can."


def test_what_is_open_is_named_until_finance_has_approved(made):
    practice = made.world.practice
    items = [each.sentence for each in open_items_of([practice.pk])[practice.pk]]

    assert "Weight Management goes on until 31 March 2022, after the last day" in items
    assert any("1 achievement Awaiting Service Provider Approval of 30 November 2021" in each for each in items)
    assert not any("to be entered" in each for each in items)


def test_figures_that_can_be_entered_still_are_open():
    made = payments()
    close(made.world.practice, NOVEMBER)
    practice = made.world.practice

    items = {each.sentence: each.href for each in open_items_of([practice.pk])[practice.pk]}

    assert f"provider={practice.code}" in items["Weight Management, November 2021: figures are to be entered"]


def finish(made):
    """Everything of it is settled: it took part in November alone, and that has finance approval."""
    held = Participation.objects.get(provider=made.world.practice)
    Term.objects.known().filter(participation=held).update(valid=(date(2021, 11, 1), date(2021, 12, 1)))
    made.declare()
    made.approve()
    commands.approve_practice_payments(seen(made.achievement), by=made.finance)


def test_users_keep_access_until_nothing_is_open_and_are_told_why_then(made):
    while_open = sign_in_and_get(made.manager, "home:home")
    finish(made)
    after = sign_in_and_get(made.manager, "home:home")

    assert while_open.status_code == 200
    assert not has_open_items(made.world.practice.pk)
    assert after.status_code == 403
    assert "Portland Surgery closed on 30 November 2021, and nothing of it is open any more" in text(after)
    assert "Your roles there are kept." in text(after)
    assert made.manager.grants


def test_they_still_look_after_their_account_and_sign_out(made):
    finish(made)

    assert sign_in_and_get(made.manager, "accounts:my_account").status_code == 200
    assert sign_in_and_get(made.manager, "accounts:choose_organisation").status_code in (200, 302)


def test_a_token_of_a_practice_that_closed_ends_with_it(made):
    program = Program(people.create_token("Reads", made.manager.organisation_id, by=made.manager).secret)
    before = program.get("achievements/")
    finish(made)

    after = program.get("achievements/")

    assert (before.status_code, after.status_code) == (200, 401)
    assert "nothing of it is open any more" in str(after.json())


def test_others_keep_theirs(made):
    finish(made)

    assert sign_in_and_get(made.approver, "home:home").status_code == 200
