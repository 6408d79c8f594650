"""While a second person is asked to end an offer, nothing else ends or moves it (ADR 0064)."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from django.urls import reverse

from accounts.states import Role
from core.errors import Conflict
from core.transitions import Seen
from organisations.models import Lead
from participation.commands import (
    Ending,
    ask_to_end,
    cancel_participations,
    preview_end,
    save_end_date,
    save_start_date,
    take_back_end,
)
from participation.models import EndRequest, Participation
from participation.queries.offer import what_can_be_done
from participation.rules import AWAITS_A_REQUEST
from participation.states import RequestState
from tests.factories.accounts import acting_as
from tests.factories.achievement import seen, utsire
from tests.factories.organisations import CommissionerFactory
from tests.participation.pages import hidden
from tests.participation.test_pages import sign_in, text, tokens

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]

SEPTEMBER_END, JANUARY_END = date(2021, 9, 30), date(2022, 1, 31)
WHY = "It stopped in September."


@pytest.fixture
def world():
    """October approved, and a request to end the first practice's offer in September."""
    made = utsire()
    made.calculate()
    made.approve_all()
    return made


@pytest.fixture
def dilys(world):
    return acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=world.commissioner)


@pytest.fixture
def offers(world):
    return list(Participation.objects.filter(network=world.network).with_terms().order_by("provider__name"))


@pytest.fixture
def asked(offers, dilys):
    return ask_to_end(seen(offers[0]), Ending(SEPTEMBER_END, WHY), by=dilys)


def test_it_is_not_asked_for_again(offers, asked, dilys):
    with pytest.raises(Conflict, match="Nothing would change") as refused:
        ask_to_end(seen(offers[0]), Ending(None, WHY), by=dilys)

    assert AWAITS_A_REQUEST in refused.value.sentences
    assert EndRequest.objects.count() == 1


def test_of_several_the_others_are_asked_for(offers, asked, dilys):
    again = ask_to_end(seen(*offers), Ending(SEPTEMBER_END, WHY), by=dilys)

    assert list(again.ended.ids) == sorted(row.pk for row in offers[1:])
    assert [(row.id, row.reasons) for row in again.ended.refused] == [(offers[0].pk, (AWAITS_A_REQUEST,))]


@pytest.mark.parametrize("ending", [Ending(JANUARY_END, WHY), Ending(None, WHY)])
def test_it_is_not_ended_or_cancelled_directly_and_the_preview_says_so(offers, asked, dilys, ending):
    do = cancel_participations if ending.cancels else partial(save_end_date, end_date=JANUARY_END)

    ahead = preview_end(seen(offers[0]), ending, by=dilys)
    done = do(seen(offers[0]), reason=WHY, by=dilys)

    assert ahead.answer.refused == done.refused
    assert [row.reasons for row in done.refused] == [(AWAITS_A_REQUEST,)]


def test_its_start_is_not_corrected(offers, asked, dilys):
    with pytest.raises(Conflict, match="awaits a second person"):
        save_start_date(Seen(offers[0].pk, offers[0].version), date(2020, 6, 1), WHY, by=dilys)


def test_what_can_be_done_with_it_says_why_not(offers, asked, dilys):
    can = {act.name: act.why_not for act in what_can_be_done(offers[0], dilys)}

    assert can["save_end_date"] == can["cancel_service"] == AWAITS_A_REQUEST


def test_once_it_is_taken_back_all_is_as_before(offers, asked, dilys):
    take_back_end(Seen(asked.request_id, 1), by=dilys)

    done = save_end_date(seen(offers[0]), JANUARY_END, WHY, by=dilys)

    assert list(done.ids) == [offers[0].pk]


def test_a_request_of_the_former_lead_does_not_hold_up_the_next(world, offers, asked):
    new = CommissionerFactory.create()
    Lead.objects.filter(network=world.network).update(commissioner=new)
    Participation.objects.filter(network=world.network).update(commissioner=new)
    by = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=new)

    assert save_end_date(seen(offers[0]), JANUARY_END, WHY, by=by).ids == [offers[0].pk]


@pytest.mark.parametrize("name", ["save_end_date", "cancel_service"])
def test_the_page_leads_to_the_request_before_anything_is_typed_and_when_it_refuses(
    client, world, offers, asked, dilys, name
):
    client = sign_in(client, dilys)
    address = reverse(f"participation:{name}", args=[world.service.code])
    given = {"seen": tokens(offers[:1]), "end_date": "2022-01-31", "reason": WHY}

    entered = client.post(address, {"seen": tokens(offers[:1])})
    refused = client.post(address, {**given, "step": "check"})

    link = f'<a href="/participation/requests/{asked.request_id}/">An end date that {dilys.user.name} asked for</a>'
    assert link in entered.content.decode()
    assert link in refused.content.decode()
    assert f"{offers[0].provider}: {AWAITS_A_REQUEST}" in text(refused)


def test_of_several_what_would_change_names_the_one_that_stays_and_leads_there(client, world, offers, asked, dilys):
    address = reverse("participation:save_end_date", args=[world.service.code])
    given = {"seen": tokens(offers), "end_date": "2022-01-31", "reason": WHY, "step": "check"}

    page = sign_in(client, dilys).post(address, given)

    assert "2 practices would have the end date 31 January 2022." in text(page)
    assert f"{offers[0].provider}: {AWAITS_A_REQUEST}" in text(page)
    assert f'href="/participation/requests/{asked.request_id}/"' in page.content.decode()


def test_one_that_was_asked_for_in_another_tab_meanwhile_is_said(client, world, offers, dilys):
    client = sign_in(client, dilys)
    address = reverse("participation:save_end_date", args=[world.service.code])
    given = {"seen": tokens(offers[:1]), "end_date": "2021-09-30", "reason": WHY}
    token = hidden(client.post(address, {**given, "step": "check"}), "token")
    ask_to_end(seen(offers[0]), Ending(None, WHY), by=dilys)

    page = client.post(address, {**given, "step": "ask", "token": token})

    assert page.status_code == 422
    assert AWAITS_A_REQUEST in text(page)
    assert list(EndRequest.objects.values_list("end_date", "state")) == [(None, RequestState.ASKED)]


def test_the_page_of_the_start_leads_to_the_request(client, offers, asked, dilys):
    address = reverse("participation:save_start_date", args=[offers[0].pk])

    page = sign_in(client, dilys).post(address, {"step": "check", "start_date": "2020-06-01", "reason": WHY})

    assert page.status_code == 422
    assert AWAITS_A_REQUEST in text(page)
    assert f'href="/participation/requests/{asked.request_id}/"' in page.content.decode()
