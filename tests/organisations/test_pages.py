"""The page of a network: its members on a day, as recorded on another."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from accounts.states import Role
from tests.factories.accounts import acting_as
from tests.factories.organisations import (
    CommissionerFactory,
    MembershipFactory,
    NetworkFactory,
    PayeeFactory,
    PracticeFactory,
)

pytestmark = pytest.mark.django_db

TOLD_AT = datetime(2021, 12, 6, 9, tzinfo=UTC)


@pytest.fixture
def fastnet(training_day):
    """Fastnet PCN: Malin Practice left on 31 October 2021, which was told on 6 December; Sole Surgery is payee."""
    biscay = CommissionerFactory(code="Q01", name="NHS Biscay CCG")
    network = NetworkFactory(code="Z05851", name="Fastnet PCN", led_by=biscay)
    sole = PracticeFactory(code="V10110", name="Sole Surgery", parent=biscay, member_of=network)
    malin = PracticeFactory(code="V10112", name="Malin Practice", parent=biscay)
    MembershipFactory(practice=malin, network=network, known_until=TOLD_AT)
    MembershipFactory(practice=malin, network=network, end_date=date(2021, 10, 31), known_from=TOLD_AT)
    PayeeFactory(network=network, payee=sole)
    return network


@pytest.fixture
def ada(client, fastnet):
    acting = acting_as(Role.VIEW, organisation=fastnet.leads.get().commissioner)
    client.force_login(acting.user)
    return acting


def page(client, network, **asked):
    return client.get(reverse("organisations:network", args=[network.code]), asked)


def members_in(text: str) -> str:
    return text.split('id="members"')[1].split('id="memberships"', maxsplit=1)[0]


def test_it_shows_lead_payee_and_members_today(client, ada, fastnet):
    text = page(client, fastnet).text

    assert "NHS Biscay CCG (Q01)" in text
    assert "Sole Surgery (V10110)" in text
    assert "Members on 11 December 2021" in text
    assert "V10110" in members_in(text)
    assert "V10112" not in members_in(text)


def test_it_leads_to_what_the_network_waits_for_and_to_its_payees(client, ada, fastnet):
    text = page(client, fastnet).text

    assert reverse("achievement:waiting_network", args=["Z05851"]) in text
    assert reverse("organisations:payees_of_network", args=["Z05851"]) in text


def test_its_memberships_are_a_picture_too(client, ada, fastnet):
    picture = page(client, fastnet).text.split('id="timeline"')[1].split('id="memberships"')[0]

    assert "<title>Malin Practice: 01/07/2019 - 31/10/2021</title>" in picture
    assert 'role="img"' in picture


def test_a_former_member_stays_among_the_memberships_through_time(client, ada, fastnet):
    text = page(client, fastnet).text

    assert "31/10/2021" in text.split('id="memberships"')[1]


def test_it_shows_the_members_of_another_day(client, ada, fastnet):
    text = page(client, fastnet, day_day="31", day_month="10", day_year="2021").text

    assert "Members on 31 October 2021" in text
    assert "V10112" in members_in(text)


def test_it_shows_the_old_picture_as_recorded_on_an_earlier_day(client, ada, fastnet):
    text = page(client, fastnet, recorded_on_day="5", recorded_on_month="12", recorded_on_year="2021").text

    assert "This page shows what was recorded at the end of 5 December 2021." in text
    assert "V10112" in members_in(text)
    assert 'name="recorded_on" value="2021-12-05"' in text


def test_both_days_may_be_asked_at_once(client, ada, fastnet):
    text = page(client, fastnet, day="2021-11-30", recorded_on="2021-12-05").text

    assert "Members on 30 November 2021" in text
    assert "V10112" in members_in(text)


def test_a_day_that_is_none_is_refused_in_words(client, ada, fastnet):
    text = page(client, fastnet, day_day="31", day_month="11", day_year="2021").text

    assert "Members as of must be a real date" in text
    assert "<title>Error: Fastnet PCN" in " ".join(text.split()).replace("<title> ", "<title>")


def test_a_day_to_come_cannot_be_recorded_on(client, ada, fastnet):
    text = page(client, fastnet, recorded_on="2022-01-01").text

    assert "Recorded on must be 11 December 2021 or earlier" in text


def test_a_network_that_may_not_be_seen_is_not_found(client, ada):
    other = NetworkFactory(code="Z05999")

    assert page(client, other).status_code == 404


def test_a_network_that_does_not_exist_is_not_found(client, ada):
    assert client.get(reverse("organisations:network", args=["Z00000"])).status_code == 404


def test_its_queries_do_not_grow_with_its_members(client, ada, fastnet, django_assert_max_num_queries):
    for n in range(20):
        MembershipFactory(network=fastnet, practice=PracticeFactory(code=f"V200{n:02d}"))

    with django_assert_max_num_queries(16):
        assert page(client, fastnet).status_code == 200
