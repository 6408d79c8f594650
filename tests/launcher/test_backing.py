"""PostgreSQL and Valkey run as long as somebody uses them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cqrs_portal.embedded.errors import CannotStart
from cqrs_portal.embedded.postgres import EmbeddedPostgres
from cqrs_portal.embedded.processes import process, wait_until_gone
from cqrs_portal.embedded.tuning import THROWAWAY
from cqrs_portal.embedded.valkey import EmbeddedValkey
from cqrs_portal.launcher.backing import backing, empty, throwaway
from cqrs_portal.launcher.state import StateFolder, throwaway_state


@pytest.fixture(autouse=True)
def nothing_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "CQRS_PORTAL_CLOCK"):
        monkeypatch.delenv(name, raising=False)


def running(state: StateFolder) -> tuple[bool, bool]:
    return EmbeddedPostgres(state.path, "portal").running(), EmbeddedValkey(state.path, "portal").running()


def test_the_last_to_leave_stops_the_servers(throwaway_folder: StateFolder):
    with backing(throwaway_folder, settings=THROWAWAY, quiet=True):
        with backing(StateFolder(throwaway_folder.path), settings=THROWAWAY, quiet=True):
            pass
        after_one = running(throwaway_folder)
    after_both = running(throwaway_folder)

    assert after_one == (True, True)
    assert after_both == (False, False)


def test_a_state_folder_in_use_is_not_emptied(throwaway_folder: StateFolder):
    with backing(throwaway_folder, settings=THROWAWAY, quiet=True):
        with pytest.raises(CannotStart, match="is in use by another command"):
            empty(StateFolder(throwaway_folder.path))

        assert running(throwaway_folder) == (True, True)


def test_addresses_in_the_environment_are_used_and_nothing_is_started(
    throwaway_folder: StateFolder, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/portal")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")

    with backing(throwaway_folder, quiet=True) as environment:
        used = environment["DATABASE_URL"], environment["REDIS_URL"]

    assert used == ("postgresql://elsewhere/portal", "redis://elsewhere/0")
    assert not (throwaway_folder.path / "postgresql-portal").exists()


def test_a_throwaway_run_leaves_nothing_behind(enterable_tmp: Path):
    with throwaway(enterable_tmp / "runs", "test") as environment:
        folder = Path(environment["CQRS_PORTAL_STATE"])
        there = folder.exists()

    assert there
    assert [entry.name for entry in (enterable_tmp / "runs").iterdir()] == [".lock"]


def test_what_a_killed_run_left_is_cleared_away_by_the_next(enterable_tmp: Path):
    killed = throwaway_state(enterable_tmp / "runs", "test")
    cluster = EmbeddedPostgres(killed.path, "of-one-test", THROWAWAY).start()
    server = process(int((cluster.data / "postmaster.pid").read_text().split()[0]))
    killed.release("run")

    with throwaway(enterable_tmp / "runs", "test"):
        cleared = not killed.path.exists(), wait_until_gone(server, 5)

    assert cleared == (True, True)
