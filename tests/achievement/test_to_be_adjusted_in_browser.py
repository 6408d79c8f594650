"""*To be adjusted*, seen: axe, both widths, nothing and some."""

from __future__ import annotations

from decimal import Decimal

from django.test import Client

from achievement.models import AdjustmentDue
from core import clock
from tests.factories.achievement import OCTOBER, utsire
from tests.plugins.browser import Eyes


def test_what_is_to_be_adjusted(transactional_db, training_day, live_server, page, settings, eyes: Eyes):
    world = utsire()
    client = Client()
    client.force_login(world.finance.user)
    session = client.session
    session["acting_organisation"] = world.commissioner.pk
    session.save()
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": live_server.url}
    page.context.add_cookies([cookie])

    page.goto(f"{live_server.url}/achievement/to-be-adjusted/")
    eyes.look("to-be-adjusted-none")
    for practice, due in zip(world.practices, ("793.00", "0.00", "610.10"), strict=True):
        AdjustmentDue.objects.create(
            achievement_date=OCTOBER, service=world.service, network=world.network, provider=practice,
            commissioner=world.commissioner, approved=Decimal("735.36"), due=Decimal(due), since=clock.now(),
            why="A list size was corrected.",
        )  # fmt: skip
    page.reload()
    eyes.look("to-be-adjusted")

    assert "3 lines: £57.64 more is due" in page.inner_text("main")
