"""The search box in the header: practices and PCNs by Org ID or name, of those one sees."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.states import Role
from tests.factories.accounts import UserFactory, acting_as
from tests.factories.organisations import CommissionerFactory, NetworkFactory, PracticeFactory
from tests.plugins.markup import flaws

pytestmark = pytest.mark.django_db


@pytest.fixture
def biscay(client, training_day):
    """NHS Biscay CCG with Fastnet PCN and two practices; somebody who may look is signed in."""
    biscay = CommissionerFactory(code="Q01", name="NHS Biscay CCG")
    fastnet = NetworkFactory(code="Z05851", name="Fastnet PCN", led_by=biscay)
    PracticeFactory(code="V10110", name="Sole Surgery", parent=biscay, member_of=fastnet)
    PracticeFactory(code="V10111", name="Fastnet Medical Centre", parent=biscay, member_of=fastnet)
    client.force_login(acting_as(Role.VIEW, organisation=biscay).user)
    return biscay


def search(client, text, **asked):
    return client.get(reverse("home:search"), {"q": text, **asked})


def test_the_box_is_in_the_header_and_keeps_what_was_searched(client, biscay):
    text = search(client, "fastnet").text

    assert f'action="{reverse("home:search")}"' in text
    assert 'value="fastnet"' in text
    assert flaws(text) == []


def test_a_part_of_a_name_finds_practices_and_networks(client, biscay):
    text = search(client, "fastnet").text

    assert "2 organisations" in text
    assert reverse("organisations:network", args=["Z05851"]) in text
    assert reverse("organisations:practice", args=["V10111"]) in text


def test_the_beginning_of_an_org_id_finds_them_too(client, biscay):
    assert "2 organisations" in search(client, "v101").text


def test_a_whole_org_id_opens_its_page(client, biscay):
    assert search(client, "v10110").url == reverse("organisations:practice", args=["V10110"])
    assert search(client, "Z05851 ").url == reverse("organisations:network", args=["Z05851"])


def test_what_one_may_not_see_is_not_found(client, biscay):
    PracticeFactory(code="V99999", name="Dogger Surgery")

    for text in ("Dogger", "V99999"):
        assert "Nothing you can see is called" in search(client, text).text


def test_an_empty_search_says_what_to_enter(client, biscay):
    assert "Enter the beginning of an Org ID" in search(client, " ").text


def test_odd_texts_do_no_harm(client, biscay):
    for text in ("\0", "%", "'; --", "<b>", "a" * 500):
        assert search(client, text).status_code == 200


def test_it_is_paged_with_a_constant_number_of_queries(client, biscay, django_assert_max_num_queries):
    for n in range(60):
        PracticeFactory(code=f"V2{n:04d}", name=f"Rockall {n:02d}", parent=biscay)

    with django_assert_max_num_queries(10):
        text = search(client, "rockall").text

    assert "60 organisations" in text
    assert 'rel="next"' in text


def test_whoever_acts_for_no_organisation_has_no_box(client, biscay):
    client.force_login(UserFactory())

    assert "search-field" not in client.get(reverse("home:help")).text
