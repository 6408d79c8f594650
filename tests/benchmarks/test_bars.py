"""Every bar can be measured: on a very small England, once; what it takes says nothing there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import connection

from benchmarks import databases, report
from benchmarks.__main__ import import_measurements
from benchmarks.england import TODAY, England
from benchmarks.measuring import rows_of
from benchmarks.registry import Figure, Taken, bars
from core import clock

pytestmark = pytest.mark.django_db(transaction=True)

import_measurements()
TINY = England(scale=0.02, months=5)
WITH_PROGRAMS = {"workers", "quiet", "at_once", "lists", "follows"}
"""Bars that start the portal's own programs."""

OTHER_SESSIONS_END = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
"""Those that tests with a browser left: a database that is in use cannot be copied."""

MEASURED = [
    pytest.param(bar, id=bar.name, marks=[pytest.mark.full] if bar.name in WITH_PROGRAMS else [])
    for bar in bars()
    if bar.measure
]


@pytest.fixture
def england(transactional_db: None, tmp_path, settings) -> Iterator[England]:
    """In a database of its own, beside the suite's; the clock of all processes stands on its day."""
    settings.BUSINESS_CLOCK_FILE = str(tmp_path / "business-clock")
    clock.set_training_clock(TODAY)
    here = connection.settings_dict["NAME"]
    rows_of(OTHER_SESSIONS_END)
    yield TINY
    databases.drop_all()
    assert connection.settings_dict["NAME"] == here


@pytest.mark.parametrize("bar", MEASURED)
def test_a_bar_is_measured(bar, england, monkeypatch, settings):
    monkeypatch.setenv("CQRS_PORTAL_CLOCK", settings.BUSINESS_CLOCK_FILE)

    figures = bar.measure(england, 1)

    counted = [figure for figure in figures if figure.bar.startswith("0")]
    assert figures
    assert all(figure.value >= 0 for figure in figures)
    assert all(figure.holds for figure in counted), counted


def test_what_fails_is_shown_with_where_its_time_went():
    fails = Figure("wall", 2.0, "<= 1.5x", False, measured="2 s", floor="1 s", profile=["1.9 s in 1 statements: `X`"])
    reported = Figure("peak memory", 100, "", True, unit=" MiB")
    first, *_others = bars()

    results = {first: Taken([fails, reported], 3)}

    assert "| 2.00x | <= 1.5x | **fails** |" in report.table(results)
    assert "| 100.00 MiB |  | reported |" in report.table(results)
    assert "- 1.9 s in 1 statements: `X`" in report.profiles(results)


def test_the_months_of_a_short_history_keep_what_is_stuck():
    short = England(months=6, closed=2, opened=1)

    assert short.dates()[-1] == date(2021, 11, 30)
    assert short.left_out() == short.dates()[:3]
    assert England(months=6).left_out() == []
