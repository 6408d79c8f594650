"""Days, months and financial years; inclusive outside, half-open inside."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange

DAY = timedelta(days=1)


def inclusive(start: date | None, end: date | None) -> DateRange:
    """The half-open range the database keeps for dates that are inclusive on screen; None is open."""
    return DateRange(start, end + DAY if end else None, "[)")


def last_day(span: DateRange) -> date | None:
    """The last day within a range, as people say it; None while it is open."""
    return span.upper - DAY if span.upper else None


def share_a_day(one: DateRange, other: DateRange) -> bool:
    """Whether two half-open ranges overlap; None is open, and an empty range shares no day."""
    if one.isempty or other.isempty:
        return False
    return (one.lower or date.min) < (other.upper or date.max) and (other.lower or date.min) < (one.upper or date.max)


def month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def month_ends(start: date, end: date) -> list[date]:
    """The last day of each month from `start` to `end`, both inclusive."""
    days: list[date] = []
    day = month_end(start)
    while day <= end:
        days.append(day)
        day = month_end(day + DAY)
    return days


@dataclass(frozen=True, order=True)
class FinancialYear:
    """1 April to 31 March, named by the calendar year it starts in: FinancialYear(2021) is 2021/22."""

    starts_in: int

    @classmethod
    def of(cls, day: date) -> FinancialYear:
        return cls(day.year if day >= date(day.year, 4, 1) else day.year - 1)

    @classmethod
    def named(cls, name: str) -> FinancialYear:
        """The year called "2021/22". Raises ValueError for what is no financial year of this century."""
        year = cls(int(name[:4])) if re.fullmatch(r"20[0-9]{2}/[0-9]{2}", name) else None
        if year is None or str(year) != name:
            raise ValueError(f"{name} is no financial year.")
        return year

    @property
    def start(self) -> date:
        return date(self.starts_in, 4, 1)

    @property
    def end(self) -> date:
        return date(self.starts_in + 1, 3, 31)

    def __str__(self) -> str:
        return f"{self.starts_in}/{(self.starts_in + 1) % 100:02d}"


def is_financial_year(name: str) -> None:
    """Check a financial year that somebody wrote. Raises ValidationError."""
    try:
        FinancialYear.named(name)
    except ValueError:
        raise ValidationError("A financial year is written as 2021/22.") from None
