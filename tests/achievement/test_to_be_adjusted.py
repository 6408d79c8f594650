"""What finance has approved and what is due by now, where they differ: kept by the calculation, listed, counted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import InternalError, transaction

from accounts.states import Role
from achievement import commands
from achievement.models import AdjustmentDue
from core.actors import SYSTEM
from core.dates import inclusive
from core.previews import look_ahead
from core.two_clocks import Belief, believe
from organisations.commands import correct_list_size
from organisations.models import Lead, ListKind, ListSize, Membership
from participation.commands import offer_to_networks
from participation.models import Allocation
from tests.achievement.payments import Payments, payments
from tests.factories.achievement import NOVEMBER, World, add_member, seen
from tests.factories.nil import settled, two_approved
from tests.factories.organisations import CommissionerFactory, NationalOperatorFactory

pytestmark = pytest.mark.django_db


def set_list(practice, size: int) -> None:
    key = {"organisation": practice, "kind": ListKind.CRP}
    believe(ListSize, [Belief(key, inclusive(date(2021, 1, 1), date(2021, 1, 1)), {"size": Decimal(size)})])


def standing() -> list[tuple[str, Decimal, Decimal, Decimal]]:
    rows = AdjustmentDue.objects.open().select_related("provider").order_by("achievement_date", "provider__name")
    return [(row.provider.name, row.approved, row.due, row.difference) for row in rows]


@pytest.fixture
def portland(db, training_day) -> Payments:
    return payments()


def pence(*amounts: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(amount) for amount in amounts)


@pytest.fixture
def corrected(world: World) -> World:
    """October has finance approval; Portland Surgery's list is found to be larger, and Viking's smaller."""
    world.completed()
    set_list(world.practices[0], 13_000)
    set_list(world.practices[1], 16_000)
    world.calculate()
    return world


def test_what_would_be_due_stands_beside_what_was_approved(corrected):
    assert standing() == [
        ("Portland Surgery", *pence("735.36", "793.00", "57.64")),
        ("Viking Medical Practice", *pence("996.98", "976.00", "-20.98")),
    ]


def test_working_it_out_again_keeps_what_stands_with_when_it_was_found(corrected):
    before = list(AdjustmentDue.objects.order_by("pk").values())

    corrected.calculate()

    assert list(AdjustmentDue.objects.order_by("pk").values()) == before


def test_another_difference_takes_the_place_of_the_one_before(corrected):
    set_list(corrected.practices[0], 14_000)

    corrected.calculate()

    assert standing()[0] == ("Portland Surgery", *pence("735.36", "854.00", "118.64"))
    assert AdjustmentDue.objects.filter(provider=corrected.practices[0]).count() == 2


def test_what_is_due_again_as_it_was_approved_is_no_longer_listed(corrected):
    set_list(corrected.practices[0], 12_055)

    corrected.calculate()

    assert [name for name, *_ in standing()] == ["Viking Medical Practice"]


def test_what_was_not_worked_out_stays_as_it_is(corrected):
    set_list(corrected.practices[0], 12_055)

    corrected.calculate(NOVEMBER)

    assert len(standing()) == 2


def test_a_leaver_has_nothing_due_and_a_joiner_nothing_approved(world):
    world.completed()
    key = {"practice": world.practices[0], "network": world.network}
    believe(Membership, [Belief(key, inclusive(date(2019, 7, 1), date(2021, 9, 30)), {})])
    add_member(world, "Dogger Surgery", 5_000, start_date=date(2021, 10, 1))

    world.calculate()

    assert standing() == [
        ("Dogger Surgery", *pence("0.00", "305.00", "305.00")),
        ("Portland Surgery", *pence("735.36", "0.00", "-735.36")),
    ]


def test_a_line_left_out_as_nil_is_to_be_adjusted_with_the_finance_approval(world):
    two_approved(world)
    settled(world)

    commands.give_finance_approval(seen(world.total()), by=world.finance)

    assert standing() == [("Wight Health Centre", *pence("0.00", "518.44", "518.44"))]
    assert AdjustmentDue.objects.get().why.startswith("It was settled as nil")


def test_a_smaller_allocation_after_finance_approval_is_to_be_adjusted(portland: Payments):
    portland.finally_approved()
    Allocation.objects.update(amount=20)

    commands.calculate_practice_payments(by=SYSTEM, keys=[portland.world.key()], why="An allocation was changed.")

    row = AdjustmentDue.objects.get()
    assert (row.network, row.approved, row.due, row.why) == (
        None, *pence("345.00", "230.00"), "An allocation was changed.",
    )  # fmt: skip


def test_the_change_that_did_it_is_named(world):
    world.completed()
    operator = world.acting(Role.REFERENCE_DATA, NationalOperatorFactory.create())

    correct_list_size(world.practices[0], ListKind.CRP, date(2021, 1, 1), 13_000, "A typing error.", by=operator)

    assert AdjustmentDue.objects.get().why == "A list size was corrected."


def test_an_offer_that_did_it_is_named(world):
    world.completed()
    add_member(world, "Dogger Surgery", 5_000, start_date=date(2021, 10, 1), participates=False)

    offer_to_networks(
        world.service.pk, [world.network.pk], date(2021, 10, 1), date(2022, 3, 31),
        by=world.acting(Role.COMMISSIONING_MANAGEMENT), only_missing=True,
    )  # fmt: skip

    assert AdjustmentDue.objects.get().why == "It was offered from 1 October 2021."


def test_a_preview_keeps_nothing(world):
    world.completed()
    set_list(world.practices[0], 13_000)

    look_ahead(lambda: world.calculate())

    assert standing() == []


def test_what_stands_passes_to_the_new_lead(corrected):
    other = CommissionerFactory.create()
    key = {"network": corrected.network}
    believe(Lead, [Belief(key, inclusive(date(2019, 7, 1), None), {"commissioner": other})])

    commands.take_over_networks(by=SYSTEM, networks=[corrected.network.pk])

    assert {row.commissioner for row in AdjustmentDue.objects.open()} == {other}


def test_what_is_closed_never_changes_and_nothing_is_deleted(corrected):
    set_list(corrected.practices[0], 12_055)
    corrected.calculate()
    closed = AdjustmentDue.objects.exclude(until=None)

    with pytest.raises(InternalError), transaction.atomic():
        closed.update(why="Another")
    with pytest.raises(InternalError), transaction.atomic():
        AdjustmentDue.objects.all().delete()
