"""Payment periods, and the share of one that a member earns."""

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Self

_DAY = timedelta(days=1)


class PaymentPeriod(StrEnum):
    """How often a quality service pays."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    ANNUAL = "annual"
    ONE_OFF = "one_off"


_MONTHS = {PaymentPeriod.MONTHLY: 1, PaymentPeriod.QUARTERLY: 3, PaymentPeriod.ANNUAL: 12}


class PartPeriod(StrEnum):
    """What a member earns for a period of which it was a member for only a part."""

    FIRST_DAY = "whole_month_if_member_on_first_day"
    DAILY = "daily_pro_rata"
    LAST_DAY = "whole_month_if_member_on_last_day"


@dataclass(frozen=True, slots=True)
class Days:
    """A range of days, half-open as in the database: `start` is in it, `end` is not; None is without limit."""

    start: date | None
    end: date | None

    def __post_init__(self) -> None:
        if self.start and self.end and self.end < self.start:
            raise ValueError(f"The days end on {self.end}, before they start on {self.start}.")

    @classmethod
    def inclusive(cls, first: date | None, last: date | None) -> Self:
        """Make a range from its first and last day, as on screen and in files."""
        return cls(first, last + _DAY if last else None)

    @property
    def last(self) -> date | None:
        """The last day in the range, None where it has no end."""
        return self.end - _DAY if self.end else None

    def __contains__(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a period that is paid, `days` of `of`; whole and nothing are 1 of 1 and 0 of 1."""

    days: int
    of: int

    def __post_init__(self) -> None:
        if not (type(self.days) is type(self.of) is int):
            raise TypeError(f"A share is made of whole days, not {self.days!r} of {self.of!r}.")
        if not 0 <= self.days <= self.of or self.of == 0:
            raise ValueError(f"A share lies between nothing and the whole period, not {self.days} of {self.of}.")

    @property
    def fraction(self) -> Fraction:
        """The share as one exact number between 0 and 1."""
        return Fraction(self.days, self.of)


WHOLE = Share(1, 1)
NOTHING = Share(0, 1)


def share_of_period(mode: PartPeriod, period: Days, memberships: Iterable[Days], achievement_date: date) -> Share:
    """Say what share of the period a practice earns, from all its memberships of the network.

    `LAST_DAY` asks who is a member on the achievement date: that is the period's last day, or the closing date of a
    practice that closed. Overlapping memberships count each day once; one of zero length counts on no day.
    A period without limits, or an achievement date outside it, is a ValueError.
    Source: `calculation.md` section 3, part periods; `domain.md` section 10 for the mode in use.
    """
    first, end = _limits(period)
    if achievement_date not in period:
        raise ValueError(
            f"The achievement date {achievement_date} is outside the period from {first} to {period.last}."
        )
    held = list(memberships)
    if mode is PartPeriod.DAILY:
        return Share(_days_held(first, end, held), (end - first).days)
    asked = first if mode is PartPeriod.FIRST_DAY else achievement_date
    return WHOLE if any(asked in days for days in held) else NOTHING


def period_of(day: date, payment_period: PaymentPeriod, service: Days) -> Days:
    """Give the payment period a day lies in: a month, a quarter or a year from 1 April, cut to the service's dates.

    A one-off service has one period, the whole of itself.
    """
    if payment_period is PaymentPeriod.ONE_OFF:
        return service
    months = _MONTHS[payment_period]
    from_april = (day.month - 4) % 12
    start = _plus_months(day.replace(day=1), -(from_april % months))
    return _overlap(Days(start, _plus_months(start, months)), service)


def period_ends(payment_period: PaymentPeriod, service: Days) -> Iterator[date]:
    """List the last day of each payment period of a service, in order; a service without limits is a ValueError."""
    day, end = _limits(service)
    while day < end:
        period_end = period_of(day, payment_period, service).end or end
        yield period_end - _DAY
        day = period_end


def financial_year(day: date) -> str:
    """Name the financial year a day lies in, 1 April to 31 March: 2021/22."""
    start = day.year if day.month >= 4 else day.year - 1
    return f"{start}/{(start + 1) % 100:02d}"


def month_end(day: date) -> date:
    """Give the last day of the month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _limits(days: Days) -> tuple[date, date]:
    if days.start is None or days.end is None or days.start == days.end:
        raise ValueError("A period has a first and a last day.")
    return days.start, days.end


def _plus_months(first_of_month: date, months: int) -> date:
    years, month = divmod(first_of_month.month - 1 + months, 12)
    return date(first_of_month.year + years, month + 1, 1)


def _overlap(one: Days, other: Days) -> Days:
    starts = [day for day in (one.start, other.start) if day]
    ends = [day for day in (one.end, other.end) if day]
    return Days(max(starts, default=None), min(ends, default=None))


def _days_held(first: date, end: date, memberships: list[Days]) -> int:
    """Count the days from `first` to before `end` on which at least one membership holds."""
    spans = sorted((max(days.start or first, first), min(days.end or end, end)) for days in memberships)
    total, counted_to = 0, first
    for start, stop in spans:
        total += max(0, (stop - max(start, counted_to)).days)
        counted_to = max(counted_to, stop)
    return total
