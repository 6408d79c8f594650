"""The one clock of business."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core import clock
from core.commands import command, instant

SUMMER, WINTER = date(2021, 7, 1), date(2021, 12, 1)
LEAST = timedelta(microseconds=1)


@pytest.fixture
def clock_file(tmp_path: Path, settings) -> Path:
    settings.BUSINESS_CLOCK_FILE = str(tmp_path / "business-clock")
    return tmp_path / "business-clock"


def test_without_a_clock_file_it_is_the_machines(settings):
    settings.BUSINESS_CLOCK_FILE = ""

    before, found, after = datetime.now(UTC), clock.now(), datetime.now(UTC)

    assert before <= found <= after


def test_a_file_that_is_not_there_is_the_machines_clock_too(clock_file):
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)


def test_a_day_in_the_file_stands_still_and_keeps_the_time_of_day(clock_file):
    clock.set_training_clock(date(2021, 12, 11))

    found = clock.now().astimezone(clock.LONDON)
    assert clock.today() == date(2021, 12, 11)
    machine = datetime.now(clock.LONDON)
    assert abs((machine - found.replace(year=machine.year, month=machine.month, day=machine.day)).total_seconds()) < 2


def test_a_moment_in_the_file_runs_on_from_when_it_was_written(clock_file):
    clock.set_training_clock(datetime(2021, 10, 31, 23, 59, 58, tzinfo=UTC))
    an_hour_ago = clock_file.stat().st_mtime - 3600
    os.utime(clock_file, (an_hour_ago, an_hour_ago))

    late = clock.now() - datetime(2021, 11, 1, 0, 59, 58, tzinfo=UTC)
    assert timedelta() <= late < timedelta(seconds=2)
    assert clock.today() == date(2021, 11, 1)


def test_the_clock_is_set_in_one_step(clock_file):
    clock.set_training_clock(date(2021, 12, 11))
    clock.set_training_clock(date(2022, 1, 31))

    assert clock.today() == date(2022, 1, 31)
    assert [path.name for path in clock_file.parent.iterdir()] == ["business-clock"]


def test_a_clock_that_is_not_of_training_cannot_be_set(settings):
    settings.BUSINESS_CLOCK_FILE = ""

    with pytest.raises(RuntimeError, match="training"):
        clock.set_training_clock(date(2021, 12, 11))


def test_a_held_clock_stands_still_the_innermost_holds_and_none_outlives_its_block(clock_file):
    clock.set_training_clock(date(2021, 12, 11))
    noon = datetime(2021, 7, 1, 12, tzinfo=UTC)

    with clock.held_at(noon):
        with clock.held_at(date(2021, 12, 1)):
            inner = clock.now()
        outer = clock.now()

    assert (inner, outer) == (datetime(2021, 12, 1, 12, tzinfo=UTC), noon)
    assert clock.today() == date(2021, 12, 11)


def test_a_held_clock_is_let_go_when_the_block_fails(settings):
    settings.BUSINESS_CLOCK_FILE = ""

    with pytest.raises(ZeroDivisionError), clock.held_at(SUMMER):
        raise ZeroDivisionError

    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)


def test_a_day_held_is_its_noon_in_london():
    with clock.held_at(SUMMER):
        assert clock.now() == datetime(2021, 7, 1, 11, tzinfo=UTC)
    with clock.held_at(WINTER):
        assert clock.now() == datetime(2021, 12, 1, 12, tzinfo=UTC)


def test_a_moment_held_in_another_zone_is_that_moment():
    with clock.held_at(datetime(2021, 7, 1, 0, 30, tzinfo=ZoneInfo("Europe/London"))):
        assert clock.now() == datetime(2021, 6, 30, 23, 30, tzinfo=UTC)
        assert clock.today() == SUMMER


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (SUMMER, datetime(2021, 7, 1, 22, 59, 59, 999999, UTC)),
        (WINTER, datetime(2021, 12, 1, 23, 59, 59, 999999, UTC)),
        (date(2021, 3, 27), datetime(2021, 3, 27, 23, 59, 59, 999999, UTC)),
        (date(2021, 3, 28), datetime(2021, 3, 28, 22, 59, 59, 999999, UTC)),
        (date(2021, 10, 30), datetime(2021, 10, 30, 22, 59, 59, 999999, UTC)),
        (date(2021, 10, 31), datetime(2021, 10, 31, 23, 59, 59, 999999, UTC)),
    ],
)
def test_the_end_of_a_day_is_londons_through_both_changes_of_the_clocks(day, last):
    assert clock.end_of(day) == last
    with clock.held_at(last):
        assert clock.today() == day
    with clock.held_at(last + LEAST):
        assert clock.today() == day + timedelta(days=1)


@pytest.mark.django_db
def test_a_command_has_one_instant_and_commands_that_it_calls_share_it():
    found = []

    @command
    def inner(*, by):
        found.append(instant())

    @command
    def outer(*, by):
        with clock.held_at(SUMMER):
            found.append(instant())
        with clock.held_at(WINTER):
            inner(by=by)

    outer(by=None)
    with clock.held_at(WINTER):
        inner(by=None)

    assert found[0] == found[1] != found[2]


def test_a_command_must_say_who_acts():
    with pytest.raises(TypeError, match="must say who acts"):
        command(lambda: None)
