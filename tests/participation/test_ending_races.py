"""Two at once: confirming, declining and taking back a request; answering an offer that is being cancelled."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.states import Role
from core.errors import Conflict
from core.transitions import Seen
from participation.commands import (
    Ending,
    accept_offers,
    ask_to_end,
    cancel_participations,
    confirm_end,
    decline_end,
    take_back_end,
)
from participation.models import EndRequest, Participation
from participation.states import RequestState, State
from tests.factories.accounts import acting_as
from tests.factories.achievement import seen, utsire
from tests.factories.participation import ParticipationFactory
from tests.factories.submission import weight_management
from tests.participation.test_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("training_day")]


@pytest.fixture
def asked():
    """A request that awaits a second person; who asked, and two who may be the second."""
    world = utsire()
    world.calculate()
    world.approve_all()
    people = [acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=world.commissioner) for _ in range(3)]
    rows = seen(*Participation.objects.filter(network=world.network))
    request = ask_to_end(rows, Ending(date(2021, 9, 30), "It stopped."), by=people[0])
    return Seen(request.request_id, 1), people


def test_two_who_confirm_at_once_are_one_end_and_one_that_is_told(asked):
    request, (_asker, one, other) = asked

    answers = at_once(lambda: confirm_end(request, by=one), lambda: confirm_end(request, by=other))

    assert sum(isinstance(answer, Conflict) for answer in answers) == 1
    row = EndRequest.objects.get()
    assert (row.state, row.history.filter(transition="confirm").count()) == (RequestState.CONFIRMED, 1)
    assert {row.history.filter(transition="end").count() for row in Participation.objects.all()} == {1}


@pytest.mark.parametrize("against", ["decline", "take back"])
def test_a_confirmation_against_a_no_is_one_of_them_and_never_both(asked, against):
    request, (asker, one, other) = asked
    no = {
        "decline": lambda: decline_end(request, "It was delivered.", by=other),
        "take back": lambda: take_back_end(request, by=asker),
    }

    answers = at_once(lambda: confirm_end(request, by=one), no[against])

    assert sum(isinstance(answer, Conflict) for answer in answers) == 1
    confirmed = EndRequest.objects.get().state == RequestState.CONFIRMED
    assert {row.state for row in Participation.objects.all()} == {State.ENDED if confirmed else State.APPROVED}


def test_an_offer_accepted_while_it_is_cancelled_is_one_of_them(training_day):
    offer = ParticipationFactory.create(service=weight_management(), network=None, state=State.OFFERED)
    practice = acting_as(Role.SERVICE_MANAGEMENT, organisation=offer.provider)
    commissioner = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=offer.commissioner)

    accepted, cancelled = at_once(
        lambda: accept_offers([Seen(offer.pk, 1)], by=practice),
        lambda: cancel_participations([Seen(offer.pk, 1)], "By mistake.", by=commissioner),
    )

    assert [len(accepted.ids), len(cancelled.ids)] in ([1, 0], [0, 1])
    offer.refresh_from_db()
    assert offer.version == 2
