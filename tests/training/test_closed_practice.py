"""The training data has a practice that closed, where something goes on: each step that it needs can be tried."""

from __future__ import annotations

import html
import re
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from achievement.models import Achievement
from achievement.queries.causes import Cause, Scope, waiting
from achievement.states import State
from cqrs_portal.training.people import AT_DOGGER, Person
from organisations.models import Organisation
from tests.achievement.payments import said

pytestmark = pytest.mark.usefixtures("training")

ANWEN, CERYS, _BEVAN, _DAFYDD, _ELIN, FLORIS = AT_DOGGER
CLOSED, NOVEMBER = date(2021, 11, 15), date(2021, 11, 30)


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=person.email))
    return client


def waiting_page(person: Person):
    return signed_in(person).get(reverse("achievement:waiting_network", args=["Z05853"]))


def links_in(answer) -> list[str]:
    return [html.unescape(href) for href in re.findall(r'href="([^"]+)"', answer.content.decode())]


def test_its_network_waits_for_it_and_for_nothing_else():
    [waits] = waiting(Scope.of_networks([Organisation.objects.get(code="Z05853").pk]))

    assert (waits.key.achievement_date, waits.expected, waits.ready) == (NOVEMBER, 3, 2)
    assert (waits.held, waits.causes) == (Decimal("1018.70"), [Cause.CLOSED])


def test_whoever_commissions_is_led_to_what_follows_the_closure_and_whoever_approves_to_a_nil_settlement():
    decides, approves = waiting_page(ANWEN), waiting_page(CERYS)

    step = signed_in(ANWEN).get(reverse("participation:closure", args=["V10132"]))
    assert reverse("participation:closure", args=["V10132"]) in links_in(decides)
    assert "15 November 2021" in said(step)
    assert "Settle this line as nil for November 2021" in said(approves)


def test_what_it_did_until_its_last_day_is_declared_for_it():
    row = Achievement.objects.get(provider__code="V10132", achievement_date=CLOSED)

    declares = said(signed_in(FLORIS).get(reverse("achievement:declare")))

    assert (row.state, row.amount) == (State.AWAITING_PROVIDER, Decimal("103.50"))
    assert "Thames Practice" in declares
    assert "£103.50" in declares
