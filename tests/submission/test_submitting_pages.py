"""What was entered is checked and submitted: once, as it was seen, and never over what somebody else entered."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from accounts.states import Role
from submission import commands
from submission.commands import Figures
from submission.models import DraftValue, IndicatorValue
from submission.queries import values_of
from tests.factories.accounts import GrantFactory
from tests.factories.submission import (
    BY_HAND,
    REFERRALS,
    a_field,
    an_indicator,
    with_indicators,
    world,
)
from tests.submission.conftest import sign_in
from tests.submission.screens import BOX, at, drawn, enter, fields_of, said, submit, value

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("portland")]


def test_submitting_is_checked_first(as_tamsin, begun):
    page = said(enter(as_tamsin, "37", act="submit"))

    assert "Check before you submit" in page
    assert "Referrals None yet 37" in page
    assert "7 are above the allocation of 30: shown, and not paid." in page
    assert value(begun) is None


def test_submitted_figures_lead_to_the_provisional_payment_and_what_happens_next(client, begun, published):
    acting = sign_in(client, begun.tamsin)
    GrantFactory.create(user=begun.tamsin.user, organisation=begun.practice, role=Role.FINANCE_VIEW)
    enter(acting, "37", act="submit")

    page = said(submit(acting))

    assert "Achievement data submitted 1 value submitted for 30 November 2021." in page
    assert "37 referrals, 30 payable: £345.00." in page
    assert "Somebody with Declaration Management declares it." in page
    assert "Until it is approved, you can change the figures until entry closes on 12 December 2021." in page
    assert value(begun) == 37


def test_whoever_does_not_see_pounds_is_told_that_the_payment_was_worked_out(as_tamsin, begun, published):
    enter(as_tamsin, "37", act="submit")

    page = said(submit(as_tamsin))

    assert "£" not in page
    assert "The payment was worked out. You see pounds with the role Finance View." in page
    assert "7 are above the allocation of 30" in page


def test_a_form_sent_twice_submits_once(as_tamsin, begun, published):
    enter(as_tamsin, "37", act="submit")
    shown = fields_of(as_tamsin.get(at("check")))
    given = {"version": shown["version"], "key": shown["key"]}

    pages = [as_tamsin.post(at("check"), given, follow=True) for _ in range(2)]

    assert [page.status_code for page in pages] == [200, 200]
    assert all("1 value submitted" in said(page) for page in pages)
    assert (IndicatorValue.objects.count(), len(published)) == (1, 1)


def test_reloading_the_confirmation_submits_nothing(as_tamsin, begun, published):
    enter(as_tamsin, "37", act="submit")
    submit(as_tamsin)

    again = as_tamsin.get(at("submitted"))

    assert "Achievement data submitted" in said(again)
    assert len(published) == 1


def test_a_confirmation_of_something_else_leads_to_the_summary(as_tamsin, begun):
    assert as_tamsin.get(at("submitted")).url == at("summary")


def test_figures_changed_since_the_check_are_not_submitted(as_tamsin, begun):
    enter(as_tamsin, "37", act="submit")
    shown = fields_of(as_tamsin.get(at("check")))
    commands.save_work_in_progress(begun.key(), Figures({REFERRALS: 38}), by=begun.una)

    page = as_tamsin.post(at("check"), {"version": shown["version"], "key": shown["key"]})

    assert page.status_code == 409
    assert "Una Ellis changed these figures on 11 December 2021, 12:00, after you saw them." in said(page)
    assert value(begun) is None


def test_what_a_field_cannot_hold_is_said_and_stays_in_its_box(as_tamsin, begun):
    page = enter(as_tamsin, "thirty")

    assert page.status_code == 422
    assert "Error: Weight management" in said(page)
    assert "Referrals must be a whole number: 'thirty' is not one." in said(page)
    assert re.search(rf'name="{BOX}"[^>]*value="thirty"', page.content.decode())


def test_a_submission_that_is_not_complete_says_what_is_missing(as_tamsin, begun):
    page = enter(as_tamsin, "", act="submit")

    assert "Not complete yet Enter referrals: it is required." in said(page)
    assert "Enter referrals: it is required." in said(submit(as_tamsin))


def test_two_people_in_one_field_are_asked_whose_is_kept(as_tamsin, begun):
    seen = drawn(as_tamsin)
    commands.save_work_in_progress(begun.key(), Figures({REFERRALS: 35}), by=begun.una)

    page = enter(as_tamsin, "37", seen=seen)

    assert page.status_code == 409
    assert "Una Ellis changed it to 35 on 11 December 2021, 12:00. You typed 37." in said(page)
    assert "Referrals has changed meanwhile: select whose value is kept." in said(page)
    assert "Keep mine: 37" in said(page)
    assert "Take theirs: 35" in said(page)
    assert DraftValue.objects.get().value == 35


@pytest.mark.parametrize(("choice", "kept"), [("mine", 37), ("theirs", 35)])
def test_the_answer_is_kept(as_tamsin, begun, choice, kept):
    seen = drawn(as_tamsin)
    commands.save_work_in_progress(begun.key(), Figures({REFERRALS: 35}), by=begun.una)
    asked = fields_of(enter(as_tamsin, "37", seen=seen))

    enter(as_tamsin, "37", seen=asked["seen"], asked=asked["asked"], **{f"keep_{BOX}": choice})

    assert DraftValue.objects.get().value == kept


def test_without_an_answer_it_is_asked_again(as_tamsin, begun):
    seen = drawn(as_tamsin)
    commands.save_work_in_progress(begun.key(), Figures({REFERRALS: 35}), by=begun.una)
    asked = fields_of(enter(as_tamsin, "37", seen=seen))

    page = enter(as_tamsin, "37", seen=asked["seen"], asked=asked["asked"])

    assert page.status_code == 422
    assert DraftValue.objects.get().value == 35


def test_what_was_typed_is_never_taken_for_markup(as_tamsin, begun):
    begun.una.user.name = "<b>Una</b>"
    begun.una.user.save()
    commands.save_work_in_progress(begun.key(), Figures({REFERRALS: 35}), by=begun.una)

    page = enter(as_tamsin, "<script>1</script>", asked=BOX).content.decode()

    assert "<script>1" not in page
    assert "<b>Una" not in page


def test_a_form_that_was_altered_is_refused(as_tamsin, begun):
    assert enter(as_tamsin, "37", seen="no such thing").status_code == 409


def test_management_information_left_empty_is_offered_to_be_filled(client, training_day, below_alone):
    somewhere = world_of_its_own()
    acting = sign_in(client, somewhere.tamsin)
    commands.save_work_in_progress(somewhere.key(), Figures({REFERRALS: 3}, BY_HAND), by=somewhere.tamsin)
    address = reverse("submission:check", args=[somewhere.service.code, "2021-11-30", somewhere.practice.code])
    page = acting.get(address)
    shown = fields_of(page)

    acting.post(address, {"version": shown["version"], "key": shown["key"], "zero_fill": "on"})

    assert "Enter 0 for the management information left empty" in said(page)
    assert values_of(*somewhere.key())[("WM", "MI", "DECLINED")].value == 0


def world_of_its_own():
    """Another service, with management information, of another practice."""
    return world(
        org_id="V11111",
        code="WM-MI",
        **with_indicators(an_indicator("MI", a_field("DECLINED", name="Declined"), mi=True)),
    )
