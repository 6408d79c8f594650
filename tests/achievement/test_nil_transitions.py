"""Every move of a nil settlement, from every state, by every role, in every organisation that has to do with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from accounts.rules import Acting
from accounts.states import Role
from achievement.models import NilSettlement, NilSettlementChange
from achievement.states import NIL_SETTLEMENT, NilState
from core import clock
from core.actors import SYSTEM
from core.dates import month_ends
from core.transitions import Moved, Transition
from submission.models import Hand
from tests.achievement.rows import AT
from tests.achievement.test_transitions import DATES, PLACES, TODAY, somebody
from tests.factories.accounts import UserFactory
from tests.factories.achievement import utsire
from tests.factories.organisations import CommissionerFactory

pytestmark = pytest.mark.django_db

NOBODY = None
ANOTHER, THE_SAME = "another person", "whoever proposed it"

# What the specification lets happen: move -> (from, to, which of the lead's approvers; nobody by hand).
MOVES: dict[str, tuple[set[int], int, str | None]] = {
    "confirm nil settlement": ({1}, 2, ANOTHER),
    "decline nil settlement": ({1}, 4, ANOTHER),
    "withdraw nil settlement": ({1}, 5, THE_SAME),
    "lift nil settlement": ({2}, 6, ANOTHER),
    "replace nil settlement": ({1, 2}, 7, NOBODY),
    "complete nil settlement": ({2}, 3, NOBODY),
}


class Made:
    """A settlement in each state, and one person for each role in each place; and whoever proposed them."""

    def __init__(self) -> None:
        world = utsire()
        here = {
            "commissioner": [world.commissioner], "practice": world.practices, "network": [world.network],
            "another commissioner": [CommissionerFactory.create()],
        }  # fmt: skip
        self.people = {(role, place): somebody(role, here[place]) for role in Role for place in PLACES}
        self.proposer = somebody(Role.APPROVAL_MANAGEMENT, [world.commissioner])
        second = UserFactory.create()
        self.rows = {
            state: NilSettlement.objects.create(
                achievement_date=day, service=world.service, network=world.network, provider=world.practices[0],
                commissioner=world.commissioner, reason="Closed.", proposed_at=AT, proposed_by=self.proposer.user,
                confirmed_by=second if state in (2, 3, 6) else None, state=state,
            )
            for state, day in zip(NilState, DATES, strict=False)
        }  # fmt: skip

    @property
    def ids(self) -> dict[int, NilState]:
        return {row.pk: state for state, row in self.rows.items()}


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[Made]:
    with django_db_blocker.unblock(), clock.held_at(TODAY), transaction.atomic():
        yield Made()
        transaction.set_rollback(True)


@pytest.fixture
def held(made: Made) -> Iterator[Made]:
    """What a test changes is undone after it."""
    with clock.held_at(TODAY), transaction.atomic():
        yield made
        transaction.set_rollback(True)


def tried(move: Transition, ids: Any, by: Any) -> tuple[Moved, dict[int, tuple[int, int]], int, set[tuple[int, int]]]:
    """What came of it: moved and refused, (state, version) of each row, moves logged, hands (who, stage); undone."""
    confirmed = {} if by.is_system else {"confirmed_by": by.user_id} if move.target == NilState.SETTLED else {}
    another = UserFactory.create().pk
    values = {"confirmed_by": another} if by.is_system and move.target == NilState.SETTLED else confirmed
    with transaction.atomic():
        before = NilSettlementChange.objects.count()
        moved = move.apply(NilSettlement.objects.filter(pk__in=ids), by=by, note="Why.", values=values)
        rows = NilSettlement.objects.filter(pk__in=ids)
        after = {id: (state, version) for id, state, version in rows.values_list("pk", "state", "version")}
        logged = NilSettlementChange.objects.count() - before
        hands = set(Hand.objects.values_list("actor", "stage"))
        transaction.set_rollback(True)
    return moved, after, logged, hands


def test_the_specification_knows_every_move_there_is():
    assert set(NIL_SETTLEMENT) == set(MOVES)
    assert len(month_ends(DATES[0], DATES[-1])) >= len(NilState)


@pytest.mark.parametrize("name", MOVES)
class TestEveryMove:
    def test_is_made_from_its_sources_alone_and_only_by_whom_the_specification_says(self, held, name):
        sources, target, who = MOVES[name]
        everybody = {**held.people, ("proposer", "commissioner"): held.proposer}
        for (role, place), by in everybody.items():
            may = (who == ANOTHER and (role, place) == (Role.APPROVAL_MANAGEMENT, "commissioner")) or (
                role == "proposer" and (who == THE_SAME or name == "lift nil settlement")
            )

            moved, after, logged, hands = tried(NIL_SETTLEMENT[name], held.ids, by)

            expected = {id for id, state in held.ids.items() if may and state in sources}
            assert set(moved.ids) == expected, (role, place)
            assert {row.id for row in moved.refused} == set(held.ids) - expected
            assert all(row.reasons for row in moved.refused)
            assert after == {id: (target, 2) if id in expected else (state, 1) for id, state in held.ids.items()}
            assert logged == len(expected)
            assert hands == ({(by.user_id, 2)} if expected else set())

    def test_is_made_from_its_sources_alone_by_the_portal_itself(self, held, name):
        sources, target, _who = MOVES[name]

        moved, after, logged, hands = tried(NIL_SETTLEMENT[name], held.ids, SYSTEM)

        expected = {id for id, state in held.ids.items() if state in sources}
        assert set(moved.ids) == expected
        assert after == {id: (target, 2) if id in expected else (state, 1) for id, state in held.ids.items()}
        assert (logged, hands) == (len(expected), set())

    def test_is_made_by_nobody_whose_account_is_not_active(self, held, name):
        by = held.people[Role.APPROVAL_MANAGEMENT, "commissioner"]
        type(by.user).objects.filter(pk=by.user_id).update(state=2)

        moved, _after, logged, _hands = tried(NIL_SETTLEMENT[name], held.ids, Acting(by.user, by.organisation))

        assert (moved.ids, logged) == ((), 0)
