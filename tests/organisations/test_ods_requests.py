"""What only ODS can put right is asked, and kept track of: asked, answered, closed."""

from __future__ import annotations

import pytest

from accounts.states import Role
from core.errors import Invalid, NotPermitted, NotVisible
from core.transitions import Seen
from organisations.commands import ask_ods, close_request, note_answer
from organisations.models import OdsRequest
from organisations.states import ODS_REQUEST, RequestState
from tests.achievement.payments import said, signed_in
from tests.factories.accounts import acting_as
from tests.factories.organisations import CommissionerFactory, NetworkFactory, PracticeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def network(training_day: object):
    return NetworkFactory.create(led_by=CommissionerFactory.create())


@pytest.fixture
def practice(network):
    return PracticeFactory.create(member_of=network, name="Malin Practice")


@pytest.fixture
def dilys(network):
    lead = network.leads.get().commissioner
    return acting_as(Role.COMMISSIONING_MANAGEMENT, Role.VIEW, organisation=lead)


def asked(network, dilys, practice=None) -> OdsRequest:
    code = practice.code if practice else ""
    return OdsRequest.objects.get(pk=ask_ods(network.code, "Please end it.", practice_code=code, by=dilys))


def as_seen(request: OdsRequest) -> Seen:
    request.refresh_from_db()
    return Seen(request.pk, request.version)


def test_a_request_is_kept_with_who_asked_and_when(network, practice, dilys):
    request = asked(network, dilys, practice)

    assert (request.state, request.practice, request.asked_by) == (RequestState.ASKED, practice, dilys.user)
    assert request.history.get().transition == "ask ODS"


def test_its_answer_is_noted_and_a_later_one_takes_its_place(network, dilys):
    request = asked(network, dilys)

    note_answer(as_seen(request), "We look into it.", by=dilys)
    note_answer(as_seen(request), "It ends on 31 October.", by=dilys)

    request.refresh_from_db()
    assert (request.state, request.answer) == (RequestState.ANSWERED, "It ends on 31 October.")
    assert [move.note for move in request.history.order_by("pk")] == ["", "We look into it.", "It ends on 31 October."]


def test_it_is_closed_answered_or_not_and_then_stays(network, dilys):
    request = asked(network, dilys)

    close_request(as_seen(request), by=dilys)
    again = note_answer(as_seen(request), "Too late.", by=dilys)

    assert not again
    assert again.refused[0].reasons == ("It is Closed.",)


def test_what_has_changed_since_it_was_seen_is_not_moved(network, dilys):
    request = asked(network, dilys)
    before = as_seen(request)
    note_answer(before, "Yes.", by=dilys)

    moved = close_request(before, by=dilys)

    assert moved.refused[0].reasons == ("It has changed since you saw it.",)


@pytest.mark.parametrize("state", RequestState)
@pytest.mark.parametrize("move", ODS_REQUEST.values(), ids=lambda move: move.name)
def test_each_move_starts_where_its_table_says(network, dilys, move, state):
    request = asked(network, dilys)
    OdsRequest.objects.filter(pk=request.pk).update(state=state)

    moved = move.apply(OdsRequest.objects.filter(pk=request.pk), by=dilys, note="Why.")

    assert bool(moved) == (state in move.sources)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.COMMISSIONING_MANAGEMENT])
def test_no_other_role_asks_answers_or_closes(network, dilys, role):
    request = asked(network, dilys)
    other = acting_as(role, organisation=dilys.organisation)

    with pytest.raises(NotPermitted):
        ask_ods(network.code, "Please.", by=other)
    assert not note_answer(as_seen(request), "Yes.", by=other)
    assert not close_request(as_seen(request), by=other)


def test_of_another_commissioners_network_nothing_is_asked(network):
    stranger = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=CommissionerFactory.create())

    with pytest.raises(NotVisible):
        ask_ods(network.code, "Please.", by=stranger)


@pytest.mark.parametrize("text", ["", "  ", "x" * 2_001])
def test_a_request_says_something_and_not_too_much(network, dilys, text):
    with pytest.raises(Invalid, match="Request"):
        ask_ods(network.code, text, by=dilys)


def test_the_page_asks_answers_and_closes(network, practice, dilys):
    client = signed_in(dilys)
    href = f"/organisations/networks/{network.code}/ods-requests/"
    link = {"text": "Please end the membership.", "practice": practice.code}

    filled = said(client.get(href, link))
    posted = said(client.post(href, link, follow=True))
    request = OdsRequest.objects.get()
    answered = said(client.post(f"{href}answer/", {"seen": f"{request.pk}:1", "answer": "Done."}, follow=True))
    closed = said(client.post(f"{href}close/", {"seen": f"{request.pk}:2"}, follow=True))

    assert "ODS has been asked nothing about this PCN." in filled
    assert "Please end the membership." in filled
    assert "Malin Practice" in posted
    assert "Answer awaited" in posted
    assert "Done." in answered
    assert "The request is closed." in closed
    assert "Note the answer" not in closed


def test_nothing_typed_is_lost_where_the_request_is_refused(network, dilys):
    href = f"/organisations/networks/{network.code}/ods-requests/"

    answer = signed_in(dilys).post(href, {"text": "x" * 2_001})

    assert answer.status_code == 422
    assert "x" * 2_001 in answer.content.decode()
