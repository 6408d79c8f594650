"""What each of the invented people meets first."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import User
from cqrs_portal.training.people import PEOPLE

pytestmark = [pytest.mark.usefixtures("training"), pytest.mark.xdist_group("training")]


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
def test_home_answers_everybody_in_few_queries(client, person, django_assert_max_num_queries):
    client.force_login(User.objects.get(email=person.email))

    with django_assert_max_num_queries(14):
        response = client.get(reverse("home:home"))

    assert response.status_code == 200


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
def test_every_tab_shown_to_somebody_answers_them(client, person):
    client.force_login(User.objects.get(email=person.email))
    frame = client.get(reverse("home:home")).context["frame"]

    shown = [link.href for link in frame.tabs]
    below = [link.href for href in shown for link in client.get(href).context["frame"].sub_tabs]

    assert {href: client.get(href).status_code for href in {*shown, *below}} == dict.fromkeys({*shown, *below}, 200)
