"""Joiners are proposed what their network holds, and offered it in one step."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from accounts.states import Role
from achievement import handlers
from achievement.commands import approve_achievements
from achievement.models import Achievement, NetworkAchievement
from achievement.states import State as Payment
from core.actors import SYSTEM
from core.dates import DAY
from core.errors import Conflict, Invalid, NotPermitted
from core.transitions import Seen
from operations.models import OutboxMessage
from organisations.commands import Spell, correct_memberships
from organisations.models import Organisation
from participation.commands import settle_joiners
from participation.models import Participation
from participation.queries.joiners import sentence_of
from participation.states import State
from tests.factories.accounts import acting_as
from tests.participation.joiners import (
    MARCH,
    REJOINED,
    SUMMER_2019,
    as_proposed,
    do_later_work,
    found,
    place,
    spell,
)

pytestmark = pytest.mark.usefixtures("training")


@pytest.fixture
def dilys():
    return acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=place("ZBY"))


def test_forties_and_lundy_are_proposed_from_the_day_they_came_back():
    forties, lundy = found("Z05849")

    assert [each.practice.name for each in (forties, lundy)] == ["Forties Surgery", "Lundy Practice"]
    assert [(each.start_date, each.end_date) for each in forties.missing] == [(REJOINED, MARCH)]
    assert sentence_of(forties) == (
        "Forties Surgery (V84552) joined Biscay Partnership PCN on 16 September 2021 "
        "and was not offered 1 service that it holds."
    )
    assert (forties.hanging, lundy.hanging) == ([], [])


def test_who_was_offered_everything_is_not_proposed():
    assert found("Z05850") == []


def test_story_d_one_step_six_lines_and_three_totals(dilys):
    settled = settle_joiners(as_proposed(*found("Z05849")), by=dilys)

    lines = Achievement.objects.in_state(Payment.AWAITING_COMMISSIONER).filter(network__code="Z05849")
    assert len(settled.offered) == 2
    assert {row.state for row in Participation.objects.filter(pk__in=settled.offered)} == {State.APPROVED}
    assert lines.count() == 6
    assert sum(line.amount for line in lines) == Decimal("2316.42")
    assert found("Z05849") == []

    seen = [Seen(*row) for row in lines.values_list("pk", "version")]
    approve_achievements(seen, by=acting_as(Role.APPROVAL_MANAGEMENT, organisation=place("ZBY")))
    do_later_work()

    totals = NetworkAchievement.objects.payable().filter(network__code="Z05849", achievement_date__gt=date(2021, 8, 31))
    assert [total.amount for total in totals.order_by("achievement_date")] == [Decimal("3522.81")] * 3


def test_the_effects_are_said_in_pounds(dilys):
    settled = settle_joiners(as_proposed(*found("Z05849")), by=dilys)

    assert [effect.sentence for effect in settled.effects][:3] == [
        "30 September 2021: 2 lines are calculated, £772.14, and await approval.",
        "31 October 2021: 2 lines are calculated, £772.14, and await approval.",
        "30 November 2021: 2 lines are calculated, £772.14, and await approval.",
    ]


def test_the_effects_are_said_in_pounds_however_many_networks_are_concerned(dilys, monkeypatch):
    monkeypatch.setattr(handlers, "AT_ONCE", 0)

    settled = settle_joiners(as_proposed(*found("Z05849")), by=dilys)

    assert settled.effects[0].sentence == "30 September 2021: 2 lines are calculated, £772.14, and await approval."


def test_other_days_may_be_chosen_within_membership_and_service(dilys):
    (offer, *_) = as_proposed(*found("Z05849"))
    october = offer._replace(start_date=date(2021, 10, 1))

    settled = settle_joiners([october], by=dilys)

    assert Participation.objects.filter(pk__in=settled.offered).with_terms().get().start_date == date(2021, 10, 1)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"start_date": date(2021, 9, 15)}, "Start date 15/09/2021 is before it joined Biscay Partnership PCN, 16/09"),
        ({"end_date": date(2022, 4, 1)}, "End date 01/04/2022 is after the service ends, 31/03/2022."),
        ({"end_date": date(2021, 9, 15)}, "End date 15/09/2021 is before the start date, 16/09/2021."),
    ],
)
def test_days_that_do_not_fit_are_refused_by_name(dilys, changes, sentence):
    offer = as_proposed(*found("Z05849"))[0]._replace(**changes)

    with pytest.raises(Invalid) as refused:
        settle_joiners([offer], by=dilys)

    assert "Forties Surgery (V84552) in Clinical Director payment: " in refused.value.sentences[0]
    assert any(sentence in said for said in refused.value.sentences)


def test_an_end_after_leaving_is_refused(dilys):
    spell("V84552", "Z05849", (date(2019, 10, 1), date(2020, 4, 1)), (REJOINED, date(2021, 10, 31)))
    offer = as_proposed(*found("Z05849"))[0]

    assert offer.end_date == date(2021, 10, 31)
    with pytest.raises(Invalid, match="End date 31/12/2021 is after it left Biscay Partnership PCN, 31/10/2021."):
        settle_joiners([offer._replace(end_date=date(2021, 12, 31))], by=dilys)


def test_the_same_twice_is_a_conflict_and_nothing_is_made_twice(dilys):
    offers = as_proposed(*found("Z05849"))
    settle_joiners(offers, by=dilys)

    with pytest.raises(Conflict, match="is not missing for Forties Surgery"):
        settle_joiners(offers, by=dilys)

    assert Participation.objects.filter(provider__code="V84552", network__code="Z05849").count() == 1


def test_nothing_chosen_is_refused(dilys):
    with pytest.raises(Invalid, match="Select at least one offer"):
        settle_joiners([], by=dilys)


def test_two_offers_of_one_service_may_not_share_a_day(dilys):
    offer = as_proposed(*found("Z05849"))[0]

    with pytest.raises(Invalid, match="within another offer of the same service"):
        settle_joiners([offer, offer._replace(start_date=date(2021, 12, 1))], by=dilys)


def test_only_whoever_leads_the_network_offers_and_others_are_told_who_can():
    viking = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=place("ZVU"))

    with pytest.raises(NotPermitted) as refused:
        settle_joiners(as_proposed(*found("Z05849")), by=viking)

    assert "not the lead commissioning organisation of Biscay Partnership PCN" in refused.value.sentences[0]
    assert "of NHS Biscay CCG, as Commissioning Management." in refused.value.who_can[0]


def test_who_only_looks_may_not():
    viewer = acting_as(Role.VIEW, organisation=place("ZBY"))

    with pytest.raises(NotPermitted, match="Commissioning Management"):
        settle_joiners(as_proposed(*found("Z05849")), by=viewer)

    assert not Participation.objects.filter(provider__code="V84552", network__code="Z05849").exists()


def test_a_service_offered_and_rejected_since_is_not_missing(dilys):
    settled = settle_joiners(as_proposed(*found("Z05849")), by=dilys)
    Participation.objects.filter(pk__in=settled.offered).update(state=State.CANCELLED)

    assert found("Z05849") == []


def test_what_closed_is_proposed_until_its_closing_date():
    Organisation.objects.filter(code="V84552").update(close_date=date(2021, 10, 15))
    Organisation.objects.filter(code="V91037").update(close_date=date(2021, 9, 15))

    (forties,) = found("Z05849")

    assert [(each.start_date, each.end_date) for each in forties.missing] == [(REJOINED, date(2021, 10, 15))]


# Movers.


def test_a_membership_that_is_recorded_proposes_the_offers_and_tells_the_lead(dilys):
    spell("V36546", "Z05851", (date(2021, 11, 15), None))

    told = OutboxMessage.objects.filter(task="operations.send_email", keys__to=dilys.user.email).latest("pk")

    assert told.keys["subject"] == (
        "Bailey Medical Practice (V36546) joined Fastnet PCN on 15 November 2021"
        " and was not offered 1 service that it holds and 1 offer still hangs on Biscay Partnership PCN"
    )


def test_the_effects_of_a_correction_name_the_joiner_and_lead_to_it():
    pair = (place("V36546").pk, place("Z05851").pk)

    corrected = correct_memberships({pair: [Spell(date(2021, 12, 1))]}, by=SYSTEM)

    (proposed,) = [effect for effect in corrected.effects if effect.kind == "offers proposed"]
    assert proposed.sentence.startswith("Bailey Medical Practice (V36546) joined Fastnet PCN on 1 December 2021")
    assert proposed.href == "/participation/joiners/Z05851/V36546/"


def test_the_same_correction_again_tells_nobody_again(dilys):
    spell("V36546", "Z05851", (date(2021, 11, 15), None))
    before = OutboxMessage.objects.filter(task="operations.send_email").count()

    spell("V36546", "Z05851", (date(2021, 11, 15), None))

    assert OutboxMessage.objects.filter(task="operations.send_email").count() == before


def test_a_practice_that_is_back_at_once_needs_nothing():
    spell("V10110", "Z05851", (SUMMER_2019, date(2021, 8, 31)), (date(2021, 9, 1), None))

    assert [each for each in found("Z05851") if each.practice.code == "V10110"] == []


def closed(code, day):
    Organisation.objects.filter(code=code).update(close_date=day)


def test_a_practice_that_closed_before_it_joined_is_not_proposed_and_not_offered(dilys):
    [forties, lundy] = found("Z05849")
    closed("V84552", REJOINED - DAY)

    with pytest.raises(Invalid) as refused:
        settle_joiners(as_proposed(forties, lundy), by=dilys)

    assert [each.practice.name for each in found("Z05849")] == ["Lundy Practice"]
    assert str(refused.value) == (
        "Forties Surgery (V84552): Start date 16/09/2021 is after its closing date, 15/09/2021. "
        "Nothing is offered after it."
    )
    assert [each.service.short_name for each in found("Z05849")[0].missing] == ["Clinical Director payment"]


def test_a_joiner_that_closes_is_proposed_until_its_last_day_and_offered_no_longer(dilys):
    closed("V84552", date(2021, 10, 31))
    [forties, _lundy] = found("Z05849")
    [offer] = as_proposed(forties)

    with pytest.raises(Invalid) as refused:
        settle_joiners([offer._replace(end_date=MARCH)], by=dilys)

    assert (offer.start_date, offer.end_date) == (REJOINED, date(2021, 10, 31))
    assert str(refused.value) == (
        "Forties Surgery (V84552) in Clinical Director payment: End date 31/03/2022 is after the closing date of "
        "Forties Surgery (V84552), 31/10/2021."
    )
    assert len(settle_joiners([offer], by=dilys).offered) == 1
