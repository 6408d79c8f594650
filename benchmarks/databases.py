"""Englands of several sizes side by side, each in a database of its own: built at first need, kept for later bars."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection

from achievement.models import Achievement
from benchmarks.england import England
from benchmarks.measuring import execute
from organisations.models import Organisation

SERVER_OWN = "postgres"
_built: dict[England, str] = {}


def prepare() -> None:
    """Tables in the empty database, from which those of the Englands are copied. One that holds anything is refused."""
    call_command("migrate", verbosity=0)
    if Organisation.objects.exists() or Achievement.objects.exists():
        raise SystemExit("The benchmarks need an empty database: python3 portal.py bench makes one.")


@contextmanager
def inside(england: England) -> Iterator[None]:
    """This process's connection leads to this England; the same connection as long as that does not change."""
    before = _here()
    try:
        _go_to(_built.get(england) or _build(england))
        yield
    finally:
        _go_to(before)


def drop_all() -> None:
    """The Englands that were built are no more."""
    here = _here()
    _go_to(SERVER_OWN)
    for name in _built.values():
        execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    _built.clear()
    _go_to(here)


def _build(england: England) -> str:
    empty, started = _here() if not _built else next(iter(_built.values())).rpartition("_")[0], time.perf_counter()
    name = f"{empty}_{len(_built) + 1}"
    _go_to(SERVER_OWN)
    execute(f'CREATE DATABASE "{name}" TEMPLATE "{empty}"')
    _go_to(name)
    england.build()
    _built[england] = name
    print(f"England built in {time.perf_counter() - started:.0f} s: {england}.", flush=True)
    return name


def _here() -> str:
    return str(connection.settings_dict["NAME"])


def _go_to(name: str) -> None:
    if name != _here():
        connection.close()
        connection.settings_dict["NAME"] = name
