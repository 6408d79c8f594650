from __future__ import annotations

from itertools import product

import pytest

from accounts.states import Role
from core.actors import SYSTEM
from participation.models import Participation
from participation.states import PARTICIPATION, State
from tests.factories.accounts import acting_as
from tests.factories.organisations import CommissionerFactory, NetworkFactory, PracticeFactory
from tests.factories.participation import ParticipationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]

MOVES = {
    "accept": ({State.OFFERED}, State.ACCEPTED, Role.SERVICE_MANAGEMENT, "provider"),
    "reject": ({State.OFFERED}, State.REJECTED, Role.SERVICE_MANAGEMENT, "provider"),
    "expire": ({State.OFFERED}, State.EXPIRED, None, None),
    "approve": ({State.ACCEPTED}, State.APPROVED, Role.COMMISSIONING_MANAGEMENT, "commissioner"),
    "do not approve": ({State.ACCEPTED}, State.NOT_APPROVED, Role.COMMISSIONING_MANAGEMENT, "commissioner"),
    "save end date": ({State.APPROVED}, State.APPROVED, Role.COMMISSIONING_MANAGEMENT, "commissioner"),
    "end": ({State.APPROVED}, State.ENDED, Role.COMMISSIONING_MANAGEMENT, "commissioner"),
    "correct end date": ({State.ENDED}, State.ENDED, Role.COMMISSIONING_MANAGEMENT, "commissioner"),
    "reopen": ({State.ENDED}, State.APPROVED, Role.COMMISSIONING_MANAGEMENT, "commissioner"),
    "cancel": ({State.APPROVED}, State.CANCELLED, Role.COMMISSIONING_MANAGEMENT, "commissioner"),
}
PLACES = ("provider", "network", "commissioner", "elsewhere")


@pytest.fixture
def places():
    return {
        "provider": PracticeFactory.create(),
        "network": NetworkFactory.create(),
        "commissioner": CommissionerFactory.create(),
        "elsewhere": CommissionerFactory.create(),
    }


def test_the_table_holds_these_moves_and_no_others():
    assert set(PARTICIPATION) == set(MOVES)


@pytest.mark.parametrize("name", sorted(MOVES))
def test_it_moves_only_from_its_states_and_by_whoever_holds_its_role_there(name, places):
    sources, target, needed_role, needed_place = MOVES[name]
    actors = {(role, place): acting_as(role, organisation=places[place]) for role, place in product(Role, PLACES)}
    rows = {state: _row(state, places) for state in State}

    moved = {key: _move(name, rows, by) for key, by in actors.items()}
    by_the_portal = _move(name, rows, SYSTEM)

    for (role, place), states in moved.items():
        may = (role, place) == (needed_role, needed_place)
        assert states == (sources if may else set()), (role, place)
    assert by_the_portal == sources
    assert PARTICIPATION[name].target == target


def test_each_state_has_its_words():
    row = Participation(state=State.NOT_APPROVED)

    assert row.state_label == "Not approved"


def _row(state, places):
    here = {name: places[name] for name in ("provider", "network", "commissioner")}
    return ParticipationFactory.create(state=state, **here)


def _move(name, rows, by):
    """Try the move on a row in every state; answer the states it moved, and put all back as they were."""
    moved = set(PARTICIPATION[name].apply(Participation.objects.all(), by=by).ids)
    for state, row in rows.items():
        Participation.objects.filter(pk=row.pk).update(state=state)
    return {state for state, row in rows.items() if row.pk in moved}
