"""The night under fire: everything is killed at random moments while people act, and not a penny is out of place."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cqrs_portal.embedded.processes import Process, wait_until_gone
from tests.under_fire import checker, ledger
from tests.under_fire.conftest import make_world
from tests.under_fire.killing import IN_A_HUNDRED, Killer
from tests.under_fire.portal import Portal, wait_until
from tests.under_fire.world import NEXT_NIGHT, NIGHT

pytestmark = pytest.mark.full
DESKS = 2
KINDS = {*checker.LOGS, "confirm nil", "run", "list size", "move", "move back"}
"""Kinds of acts that people do."""


def begin_people(portal: Portal, world: Path, seed: int) -> list[Process]:
    return [
        portal.begin(f"people-{n}", "tests.under_fire.people", str(world), str(book(portal, n)), str(n), f"{seed}{n}")
        for n in range(DESKS)
    ]


def send_people_home(portal: Portal, people: list[Process]) -> None:
    """Everybody finishes the act they are at."""
    for n, each in enumerate(people):
        assert each.alive, portal.log_of(f"people-{n}")
        book(portal, n).with_suffix(".stop").touch()
    for each in people:
        assert wait_until_gone(each, 60)


def book(portal: Portal, number: int) -> Path:
    return portal.folder / f"ledger-{number}.jsonl"


def has_gone_through(portal: Portal) -> bool:
    """Whether the next night's run has come and everything is done, of it and of all before."""
    begun = portal.value("SELECT count(*) FROM achievement_overnightrun WHERE business_date = %s", [NEXT_NIGHT.date()])
    open_runs = portal.value("SELECT count(*) FROM achievement_overnightrun WHERE state = 1")
    to_do = portal.value("SELECT count(*) FROM operations_outboxmessage WHERE done_at IS NULL")
    return bool(begun) and not open_runs and not to_do


def calculated_again(portal: Portal) -> str:
    """What working every line out once more would change; what finance has approved is to be adjusted, and stays."""
    return portal.run(
        "-c",
        "import django; django.setup()\n"
        "from achievement.commands import calculate_achievements\n"
        "from core.actors import SYSTEM\n"
        "from organisations.models import Organisation\n"
        "ids = list(Organisation.objects.networks().values_list('pk', flat=True))\n"
        "lines = calculate_achievements(by=SYSTEM, networks=ids).lines\n"
        "print({verdict: count for verdict, count in lines.items() if verdict != 'to be adjusted'})",
    ).strip()


RUNS = "SELECT count(*) FILTER (WHERE finished_at IS NOT NULL), count(*) FROM achievement_overnightrun"


def summary(burning: float, calm: float, runs: tuple[int, int], lost: int, seed: int) -> str:
    return (
        f"{burning:.0f} s under fire, {calm:.0f} s until the next night had done the rest; seed {seed}. "
        f"Of {runs[1]} runs begun under fire, {runs[0]} were finished under it. "
        f"Of the acts whose answer was lost, {lost} had been done."
    )


def test_a_night_of_kills_leaves_nothing_half_done_and_the_next_night_does_the_rest(
    portal: Portal, fire: tuple[int, int], record_property: Callable[[str, object], None]
):
    kills, seed = fire
    world, _who = make_world(portal, seed)
    portal.set_clock(NIGHT)
    killer = Killer(portal, seed)
    people = begin_people(portal, world, seed)

    start = time.monotonic()
    killer.kill_all(kills)
    burning = time.monotonic() - start
    send_people_home(portal, people)
    acts = ledger.read(book(portal, n) for n in range(DESKS))
    amid, (runs,) = checker.broken(portal.rows, checker.RULES), portal.rows(RUNS)
    killer.supervise()
    portal.set_clock(NEXT_NIGHT)
    calm = wait_until(lambda: has_gone_through(portal), 300, "the next night has gone through")

    lost = checker.unknown_that_happened(portal, acts)
    record_property(
        "table", "\n\n".join([killer.table(), ledger.table(acts), summary(burning, calm, runs, lost, seed)])
    )
    assert sum(killer.kills.values()) >= kills
    assert {kind for kind in IN_A_HUNDRED if killer.kills[kind]} == set(IN_A_HUNDRED), "every kind of kill"
    assert sum(killer.in_work.values()) > kills // 4, "kills fall in work"
    assert {said.kind for said in acts if said.answer == "acknowledged"} >= KINDS, "people did some of everything"
    assert [said for said in acts if said.answer == "failed"] == []
    assert amid == {}
    assert checker.broken(portal.rows, checker.RULES, checker.WHEN_ALL_IS_DONE) == {}
    assert checker.acts_lost(portal, acts) == []
    assert checker.acts_not_given(portal, acts) == []
    assert checker.corrections_undone(portal, acts) == []
    assert checker.indexes_checked(portal) > 0
    assert calculated_again(portal) == "{}"
