"""Every transition, from every state, by every role, in every organisation that has to do with the row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from accounts.rules import Acting
from accounts.states import Role
from achievement.models import Achievement, AchievementChange, NetworkAchievement, NetworkAchievementChange
from achievement.states import AUTO_DECLARED, NETWORK_LINE, NETWORK_TOTAL, PRACTICE_PAID, State
from core import clock
from core.actors import SYSTEM
from core.dates import month_ends
from core.transitions import Moved, Transition
from submission.models import Hand
from tests.achievement.rows import line_in, practice_paid, total_in
from tests.factories.accounts import GrantFactory, UserFactory
from tests.factories.achievement import utsire
from tests.factories.organisations import CommissionerFactory

pytestmark = pytest.mark.django_db

TODAY = date(2021, 12, 11)
DATES = month_ends(date(2021, 1, 1), date(2021, 10, 31))
PLACES = ("commissioner", "practice", "network", "another commissioner")
NOBODY = None
STAGE_OF = {"Declaration Management": 1, "Approval Management": 2, "Finance Management": 3}
"""The stage of the chain that each role acts in (domain 2): provider side, commissioner, finance."""

# What the specification (domain 2 and 6) lets happen: transition -> (from, to, who by hand, where they act).
PRACTICE_PAID_MOVES = {
    "declare": ({2}, 3, "Declaration Management", "practice"),
    "withdraw declaration": ({3}, 2, "Declaration Management", "practice"),
    "approve": ({3}, 4, "Approval Management", "commissioner"),
    "reject": ({3}, 2, "Approval Management", "commissioner"),
    "undo approval": ({4}, 3, "Approval Management", "commissioner"),
    "give finance approval": ({4}, 5, "Finance Management", "commissioner"),
    "return": ({4}, 3, "Finance Management", "commissioner"),
    "figures changed": ({1, 2, 3, 4, 9}, 2, NOBODY, ""),
    "revive": ({10}, 2, NOBODY, ""),
    "withdraw": ({1, 2, 3, 4, 9}, 10, NOBODY, ""),
}
AUTO_DECLARED_MOVES = {
    "approve": ({3}, 4, "Approval Management", "commissioner"),
    "hold": ({3}, 9, "Approval Management", "commissioner"),
    "lift": ({9}, 3, "Approval Management", "commissioner"),
    "undo approval": ({4}, 3, "Approval Management", "commissioner"),
    "give finance approval": ({4}, 5, "Finance Management", "commissioner"),
    "return": ({4}, 3, "Finance Management", "commissioner"),
    "declared figures changed": ({3, 4, 9}, 3, NOBODY, ""),
    "revive declared": ({10}, 3, NOBODY, ""),
    "withdraw": ({1, 2, 3, 4, 9}, 10, NOBODY, ""),
}
NETWORK_LINE_MOVES = {
    "approve line": ({3}, 6, "Approval Management", "commissioner"),
    "reject line": ({3}, 9, "Approval Management", "commissioner"),
    "lift hold": ({9}, 3, "Approval Management", "commissioner"),
    "undo line approval": ({6}, 3, "Approval Management", "commissioner"),
    "aggregate line": ({6}, 7, NOBODY, ""),
    "complete line": ({7}, 8, NOBODY, ""),
    "release line": ({7}, 6, NOBODY, ""),
    "return line": ({7}, 3, NOBODY, ""),
    "line changed": ({3, 6, 9}, 3, NOBODY, ""),
    "withdraw line": ({3, 6, 9}, 10, NOBODY, ""),
    "revive line": ({10}, 3, NOBODY, ""),
}
NETWORK_TOTAL_MOVES = {
    "give network finance approval": ({7}, 8, "Finance Management", "commissioner"),
    "return network": ({7}, 10, "Finance Management", "commissioner"),
    "supersede": ({7}, 10, NOBODY, ""),
}

TABLES = (
    (PRACTICE_PAID, PRACTICE_PAID_MOVES, "practice paid"),
    (AUTO_DECLARED, AUTO_DECLARED_MOVES, "auto-declared"),
    (NETWORK_LINE, NETWORK_LINE_MOVES, "line"),
    (NETWORK_TOTAL, NETWORK_TOTAL_MOVES, "total"),
)
CASES = [(table[name], *moves[name], kind) for table, moves, kind in TABLES for name in table if name in moves]


@dataclass(frozen=True)
class Rows:
    """One row of each kind in each state, and one person for each role in each place."""

    by_kind: dict[str, dict[State, Any]]
    people: dict[tuple[str, str], Acting]

    def ids(self, kind: str) -> dict[int, State]:
        return {row.pk: state for state, row in self.by_kind[kind].items()}


@pytest.fixture(scope="module")
def rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[Rows]:
    with django_db_blocker.unblock(), clock.held_at(TODAY), transaction.atomic():
        yield made()
        transaction.set_rollback(True)


@pytest.fixture
def held(rows: Rows) -> Iterator[Rows]:
    """What a test changes is undone after it."""
    with clock.held_at(TODAY), transaction.atomic():
        yield rows
        transaction.set_rollback(True)


def made() -> Rows:
    world = utsire()
    days = dict(zip(State, DATES, strict=True))
    by_kind: dict[str, dict[State, Any]] = {
        "practice paid": {
            state: practice_paid(world, world.practices[0], day=day, state=state) for state, day in days.items()
        },
        "auto-declared": {
            state: practice_paid(world, world.practices[2], day=day, state=state, auto_declared=True)
            for state, day in days.items()
        },
        "line": {state: line_in(world, state, day=day, practice=world.practices[1]) for state, day in days.items()},
        "total": {state: total_in(world, state, day=day) for state, day in days.items()},
    }
    here = {
        "commissioner": [world.commissioner], "practice": world.practices, "network": [world.network],
        "another commissioner": [CommissionerFactory.create()],
    }  # fmt: skip
    return Rows(by_kind, {(role, place): somebody(role, here[place]) for role in Role for place in PLACES})


def somebody(role: str, organisations: list[Any]) -> Acting:
    user = UserFactory.create()
    for organisation in organisations:
        GrantFactory.create(user=user, organisation=organisation, role=role)
    return Acting(user, organisations[0])


def model_of(kind: str) -> Any:
    return NetworkAchievement if kind == "total" else Achievement


def moves_counted() -> int:
    return AchievementChange.objects.count() + NetworkAchievementChange.objects.count()


def tried(
    transition: Transition, kind: str, ids: Any, by: Any
) -> tuple[Moved, dict[int, tuple[int, int]], int, list[tuple[int, int]]]:
    """What came of it: moved and refused, (state, version) of each row, moves logged, hands (who, stage); undone."""
    with transaction.atomic():
        before = moves_counted()
        moved = transition.apply(model_of(kind).objects.filter(pk__in=ids), by=by)
        after = {
            id: (state, version)
            for id, state, version in model_of(kind).objects.filter(pk__in=ids).values_list("pk", "state", "version")
        }
        logged, hands = moves_counted() - before, list(Hand.objects.values_list("actor", "stage"))
        transaction.set_rollback(True)
    return moved, after, logged, hands


def test_the_specification_knows_every_transition_there_is():
    for table, moves, _kind in TABLES:
        assert set(table) == set(moves)


@pytest.mark.parametrize(
    ("transition", "sources", "target", "role", "place", "kind"),
    CASES,
    ids=[f"{case[0].name} ({case[5]})" for case in CASES],
)
class TestEveryTransition:
    def test_moves_from_its_sources_alone_and_only_for_whom_the_specification_says(
        self, held, transition, sources, target, role, place, kind
    ):
        ids = held.ids(kind)
        for (his_role, his_place), by in held.people.items():
            may = (his_role, his_place) == (role, place)

            moved, after, logged, hands = tried(transition, kind, ids, by)

            expected = {id for id, state in ids.items() if may and state in sources}
            assert set(moved.ids) == expected, (his_role, his_place)
            assert {row.id for row in moved.refused} == set(ids) - expected
            assert all(reason.endswith(".") for row in moved.refused for reason in row.reasons)
            assert all(row.reasons for row in moved.refused)
            assert after == {id: (target, 2) if id in expected else (state, 1) for id, state in ids.items()}
            assert logged == len(expected)
            assert hands == [(by.user_id, STAGE_OF.get(role))] * len(expected)

    def test_moves_from_its_sources_alone_for_the_portal_itself(
        self, held, transition, sources, target, role, place, kind
    ):
        ids = held.ids(kind)

        moved, after, logged, hands = tried(transition, kind, ids, SYSTEM)

        expected = {id for id, state in ids.items() if state in sources}
        assert set(moved.ids) == expected
        assert after == {id: (target, 2) if id in expected else (state, 1) for id, state in ids.items()}
        assert {row.reasons for row in moved.refused} == {
            (f"It is {State(state).label}.",) for state in set(State) - sources
        }
        assert (logged, hands) == (len(expected), [])

    def test_never_moves_what_the_other_table_of_states_is_for(
        self, held, transition, sources, target, role, place, kind
    ):
        other = {"practice paid": "line", "auto-declared": "line", "line": "practice paid"}.get(kind)
        if other is None or role is NOBODY:
            return

        moved, _after, logged, _hands = tried(transition, other, held.ids(other), held.people[role, place])

        assert (moved.ids, logged) == ((), 0)

    def test_moves_nothing_for_somebody_whose_account_is_not_active(
        self, held, transition, sources, target, role, place, kind
    ):
        if role is NOBODY:
            return
        by = held.people[role, place]
        type(by.user).objects.filter(pk=by.user_id).update(state=2)

        moved, _after, logged, _hands = tried(transition, kind, held.ids(kind), Acting(by.user, by.organisation))

        assert (moved.ids, logged) == ((), 0)
