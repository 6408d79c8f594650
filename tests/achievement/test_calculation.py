from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import InternalError, transaction

from achievement import commands
from achievement.models import Achievement, AchievementChange, NetworkAchievement
from achievement.states import State
from core.actors import SYSTEM
from core.dates import inclusive
from core.two_clocks import Belief, believe
from operations.models import OutboxMessage
from organisations.models import ListKind, ListSize, Membership
from participation.models import Participation
from tests.factories.achievement import NOVEMBER, OCTOBER, UTSIRE_TOTAL, World, add_member
from tests.factories.organisations import LeadFactory, MembershipFactory, NetworkFactory
from tests.factories.participation import ParticipationFactory


def set_list(practice, size: int) -> None:
    key = {"organisation": practice, "kind": ListKind.CRP}
    believe(ListSize, [Belief(key, inclusive(date(2021, 1, 1), date(2021, 1, 1)), {"size": Decimal(size)})])


def end_membership(world: World, practice, last_day: date) -> None:
    key = {"practice": practice, "network": world.network}
    believe(Membership, [Belief(key, inclusive(date(2019, 7, 1), last_day), {})])


def test_each_participating_member_has_a_line_to_the_penny(world):
    world.calculate()

    assert [line.amount for line in world.lines()] == [Decimal("735.36"), Decimal("996.98"), Decimal("518.44")]
    assert {line.state for line in world.lines()} == {State.AWAITING_COMMISSIONER}
    assert all(line.auto_declared for line in world.lines())


def test_calculating_again_changes_nothing(world):
    world.calculate()
    before = list(Achievement.objects.values())

    done = world.calculate()

    assert done.lines == {}
    assert list(Achievement.objects.values()) == before
    assert AchievementChange.objects.count() == 3


def test_every_payment_date_that_has_come_is_calculated_and_none_that_has_not(world):
    commands.calculate_achievements(by=SYSTEM, networks=[world.network.pk])

    dates = set(Achievement.objects.values_list("achievement_date", flat=True))
    assert max(dates) == NOVEMBER
    assert min(dates) == date(2021, 4, 30), "no list as at 1 January 2020 is known, so 2020/21 has no lines"


def test_a_practice_without_a_list_size_has_no_line(world):
    believe(ListSize, [], about=[{"organisation": world.practices[0], "kind": ListKind.CRP}])

    world.calculate()

    assert [line.provider for line in world.lines()] == world.practices[1:]


def test_a_member_that_does_not_participate_has_no_line(world):
    add_member(world, "Dogger Surgery", 5_000, participates=False)

    world.calculate()

    assert len(world.lines()) == 3


def test_a_participation_counts_on_its_last_day_and_not_after(world):
    ended = Participation.objects.get(provider=world.practices[0])
    ended.terms.all().delete()
    believe(ended.terms.model, [Belief({"participation": ended}, inclusive(date(2020, 4, 1), OCTOBER), {"reason": ""})])

    world.calculate(OCTOBER, NOVEMBER)

    assert len(world.lines(OCTOBER)) == 3
    assert len(world.lines(NOVEMBER)) == 2


def test_a_changed_list_brings_an_approved_line_back_for_approval(world):
    world.calculate()
    world.approve_all()
    set_list(world.practices[0], 13_000)

    done = world.calculate()

    changed, *siblings = world.lines()
    assert done.lines == {"changed": 1}
    assert (changed.amount, changed.state) == (Decimal("793.00"), State.AWAITING_COMMISSIONER)
    assert {line.state for line in siblings} == {State.AWAITING_NETWORK}


def test_a_changed_list_withdraws_an_aggregated_total_and_releases_its_lines(world):
    total = world.aggregated()
    set_list(world.practices[0], 13_000)

    world.calculate()

    total.refresh_from_db()
    changed, *siblings = world.lines()
    assert total.state == State.WITHDRAWN
    assert changed.state == State.AWAITING_COMMISSIONER
    assert {line.state for line in siblings} == {State.AWAITING_NETWORK}
    assert {line.network_achievement_id for line in world.lines()} == {None}


def test_what_finance_has_approved_stays_and_is_to_be_adjusted(world):
    total = world.completed()
    set_list(world.practices[0], 13_000)

    done = world.calculate()

    total.refresh_from_db()
    assert done.lines == {"to be adjusted": 1}
    assert total.amount == UTSIRE_TOTAL
    assert world.lines()[0].amount == Decimal("735.36")


def test_a_joiner_withdraws_an_aggregated_total(world):
    total = world.aggregated()
    add_member(world, "Dogger Surgery", 5_000, start_date=date(2021, 10, 1))

    done = world.calculate()

    total.refresh_from_db()
    assert done.lines == {"new": 1}
    assert total.state == State.WITHDRAWN
    assert world.aggregate().networks == 0, "the joiner's line awaits approval"


