"""*Save End Date* and *Cancel Service*, with all that follows from them: open, approved and paid achievements."""

from __future__ import annotations

import html
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.states import Role
from achievement.models import Achievement
from achievement.states import State as AchievementState
from core import clock
from core.errors import Invalid
from organisations.commands import ask_ods
from participation.commands import (
    Ending,
    SecondPersonNeeded,
    cancel_participations,
    preview_end,
    save_end_date,
)
from participation.models import EndRequest, Participation
from participation.states import State
from tests.achievement.payments import payments
from tests.factories.accounts import acting_as
from tests.factories.achievement import NOVEMBER, OCTOBER, seen, utsire
from tests.factories.participation import ParticipationFactory
from tests.participation.test_pages import sign_in, text, tokens
from ui.previews import APPROVED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]

SEPTEMBER_END = date(2021, 9, 30)
WHY = "It stopped in September."


@pytest.fixture
def world():
    return utsire()


@pytest.fixture
def by(world):
    return acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=world.commissioner)


def rows(world, *practices):
    found = Participation.objects.filter(network=world.network)
    return list((found.filter(provider__in=practices) if practices else found).order_by("provider__name"))


def states(world, day=OCTOBER):
    lines = Achievement.objects.filter(network=world.network, achievement_date=day).order_by("provider__name")
    return [AchievementState(state) for state in lines.values_list("state", flat=True)]


def test_open_achievements_are_withdrawn_and_keep_the_reason(world, by):
    world.calculate()

    ended = save_end_date(seen(*rows(world)), SEPTEMBER_END, WHY, by=by)

    assert states(world) == [AchievementState.WITHDRAWN] * 3
    note = Achievement.objects.filter(achievement_date=OCTOBER).first().history.order_by("-pk").first().note
    assert note == f"It is no longer due: {WHY}"
    assert "31 October 2021: 3 lines are withdrawn, £2,250.78." in [effect.sentence for effect in ended.effects]


def test_a_cancellation_voids_every_day_and_withdraws_what_is_open(world, by):
    world.calculate(OCTOBER, NOVEMBER)

    cancelled = cancel_participations(seen(*rows(world)), WHY, by=by)

    assert {row.state for row in rows(world)} == {State.CANCELLED}
    assert states(world) + states(world, NOVEMBER) == [AchievementState.WITHDRAWN] * 6
    assert not cancelled.takes_approvals_back


@pytest.mark.parametrize("cancels", [False, True])
def test_what_was_approved_is_not_taken_back_by_one_person(world, by, cancels):
    world.calculate()
    world.approve_all()

    with pytest.raises(SecondPersonNeeded) as needed:
        end(rows(world), by, cancels=cancels)

    assert "31 October 2021: 3 approved lines are withdrawn, £2,250.78." in needed.value.sentences
    assert states(world) == [AchievementState.AWAITING_NETWORK] * 3
    assert {row.state for row in rows(world)} == {State.APPROVED}


def end(chosen, by, *, cancels):
    if cancels:
        return cancel_participations(seen(*chosen), WHY, by=by)
    return save_end_date(seen(*chosen), SEPTEMBER_END, WHY, by=by)


def test_what_was_aggregated_is_not_taken_back_by_one_person(world, by):
    world.aggregated()

    with pytest.raises(SecondPersonNeeded) as needed:
        save_end_date(seen(*rows(world, world.practices[0])), SEPTEMBER_END, WHY, by=by)

    said = "31 October 2021: 1 network total is withdrawn, £2,250.78; its lines that stay await it again."
    assert said in needed.value.sentences
    assert world.total().state == AchievementState.AGGREGATED


def test_what_finance_has_approved_stays_and_is_to_be_adjusted(world, by):
    total = world.completed()

    ended = save_end_date(seen(*rows(world)), SEPTEMBER_END, WHY, by=by)

    total.refresh_from_db()
    assert total.state == AchievementState.AGGREGATED_COMPLETE
    assert states(world) == [AchievementState.AGGREGATED_COMPLETE] * 3
    assert not ended.takes_approvals_back
    adjusted = [effect for effect in ended.effects if effect.kind == APPROVED]
    assert [effect.sentence.split(": ")[1][:20] for effect in adjusted] == ["to be adjusted by −£"] * 3
    assert sum(effect.pounds for effect in adjusted) == Decimal("-2250.78")


def test_a_preview_says_whether_two_are_needed_and_keeps_nothing(world, by):
    world.calculate()
    world.approve_all()

    ahead = preview_end(seen(*rows(world)), Ending(SEPTEMBER_END, WHY), by=by)

    assert ahead.answer.takes_approvals_back
    assert [effect.sentence for effect in ahead.expected] == [
        "Clinical Director payment, December 2021 to March 2022: £0.00 expected, instead of £9,003.12."
    ]
    assert states(world) == [AchievementState.AWAITING_NETWORK] * 3
    assert not EndRequest.objects.exists()


