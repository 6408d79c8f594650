"""Which lines are settled as nil, by whom, and what is refused: by rule, and by the database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.states import Role
from achievement import commands
from achievement.models import NilSettlement
from achievement.queries.nil import NilLine
from achievement.states import NilState
from core import clock
from core.actors import SYSTEM
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from core.transitions import Seen
from organisations.models import Membership
from submission.models import Hand
from tests.factories.accounts import acting_as
from tests.factories.achievement import OCTOBER, add_member, seen
from tests.factories.nil import REASON, as_seen, nil_line, proposed, second_person, settled, two_approved
from tests.factories.organisations import CommissionerFactory

pytestmark = pytest.mark.django_db


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
