"""What every test may use: the clock held on a day, people who act, and the plugins beside this file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, datetime
from importlib.util import find_spec

import pytest

from core import clock

PLUGINS = ("tests.plugins.services", "tests.plugins.browser", "tests.plugins.real_data")
pytest_plugins = [name for name in PLUGINS if find_spec(name)]

TRAINING_DAY = date(2021, 12, 11)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run the long tests too: crash, race, England")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--full") or os.environ.get("CQRS_PORTAL_FULL"):
        return
    skipped = pytest.mark.skip(reason="long: run with --full")
    for item in items:
        if item.get_closest_marker("full"):
            item.add_marker(skipped)


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
