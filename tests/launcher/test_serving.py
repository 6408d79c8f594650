"""The portal really started, killed, started again and stopped, as a person would."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from cqrs_portal.embedded.processes import Process, process
from cqrs_portal.launcher.state import StateFolder

ROOT = Path(__file__).resolve().parents[2]
MINE = {"DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE"}
MINE |= {"CQRS_PORTAL_STATE", "CQRS_PORTAL_CLOCK"}


class Portal:
    """One `python3 portal.py` on a state folder; each start is a process of its own."""

    def __init__(self, state: Path) -> None:
        self.state = StateFolder(state)
        self.port = free_port()
        self.starts: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(ROOT / "portal.py"), "--state", str(self.state.path), "--port", str(self.port)]
        environment = {key: value for key, value in os.environ.items() if key not in MINE}
        with (self.state.path.parent / f"{len(self.starts)}.txt").open("w") as said:
            started = subprocess.Popen(
                [*command, *arguments], stdout=said, stderr=subprocess.STDOUT, text=True, env=environment, cwd="/"
            )
        self.starts.append(started)
        return started

    def said(self) -> str:
        return (self.state.path.parent / f"{len(self.starts) - 1}.txt").read_text()

    def wait_until_it_runs(self, seconds: float = 120) -> float:
        begun = time.monotonic()
        while "CQRS Portal runs at" not in self.said():
            assert self.starts[-1].poll() is None, self.said()
            assert time.monotonic() - begun < seconds, self.said()
            time.sleep(0.05)
        return time.monotonic() - begun

    def programs(self) -> list[Process]:
        children = [Process(child["pid"], child["started"]) for child in self.state.read("portal")["children"]]
        servers = [
            self.state.path / "postgresql-portal" / "postmaster.pid",
            self.state.path / "valkey-portal" / "valkey.pid",
        ]
        return children + [process(int(file.read_text().split()[0])) for file in servers]

    def first_page(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=10) as page:
            return page.read().decode()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture
def portal(enterable_tmp: Path) -> Iterator[Portal]:
    portal = Portal(enterable_tmp / "state")
    yield portal
    for started in portal.starts:
        started.terminate()
        started.wait(60)


def test_a_busy_port_ends_the_start_with_a_sentence_before_anything_is_made(portal: Portal):
    with socket.create_server(("127.0.0.1", portal.port)):
        code = portal.start().wait(60)

    assert code == 1
    assert f"Port {portal.port} is taken by another program" in portal.said()
    assert "Traceback" not in portal.said()
    assert not (portal.state.path / "postgresql-portal").exists()


@pytest.mark.full
def test_ctrl_c_stops_everything_it_started_and_the_second_start_answers_in_ten_seconds(portal: Portal):
    portal.start()
    portal.wait_until_it_runs()
    running = portal.programs()
    all_ran = all(program.alive for program in running)

    portal.starts[-1].send_signal(signal.SIGINT)
    code = portal.starts[-1].wait(60)
    left = [program for program in running if program.alive]
    portal.start()
    seconds = portal.wait_until_it_runs()

    assert all_ran
    assert (code, left) == (0, [])
    assert seconds < 10
    assert "Sign in" in portal.first_page()


@pytest.mark.full
def test_a_portal_takes_over_from_one_that_was_killed(portal: Portal):
    portal.start()
    portal.wait_until_it_runs()
    orphans = portal.programs()[:3]

    portal.starts[-1].kill()
    portal.starts[-1].wait(10)
    portal.start()
    portal.wait_until_it_runs()

    assert re.search(r"was killed; ending what it left: web, worker, beat", portal.said())
    assert [orphan for orphan in orphans if orphan.alive] == []
    assert "Sign in" in portal.first_page()


@pytest.mark.full
def test_a_program_that_dies_ends_the_portal_with_its_last_words(portal: Portal):
    portal.start()
    portal.wait_until_it_runs()
    running = portal.programs()

    os.kill(running[1].pid, signal.SIGKILL)
    code = portal.starts[-1].wait(60)

    assert code == 1
    assert "The worker ended by itself" in portal.said()
    assert [program for program in running if program.alive] == []


@pytest.mark.full
def test_two_portals_run_side_by_side_and_one_starts_afresh(portal: Portal, enterable_tmp: Path):
    other = Portal(enterable_tmp / "beside" / "state")
    portal.start()
    other.start("--fresh")

    try:
        portal.wait_until_it_runs()
        other.wait_until_it_runs()

        assert "Deleting what" in other.said()
        assert "Sign in" in portal.first_page()
        assert "Sign in" in other.first_page()
    finally:
        other.starts[-1].terminate()
        other.starts[-1].wait(60)
