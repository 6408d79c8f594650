"""A service that a provider asked for is offered, or declined with a reason that the provider reads."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.states import Role
from core.actors import SYSTEM
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from core.transitions import Seen
from operations.models import OutboxMessage, Task
from operations.notifications import SEND
from participation.commands import ask_for_service, decline_request, offer_to_practices
from participation.models import ServiceRequest
from participation.states import SERVICE_REQUEST, AskState
from tests.factories.accounts import acting_as
from tests.factories.organisations import CommissionerFactory, PracticeFactory
from tests.participation.test_pages import sign_in, text

pytestmark = pytest.mark.django_db

LIST = "participation:service_requests"
WHY = "The budget of this year is spent."


@pytest.fixture
def asks(somewhere):
    """Who asks for a practice of the commissioning organisation that was offered nothing."""
    practice = PracticeFactory.create(name="Wight Health Centre", parent=somewhere.commissioner)
    return acting_as(Role.SERVICE_MANAGEMENT, organisation=practice)


@pytest.fixture
def request_made(somewhere, asks):
    return ask_for_service(somewhere.service.code, by=asks)


def as_seen(request: ServiceRequest) -> Seen:
    request.refresh_from_db()
    return Seen(request.pk, request.version)


def page_of(request: ServiceRequest) -> str:
    return reverse("participation:service_request", args=[request.pk])


def decline(client, request: ServiceRequest, **said):
    address = reverse("participation:decline_service", args=[request.pk])
    return client.post(address, {"version": request.version, **said}, follow=True)


def mails() -> list[dict[str, str]]:
    return [message.keys for message in OutboxMessage.objects.filter(task=SEND).order_by("pk")]


def test_it_is_declined_with_a_reason_and_the_provider_is_told(client, request_made, asks, kezia):
    kezia_client = sign_in(client, kezia)

    before = kezia_client.get(page_of(request_made))
    done = decline(kezia_client, request_made, reason=WHY)

    request_made.refresh_from_db()
    assert "Or decline" in text(before)
    assert "Declined. Wight Health Centre is told, with the reason." in text(done)
    assert (request_made.state, request_made.reason) == (AskState.DECLINED, WHY)
    assert not Task.objects.open().filter(key__startswith="participation.ask-for").exists()
    told = mails()[-1]
    assert (told["to"], WHY in told["text"]) == (asks.user.email, True)
    assert "does not offer you Weight Management" in told["subject"]


def test_who_asked_sees_the_reason_and_may_ask_again(client, somewhere, request_made, asks, kezia):
    decline_request(as_seen(request_made), WHY, by=kezia)
    provider = sign_in(client, asks)

    available = text(provider.get(reverse("participation:available_services")))
    own = text(provider.get(page_of(request_made)))
    again = ask_for_service(somewhere.service.code, by=asks)

    assert f"Declined: {WHY}" in available
    assert "Ask for it: Weight Management" in available
    assert WHY in own
    assert again.pk != request_made.pk
    assert Task.objects.open().filter(key__startswith="participation.ask-for").count() == 1


def test_what_was_declined_may_be_offered_all_the_same(somewhere, request_made, asks, kezia):
    decline_request(as_seen(request_made), WHY, by=kezia)

    made = offer_to_practices(
        somewhere.service.pk, [asks.organisation_id], date(2021, 12, 1), date(2022, 3, 31), by=kezia
    )

    request_made.refresh_from_db()
    assert (len(made.ids), request_made.state) == (1, AskState.DECLINED)


def test_a_reason_is_asked_on_the_page_and_what_was_typed_stays(client, request_made, kezia):
    answer = decline(sign_in(client, kezia), request_made, reason="x" * 501)

    assert answer.status_code == 422
    assert "x" * 501 in answer.content.decode()
    request_made.refresh_from_db()
    assert request_made.state == AskState.ASKED


def test_without_a_reason_the_command_declines_nothing(request_made, kezia):
    with pytest.raises(Invalid, match="Enter reason"):
        decline_request(as_seen(request_made), "  ", by=kezia)


def test_whoever_only_looks_is_told_who_can(client, request_made, kezia, somewhere):
    viewer = acting_as(Role.VIEW, organisation=somewhere.commissioner)

    page = text(sign_in(client, viewer).get(page_of(request_made)))

    assert "You need the role Commissioning Management" in page
    assert kezia.name in page
    with pytest.raises(NotPermitted):
        decline_request(as_seen(request_made), WHY, by=viewer)


def test_another_commissioning_organisation_does_not_see_it(request_made):
    stranger = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=CommissionerFactory.create())

    with pytest.raises(NotVisible):
        decline_request(as_seen(request_made), WHY, by=stranger)


def test_what_was_answered_meanwhile_is_a_conflict(request_made, kezia):
    seen = as_seen(request_made)
    decline_request(seen, WHY, by=kezia)

    with pytest.raises(Conflict):
        decline_request(seen, "Once more.", by=kezia)


def test_the_list_shows_those_that_await_an_answer_first(client, somewhere, request_made, kezia):
    other = PracticeFactory.create(name="Dogger Surgery", parent=somewhere.commissioner)
    ask_for_service(somewhere.service.code, by=acting_as(Role.SERVICE_MANAGEMENT, organisation=other))
    decline_request(as_seen(request_made), WHY, by=kezia)
    kezia_client = sign_in(client, kezia)

    listed = text(kezia_client.get(reverse(LIST)))
    available = text(kezia_client.get(reverse("participation:available_services")))

    assert listed.index("Dogger Surgery") < listed.index("Wight Health Centre")
    assert f"Declined: {WHY}" in listed
    assert "Services asked for: 1 await an answer" in available


def test_an_empty_list_says_so(client, kezia):
    assert "Nobody has asked for a service yet." in text(sign_in(client, kezia).get(reverse(LIST)))


def test_the_list_asks_as_often_however_long_it_is(client, somewhere, kezia, django_assert_max_num_queries):
    for name in ("Dogger Surgery", "Fisher Practice", "Forth Surgery"):
        practice = PracticeFactory.create(name=name, parent=somewhere.commissioner)
        ask_for_service(somewhere.service.code, by=acting_as(Role.SERVICE_MANAGEMENT, organisation=practice))
    kezia_client = sign_in(client, kezia)

    with django_assert_max_num_queries(10):
        kezia_client.get(reverse(LIST))


def test_every_move_from_every_state_by_every_role(request_made, somewhere, asks):
    places = {"asked": somewhere.commissioner, "asks": asks.organisation, "other": CommissionerFactory.create()}
    moved = set()

    for name, move in SERVICE_REQUEST.items():
        for state in AskState:
            people = {(role, at): acting_as(role, organisation=where) for role in Role for at, where in places.items()}
            for who, by in {**people, "the portal": SYSTEM}.items():
                values = {"reason": WHY, "decided_by": asks.user_id}
                ServiceRequest.objects.filter(pk=request_made.pk).update(state=state, **values)
                if move.apply(ServiceRequest.objects.all(), by=by):
                    moved.add((name, state, who))

    assert moved == {
        ("meet request", AskState.ASKED, "the portal"),
        ("decline request", AskState.ASKED, "the portal"),
        ("decline request", AskState.ASKED, (Role.COMMISSIONING_MANAGEMENT, "asked")),
    }


def test_the_database_holds_one_open_request_and_a_reason(request_made):
    same = {"service": request_made.service, "provider": request_made.provider, "asked_at": request_made.asked_at}

    with pytest.raises(IntegrityError, match="open_once"), transaction.atomic():
        ServiceRequest.objects.create(**same, commissioner=request_made.commissioner, state=AskState.ASKED)
    with pytest.raises(IntegrityError, match="declined_with_reason"), transaction.atomic():
        ServiceRequest.objects.filter(pk=request_made.pk).update(state=AskState.DECLINED)
