"""What every test may use: the clock held on a day, people who act, and the plugins beside this file."""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import setup_databases, teardown_databases

from core import clock

PLUGINS = tuple(
    f"tests.plugins.{name}" for name in ("services", "browser", "real_data", "tables", "everybody", "databases")
)
pytest_plugins = [name for name in PLUGINS if find_spec(name)]


TRAINING_DAY = date(2021, 12, 11)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run the long tests too: crash, race, England")
    parser.addoption("--kills", type=int, default=100, help="how often the night under fire kills something (100)")
    parser.addoption("--seed", type=int, default=20210401, help="the chance of the night under fire")


BROWSER = "browser"
LONG = {
    BROWSER: 8.0, "transactional_db": 1.5, "training_portal": 1.0, "worker": 4.0, "throwaway_folder": 3.0,
    "durable_postgres": 3.0,
}  # fmt: skip
"""What a test costs that asks for one of these, in seconds, roughly; any other test costs a tenth of one, and those of
a module with SECONDS_OF_EACH so many more."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    in_order(items)
    _skip_the_long(config, items)


def in_order(items: list[Any]) -> None:
    """The longest files first, so that no process of two has a long one left at the end while the other has none; and
    those that need a browser last: once it has begun its event loop runs in the process, and what is asynchronous
    itself runs there no more."""
    cost: Counter[Path] = Counter()
    for item in items:
        cost[item.path] += 0.1 + sum(LONG.get(name, 0) for name in getattr(item, "fixturenames", ()))
        cost[item.path] += getattr(getattr(item, "module", None), "SECONDS_OF_EACH", 0)
    with_browser = {item.path for item in items if BROWSER in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: (item.path in with_browser, -cost[item.path]))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is there before the first test stays to the end: looking through it for garbage, over and over, cost a
    tenth of the time of tests that ask for many pages."""
    gc.collect()
    gc.freeze()


def _skip_the_long(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--full") or os.environ.get("CQRS_PORTAL_FULL"):
        return
    skipped = pytest.mark.skip(reason="long: run with --full")
    for item in items:
        if item.get_closest_marker("full"):
            item.add_marker(skipped)


@pytest.fixture(scope="session")
def copies(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: Any,
    django_db_keepdb: bool,
    django_db_createdb: bool,
) -> Iterator[Any]:
    """The test database, and what tests/plugins/databases.py can make of it."""
    from tests.plugins.databases import Copies

    keep = django_db_keepdb and not django_db_createdb
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, keepdb=keep, aliases=["default"])
        copies = Copies(str(connection.settings_dict["NAME"]))
    yield copies
    with django_db_blocker.unblock():
        copies.drop()
        if not django_db_keepdb:
            teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def django_db_setup(copies: Any) -> None:
    """The test database, for whoever asks. pytest-django's own makes none unless a test asks by `db`, and what asks in
    another way, as `training` does, would write into the database it was pointed at."""


@pytest.fixture
def set_clock() -> Iterator[Callable[[date | datetime], None]]:
    """Hold the clock of business at a day or a moment, for the rest of the test; the last one holds."""
    with ExitStack() as held:
        yield lambda moment: held.enter_context(clock.held_at(moment))


@pytest.fixture
def training_day(set_clock: Callable[[date | datetime], None]) -> date:
    """11 December 2021, noon: the day the training data stands on."""
    set_clock(TRAINING_DAY)
    return TRAINING_DAY


@pytest.fixture(scope="module")
def training_loaded(copies: Any, django_db_blocker: Any) -> Iterator[None]:
    """A database that holds the training data, for a module, and as it was after it. Its tests take `training`, not
    `db`."""
    with django_db_blocker.unblock(), copies.using(copies.with_training()), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def training(training_loaded: None, training_day: date) -> Iterator[None]:
    """The training data on its day; what a test changes is undone after it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def training_portal(transactional_db: None, training_day: date, copies: Any) -> None:
    """The training data, committed: for a live server, workers and threads."""
    copies.fill_with_training()
