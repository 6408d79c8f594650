"""PostgreSQL and Valkey for the suite.

`python3 portal.py test` starts them before pytest. A bare `pytest` starts its own here, if this plugin is loaded early
(`-p tests.plugins.services`). Tests that must survive `kill -9` take a durable cluster of their own.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cqrs_portal.embedded.folders import is_root
from cqrs_portal.embedded.postgres import EmbeddedPostgres
from cqrs_portal.embedded.tuning import DURABLE
from cqrs_portal.embedded.valkey import EmbeddedValkey
from cqrs_portal.launcher.backing import throwaway
from cqrs_portal.launcher.state import StateFolder, runs_folder, throwaway_state

_ROOT = Path(__file__).resolve().parents[2]
_own = contextlib.ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """Before Django's settings are read: lead them to servers, ours if there are none."""
    if "DATABASE_URL" not in os.environ:
        os.environ.update(_own.enter_context(throwaway(runs_folder(_ROOT), "test")))
    yield


def pytest_unconfigure() -> None:
    """Stop what we started."""
    _own.close()


@pytest.fixture
def throwaway_folder() -> Iterator[StateFolder]:
    """A state folder of one test's own, where embedded servers can run even as root; removed afterwards."""
    state = throwaway_state(runs_folder(_ROOT), "folder")
    yield state
    state.remove()


@pytest.fixture
def durable_postgres(throwaway_folder: StateFolder) -> Iterator[EmbeddedPostgres]:
    """A running cluster that keeps every acknowledged commit through `kill -9`; its `url()` leads to it."""
    cluster = EmbeddedPostgres(throwaway_folder.path, "durable", DURABLE).start()
    yield cluster
    cluster.stop()


@pytest.fixture
def start_valkey(throwaway_folder: StateFolder) -> Iterator[Callable[[str], EmbeddedValkey]]:
    """Starts Valkey servers of one test's own, by name, to be stopped and started as the test likes."""
    started: list[EmbeddedValkey] = []

    def start(name: str) -> EmbeddedValkey:
        started.append(EmbeddedValkey(throwaway_folder.path, name).start())
        return started[-1]

    yield start
    for valkey in started:
        valkey.stop()


@pytest.fixture
def enterable_tmp(throwaway_folder: StateFolder) -> Path:
    """A folder that the account PostgreSQL drops to can enter, unlike pytest's own when we are root."""
    folder = throwaway_folder.path / "tmp"
    folder.mkdir(mode=0o755 if is_root() else 0o700)
    return folder
