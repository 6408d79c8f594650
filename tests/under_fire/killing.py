"""Kills, by chance and by kind, each followed by what an operator or a supervisor does: start it again."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import psycopg2
import redis

from cqrs_portal.embedded.processes import Process, process, wait_until_gone
from tests.under_fire.portal import Portal, wait_until

WORKERS = 4
WORKER_CHILD, WORKER, BEAT = "worker's process", "worker's main process", "beat"
VALKEY, BACKEND, POSTMASTER = "Valkey", "PostgreSQL backend", "PostgreSQL postmaster"
IN_A_HUNDRED = {WORKER_CHILD: 34, WORKER: 20, BACKEND: 22, VALKEY: 12, POSTMASTER: 9, BEAT: 3}
PAUSE = (0.2, 1.6)
IN_WORK = "application_name = 'worker' AND xact_start IS NOT NULL"

BACKENDS = """
    SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
    ORDER BY xact_start IS NULL, random() LIMIT 1"""


class Killer:
    """Keeps the workers and beat of a portal running, and kills, `many` times in all."""

    def __init__(self, portal: Portal, seed: int) -> None:
        self.portal, self.chosen = portal, random.Random(seed)
        self.workers = [portal.begin_worker(number) for number in range(WORKERS)]
        self.beat = portal.begin_beat()
        self.kills: Counter[str] = Counter()
        self.in_work: Counter[str] = Counter()
        self.ended_by_itself: Counter[str] = Counter()
        self.last_words: list[str] = []
        self.recovery: dict[str, list[float]] = defaultdict(list)

    def kill_all(self, many: int) -> None:
        """Kill, and start again, `many` times; in the order of chance."""
        kinds = [kind for kind, share in IN_A_HUNDRED.items() for _ in range(max(1, round(share * many / 100)))]
        self.chosen.shuffle(kinds)
        while sum(self.kills.values()) < many:
            self.supervise()
            time.sleep(self.chosen.uniform(*PAUSE))
            kind = kinds[sum(self.kills.values()) % len(kinds)]
            working = self._wait_for_work()
            start = time.monotonic()
            if self._blow(kind)():
                self.kills[kind] += 1
                self.in_work[kind] += working
                self.recovery[kind].append(time.monotonic() - start)

    def supervise(self) -> None:
        """Start again what has ended without being killed, and count that."""
        for number, worker in enumerate(self.workers):
            if not worker.alive:
                self.ended_by_itself[WORKER] += 1
                self.last_words += self.portal.errors_of(f"worker-{number}")
                self.workers[number] = self.portal.begin_worker(number)
        if not self.beat.alive:
            self.ended_by_itself[BEAT] += 1
            self.beat = self.portal.begin_beat()

    def _wait_for_work(self, seconds: float = 2.0) -> bool:
        """Wait a while until a worker is in the middle of a transaction; whether one was."""
        end = time.monotonic() + seconds
        with contextlib.suppress(psycopg2.Error):
            while time.monotonic() < end:
                if self.portal.value(f"SELECT count(*) FROM pg_stat_activity WHERE {IN_WORK}"):
                    return True
                time.sleep(0.01)
        return False

    def _blow(self, kind: str) -> Callable[[], bool]:
        """What kills something of this kind and starts it again; False where there was nothing to kill."""
        return {
            WORKER_CHILD: self._kill_child,
            WORKER: self._kill_worker,
            BEAT: self._kill_beat,
            VALKEY: self._kill_valkey,
            BACKEND: self._kill_backend,
            POSTMASTER: self._kill_postmaster,
        }[kind]

    def _kill_child(self) -> bool:
        """One of a worker's processes; its main process makes another."""
        children = [child for worker in self.workers for child in children_of(worker.pid)]
        return bool(children) and kill(self.chosen.choice(children))

    def _kill_worker(self) -> bool:
        """A worker's main process alone: what it was doing goes on in its children while another worker starts."""
        number = self.chosen.randrange(len(self.workers))
        killed = kill(self.workers[number].pid)
        self.workers[number] = self.portal.begin_worker(number)
        return killed

    def _kill_beat(self) -> bool:
        killed = kill(self.beat.pid)
        self.beat = self.portal.begin_beat()
        return killed

    def _kill_valkey(self) -> bool:
        with redis.Redis.from_url(self.portal.valkey.url()) as connection:
            killed = kill(connection.info("server")["process_id"])
        self.portal.valkey.start()
        return killed

    def _kill_backend(self) -> bool:
        """One that works for a worker or a person, if there is one; PostgreSQL ends all others and recovers."""
        with contextlib.suppress(psycopg2.Error):
            backends = [pid for (pid,) in self.portal.rows(BACKENDS)]
            if backends and kill(backends[0]):
                wait_until(self.portal.is_up, 60, "PostgreSQL recovers")
                return True
        return False

    def _kill_postmaster(self) -> bool:
        killed = kill(int((self.portal.postgres.data / "postmaster.pid").read_text().split()[0]))
        self.portal.postgres.start()
        return killed

    def table(self) -> str:
        """Kills by kind: how many, how many while a worker was in a transaction, and seconds until it ran again."""
        lines = [f"{'killed':24}{'times':>6}{'in work':>9}{'longest s':>11}"]
        lines += [
            f"{kind:24}{self.kills[kind]:6}{self.in_work[kind]:9}{max(self.recovery[kind], default=0):11.1f}"
            for kind in IN_A_HUNDRED
        ]
        lines.append(f"{'in all':24}{sum(self.kills.values()):6}{sum(self.in_work.values()):9}")
        lines += [f"{kind} ended by itself {times} times" for kind, times in self.ended_by_itself.items()]
        lines += sorted(set(self.last_words))
        return "\n".join(lines)


def children_of(pid: int) -> list[int]:
    """Numbers of a process's children."""
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def kill(pid: int) -> bool:
    """`kill -9`, and wait until it is gone; False where it was gone already."""
    victim: Process = process(pid)
    if not victim.alive:
        return False
    os.kill(victim.pid, signal.SIGKILL)
    return wait_until_gone(victim, 10)
