"""PostgreSQL and Valkey behind a state folder: started by whoever comes first, stopped by whoever leaves last."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from cqrs_portal.embedded.errors import CannotStart
from cqrs_portal.embedded.postgres import EmbeddedPostgres
from cqrs_portal.embedded.tuning import DURABLE, THROWAWAY
from cqrs_portal.embedded.valkey import EmbeddedValkey
from cqrs_portal.launcher.progress import step
from cqrs_portal.launcher.state import StateFolder, abandoned_runs, throwaway_state

_USERS = "users"


@contextlib.contextmanager
def backing(
    state: StateFolder, *, settings: Mapping[str, str] = DURABLE, quiet: bool = False
) -> Iterator[dict[str, str]]:
    """Run what `state` needs, and give the environment variables that lead to it.

    DATABASE_URL and REDIS_URL, where set, are used instead. Every user holds a shared lock; the last one to leave
    stops the servers. A user that was killed leaves them running for the next.
    """
    state.hold(_USERS, shared=True, wait=True)
    try:
        yield _environment(state, _start(state, settings, quiet))
    finally:
        if state.hold(_USERS):
            _stop(state)
        state.release(_USERS)


def _start(state: StateFolder, settings: Mapping[str, str], quiet: bool) -> dict[str, str]:
    addresses = {key: os.environ[key] for key in ("DATABASE_URL", "REDIS_URL") if os.environ.get(key)}
    if "DATABASE_URL" not in addresses:
        with contextlib.nullcontext() if quiet else step("Starting PostgreSQL"):
            cluster = EmbeddedPostgres(state.path, "portal", settings).start()
        # psql, for `manage dbshell`, takes the socket's folder from PGHOST and may be on no other PATH.
        path = f"{os.environ.get('PATH', os.defpath)}:{cluster.programs}"
        addresses |= {"DATABASE_URL": cluster.url(), "PGHOST": str(cluster.sockets), "PATH": path}
    if "REDIS_URL" not in addresses:
        with contextlib.nullcontext() if quiet else step("Starting Valkey"):
            valkey = EmbeddedValkey(state.path, "portal").start()
        addresses |= {"REDIS_URL": valkey.url(), "CELERY_BROKER_URL": valkey.celery_url()}
    return addresses


def _stop(state: StateFolder) -> None:
    """Stop every embedded server below a state folder, as tests start more than one."""
    for pid_file in state.path.rglob("valkey.pid"):
        EmbeddedValkey(pid_file.parents[1], pid_file.parent.name.removeprefix("valkey-")).stop()
    for pid_file in state.path.rglob("postmaster.pid"):
        EmbeddedPostgres(pid_file.parents[1], pid_file.parent.name.removeprefix("postgresql-")).stop()


def _environment(state: StateFolder, addresses: dict[str, str]) -> dict[str, str]:
    return addresses | {
        "SECRET_KEY": os.environ.get("SECRET_KEY") or state.secret_key(),
        "CQRS_PORTAL_STATE": str(state.path),
        "CQRS_PORTAL_CLOCK": os.environ.get("CQRS_PORTAL_CLOCK") or str(state.path / "business-clock"),
    }


def empty(state: StateFolder) -> None:
    """Delete what a state folder holds, after stopping what runs on it; refuse while a command uses it."""
    if not state.hold(_USERS):
        raise CannotStart(f"{state.path} is in use by another command of this portal; try again when that has ended.")
    with step(f"Deleting what {state.path} holds"):
        _stop(state)
        state.empty()
    state.release(_USERS)


@contextlib.contextmanager
def throwaway(runs: Path, purpose: str, settings: Mapping[str, str] = THROWAWAY) -> Iterator[dict[str, str]]:
    """Servers of one run's own, in a folder below `runs`, with nothing left afterwards; gives the environment.

    First clears away what earlier runs left that were killed.
    """
    for killed in abandoned_runs(runs):
        _clear(killed)
    state = throwaway_state(runs, purpose)
    try:
        with backing(state, settings=settings, quiet=True) as environment:
            yield environment
    finally:
        state.remove()


def _clear(state: StateFolder) -> None:
    if state.hold(_USERS):
        _stop(state)
        state.remove()
    else:
        state.release("run")
