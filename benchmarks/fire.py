"""The second half of bar 4: four workers that are given everything twice and more, killed, while people take back."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from celery import current_app
from django.db import DatabaseError, connection

from accounts.rules import Acting
from accounts.states import Role
from achievement import commands
from achievement.models import Achievement, NetworkAchievement, OvernightRun, RunState
from achievement.states import State
from benchmarks import nights
from benchmarks.databases import inside
from benchmarks.england import England
from benchmarks.growth import SHORT
from benchmarks.measuring import rows_of, value_of
from benchmarks.memory import descendants
from benchmarks.people import person
from benchmarks.programs import a_worker, is_ready, until
from benchmarks.registry import Figure
from core.actors import SYSTEM
from core.errors import PortalError
from core.transitions import Seen
from cqrs_portal.launcher.children import Child, stop_all
from operations.models import OutboxMessage

WORKERS, KILLS = 4, 20
BETWEEN_KILLS = (0.2, 0.6)
NOTE = "Taken back under fire."


@dataclass
class Fire:
    """What goes on at once, until `out` is set: by chance, the same chances every time."""

    commissioners: Sequence[int]
    logs: Path
    out: threading.Event = field(default_factory=threading.Event)
    workers: list[Child] = field(default_factory=list)
    kills: int = 0
    deliveries: int = 0
    taken_back: set[int] = field(default_factory=set)
    chosen: random.Random = field(default_factory=lambda: random.Random(20210401))

    def start_workers(self) -> None:
        self.workers = [a_worker(number, 1, self.logs) for number in range(WORKERS)]
        until(lambda: all(is_ready(each) for each in self.workers), self.workers)

    def kill_one(self) -> None:
        """A worker's process, which its main process replaces; or all of a worker, and another is started."""
        number = self.chosen.randrange(WORKERS)
        worker = self.workers[number]
        below = descendants(worker.process.pid)
        if below and self.chosen.random() < 0.8:
            with suppress(ProcessLookupError):
                os.kill(self.chosen.choice(below), signal.SIGKILL)
        else:
            with suppress(ProcessLookupError):
                os.killpg(worker.process.pid, signal.SIGKILL)
            worker.make_end()
            self.workers[number] = a_worker(number, 1, self.logs)
        self.kills += 1

    def deliver_again(self) -> None:
        """Every message that is not done is sent twice, again and again: to whoever is free."""
        while not self.out.wait(0.3):
            to_do = list(OutboxMessage.objects.filter(done_at=None).values_list("pk", flat=True))
            for message in to_do * 2:
                current_app.send_task("operations.deliver", args=[message], retry=False)
            self.deliveries += 2 * len(to_do)
        connection.close()

    def take_back(self) -> None:
        """Approvals are undone, and totals returned, wherever it is still possible."""
        chosen = random.Random(7)
        people = {id: (person(Role.APPROVAL_MANAGEMENT, id), person(Role.FINANCE_MANAGEMENT, id))
                  for id in self.commissioners}  # fmt: skip
        while not self.out.wait(0.02):
            with suppress(PortalError, DatabaseError):
                self._take_back_something(chosen, *people[chosen.choice(self.commissioners)])
        connection.close()

    def _take_back_something(self, chosen: random.Random, approver: Acting, finance: Acting) -> None:
        here = approver.organisation_id
        lines = _some(chosen, Achievement, State.AWAITING_NETWORK, here)
        if lines:
            self.taken_back |= set(commands.undo_approval(lines, by=approver, note=NOTE).ids)
        totals = _some(chosen, NetworkAchievement, State.AGGREGATED, here)
        if totals and chosen.random() < 0.2:
            commands.return_network_achievements(totals[:1], by=finance, note=NOTE)


def _some(
    chosen: random.Random, model: type[Achievement] | type[NetworkAchievement], state: State, commissioner: int | None
) -> list[Seen]:
    found = model.objects.in_state(state).filter(commissioner=commissioner).order_by("service", "achievement_date")
    return [Seen(*row) for row in found.values_list("pk", "version")[chosen.randrange(200) :][:3]]


def under_fire(england: England) -> Sequence[Figure]:
    """A night, killed until it is done, and the night after it, which has to do the rest."""
    with inside(replace(england, closed=SHORT)), TemporaryDirectory(prefix="cqrs-portal-bench-") as logs:
        nights.remember_what_moves()
        nights.restore()
        fire = Fire(nights.leads(), Path(logs))
        fire.start_workers()
        helpers = [threading.Thread(target=act) for act in (fire.deliver_again, fire.take_back, fire.take_back)]
        try:
            for helper in helpers:
                helper.start()
            _burn(fire)
        finally:
            fire.out.set()
            for helper in helpers:
                helper.join()
            stop_all(fire.workers)
        nights.night()
        broken = {rule: len(rows_of(sql)) for rule, sql in RULES.items()}
        lost = len(fire.taken_back - {id for (id,) in rows_of(_TAKEN_BACK, [NOTE])})
        nights.restore_all()
    return _figures(fire, broken | {"acknowledged acts that are lost": lost})


