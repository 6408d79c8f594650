"""What each of the invented people meets first."""

from __future__ import annotations

import pytest
from django.urls import resolve, reverse

from accounts.models import User
from accounts.queries import acting_for
from cqrs_portal.navigation import place_of
from cqrs_portal.training.people import AT_BISCAY, AT_NATIONAL, AT_NETWORKS, AT_PRACTICES, AT_VIKING

ONE_OF_EACH = (*AT_BISCAY, *AT_VIKING, *AT_NATIONAL, AT_NETWORKS[0], AT_PRACTICES[0])

pytestmark = [
    pytest.mark.usefixtures("training"),
    pytest.mark.parametrize("person", ONE_OF_EACH, ids=lambda person: person.name),
]


def test_home_answers_everybody_in_few_queries(client, person, django_assert_max_num_queries):
    client.force_login(User.objects.get(email=person.email))

    with django_assert_max_num_queries(13):
        response = client.get(reverse("home:home"))

    assert response.status_code == 200


def test_every_page_that_somebody_is_led_to_answers_them(client, person):
    user = User.objects.get(email=person.email)
    actor = acting_for(user, None)
    client.force_login(user)

    tabs = [tab.href for tab in place_of(actor, resolve("/")).tabs]
    below = [link.href for href in tabs for link in place_of(actor, resolve(href)).sub_tabs]

    answers = {href: client.get(href).status_code for href in [*tabs, *below]}
    assert set(answers.values()) == {200}, answers