def test_a_member_that_stays_a_member_is_warned_of(world, by):
    ahead = preview_end(seen(*rows(world, world.practices[0])), Ending(SEPTEMBER_END, WHY), by=by)

    [warning] = ahead.answer.warnings
    assert "1 practice is still a member of its PCN after 30 September 2021, as recorded from ODS" in warning
    assert "Portland Surgery" in warning
    assert "its PCN would wait for it" in warning
    assert "only ODS does" in warning


@pytest.fixture
def checked(world, by, client):
    """The page that says what an end date of one practice would change, for somebody; by default for who may end."""

    def page(reader=None):
        given = {
            "seen": tokens(rows(world, world.practices[0])), "step": "check", "reason": WHY,
            "end_date": "2021-09-30",
        }  # fmt: skip
        address = reverse("participation:save_end_date", args=[world.service.code])
        return sign_in(client, reader or by).post(address, given).content.decode()

    return page


def test_the_warning_leads_to_a_request_to_ods_that_is_filled_in(world, checked):
    page = html.unescape(checked())

    href = f"/organisations/networks/{world.network.code}/ods-requests/?practice={world.practices[0].code}&text="
    assert f"Ask ODS about {world.practices[0]}, with the request filled in" in page
    assert href in page
    assert "please+end+its+membership" in page


def test_the_warning_says_what_ods_was_asked_already(world, by, checked):
    with clock.held_at(date(2021, 12, 3)):
        asked = ask_ods(world.network.code, "Please end it.", practice_code=world.practices[0].code, by=by)

    page = html.unescape(checked())

    assert f"ODS was asked about {world.practices[0]} on 3 December 2021: answer awaited" in page
    assert f"/ods-requests/#request-{asked}" in page
    assert "with the request filled in" not in page


def test_the_end_of_the_service_itself_warns_of_nobody(world, by):
    save_end_date(seen(*rows(world)), SEPTEMBER_END, WHY, by=by)

    ahead = preview_end(seen(*rows(world)), Ending(date(2022, 3, 31), "Too short."), by=by)

    assert ahead.answer.warnings == []
    assert ahead.expected[0].sentence.endswith("December 2021 to March 2022: £9,003.12 expected.")


def test_an_offer_that_nobody_has_answered_can_be_cancelled(world, by):
    offer = ParticipationFactory.create(service=world.service, commissioner=world.commissioner, state=State.OFFERED)

    cancel_participations(seen(offer), "Offered by mistake.", by=by)

    offer.refresh_from_db()
    assert offer.state == State.CANCELLED


@pytest.mark.parametrize("state", [State.REJECTED, State.EXPIRED, State.NOT_APPROVED, State.CANCELLED])
def test_what_does_not_stand_is_not_cancelled(world, by, state):
    row = ParticipationFactory.create(service=world.service, commissioner=world.commissioner, state=state)

    cancelled = cancel_participations(seen(row), WHY, by=by)

    assert [refused.reasons for refused in cancelled.refused] == [(f"It is {state.label}.",)]


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_a_cancellation_asks_why(world, by, reason):
    with pytest.raises(Invalid, match=r"[Rr]eason"):
        cancel_participations(seen(*rows(world)), reason, by=by)


def of_a_practice(made):
    """The participation of a practice that is paid itself, and who may end it."""
    row = Participation.objects.get(provider=made.world.practice, service=made.service)
    return row, acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=row.commissioner)


def test_what_a_practice_declared_is_withdrawn_with_the_reason():
    made = payments()
    earned = made.declared(37)
    row, by = of_a_practice(made)

    save_end_date(seen(row), OCTOBER, WHY, by=by)

    earned.refresh_from_db()
    assert earned.state == AchievementState.WITHDRAWN
    assert earned.history.order_by("-pk").first().note == f"It is no longer due: {WHY}"


def test_what_a_practice_had_approved_needs_a_second_person():
    made = payments()
    made.approved(37)
    row, by = of_a_practice(made)

    with pytest.raises(SecondPersonNeeded, match="1 approved achievement is withdrawn, £345.00"):
        cancel_participations(seen(row), WHY, by=by)


def test_what_a_practice_was_paid_stays_and_the_page_lists_it(client):
    made = payments()
    earned = made.finally_approved(37)
    row, by = of_a_practice(made)
    given = {"seen": tokens([row]), "step": "check", "reason": WHY}

    page = sign_in(client, by).post(reverse("participation:cancel_service", args=[made.service.code]), given)
    cancel_participations(seen(row), WHY, by=by)

    said = text(page)
    assert "Financially approved periods Portland Surgery, Weight Management, 30 November 2021, is financially" in said
    assert "to be adjusted by −£345.00. See it" in said
    assert "What is to be adjusted is listed, and never paid or recovered by itself." in said
    earned.refresh_from_db()
    assert earned.state == AchievementState.FINANCE_APPROVED
