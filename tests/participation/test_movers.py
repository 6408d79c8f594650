"""Movers leave the old offers and get new ones, in one step for both networks."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.states import Role
from achievement.commands import aggregate_networks
from core.actors import SYSTEM
from core.errors import Conflict, NotPermitted
from organisations.models import Lead
from participation.commands import settle_joiners
from participation.models import Participation
from participation.queries.joiners import sentence_of
from participation.queries.misfits import networks_concerning
from participation.states import State
from tests.factories.accounts import acting_as
from tests.factories.organisations import CommissionerFactory
from tests.participation.joiners import (
    MOVED,
    SUMMER_2019,
    as_proposed,
    found,
    hanging,
    place,
    spell,
)

pytestmark = pytest.mark.usefixtures("training")


@pytest.fixture
def dilys():
    return acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=place("ZBY"))


def test_a_mover_whose_old_membership_ods_has_ended_is_only_offered_anew(dilys):
    (malin,) = found("Z05852")

    settled = settle_joiners(as_proposed(malin), by=dilys)

    old = Participation.objects.filter(provider__code="V10112", network__code="Z05851").with_terms().get()
    assert (malin.joined, malin.hanging) == (MOVED, [])
    assert old.end_date == date(2021, 10, 31)
    assert len(settled.offered) == 1


@pytest.fixture
def still_in_both():
    """ODS has Malin in Shannon, and has not ended its membership of Fastnet."""
    spell("V10112", "Z05851", (SUMMER_2019, None))


def test_a_mover_whose_old_offer_still_runs_is_one_step_for_both_networks(still_in_both, dilys):
    (malin,) = found("Z05852")

    settled = settle_joiners(as_proposed(malin), hanging(malin), by=dilys)

    old = Participation.objects.filter(pk__in=settled.ended).with_terms().get()
    new = Participation.objects.filter(pk__in=settled.offered).with_terms().get()
    assert [each.name for each in malin.former] == ["Fastnet PCN"]
    assert (old.network.code, old.state, old.end_date) == ("Z05851", State.ENDED, date(2021, 10, 31))
    assert (new.network.code, new.state, new.start_date) == ("Z05852", State.APPROVED, MOVED)
    assert old.history.latest("pk").note == "Moved to Shannon PCN (Z05852) on 1 November 2021."
    assert found("Z05851", "Z05852") == []


def test_it_is_found_from_the_former_network_as_well(still_in_both):
    assert found("Z05851") != []
    assert [each.network.code for each in found("Z05851")] == ["Z05852"]


def test_an_old_offer_that_never_held_is_cancelled(still_in_both, dilys):
    spell("V10112", "Z05851")
    (malin,) = [each for each in found("Z05851", "Z05852") if each.hanging]

    settled = settle_joiners(as_proposed(malin), hanging(malin), by=dilys)

    assert len(settled.cancelled) == 1
    assert Participation.objects.get(pk__in=settled.cancelled).state == State.CANCELLED


def test_an_offer_without_any_membership_is_cancelled(dilys):
    spell("V10111", "Z05851")
    (fastnet,) = [each for each in found("Z05851") if each.practice.code == "V10111"]

    settled = settle_joiners([], hanging(fastnet), by=dilys)

    assert (fastnet.joined, fastnet.missing) == (None, [])
    assert sentence_of(fastnet) == (
        "Fastnet Medical Centre (V10111) is no member of Fastnet PCN, and 1 offer still hangs there."
    )
    assert len(settled.cancelled) == 1


def test_an_offer_ended_meanwhile_is_a_conflict(still_in_both, dilys):
    (malin,) = found("Z05852")
    offers, leaves = as_proposed(malin), hanging(malin)
    settle_joiners([], leaves, by=dilys)

    with pytest.raises(Conflict, match="An offer has been ended meanwhile"):
        settle_joiners(offers, leaves, by=dilys)

    assert not Participation.objects.filter(network__code="Z05852", provider__code="V10112").exists()


@pytest.fixture
def another_lead(still_in_both):
    """Shannon is led by another commissioning organisation than Fastnet, whose offers Biscay made."""
    other = CommissionerFactory.create(code="ZSH", name="NHS Shannon CCG")
    Lead.objects.filter(network=place("Z05852")).update(commissioner=other)
    return acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=other)


def test_where_two_organisations_lead_each_does_its_half(another_lead, dilys):
    (malin,) = found("Z05852")

    offered = settle_joiners(as_proposed(malin), by=another_lead)
    left = settle_joiners([], hanging(*found("Z05851")), by=dilys)

    assert (len(offered.offered), len(left.ended)) == (1, 1)
    assert found("Z05851", "Z05852") == []


def test_neither_does_the_others_half(another_lead, dilys):
    (malin,) = found("Z05852")

    with pytest.raises(NotPermitted):
        settle_joiners(as_proposed(malin), hanging(malin), by=another_lead)
    with pytest.raises(NotPermitted, match="not the lead commissioning organisation of Shannon PCN"):
        settle_joiners(as_proposed(malin), hanging(malin), by=dilys)

    assert not Participation.objects.filter(network__code="Z05852", provider__code="V10112").exists()
    assert Participation.objects.get(network__code="Z05851", provider__code="V10112").state == State.APPROVED


def test_both_are_concerned(another_lead, dilys):
    assert place("Z05852").pk in networks_concerning(another_lead)
    assert place("Z05851").pk in networks_concerning(dilys)


# What happens by itself.


def test_aggregation_goes_on_without_the_mover_in_its_old_network(dilys, still_in_both):
    (malin,) = found("Z05852")
    settle_joiners(as_proposed(malin), hanging(malin), by=dilys)

    done = aggregate_networks(by=SYSTEM, commissioner=place("ZBY"))

    assert done.networks == 0