def test_a_joiner_who_does_not_take_part_withdraws_it_too_for_the_network_waits_for_them(world):
    total = world.aggregated()
    add_member(world, "Dogger Surgery", 5_000, start_date=date(2021, 10, 1), participates=False)

    done = world.calculate()

    total.refresh_from_db()
    assert done.lines == {}
    assert total.state == State.WITHDRAWN
    assert {line.state for line in world.lines()} == {State.AWAITING_NETWORK}
    assert world.aggregate().networks == 0


def test_a_joiner_after_finance_approval_gets_no_line_but_an_adjustment(world):
    world.completed()
    add_member(world, "Dogger Surgery", 5_000, start_date=date(2021, 10, 1))

    done = world.calculate()

    assert done.lines == {"to be adjusted": 1}
    assert len(world.lines()) == 3


def test_a_leavers_line_is_withdrawn_and_the_rest_aggregates_after_the_commit(
    world, django_capture_on_commit_callbacks
):
    world.calculate()
    world.approve_all()
    end_membership(world, world.practices[0], date(2021, 10, 30))

    done = world.calculate()

    assert done.lines == {"gone": 1}
    assert [line.provider for line in world.lines()] == world.practices[1:]
    message = OutboxMessage.objects.filter(task="achievement.aggregate_networks").last()
    assert message.keys["keys"] == [list(world.key().plain())]
    assert world.aggregate().pounds == Decimal("1515.42")


def test_a_practice_that_comes_back_has_its_line_again(world):
    world.calculate()
    end_membership(world, world.practices[0], date(2021, 10, 30))
    world.calculate()
    believe(
        Membership,
        [Belief({"practice": world.practices[0], "network": world.network}, inclusive(date(2019, 7, 1), None), {})],
    )

    done = world.calculate()

    assert done.lines == {"revived": 1}
    assert world.lines()[0].state == State.AWAITING_COMMISSIONER


def test_a_mover_is_paid_through_one_network_only(world):
    other = NetworkFactory.create()
    LeadFactory.create(network=other, commissioner=world.commissioner)
    mover = world.practices[0]
    world.calculate()
    end_membership(world, mover, date(2021, 10, 15))
    MembershipFactory.create(practice=mover, network=other, start_date=date(2021, 10, 16))
    ParticipationFactory.create(service=world.service, provider=mover, network=other, commissioner=world.commissioner)

    done = commands.calculate_achievements(by=SYSTEM, networks=[world.network.pk, other.pk], dates=[OCTOBER])

    payable = Achievement.objects.payable().get(provider=mover, achievement_date=OCTOBER)
    assert done.lines == {"gone": 1, "new": 1}
    assert payable.network == other


def test_on_a_shared_day_a_practice_counts_where_it_started_later(world):
    other = NetworkFactory.create()
    LeadFactory.create(network=other, commissioner=world.commissioner)
    shared = world.practices[0]
    MembershipFactory.create(practice=shared, network=other, start_date=date(2021, 10, 31))
    ParticipationFactory.create(service=world.service, provider=shared, network=other, commissioner=world.commissioner)

    commands.calculate_achievements(by=SYSTEM, networks=[world.network.pk, other.pk], dates=[OCTOBER])

    assert Achievement.objects.get(provider=shared).network == other


def test_new_leads_take_over_what_is_open_and_nothing_that_is_final(world):
    world.completed(OCTOBER)
    world.calculate(NOVEMBER)
    successor = world.approver.organisation
    heir = type(successor).objects.create(code="QZZ", name="NHS Heir ICB", kind=3)
    believe(
        world.network.leads.model,
        [Belief({"network": world.network}, inclusive(date(2019, 7, 1), None), {"commissioner": heir})],
    )

    moved = commands.take_over_networks(by=SYSTEM, networks=[world.network.pk])

    assert moved == 3
    assert {line.commissioner for line in world.lines(NOVEMBER)} == {heir}
    assert {line.commissioner for line in world.lines(OCTOBER)} == {world.commissioner}


def test_the_effects_say_what_happened_in_words_and_pounds(world):
    done = world.calculate()

    (effect,) = done.effects
    assert effect.sentence == "31 October 2021: 3 lines are calculated, £2,250.78, and await approval."
    assert effect.pounds == UTSIRE_TOTAL


def test_the_database_refuses_every_write_after_finance_approval(world):
    world.completed()

    for model in (Achievement, NetworkAchievement):
        with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
            model.objects.filter(state=State.AGGREGATED_COMPLETE).update(amount=1)


def test_nothing_is_deleted(world):
    world.calculate()

    for model in (AchievementChange, Achievement):
        with pytest.raises(InternalError, match="Cannot (update or )?delete"), transaction.atomic():
            model.objects.all()._raw_delete("default")
