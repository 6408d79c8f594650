"""The one clock of business: the only source of today and of now, given to SQL as parameters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

LONDON = ZoneInfo("Europe/London")

_held: list[datetime] = []


def now() -> datetime:
    """The present moment of business, aware, in UTC."""
    if _held:
        return _held[-1]
    return _training_moment() or machine_moment()


def today() -> date:
    """The present day of business, in London."""
    return now().astimezone(LONDON).date()


def end_of(day: date) -> datetime:
    """The last microsecond of a day in London: what "as recorded on" that day means."""
    return datetime.combine(day, time.max, LONDON).astimezone(UTC)


@contextmanager
def held_at(moment: datetime | date) -> Iterator[None]:
    """Hold the clock of this process at a moment; a date means noon of that day in London."""
    _held.append(_as_moment(moment))
    try:
        yield
    finally:
        _held.pop()


def machine_moment() -> datetime:
    """The machine's own moment: for sessions and sign-ins, which know nothing of the training clock."""
    return datetime.now(UTC)


def set_training_clock(moment: datetime | date) -> None:
    """Set the clock of every process of this portal; a date keeps the machine's time of day."""
    path = settings.BUSINESS_CLOCK_FILE
    if not path:
        raise RuntimeError("Only a training portal has a clock that can be set.")
    new = Path(f"{path}.new")
    new.write_text(moment.isoformat())
    new.replace(path)


def _as_moment(moment: datetime | date) -> datetime:
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return datetime.combine(moment, time(12), LONDON).astimezone(UTC)


def _training_moment() -> datetime | None:
    """A day in the clock file stands still; a moment in it runs on from when it was written."""
    path = Path(settings.BUSINESS_CLOCK_FILE) if settings.BUSINESS_CLOCK_FILE else None
    if path is None or not path.exists():
        return None
    text = path.read_text().strip()
    if len(text) == len("2021-12-11"):
        return _on_day(date.fromisoformat(text))
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return datetime.fromisoformat(text).astimezone(UTC) + max(machine_moment() - written, timedelta())


def _on_day(day: date) -> datetime:
    time_of_day = machine_moment().astimezone(LONDON).time()
    return datetime.combine(day, time_of_day, LONDON).astimezone(UTC)
