"""What every transition does with a set, whatever it is of; shown on achievements."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accounts.states import Role
from achievement.models import Achievement, AchievementChange
from achievement.states import AGGREGATE_LINE, APPROVE_LINE, NETWORK_LINE, State
from core import clock
from core.actors import SYSTEM
from core.permissions import Permission
from core.transitions import Refused, Seen, Transition, transition_table
from submission.models import Hand
from tests.achievement.rows import line_in
from tests.factories.achievement import World, seen, utsire

ANYBODY = Permission("tests.transitions_of_anybody")
LEAVE = Transition("leave", frozenset({State.HELD}), State.HELD, ANYBODY.name, button="Leave", done="left")


@pytest.fixture
def world(db: None, training_day: object) -> World:
    return utsire()


@pytest.fixture
def lines(world: World) -> list[Achievement]:
    """Three lines: awaiting the commissioner, held, awaiting the commissioner."""
    states = (State.AWAITING_COMMISSIONER, State.HELD, State.AWAITING_COMMISSIONER)
    return [line_in(world, state, practice=each) for state, each in zip(states, world.practices, strict=True)]


def moves() -> list[tuple[int, str, int | None, int, int, str]]:
    columns = ("row", "transition", "from_state", "to_state", "version", "note")
    return list(AchievementChange.objects.order_by("row").values_list(*columns))


def test_those_that_may_move_move_and_the_rest_are_named_with_why(world, lines):
    moved = APPROVE_LINE.apply(Achievement.objects.all(), by=world.approver, note="Seen.")

    assert moved.ids == (lines[0].pk, lines[2].pk)
    assert moved.refused == (Refused(lines[1].pk, ("It is Held.",)),)
    assert (len(moved), bool(moved)) == (2, True)
    assert moves() == [(lines[n].pk, "approve line", 3, 6, 2, "Seen.") for n in (0, 2)]


def test_every_reason_is_said_at_once(world, lines):
    stranger = world.acting(Role.VIEW)

    moved = APPROVE_LINE.apply(Achievement.objects.filter(pk=lines[1].pk), by=stranger)

    assert moved.refused == (
        Refused(
            lines[1].pk, ("You need the role Approval Management in the organisation that acts on it.", "It is Held.")
        ),
    )


def test_a_row_seen_at_an_earlier_version_stays_and_is_named(world, lines):
    old, _held, as_seen = seen(*lines)
    Achievement.objects.filter(pk=old.id).update(version=7)

    moved = APPROVE_LINE.apply(Achievement.objects.all(), by=world.approver, seen=[old, as_seen])

    assert moved.ids == (as_seen.id,)
    assert moved.refused[0] == Refused(old.id, ("It has changed since you saw it.",))


def test_a_row_in_the_set_that_nobody_saw_stays(world, lines):
    moved = APPROVE_LINE.apply(Achievement.objects.all(), by=world.approver, seen=seen(lines[0]))

    assert moved.ids == (lines[0].pk,)
    assert Refused(lines[2].pk, ("It has changed since you saw it.",)) in moved.refused


def test_a_row_that_was_seen_and_is_not_in_the_set_is_named(world, lines):
    moved = APPROVE_LINE.apply(
        Achievement.objects.filter(pk=lines[0].pk), by=world.approver, seen=[*seen(lines[0]), Seen(1, 1)]
    )

    assert moved.ids == (lines[0].pk,)
    assert moved.refused == (Refused(1, ("It does not exist, or you may not see it.",)),)


def test_a_row_named_twice_moves_once(world, lines):
    moved = APPROVE_LINE.apply(Achievement.objects.all(), by=world.approver, seen=seen(lines[0], lines[0]))

    assert moved.ids == (lines[0].pk,)
    assert len(moves()) == 1


def test_an_empty_set_moves_nothing(world):
    moved = APPROVE_LINE.apply(Achievement.objects.none(), by=world.approver)

    assert (moved.ids, moved.refused, bool(moved)) == ((), (), False)


def test_further_values_are_set_with_the_move(world, lines):
    APPROVE_LINE.apply(Achievement.objects.all(), by=world.approver, values={"amount": 5, "auto_declared": False})

    found = Achievement.objects.order_by("pk").values_list("amount", "auto_declared", "version")
    assert list(found) == [(5, False, 2), (lines[1].amount, True, 1), (5, False, 2)]
    assert set(AchievementChange.objects.values_list("amount", flat=True)) == {5}


def test_a_move_to_the_same_state_is_logged_and_makes_a_new_version(world, lines):
    moved = LEAVE.apply(Achievement.objects.all(), by=SYSTEM)

    assert moved.ids == (lines[1].pk,)
    assert moves() == [(lines[1].pk, "leave", 9, 9, 2, "")]


def test_a_stage_leaves_one_hand_for_each_chain_and_no_stage_none(world, lines):
    staged = replace(APPROVE_LINE, permission=ANYBODY.name)
    replace(staged, stage=None).apply(Achievement.objects.filter(pk=lines[0].pk), by=world.approver)
    without = Hand.objects.count()

    staged.apply(Achievement.objects.all(), by=world.approver)

    assert (without, Hand.objects.count()) == (0, 1)


def test_the_log_names_who_for_which_organisation_and_when(world, lines):
    APPROVE_LINE.apply(Achievement.objects.all(), by=world.approver)
    LEAVE.apply(Achievement.objects.all(), by=SYSTEM)

    by_person, by_portal = AchievementChange.objects.filter(row__in=[lines[0], lines[1]]).order_by("row")
    assert (by_person.by, by_person.organisation) == (world.approver.user, world.commissioner)
    assert (by_portal.by, by_portal.organisation) == (None, None)
    assert {by_person.at, by_portal.at} == {clock.now()}


def test_queries_do_not_grow_with_the_rows(world, django_assert_max_num_queries):
    for practice in world.practices:
        line_in(world, State.AWAITING_COMMISSIONER, practice=practice)
    world.approver.roles()

    with django_assert_max_num_queries(4):
        APPROVE_LINE.apply(Achievement.objects.all(), by=world.approver)


def test_a_relation_moves_those_in_the_sources_and_sets_its_columns(world, lines):
    relation = "SELECT id, amount + 1 AS amount FROM achievement_achievement WHERE amount > %s"
    approve = replace(APPROVE_LINE, permission=ANYBODY.name)

    moved = approve.apply_each(Achievement, relation, ("amount",), by=SYSTEM, note="By the set.", params=[0])

    assert sorted(moved.ids) == [lines[0].pk, lines[2].pk]
    assert [(row, note) for row, *_rest, note in moves()] == [
        (lines[0].pk, "By the set."),
        (lines[2].pk, "By the set."),
    ]
    assert [
        line.amount - each.amount for line, each in zip(Achievement.objects.order_by("pk"), lines, strict=True)
    ] == [1, 0, 1]


def test_a_relation_without_rows_moves_nothing(world, lines):
    moved = AGGREGATE_LINE.apply_each(Achievement, "SELECT id FROM achievement_achievement WHERE false", by=SYSTEM)

    assert (moved.ids, moves()) == ((), [])


def test_very_many_rows_are_answered_as_counts_and_sums(world, lines):
    relation = "SELECT id, amount + 1 AS amount FROM achievement_achievement WHERE amount > 0"
    approve = replace(APPROVE_LINE, stage=None)

    totals = approve.apply_totalled(Achievement, relation, ("amount",), by=SYSTEM, per="state", of="amount")

    first, third = lines[0], lines[2]
    assert totals == {State.AWAITING_NETWORK: (2, first.amount + third.amount + 2)}
    assert [row for row, *_rest in moves()] == [first.pk, third.pk]


def test_moves_in_which_somebody_takes_part_are_not_answered_as_counts(world, lines):
    with pytest.raises(ValueError, match="whose hand is in which row"):
        APPROVE_LINE.apply_totalled(Achievement, "SELECT 1 AS id", by=world.approver, per="state", of="amount")

    assert moves() == []


def test_a_table_names_each_transition_once():
    with pytest.raises(ValueError, match="named twice"):
        transition_table([*NETWORK_LINE.values(), replace(LEAVE, name="lift hold")])
