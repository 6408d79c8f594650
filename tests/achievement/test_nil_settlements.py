"""A line is settled as nil by two people; its network goes without it; it is replaced when it is resolved."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.states import Role
from achievement import commands
from achievement.models import NilSettlement, Shard
from achievement.queries.readiness import member_lines, readiness_of
from achievement.states import NilState, State
from core.actors import SYSTEM
from operations.commands import deliver
from operations.models import OutboxMessage
from organisations.models import Lead
from tests.factories.accounts import acting_as
from tests.factories.achievement import NOVEMBER, seen
from tests.factories.nil import REASON, as_seen, nil_line, proposed, second_person, settled, two_approved, without_line
from tests.factories.organisations import CommissionerFactory, LeadFactory

pytestmark = pytest.mark.django_db


def test_a_settled_line_counts_as_nil_and_its_network_goes_at_once(world):
    waits = two_approved(world)

    row = settled(world)

    assert row.state == NilState.SETTLED
    total = world.total()
    assert (total.state, total.amount, total.lines) == (State.AGGREGATED, Decimal("1732.34"), 2)
    waits.refresh_from_db()
    assert (waits.state, waits.network_achievement_id) == (State.AWAITING_COMMISSIONER, None)


def test_a_practice_without_a_line_is_settled_too(world):
    without_line(world)
    assert world.aggregate().networks == 0

    settled(world)

    assert world.total().amount == Decimal("1732.34")


def test_nothing_changes_before_the_second_person_confirms(world):
    two_approved(world)

    proposed(world)

    assert world.aggregate().networks == 0
    assert world.total() is None


def test_it_is_for_one_date_alone(world):
    two_approved(world)
    two_approved(world, NOVEMBER)

    settled(world)

    assert world.aggregate(NOVEMBER).networks == 0
    assert world.total(NOVEMBER) is None


def test_a_held_line_is_settled_and_stays_held(world):
    waits = two_approved(world)
    commands.reject_achievements(seen(waits), by=world.approver, note="The list is disputed.")

    settled(world)

    waits.refresh_from_db()
    assert waits.state == State.HELD
    assert world.total().amount == Decimal("1732.34")


def test_where_others_are_missing_the_network_goes_with_the_last_approval(world):
    world.calculate()
    portland, viking, _wight = world.lines()
    commands.approve_achievements(seen(portland), by=world.approver)
    row = proposed(world)
    said = commands.confirm_nil(as_seen(row), by=second_person(world)).sentences
    assert "still waits for Viking Medical Practice." in said[-1]

    commands.approve_achievements(seen(viking), by=world.approver)
    world.aggregate()

    assert world.total().amount == Decimal("1732.34")


def test_the_overnight_run_aggregates_without_a_settled_line(world):
    two_approved(world, NOVEMBER)
    row = proposed(world, day=NOVEMBER)
    NilSettlement.objects.filter(pk=row.pk).update(state=NilState.SETTLED, confirmed_by=second_person(world).user)

    run = commands.start_overnight_run(by=SYSTEM)
    for shard in Shard.objects.filter(run=run):
        commands.work_shard(shard.pk, by=SYSTEM)

    assert world.total(NOVEMBER).amount == Decimal("1732.34")
    shard = Shard.objects.get(run=run)
    assert (shard.networks_aggregated, shard.lines_moved, shard.amount) == (1, 2, Decimal("1732.34"))


def test_a_network_whose_every_line_is_settled_is_paid_nothing_and_waits_for_nothing(world):
    world.calculate()

    for at in range(3):
        settled(world, at)

    assert world.total() is None
    ready = readiness_of([tuple(world.key())])[tuple(world.key())]
    assert (ready.expected, ready.nil, ready.is_complete) == (3, 3, False)


def test_a_preview_says_what_the_confirmation_does_and_keeps_nothing(world):
    two_approved(world)
    before = [effect.sentence for effect in commands.preview_nil(nil_line(world), by=world.approver)]
    assert not NilSettlement.objects.exists()

    row = proposed(world)
    ahead = commands.preview_confirmation(row.pk, by=second_person(world)).sentences
    row.refresh_from_db()
    assert (row.state, world.total()) == (NilState.PROPOSED, None)

    said = commands.confirm_nil(as_seen(row), by=second_person(world)).sentences
    assert before == ahead == said
    assert said == [
        f"31 October 2021: Wight Health Centre's line counts as £0.00 for {world.network.name}.",
        "31 October 2021: £518.44 of Wight Health Centre is not paid while this stands; its line stays Awaiting "
        "Commissioning Organisation Approval.",
        f"31 October 2021: {world.network.name} becomes Aggregated, £1,732.34 from 2 lines, and awaits finance "
        "approval.",
    ]


def test_a_preview_of_lifting_keeps_nothing(world):
    two_approved(world)
    row = settled(world)

    said = commands.preview_lift(row.pk, by=world.approver).sentences

    row.refresh_from_db()
    assert (row.state, world.total().amount) == (NilState.SETTLED, Decimal("1732.34"))
    assert len(said) == 2


def test_settlements_pass_to_a_new_lead(world):
    two_approved(world)
    row = proposed(world)
    new = CommissionerFactory.create()
    Lead.objects.filter(network=world.network).update(valid=("2019-07-01", "2021-12-01"))
    LeadFactory.create(network=world.network, commissioner=new, start_date=date(2021, 12, 1))

    commands.take_over_networks(by=SYSTEM, networks=[world.network.pk])

    row.refresh_from_db()
    assert row.commissioner == new
    confirmed = commands.confirm_nil(as_seen(row), by=acting_as(Role.APPROVAL_MANAGEMENT, organisation=new))
    assert confirmed.settlement.state == NilState.SETTLED


def test_members_are_said_to_be_settled_and_to_await_a_second_person(world):
    two_approved(world)
    proposed(world)
    own = {each.name: each for each in member_lines(*world.key())}["Wight Health Centre"]
    assert own.missing == "It awaits approval. To settle it as nil awaits a second person."
    assert own.holds_up

    row = NilSettlement.objects.get()
    commands.confirm_nil(as_seen(row), by=second_person(world))

    own = {each.name: each for each in member_lines(*world.key())}["Wight Health Centre"]
    assert (own.status, own.is_ready, own.holds_up) == ("Settled as nil", True, False)
    ready = readiness_of([tuple(world.key())])[tuple(world.key())]
    assert (ready.expected, ready.approved, ready.nil, ready.is_complete) == (3, 2, 1, True)


def mails() -> list[dict[str, Any]]:
    for message in OutboxMessage.objects.filter(done_at=None, task="achievement.tell_of_nil_settlement"):
        deliver(message.pk)
    return [row.keys for row in OutboxMessage.objects.filter(task="operations.send_email").order_by("pk")]


def test_those_concerned_are_told_by_mail(world):
    two_approved(world)
    confirms = second_person(world)
    practice = acting_as(Role.DECLARATION_MANAGEMENT, organisation=world.practices[2])
    network = acting_as(Role.DECLARATION_MANAGEMENT, organisation=world.network)
    row = proposed(world)

    told = mails()
    assert [mail["to"] for mail in told] == [confirms.user.email]
    assert "to settle its line as nil awaits a second person" in told[0]["subject"]
    assert REASON in told[0]["text"]
    assert "you can, or decline it" in told[0]["text"]

    commands.confirm_nil(as_seen(row), by=confirms)
    told = mails()[1:]
    assert {mail["to"] for mail in told} == {world.approver.user.email, practice.user.email, network.user.email}
    assert all("its line is settled as nil" in mail["subject"] for mail in told)
