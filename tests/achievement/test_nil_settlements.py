"""A line is settled as nil by two people; its network goes without it; it is replaced when it is resolved."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction

from accounts.states import Role
from achievement import commands
from achievement.models import Achievement, NilSettlement, Shard
from achievement.queries.nil import NilLine
from achievement.queries.readiness import member_lines, readiness_of
from achievement.states import NilState, State
from core import clock
from core.actors import SYSTEM
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from core.transitions import Seen
from operations.commands import deliver
from operations.models import OutboxMessage
from organisations.models import Lead, ListSize, Membership
from participation.models import Participation
from submission.models import Hand
from tests.factories.accounts import acting_as
from tests.factories.achievement import NOVEMBER, OCTOBER, World, add_member, seen
from tests.factories.nil import REASON, as_seen, nil_line, proposed, second_person, settled, two_approved
from tests.factories.organisations import CommissionerFactory, LeadFactory

pytestmark = pytest.mark.django_db


def without_line(world: World, day: date = OCTOBER) -> None:
    """Wight Health Centre does not take part: it has no line, and its network waits for it all the same."""
    Participation.objects.filter(provider=world.practices[2]).update(state=8)
    world.calculate(day)
    commands.approve_achievements(seen(*world.lines(day)), by=world.approver)


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


def test_a_second_settlement_of_a_line_is_refused(world):
    two_approved(world)
    settled(world)

    with pytest.raises(Conflict, match="settled as nil for October 2021 already"):
        commands.propose_nil(nil_line(world), REASON, by=second_person(world))


def test_what_is_proposed_is_not_proposed_again(world):
    two_approved(world)
    proposed(world)

    with pytest.raises(Conflict, match="was proposed by"):
        commands.propose_nil(nil_line(world), REASON, by=second_person(world))


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_reason_is_needed(world, reason):
    two_approved(world)

    with pytest.raises(Invalid, match="Reason: enter why"):
        commands.propose_nil(nil_line(world), reason, by=world.approver)

    assert not NilSettlement.objects.exists()


def test_an_approved_line_holds_nothing_up(world):
    two_approved(world)

    with pytest.raises(Conflict, match="undo its approval first"):
        commands.propose_nil(nil_line(world, 0), REASON, by=world.approver)


def test_a_network_that_is_aggregated_waits_for_nothing(world):
    world.aggregated()

    with pytest.raises(Conflict, match="is Aggregated for October 2021: it waits for nothing"):
        commands.propose_nil(nil_line(world), REASON, by=world.approver)


def test_after_finance_approval_no_line_is_settled(world):
    world.completed()

    with pytest.raises(Conflict, match="has finance approval"):
        commands.propose_nil(nil_line(world), REASON, by=world.approver)


def test_a_date_to_come_is_not_settled(world):
    with pytest.raises(Invalid, match="31 December 2021 has not come yet"):
        commands.propose_nil(nil_line(world, day=date(2021, 12, 31)), REASON, by=world.approver)


def test_a_practice_that_is_no_member_is_not_settled(world):
    two_approved(world)
    later = add_member(world, "Dogger Surgery", 5_000, start_date=date(2021, 11, 15), participates=False)

    with pytest.raises(Conflict, match="does not wait for Dogger Surgery on 31 October 2021"):
        commands.propose_nil(NilLine(world.service, world.network, OCTOBER, later), REASON, by=world.approver)


def test_the_first_person_cannot_be_the_second(world):
    two_approved(world)
    row = proposed(world)

    with pytest.raises(NotPermitted, match="You proposed it; the confirmation is another person's"):
        commands.confirm_nil(as_seen(row), by=world.approver)

    assert world.total() is None


def test_the_database_refuses_one_person_in_both_places(world):
    two_approved(world)
    row = proposed(world)

    with pytest.raises(IntegrityError, match="nil_settlement_confirmed_by_another"), transaction.atomic():
        NilSettlement.objects.filter(pk=row.pk).update(confirmed_by=row.proposed_by)


def test_the_database_refuses_a_settlement_that_nobody_confirmed(world):
    two_approved(world)
    row = proposed(world)

    with pytest.raises(IntegrityError, match="nil_settlement_confirmed"), transaction.atomic():
        NilSettlement.objects.filter(pk=row.pk).update(**{"state": NilState.SETTLED})


def test_the_portal_itself_is_neither_of_the_two(world):
    two_approved(world)

    with pytest.raises(NotPermitted, match="by two people"):
        commands.propose_nil(nil_line(world), REASON, by=SYSTEM)

    row = proposed(world)
    with pytest.raises(NotPermitted, match="by two people"):
        commands.confirm_nil(as_seen(row), by=SYSTEM)


@pytest.mark.parametrize("role", [Role.FINANCE_MANAGEMENT, Role.COMMISSIONING_MANAGEMENT, Role.VIEW])
def test_another_role_of_the_lead_is_told_who_can(world, role):
    two_approved(world)
    approver = world.approver

    with pytest.raises(NotPermitted, match="You need the role Approval Management") as refused:
        commands.propose_nil(nil_line(world), REASON, by=world.acting(role))

    assert approver.name in refused.value.who_can[0]


def test_an_approver_of_another_organisation_is_refused(world):
    two_approved(world)
    stranger = acting_as(Role.APPROVAL_MANAGEMENT, organisation=CommissionerFactory.create())

    with pytest.raises(NotPermitted, match="You need the role Approval Management"):
        commands.propose_nil(nil_line(world), REASON, by=stranger)

    row = proposed(world)
    with pytest.raises(NotVisible):
        commands.confirm_nil(as_seen(row), by=stranger)


def test_whoever_settled_a_line_gives_no_finance_approval_of_its_network(world):
    two_approved(world)
    both = [acting_as(Role.APPROVAL_MANAGEMENT, Role.FINANCE_MANAGEMENT, organisation=world.commissioner) for _ in "12"]
    made = commands.propose_nil(nil_line(world), REASON, by=both[0])
    commands.confirm_nil(Seen(made.settlement_id, 1), by=both[1])

    for person in both:
        outcome = commands.give_finance_approval(seen(world.total()), by=person)
        assert "You acted on this payment before" in outcome.refused[0].reasons[0]

    hands = Hand.objects.filter(actor__in=[person.user for person in both], subject=world.network)
    assert set(hands.values_list("stage", flat=True)) == {2}


def test_whoever_gave_finance_approval_of_it_settles_no_line(world):
    two_approved(world)
    person = acting_as(Role.APPROVAL_MANAGEMENT, Role.FINANCE_MANAGEMENT, organisation=world.commissioner)
    Hand.objects.create(
        service=world.service, achievement_date=OCTOBER, subject=world.network, actor=person.user, stage=3,
        first_at=clock.now(),
    )  # fmt: skip

    with pytest.raises(NotPermitted, match="the commissioner stage is another person's"):
        commands.propose_nil(nil_line(world), REASON, by=person)


def test_the_second_person_declines_with_a_reason(world):
    two_approved(world)
    row = proposed(world)

    with pytest.raises(Invalid, match="Reason: enter why"):
        commands.decline_nil(as_seen(row), "", by=second_person(world))
    done = commands.decline_nil(as_seen(row), "ODS has answered.", by=second_person(world)).settlement

    assert done.state == NilState.DECLINED
    assert done.history.order_by("-pk").first().note == "ODS has answered."
    assert world.aggregate().networks == 0
    assert proposed(world).state == NilState.PROPOSED


def test_whoever_proposed_it_withdraws_it_and_nobody_else(world):
    two_approved(world)
    row = proposed(world)

    with pytest.raises(NotPermitted, match="Somebody else proposed it: decline it instead"):
        commands.withdraw_nil(as_seen(row), "No need.", by=second_person(world))
    with pytest.raises(NotPermitted, match="You proposed it: withdraw it instead"):
        commands.decline_nil(as_seen(row), "No need.", by=world.approver)

    assert commands.withdraw_nil(as_seen(row), "No need.", by=world.approver).settlement.state == NilState.WITHDRAWN


def test_it_is_confirmed_as_it_was_seen(world):
    two_approved(world)
    row = proposed(world)

    with pytest.raises(Conflict, match="It has changed since you saw it"):
        commands.confirm_nil(Seen(row.pk, row.version + 1), by=second_person(world))


def test_a_line_approved_meanwhile_is_not_settled_any_more(world):
    waits = two_approved(world)
    row = proposed(world)
    commands.approve_achievements(seen(waits), by=second_person(world))

    with pytest.raises(Conflict, match="It is Replaced by the line"):
        commands.confirm_nil(as_seen(row), by=second_person(world))

    row.refresh_from_db()
    assert row.state == NilState.REPLACED
    world.aggregate()
    assert world.total().amount == Decimal("2250.78")


def test_a_network_aggregated_meanwhile_is_said_to_wait_no_more(world):
    two_approved(world)
    row = proposed(world)
    Membership.objects.filter(practice=world.practices[2]).update(valid=("2019-07-01", "2021-10-01"))
    world.calculate()
    world.aggregate()

    with pytest.raises(Conflict, match=r"it waits for nothing.*decline it"):
        commands.confirm_nil(as_seen(row), by=second_person(world))


def test_it_is_replaced_when_its_line_is_approved_while_aggregated(world):
    waits = two_approved(world)
    row = settled(world)
    first = world.total()

    commands.approve_achievements(seen(waits), by=world.approver)
    world.aggregate()

    row.refresh_from_db()
    first.refresh_from_db()
    total = world.total()
    assert (row.state, first.state) == (NilState.REPLACED, State.WITHDRAWN)
    assert (total.amount, total.lines, total.state) == (Decimal("2250.78"), 3, State.AGGREGATED)
    assert row.history.order_by("-pk").first().note == "The line is approved: £518.44."
    assert {each.network_achievement_id for each in world.lines()} == {total.pk}


def test_it_is_replaced_when_its_line_is_approved_before_the_network_is_complete(world):
    world.calculate()
    row = settled(world)

    world.approve_all()
    world.aggregate()

    row.refresh_from_db()
    assert (row.state, world.total().amount) == (NilState.REPLACED, Decimal("2250.78"))


def test_a_line_that_comes_later_leaves_the_total_until_it_is_approved(world):
    without_line(world)
    settled(world)
    total = world.total()

    Participation.objects.filter(provider=world.practices[2]).update(state=5)
    world.calculate()

    assert world.total() == total
    late = Achievement.objects.get(provider=world.practices[2], achievement_date=OCTOBER)
    assert late.state == State.AWAITING_COMMISSIONER
    commands.approve_achievements(seen(late), by=world.approver)
    world.aggregate()
    assert world.total().amount == Decimal("2250.78")


def test_figures_that_change_leave_the_total_without_them(world):
    two_approved(world)
    settled(world)
    total = world.total()

    ListSize.objects.filter(organisation=world.practices[2]).update(size=Decimal(9_000))
    world.calculate()

    assert world.total() == total


def test_a_joiner_withdraws_a_total_made_without_a_settled_line(world):
    two_approved(world)
    settled(world)

    add_member(world, "Dogger Surgery", 5_000, participates=False)
    world.calculate()

    assert world.total() is None


def test_finance_approval_leaves_the_line_out_for_good_to_be_adjusted(world):
    waits = two_approved(world)
    row = settled(world)

    commands.give_finance_approval(seen(world.total()), by=world.finance)

    row.refresh_from_db()
    waits.refresh_from_db()
    assert (row.state, waits.state) == (NilState.COMPLETE, State.WITHDRAWN)
    assert "put right by adjustment" in waits.history.order_by("-pk").first().note
    done = world.calculate()
    assert done.lines == {"to be adjusted": 1}
    assert "A payment of £518.44 would be due, and is never made by itself." in done.effects[0].sentence
    waits.refresh_from_db()
    assert waits.state == State.WITHDRAWN


def test_what_is_complete_is_never_written_again(world):
    two_approved(world)
    row = settled(world)
    commands.give_finance_approval(seen(world.total()), by=world.finance)
    row.refresh_from_db()

    with pytest.raises(Conflict, match="It is Settled as nil, complete"):
        commands.lift_nil(as_seen(row), "Resolved.", by=second_person(world))
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        NilSettlement.objects.filter(pk=row.pk).update(reason="Another.")
    with pytest.raises(InternalError, match="Cannot delete"), transaction.atomic():
        NilSettlement.objects.filter(pk=row.pk)._raw_delete("default")


def test_what_finance_returns_is_aggregated_without_the_line_again(world):
    two_approved(world)
    row = settled(world)
    commands.return_network_achievements(seen(world.total()), by=world.finance, note="The payee is to be checked.")
    back = [each for each in world.lines() if each.provider != world.practices[2]]

    commands.approve_achievements(seen(*back), by=world.approver)
    world.aggregate()

    row.refresh_from_db()
    assert (row.state, world.total().amount) == (NilState.SETTLED, Decimal("1732.34"))


def test_lifting_withdraws_the_total_and_the_network_waits_again(world):
    two_approved(world)
    row = settled(world)
    total = world.total()

    with pytest.raises(Invalid, match="Reason: enter why"):
        commands.lift_nil(as_seen(row), " ", by=world.approver)
    done = commands.lift_nil(as_seen(row), "It has opened again.", by=world.approver)

    total.refresh_from_db()
    assert (done.settlement.state, total.state, world.total()) == (NilState.LIFTED, State.WITHDRAWN, None)
    assert world.aggregate().networks == 0
    assert [each.state for each in world.lines()] == [State.AWAITING_NETWORK] * 2 + [State.AWAITING_COMMISSIONER]
    assert "waits for Wight Health Centre again" in done.sentences[0]
    assert "is withdrawn, £1,732.34" in done.sentences[1]


def test_lifting_what_holds_nothing_up_leaves_the_total(world):
    two_approved(world)
    row = settled(world)
    Membership.objects.filter(practice=world.practices[2]).update(valid=("2019-07-01", "2021-10-01"))
    world.calculate()
    total = world.total()
    assert total is not None

    commands.lift_nil(as_seen(row), "It is no member.", by=world.approver)

    assert world.total() == total


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
