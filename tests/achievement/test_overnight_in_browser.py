"""Operations at a browser: nothing yet, a start by hand, a run under way, one that failed, an end without a click."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from achievement.commands.overnight import finish_run
from achievement.models import OvernightRun, RunState, Shard
from core import clock
from cqrs_portal.training.people import PASSWORD
from organisations.models import Organisation
from tests.factories.organisations import CommissionerFactory
from tests.plugins.browser import Eyes

pytestmark = pytest.mark.usefixtures("training_portal")
RUNS = "/achievement/overnight/"
WAITING = {
    "A joiner was never offered the service": 2,
    "No list size, rate or released version": 14,
    "Awaiting the commissioning organisation": 31,
}


@pytest.fixture
def quentin(page: Page, live_server) -> Page:  # type: ignore[no-untyped-def]
    """Quentin Ash, of Operations, signed in."""
    page.goto(f"{live_server.url}/account/login/")
    page.get_by_label("Email").fill("quentin.ash@national.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Home")
    return page


def a_run(state: RunState, *, day: date, shards: int, failed: int = 0, running: int = 0) -> OvernightRun:
    """A run of a day: so many shards, of which the last are still running, and those before them failed."""
    began = clock.now() - timedelta(minutes=7)
    run = OvernightRun.objects.create(
        business_date=day,
        state=state,
        started_at=began,
        finished_at=None if running else began + timedelta(seconds=252),
    )
    for n in range(shards):
        at = (
            RunState.RUNNING
            if n >= shards - running
            else RunState.FAILED
            if n >= shards - running - failed
            else RunState.DONE
        )
        figures = {"networks_aggregated": 30, "lines_moved": 160, "amount": Decimal("31820.11"), "waiting": 47}
        done = {**figures, "waiting_by_reason": WAITING} if at == RunState.DONE else {}
        error = {"attempts": 3, "error": "OperationalError: canceling statement due to lock timeout"}
        Shard.objects.create(
            run=run, commissioner=CommissionerFactory.create(name=f"NHS Sea Area {n + 1:02} CCG"), state=at, **done,
            **(error if at == RunState.FAILED else {}),
        )  # fmt: skip
    return run


def test_a_first_run_is_started_by_hand(quentin: Page, live_server, eyes: Eyes):
    quentin.goto(live_server.url + RUNS)
    expect(quentin.get_by_text("No overnight run yet. The first one starts by itself.")).to_be_visible()
    eyes.look("overnight-none")

    quentin.get_by_role("button", name="Start a run").click()
    expect(quentin.get_by_text("It goes through 2 commissioning organisations and 5 networks")).to_be_visible()
    eyes.look("overnight-start")

    quentin.get_by_role("button", name="Start", exact=True).click()
    expect(quentin.get_by_text("The run has started.")).to_be_visible()
    expect(quentin.get_by_role("status").first).to_contain_text("0 of 2 commissioning organisations through.")
    eyes.look("overnight-started")


def test_a_run_under_way_fills_its_grid_and_shows_its_end_by_itself(quentin: Page, live_server, eyes: Eyes):
    run = a_run(RunState.RUNNING, day=date(2021, 12, 11), shards=42, failed=1, running=18)
    quentin.goto(f"{live_server.url}{RUNS}{run.pk}/")
    expect(quentin.get_by_text("24 of 42 commissioning organisations through, 1 failed.")).to_be_visible()
    eyes.look("overnight-under-way")

    run.shards.filter(state=RunState.RUNNING).update(state=RunState.DONE, networks_aggregated=30)
    expect(quentin.get_by_text("42 of 42 commissioning organisations through, 1 failed.")).to_be_visible(timeout=15_000)
    finish_run(run.pk)
    expect(quentin.get_by_role("button", name="Resume")).to_be_visible(timeout=15_000)
    expect(quentin.get_by_text("You may leave this page")).to_have_count(0)


def test_a_failed_run_is_found_from_home_and_resumed(quentin: Page, live_server, eyes: Eyes):
    run = a_run(RunState.RUNNING, day=date(2021, 12, 11), shards=6, failed=1)
    finish_run(run.pk)
    for n in range(1, 4):
        a_run(RunState.DONE, day=date(2021, 12, 11) - timedelta(days=n), shards=1)

    quentin.goto(live_server.url)
    quentin.get_by_role("link", name="The overnight run of 11 December 2021 failed").click()
    expect(quentin.get_by_text("canceling statement due to lock timeout")).to_be_visible()
    eyes.look("overnight-failed")
    quentin.get_by_role("button", name="Resume").click()
    expect(quentin.get_by_text("The run goes on: 1 commissioning organisation to work.")).to_be_visible()

    quentin.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Overnight runs").click()
    expect(quentin.get_by_text("you cannot. The overnight run of 11 December 2021 is under way")).to_be_visible()
    eyes.look("overnight-history")


def test_without_scripts_a_link_says_how_far_it_is(browser, live_server, training_portal):
    run = a_run(RunState.RUNNING, day=date(2021, 12, 11), shards=3, running=2)
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{live_server.url}/account/login/?next={RUNS}{run.pk}/")
    page.get_by_label("Email").fill("quentin.ash@national.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("1 of 3 commissioning organisations through.")).to_be_visible()

    run.shards.update(state=RunState.DONE)
    page.get_by_role("link", name="See how far it is now").click()

    expect(page.get_by_text("3 of 3 commissioning organisations through.")).to_be_visible()
    assert Organisation.objects.filter(kind=5).count() == 1
    context.close()
