"""Why networks wait, seen: axe, both widths, nothing and many."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from accounts.states import Role
from participation.models import Term
from tests.factories.achievement import add_member, utsire
from tests.plugins.browser import Eyes


@pytest.fixture
def signed_in_page(page, live_server, settings):
    def as_(actor):
        client = Client()
        client.force_login(actor.user)
        session = client.session
        session["acting_organisation"] = actor.organisation_id
        session.save()
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": live_server.url}]
        )
        return page

    return as_


def test_networks_that_wait(transactional_db, training_day, live_server, signed_in_page, eyes: Eyes):
    world = utsire()
    Term.objects.update(valid="[2021-09-01,2021-11-01)")
    add_member(world, "Lundy Practice", 5_218, start_date=date(2021, 9, 16), participates=False)
    world.calculate(date(2021, 9, 30), date(2021, 10, 31))
    world.approve_all()
    ada = world.acting(Role.APPROVAL_MANAGEMENT)
    dilys = world.acting(Role.COMMISSIONING_MANAGEMENT)
    world.acting(Role.FINANCE_VIEW)
    page = signed_in_page(ada)

    page.goto(f"{live_server.url}/achievement/waiting/")
    eyes.look("networks-waiting")
    page.goto(f"{live_server.url}/achievement/waiting/?cause=19")
    eyes.look("networks-waiting-none")
    page.goto(f"{live_server.url}/achievement/waiting/{world.network.code}/")
    eyes.look("why-for-an-approver")
    signed_in_page(dilys)
    page.goto(f"{live_server.url}/achievement/waiting/{world.network.code}/")
    eyes.look("why-for-who-can-offer")
    empty = utsire(commissioner=world.commissioner, service=world.service)
    Term.objects.filter(participation__network=empty.network).update(valid="[2021-12-01,2022-04-01)")
    page.goto(f"{live_server.url}/achievement/waiting/{empty.network.code}/")
    eyes.look("why-nothing-waits")