def _burn(fire: Fire) -> None:
    """Kill, KILLS times at most, each while somebody works, until the run is done; what was given up is resumed."""
    run = commands.start_overnight_run(by=SYSTEM)
    while (state := OvernightRun.objects.get(pk=run.pk).state) != RunState.DONE:
        if state == RunState.FAILED:
            commands.resume_overnight_run(run.pk, by=SYSTEM)
        time.sleep(fire.chosen.uniform(*BETWEEN_KILLS))
        if fire.kills < KILLS and value_of(_AT_WORK):
            fire.kill_one()


_AT_WORK = """
    SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                   WHERE l.relation = 'achievement_shard'::regclass AND l.mode = 'RowShareLock'
                     AND a.datname = current_database())"""
"""Whether a worker holds a shard."""


def _figures(fire: Fire, broken: dict[str, int]) -> list[Figure]:
    said = (
        f"{WORKERS} workers, {fire.kills} kills, {fire.deliveries:,} deliveries too many, "
        f"{len(fire.taken_back):,} lines taken back"
    )
    what = "; ".join(f"{count} {rule}" for rule, count in broken.items())
    least = min(fire.kills, len(fire.taken_back))
    return [
        Figure(f"under fire: {what}", sum(broken.values()), "0 of each", not any(broken.values()), "", measured=said),
        Figure("under fire: kills, and lines taken back", least, ">= 1 of each", least > 0, "", measured=said),
    ]


_TAKEN_BACK = "SELECT row_id FROM achievement_achievementchange WHERE note = %s"
_KEY = "service_id, achievement_date, network_id"
RULES = {
    "duplicate keys": f"""
        (SELECT 1 FROM achievement_achievement WHERE state <> {State.WITHDRAWN:d}
         GROUP BY service_id, achievement_date, provider_id HAVING count(*) > 1)
        UNION ALL
        (SELECT 1 FROM achievement_networkachievement WHERE state <> {State.WITHDRAWN:d}
         GROUP BY {_KEY} HAVING count(*) > 1)""",
    "sum mismatches": f"""
        SELECT n.id FROM achievement_networkachievement n
        LEFT JOIN achievement_achievement a ON a.network_achievement_id = n.id AND a.state = n.state
            AND a.achievement_date = n.achievement_date AND a.network_id = n.network_id
        WHERE n.state = {State.AGGREGATED:d}
        GROUP BY n.id HAVING (n.lines, n.amount) IS DISTINCT FROM (count(a.id), sum(a.amount))""",
    "orphans": f"""
        SELECT a.id FROM achievement_achievement a
        LEFT JOIN achievement_networkachievement n ON n.id = a.network_achievement_id AND n.state = a.state
        WHERE (a.state IN ({State.AGGREGATED:d}, {State.AGGREGATED_COMPLETE:d})) <> (n.id IS NOT NULL)
           OR (n.id IS NULL AND a.network_achievement_id IS NOT NULL)""",
    "moves that are not changes": f"""
        SELECT a.id FROM achievement_achievement a
        LEFT JOIN (SELECT row_id, count(*) AS moves, max(version) AS version, count(DISTINCT version) AS versions
                   FROM achievement_achievementchange GROUP BY 1) c ON c.row_id = a.id
        LEFT JOIN achievement_achievementchange last ON last.row_id = a.id AND last.version = a.version
        WHERE a.version <> 2 + coalesce(c.moves, 0) OR c.versions <> c.moves OR c.version <> a.version
           OR last.to_state <> a.state
        UNION ALL
        SELECT n.id FROM achievement_networkachievement n
        LEFT JOIN (SELECT row_id, count(*) AS moves FROM achievement_networkachievementchange GROUP BY 1) c
            ON c.row_id = n.id
        WHERE n.state <> {State.AGGREGATED_COMPLETE:d} AND n.version <> coalesce(c.moves, 0)""",
    "complete networks that were left": f"""
        SELECT 1 FROM achievement_achievement
        WHERE state IN ({State.AWAITING_NETWORK:d}, {State.AWAITING_COMMISSIONER:d})
        GROUP BY {_KEY} HAVING bool_and(state = {State.AWAITING_NETWORK:d})""",
}
"""What must answer no row."""
