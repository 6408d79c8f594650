from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import InternalError, transaction
from django.urls import reverse

from accounts.states import Role
from achievement.models import Achievement
from achievement.states import State
from core.errors import Invalid, NotPermitted, NotVisible
from organisations.commands import correct_list_size
from organisations.models import ListCorrection, ListKind, ListSize, Organisation
from tests.factories.accounts import acting_as
from tests.participation.test_pages import sign_in, text

pytestmark = pytest.mark.usefixtures("training")

JANUARY, WHY = date(2021, 1, 1), "5,300 was a misprint."
ADDRESS = "/organisations/practices/V37647/list-size/"


def place(code):
    return Organisation.objects.get(code=code)


@pytest.fixture
def portland():
    return place("V37647")


@pytest.fixture
def dilys():
    return acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=place("ZBY"))


def correct(practice, size, by, *, kind=ListKind.CRP, reason=WHY):
    return correct_list_size(practice, kind, JANUARY, size, reason, by=by)


def test_a_corrected_list_changes_what_awaits_approval_and_keeps_who_and_why(portland, dilys):
    corrected = correct(portland, 13_000, dilys)

    line = Achievement.objects.get(provider=portland, network__code="Z05850", achievement_date=date(2021, 10, 31))
    kept = ListCorrection.objects.get()
    assert (line.amount, line.state) == (Decimal("793.00"), State.AWAITING_COMMISSIONER)
    assert (kept.was, kept.size, kept.reason, kept.by_id) == (12_055, 13_000, WHY, dilys.user_id)
    assert corrected.sentences[0] == "The registered list as at 1 January 2021 would be 13,000; it was 12,055."
    assert any("31 October 2021" in said and "£793.00" in said for said in corrected.sentences)


def test_a_figure_that_was_none_is_taken_away(portland, dilys):
    correct(portland, None, dilys)

    assert not ListSize.objects.known().filter(organisation=portland, kind=ListKind.CRP).exists()
    assert ListCorrection.objects.get().size is None


@pytest.mark.parametrize(("role", "where"), [(Role.COMMISSIONING_MANAGEMENT, "ZVU"), (Role.REFERENCE_DATA, "ZNO")])
def test_its_parent_and_the_operator_correct_it_too(portland, role, where):
    correct(portland, 13_000, acting_as(role, organisation=place(where)))

    assert ListCorrection.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "where"),
    [(Role.APPROVAL_MANAGEMENT, "ZBY"), (Role.SERVICE_MANAGEMENT, "V37647"), (Role.OPERATIONS, "ZNO")],
)
def test_others_are_told_who_can(portland, role, where):
    with pytest.raises(NotPermitted) as refused:
        correct(portland, 13_000, acting_as(role, organisation=place(where)))

    assert "Reference Data of the national operator can" in refused.value.who_can[0]
    assert not ListCorrection.objects.exists()


def test_who_sees_nothing_of_the_practice_is_told_it_does_not_exist(dilys):
    with pytest.raises(NotVisible):
        correct(place("V10110"), 13_000, acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=place("ZVU")))


def test_the_same_figure_and_no_reason_are_refused(portland, dilys):
    with pytest.raises(Invalid, match="is that already"):
        correct(portland, 12_055, dilys)
    with pytest.raises(Invalid, match="asks why"):
        correct(portland, 13_000, dilys, reason=" ")


def test_what_was_corrected_is_never_changed(portland, dilys):
    correct(portland, 13_000, dilys)

    with pytest.raises(InternalError), transaction.atomic():
        ListCorrection.objects.update(reason="Another.")


def test_the_page_shows_what_would_change_and_saves_it_as_it_was_seen(client, portland, dilys):
    browser = sign_in(client, dilys)
    given = {"step": "check", "kind": "1", "as_at": "2021-01-01", "size": "13000", "reason": WHY}

    entered = browser.get(ADDRESS, {"kind": "1", "as_at": "2021-01-01", "size": "13000"})
    checked = browser.post(ADDRESS, given)
    kept = ListCorrection.objects.count()
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', checked.content.decode()))
    saved = browser.post(ADDRESS, hidden, follow=True)

    assert 'value="13000"' in entered.content.decode()
    assert "The registered list as at 1 January 2021 would be 13,000; it was 12,055." in text(checked)
    assert "Financially approved periods Portland Surgery in Utsire Partnership PCN, April 2021" in text(checked)
    assert kept == 0
    assert "List size saved." in text(saved)
    assert ListCorrection.objects.count() == 1


def test_what_is_wrong_is_said_on_the_form(client, dilys):
    page = sign_in(client, dilys).post(ADDRESS, {"step": "check", "kind": "1", "as_at": "2021-01-01", "size": "12,055",
                                                 "reason": WHY})  # fmt: skip

    assert "is that already" in text(page)
    assert WHY in page.content.decode()


def test_the_page_of_the_practice_leads_there_for_whoever_may(client, dilys, portland):
    address = reverse("organisations:practice", args=[portland.code])

    mine = sign_in(client, dilys).get(address).content.decode()
    others = sign_in(client, acting_as(Role.VIEW, organisation=place("ZBY"))).get(address).content.decode()

    assert ADDRESS in mine
    assert ADDRESS not in others
