from __future__ import annotations

from itertools import product

import pytest
from django.db import IntegrityError

from accounts.states import Role
from core.actors import SYSTEM
from participation.models import EndRequest, Participation
from participation.states import END_REQUEST, OPEN, PARTICIPATION, RequestState, State
from tests.factories.accounts import acting_as
from tests.factories.organisations import CommissionerFactory, NetworkFactory, PracticeFactory
from tests.factories.participation import EndRequestFactory, ParticipationFactory

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
    "correct start date": ({State.APPROVED}, State.APPROVED, Role.COMMISSIONING_MANAGEMENT, "commissioner"),
    "correct start date of ended": ({State.ENDED}, State.ENDED, Role.COMMISSIONING_MANAGEMENT, "commissioner"),
    "shorten offer": ({State.OFFERED}, State.OFFERED, None, None),
    "shorten answered offer": ({State.ACCEPTED}, State.ACCEPTED, None, None),
    "cancel": (OPEN, State.CANCELLED, Role.COMMISSIONING_MANAGEMENT, "commissioner"),
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


ASKED = RequestState.ASKED
REQUEST_MOVES = {
    "confirm": RequestState.CONFIRMED,
    "decline": RequestState.DECLINED,
    "take back": RequestState.TAKEN_BACK,
}


def test_the_table_of_requests_holds_these_moves_and_no_others():
    assert {name: move.target for name, move in END_REQUEST.items()} == REQUEST_MOVES


@pytest.mark.parametrize("name", sorted(REQUEST_MOVES))
def test_a_request_is_decided_by_another_of_its_role_and_taken_back_by_who_asked(name, places):
    asker = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=places["commissioner"])
    actors = {(role, place): acting_as(role, organisation=places[place]) for role, place in product(Role, PLACES)}
    rows = {
        state: EndRequestFactory.create(state=state, commissioner=places["commissioner"], asked_by=asker.user)
        for state in RequestState
    }

    moved = {key: _move(name, rows, by, EndRequest, END_REQUEST) for key, by in actors.items()}
    by_who_asked = _move(name, rows, asker, EndRequest, END_REQUEST)

    for (role, place), states in moved.items():
        may = name != "take back" and (role, place) == (Role.COMMISSIONING_MANAGEMENT, "commissioner")
        assert states == ({ASKED} if may else set()), (role, place)
    assert by_who_asked == ({ASKED} if name == "take back" else set())


def test_the_database_lets_nobody_decide_what_they_asked_for(places):
    request = EndRequestFactory.create(commissioner=places["commissioner"])

    with pytest.raises(IntegrityError, match="end_request_decided_by_another"):
        EndRequest.objects.filter(pk=request.pk).update(decided_by=request.asked_by)


def test_each_state_has_its_words():
    row = Participation(state=State.NOT_APPROVED)

    assert row.state_label == "Not approved"


def _row(state, places):
    here = {name: places[name] for name in ("provider", "network", "commissioner")}
    return ParticipationFactory.create(state=state, **here)


def _move(name, rows, by, model=Participation, table=PARTICIPATION):
    """Try the move on a row in every state; answer the states it moved, and put all back as they were."""
    values = {"decided_by": by.user_id} if name in ("confirm", "decline") else None
    moved = set(table[name].apply(model.objects.all(), by=by, values=values).ids)
    for state, row in rows.items():
        before = {"decided_by": row.decided_by} if model is EndRequest else {}
        model.objects.filter(pk=row.pk).update(state=state, **before)
    return {state for state, row in rows.items() if row.pk in moved}
