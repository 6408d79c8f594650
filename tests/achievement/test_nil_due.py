"""What is to be adjusted for a line that was left out: what is due for it as things stand, and not what once stood."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from achievement import commands
from achievement.models import AdjustmentDue, NilSettlement
from achievement.queries.adjustments import due_for_settlements
from achievement.states import NilState, State
from organisations.models import ListSize, Membership, Organisation
from participation.models import Participation
from tests.achievement.payments import said, signed_in
from tests.factories.achievement import World, seen
from tests.factories.nil import settled, two_approved
from tests.factories.organisations import MembershipFactory, NetworkFactory, SuccessionFactory
from tests.factories.participation import ParticipationFactory

pytestmark = pytest.mark.django_db

APPROVED, ENDED = 5, 10
NOTHING = "Nothing is due for its line here as things stand today"


def completed(world: World) -> NilSettlement:
    """Its network's total has finance approval without it."""
    commands.give_finance_approval(seen(world.total()), by=world.finance)
    row = NilSettlement.objects.get()
    assert row.state == NilState.COMPLETE
    return row


def takes_part(world: World, state: int) -> None:
    Participation.objects.filter(provider=world.practices[2]).update(state=state)
    world.calculate()


def pages_of(world: World, row: NilSettlement) -> tuple[str, str]:
    """What its page and the list say."""
    ada = signed_in(world.approver)
    return said(ada.get(f"/achievement/nil/{row.pk}/")), said(ada.get("/achievement/nil/"))


def test_what_is_due_is_said_with_what_it_is_worked_out_from(world):
    two_approved(world)
    settled(world)
    row = completed(world)

    assert due_for_settlements([row]) == {row.pk: Decimal("518.44")}
    page, listed = pages_of(world, row)
    assert "£518.44 is due for its line here as things stand today" in page
    assert "£518.44" in listed


def test_a_line_withdrawn_before_finance_approval_is_not_due_for_settlements(world):
    waits = two_approved(world)
    settled(world)
    takes_part(world, ENDED)
    waits.refresh_from_db()
    assert waits.state == State.WITHDRAWN

    row = completed(world)

    assert due_for_settlements([row]) == {}
    page, listed = pages_of(world, row)
    assert NOTHING in page
    assert "£518.44" not in page + listed


def test_a_line_that_comes_after_finance_approval_is_due_for_settlements(world):
    two_approved(world)
    takes_part(world, ENDED)
    settled(world)
    row = completed(world)
    assert due_for_settlements([row]) == {}

    takes_part(world, APPROVED)

    assert due_for_settlements([row]) == {row.pk: Decimal("518.44")}
    assert all("£518.44" in text for text in pages_of(world, row))


def test_figures_corrected_since_count(world):
    two_approved(world)
    settled(world)
    row = completed(world)

    ListSize.objects.filter(organisation=world.practices[2]).update(size=Decimal(16_998))
    world.calculate()

    assert due_for_settlements([row]) == {row.pk: Decimal("1036.88")}


def test_one_paid_through_another_network_is_due_here_as_the_list_of_what_is_to_be_adjusted_says(world):
    waits = two_approved(world)
    settled(world)
    row = completed(world)
    waits.pk = None
    waits.network, waits.state = NetworkFactory.create(), State.AGGREGATED_COMPLETE
    waits.save(force_insert=True)

    world.calculate()

    kept = AdjustmentDue.objects.open().get(network=world.network, provider=world.practices[2])
    assert due_for_settlements([row]) == {row.pk: kept.difference} == {row.pk: Decimal("518.44")}


def test_a_mover_is_due_in_its_other_network_alone(world):
    two_approved(world)
    settled(world)
    row = completed(world)
    other = NetworkFactory.create()
    Membership.objects.filter(practice=world.practices[2]).update(valid=("2019-07-01", "2021-10-01"))
    MembershipFactory.create(practice=world.practices[2], network=other, start_date=date(2021, 10, 1))
    ParticipationFactory.create(
        service=world.service, provider=world.practices[2], network=other, commissioner=world.commissioner
    )
    world.calculate()

    assert due_for_settlements([row]) == {}


def test_a_list_that_passed_to_a_successor_is_not_to_be_adjusted_too(world):
    two_approved(world)
    settled(world)
    row = completed(world)

    closed, successor = world.practices[2], world.practices[1]
    Organisation.objects.filter(pk=closed.pk).update(close_date=date(2021, 9, 30))
    SuccessionFactory.create(predecessor=closed, successor=successor, start_date=date(2021, 10, 1))
    world.calculate()

    assert due_for_settlements([row]) == {}
