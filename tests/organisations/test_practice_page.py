"""The page of a practice: networks through time as a picture with its table, parents, lists, services, contacts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.states import Role
from organisations.models import ListKind
from tests.factories.accounts import acting_as
from tests.factories.achievement import utsire
from tests.factories.organisations import (
    CommissionerFactory,
    ListSizeFactory,
    MembershipFactory,
    NetworkFactory,
    ParentFactory,
    PracticeFactory,
)
from tests.plugins.markup import flaws

pytestmark = pytest.mark.django_db

TOLD_AT = datetime(2021, 12, 6, 9, tzinfo=UTC)


@pytest.fixture
def malin(training_day):
    """Malin Practice moved from Fastnet to Shannon on 1 November 2021, told on 6 December; two lists are known."""
    biscay = CommissionerFactory(code="Q01", name="NHS Biscay CCG")
    practice = PracticeFactory(code="V10112", name="Malin Practice", parent=biscay)
    fastnet = NetworkFactory(name="Fastnet PCN", led_by=biscay)
    shannon = NetworkFactory(name="Shannon PCN", led_by=biscay)
    MembershipFactory(practice=practice, network=fastnet, known_until=TOLD_AT)
    MembershipFactory(practice=practice, network=fastnet, end_date=date(2021, 10, 31), known_from=TOLD_AT)
    MembershipFactory(practice=practice, network=shannon, start_date=date(2021, 11, 1), known_from=TOLD_AT)
    ListSizeFactory(organisation=practice, start_date=date(2020, 1, 1), size=Decimal(7000))
    ListSizeFactory(organisation=practice, start_date=date(2021, 1, 1), size=Decimal(7300))
    ListSizeFactory(organisation=practice, start_date=date(2021, 1, 1), kind=ListKind.WPLS, size=Decimal("7410.25"))
    return practice


@pytest.fixture
def ada(client, malin):
    acting = acting_as(Role.VIEW, organisation=malin.parents.get().parent)
    client.force_login(acting.user)
    return acting


def page(client, practice, **asked):
    return client.get(reverse("organisations:practice", args=[practice.code]), asked)


def test_it_shows_where_the_practice_belongs_today(client, ada, malin):
    text = page(client, malin).text

    assert "NHS Biscay CCG (Q01)" in text
    assert "Page of Shannon PCN" in text
    assert flaws(text) == []


def test_its_memberships_are_a_picture_with_its_table(client, ada, malin):
    text = page(client, malin).text

    picture, table = text.split('id="timeline"')[1].split('id="memberships"')
    assert "<title>Fastnet PCN: 01/07/2019 - 31/10/2021</title>" in picture
    assert "<title>Shannon PCN: 01/11/2021 -</title>" in picture
    assert "app-timeline__stretch--over" in picture
    assert "31/10/2021" in table


def test_its_lists_say_how_they_changed(client, ada, malin):
    lists = page(client, malin).text.split('id="lists"')[1]

    assert "+300 (+4.3 %)" in lists
    assert "7,410.25" in lists
    assert "Weighted practice list size" in lists


def test_it_is_shown_as_recorded_on_an_earlier_day(client, ada, malin):
    text = page(client, malin, recorded_on="2021-12-05").text

    assert "recorded at the end of 5 December 2021" in text
    assert "Shannon PCN" not in text


def test_a_day_to_come_cannot_be_recorded_on(client, ada, malin):
    text = page(client, malin, recorded_on="2022-01-01").text

    assert "Recorded on must be 11 December 2021 or earlier" in text
    assert "Error: Malin Practice" in text


def test_parents_through_time_are_listed(client, ada, malin):
    ParentFactory(
        organisation=malin,
        parent=CommissionerFactory(name="NHS Dogger CCG"),
        start_date=date(2010, 4, 1),
        end_date=date(2013, 3, 31),
    )

    assert "31/03/2013" in page(client, malin).text.split('id="parents"')[1]


def test_its_services_are_listed_with_their_terms(client, training_day):
    world = utsire()
    client.force_login(world.acting(Role.VIEW).user)

    text = page(client, world.practices[0]).text.split('id="services"')[1]

    assert world.service.name in text
    assert "Approved" in text
    assert reverse("participation:offered_service", args=[world.service.code]) in text


def test_a_practice_sees_its_own_services_and_not_the_commissioners_page(client, training_day):
    world = utsire()
    client.force_login(acting_as(Role.VIEW, organisation=world.practices[0]).user)

    text = page(client, world.practices[0]).text.split('id="services"')[1]

    assert world.service.name in text
    assert reverse("participation:offered_service", args=[world.service.code]) not in text


def test_members_see_each_others_pages_and_others_do_not(client, training_day):
    world = utsire()
    client.force_login(acting_as(Role.VIEW, organisation=world.practices[0]).user)

    assert page(client, world.practices[1]).status_code == 200
    assert page(client, PracticeFactory()).status_code == 404
    assert client.get(reverse("organisations:practice", args=[world.network.code])).status_code == 404


def test_a_practice_of_which_nothing_is_known_says_so(client, training_day):
    practice = PracticeFactory()
    client.force_login(acting_as(Role.VIEW, organisation=practice).user)

    text = page(client, practice).text

    assert "It has never been a member of a PCN." in text
    assert "No list size is known." in text
    assert "No contact has been named." in text
    assert flaws(text) == []


def test_its_queries_do_not_grow(client, ada, malin, django_assert_max_num_queries):
    for year in range(1980, 2020):
        ListSizeFactory(organisation=malin, start_date=date(year, 1, 1))

    with django_assert_max_num_queries(16):
        assert "43 list sizes" in page(client, malin).text
