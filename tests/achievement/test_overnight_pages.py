"""The pages of overnight runs: what they say, who may act, and what stands in the way."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.rules import Acting
from accounts.states import Role
from achievement import commands
from achievement.models import OvernightRun, RunState, Shard
from core.actors import SYSTEM
from tests.achievement.payments import said, signed_in
from tests.factories.accounts import acting_as
from tests.factories.achievement import World, utsire
from tests.factories.organisations import CommissionerFactory, NationalOperatorFactory

pytestmark = pytest.mark.django_db
RUNS = "/achievement/overnight/"
START = "/achievement/overnight/start/"
NIGHT = datetime(2021, 12, 11, 1, tzinfo=UTC)


@pytest.fixture
def world(db: None, training_day: object) -> World:
    return utsire()


@pytest.fixture
def quentin(world: World) -> Acting:
    return acting_as(Role.OPERATIONS, organisation=NationalOperatorFactory.create())


def a_run(state: RunState = RunState.DONE, *, day: date = date(2021, 12, 11), number: int = 1) -> OvernightRun:
    ended = None if state == RunState.RUNNING else NIGHT + timedelta(minutes=4, seconds=12)
    return OvernightRun.objects.create(
        business_date=day, number=number, state=state, started_at=NIGHT, finished_at=ended
    )


def a_shard(run: OvernightRun, state: RunState = RunState.DONE, **figures: object) -> Shard:
    return Shard.objects.create(run=run, commissioner=CommissionerFactory.create(), state=state, **figures)


def done(run: OvernightRun, **more: object) -> Shard:
    waiting = {"A joiner was never offered the service": 2, "Awaiting the commissioning organisation": 3}
    figures = {"networks_aggregated": 40, "lines_moved": 201, "amount": Decimal("31820.11"), "waiting": 5}
    return a_shard(run, waiting_by_reason=waiting, **(figures | more))


def address(run: OvernightRun) -> str:
    return reverse("achievement:overnight_run", args=[run.pk])


def resume(run: OvernightRun) -> str:
    return reverse("achievement:resume_overnight_run", args=[run.pk])


def test_the_list_says_what_each_run_did_how_long_it_took_and_what_waits(quentin):
    run = a_run()
    done(run)
    done(run)

    page = said(signed_in(quentin).get(RUNS))

    assert "11 December 2021 11/12/2021 01:00 4 min 12 s 80 402 £63,640.22" in page
    assert "A joiner was never offered the service: 4" in page
    assert "Awaiting the commissioning organisation: 6" in page


def test_without_a_run_the_list_says_that_one_will_come(quentin):
    page = said(signed_in(quentin).get(RUNS))

    assert "No overnight run yet. The first one starts by itself." in page
    assert "A run starts by itself each night at 01:00" in page


def test_the_history_pages(quentin):
    for n in range(30):
        a_run(day=date(2021, 11, 1) + timedelta(days=n))
    client, found, at = signed_in(quentin), [], f"{RUNS}?view=25"

    while at:
        html = client.get(at).content.decode()
        found += re.findall(r'href="/achievement/overnight/(\d+)/"', html)
        following = re.search(r'href="([^"]+)" rel="next"', html)
        at = following.group(1).replace("&amp;", "&") if following else ""

    assert len(found) == len(set(found)) == 30


def test_the_number_of_queries_does_not_grow_with_the_runs(quentin, django_assert_max_num_queries):
    for n in range(20):
        done(a_run(day=date(2021, 11, 1) + timedelta(days=n)))
    client = signed_in(quentin)

    with django_assert_max_num_queries(10):
        client.get(RUNS)


def test_a_run_under_way_says_how_far_it_is_and_asks_again_by_itself(quentin):
    run = a_run(RunState.RUNNING)
    done(run)
    a_shard(run, RunState.FAILED, attempts=3, error="ValueError: no.")
    a_shard(run, RunState.RUNNING)
    a_shard(run, RunState.RUNNING, sweep=2)

    answer = signed_in(quentin).get(address(run))

    html, page = answer.content.decode(), said(answer)
    assert "2 of 4 commissioning organisations through, 1 failed. 40 networks aggregated so far, £31,820.11." in page
    assert f'hx-get="{address(run)}"' in html
    assert "htmx.min.js" in html
    assert "See how far it is now" in page
    assert page.count(": again") == page.count(": to come") == 1
    assert "it comes back for them" in page


def test_a_run_that_has_ended_asks_no_more_and_tells_a_page_that_still_does(quentin):
    run = a_run()
    done(run)
    client = signed_in(quentin)

    plain, polling = client.get(address(run)), client.get(address(run), headers={"HX-Request": "true"})

    assert "hx-get" not in plain.content.decode()
    assert "HX-Refresh" not in plain.headers
    assert polling.headers["HX-Refresh"] == "true"


def test_the_reasons_are_a_picture_with_its_table(quentin):
    run = a_run()
    done(run)

    html = signed_in(quentin).get(address(run)).content.decode()

    assert "Networks that wait" in html
    assert re.findall(r'app-bars__bar" width="(\d+)"', html) == ["67", "100"]
    assert "Awaiting the commissioning organisation" in said(signed_in(quentin).get(address(run)))


def test_a_failed_run_shows_why_and_can_be_resumed(quentin):
    run = a_run(RunState.FAILED)
    done(run)
    a_shard(run, RunState.FAILED, attempts=3, error="AggregationDiffers: 3 counted.")

    page = said(signed_in(quentin).get(address(run)))

    assert "Attempt 3: AggregationDiffers: 3 counted." in page
    assert "Done in part" in page
    assert "Resume" in page


def test_resume_tries_what_failed_again_and_leaves_what_is_done(quentin):
    run = a_run(RunState.FAILED)
    through, failed = done(run), a_shard(run, RunState.FAILED, attempts=3)

    page = said(signed_in(quentin).post(resume(run), follow=True))

    through.refresh_from_db(), failed.refresh_from_db(), run.refresh_from_db()
    assert "The run goes on: 1 commissioning organisation to work." in page
    assert (through.state, failed.state, failed.attempts) == (RunState.DONE, RunState.RUNNING, 0)
    assert (run.state, run.resumed_by) == (RunState.RUNNING, quentin.user)


def test_a_run_that_is_done_cannot_be_resumed(quentin):
    run = a_run()
    done(run)

    answer = signed_in(quentin).post(resume(run))

    assert answer.status_code == 403
    assert "It is done: nothing of it is left to resume." in said(answer)


def test_a_failed_run_waits_while_another_is_under_way(quentin):
    failed = a_run(RunState.FAILED, day=date(2021, 12, 10))
    a_shard(failed, RunState.FAILED)
    a_run(RunState.RUNNING)
    client = signed_in(quentin)

    page, answer = said(client.get(address(failed))), client.post(resume(failed))

    assert "Resume : you cannot. The overnight run of 11 December 2021 is under way" in page
    assert answer.status_code == 409


def test_start_says_first_what_it_will_do_and_then_does_it_once(quentin, world):
    client = signed_in(quentin)
    asked = client.get(START)
    key = re.search(r'name="key" value="(\w+)"', asked.content.decode()).group(1)

    first, again = client.post(START, {"key": key}, follow=True), client.post(START, {"key": key}, follow=True)

    assert "It goes through 1 commissioning organisation and 1 network, on 11 December 2021." in said(asked)
    assert "The run has started." in said(first)
    assert "The run has started." in said(again)
    run = OvernightRun.objects.get()
    assert (run.started_by, run.number, run.shards.get().commissioner) == (quentin.user, 1, world.commissioner)


def test_a_second_start_while_one_runs_is_refused_with_a_sentence(quentin):
    commands.start_overnight_run(by=SYSTEM)
    client = signed_in(quentin)

    listed, asked, started = client.get(RUNS), client.get(START), client.post(START, {"key": "a1"})

    sentence = "The overnight run of 11 December 2021 is under way, since 11 December 2021, 12:00."
    assert f"Start a run : you cannot. {sentence}" in said(listed)
    assert (asked.status_code, started.status_code) == (409, 409)
    assert sentence in said(started)
    assert OvernightRun.objects.count() == 1


@pytest.mark.parametrize("kind", ["approver", "operations elsewhere", "nobody"])
def test_others_are_refused_and_told_who_can(quentin, world, kind):
    run = a_run(RunState.FAILED)
    by = {
        "approver": lambda: world.approver,
        "operations elsewhere": lambda: acting_as(Role.OPERATIONS, organisation=world.commissioner),
        "nobody": lambda: acting_as(Role.REFERENCE_DATA, organisation=quentin.organisation),
    }[kind]()
    client = signed_in(by)

    answers = [
        client.get(RUNS),
        client.get(address(run)),
        client.get(START),
        client.post(START),
        client.post(resume(run)),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert all("You need the role Operations of the national operator." in said(answer) for answer in answers)
    assert all(f"{quentin.name} of National operator, as Operations." in said(answer) for answer in answers)
    assert OvernightRun.objects.get().state == RunState.FAILED


def test_a_run_that_does_not_exist_is_not_found(quentin):
    client = signed_in(quentin)

    assert client.get(f"{RUNS}999/").status_code == 404
    assert client.post(f"{RUNS}999/resume/").status_code == 404
