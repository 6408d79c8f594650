"""What the smaller components draw; each dataclass goes to the macro of its name in templates/components."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from ui.frame import Link


@dataclass(frozen=True)
class Term:
    """One piece of a sum: `Term("×", "£0.061", "a patient a month")`; the first has no operator."""

    operator: str
    value: str
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """How an amount was worked out (explanation.jinja).

    `subject` says what for, when and whom; `source` the service version; `sums` are lines of terms, read from left
    to right; `sentences` follow; `links` such as "Download as JSON".
    """

    amount: Decimal
    subject: str
    source: str = ""
    sums: Sequence[Sequence[Term]] = ()
    sentences: Sequence[str] = ()
    links: Sequence[Link] = ()


@dataclass(frozen=True)
class Event:
    """One line of a history: who did what, when, and the reason they gave. `did` begins with a verb: "approved"."""

    at: datetime
    who: str
    did: str
    note: str = ""
    href: str = ""


@dataclass(frozen=True)
class Task:
    """One line of a task list: what it is, its status in words, where to do it, a hint."""

    label: str
    status: str
    href: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Need:
    """One line of Home: a sentence, its money, where it leads, and a remark such as a time or "held"."""

    sentence: str
    href: str
    amount: Decimal | None = None
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class Confirm:
    """A step before something happens (confirm.jinja): the effects, one button that does it, and a way back.

    `href` takes the POST. `effects` are sentences; `warning` stands out; `style` is the button's; `hidden` is
    posted along.
    """

    href: str
    button: str
    cancel_href: str
    effects: Sequence[str] = ()
    warning: str = ""
    style: Literal["primary", "warning"] = "primary"
    hidden: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Step:
    """One step of several (steps.jinja): its label, how far it is, and where it is done; empty while it cannot be."""

    label: str
    state: Literal["done", "current", "to do"]
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Long work under way (progress.jinja). `sentence` is what a screen reader hears; `refresh_href` asks again."""

    label: str
    done: int
    total: int
    sentence: str
    refresh_href: str = ""

    @property
    def finished(self) -> bool:
        return self.done >= self.total


@dataclass(frozen=True)
class Bar:
    """One bar of a picture of counts: what is counted, and how many."""

    label: str
    value: int


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Counts as a picture, always with its table (bars.jinja). `what` heads the labels, `unit` the counts.

    `empty` is said where there is nothing to count.
    """

    caption: str
    what: str
    unit: str
    bars: Sequence[Bar]
    empty: str = "Nothing to count."

    @property
    def total(self) -> int:
        return sum(bar.value for bar in self.bars)

    def width(self, bar: Bar) -> int:
        """How long a bar is, in hundredths of the longest; what is not nothing can be seen."""
        return max(1, round(100 * bar.value / max(each.value for each in self.bars))) if bar.value else 0


@dataclass(frozen=True)
class Stretch:
    """Days on one line of a timeline, both included; an open end runs to the picture's edge. `words` name it."""

    start: date
    end: date | None
    words: str


@dataclass(frozen=True)
class TimeLine:
    """One line of a timeline: whose, and its stretches."""

    label: str
    stretches: Sequence[Stretch]
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """Days of several through time as a picture (timeline.jinja), which says nothing that its table does not.

    `sentence` is what the picture is, for whoever does not see it. The picture runs from `start` to `end`; `today` is
    marked.
    """

    caption: str
    sentence: str
    start: date
    end: date
    today: date
    lines: Sequence[TimeLine]

    def at(self, day: date) -> float:
        """Where a day begins, in hundredths of the picture's width."""
        share = (day - self.start).days / max((self.end - self.start).days, 1)
        return round(100 * min(max(share, 0.0), 1.0), 2)

    def width(self, stretch: Stretch) -> float:
        """How long a stretch is, in hundredths of the width; what lasted no day can be seen."""
        until = self.at(stretch.end + timedelta(days=1)) if stretch.end else 100.0
        return max(0.4, round(until - self.at(stretch.start), 2))

    @property
    def years(self) -> list[date]:
        """The first days of the calendar years within; every second or fifth where there are many."""
        every = next(n for n in (1, 2, 5, 10, 50) if (self.end.year - self.start.year) / n <= 8)
        found = [date(year, 1, 1) for year in range(self.start.year, self.end.year + 1) if year % every == 0]
        return [day for day in found if self.start <= day < self.end]


@dataclass(frozen=True)
class Cell:
    """One part of long work: whose, and how far it is in a word of STATES ("done", "failed", "again", "to come")."""

    label: str
    state: Literal["done", "failed", "again", "to come"]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Long work in parts (grid.jinja): a cell for each, which has its word for whoever does not see it.

    `sentence` says how far all of it is. `refresh_href` answers the same page; empty once it is at its end.
    """

    label: str
    sentence: str
    cells: Sequence[Cell]
    refresh_href: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordedOn:
    """The closed detail "Show as recorded on ..." (recorded_on.jinja). `day` is set while the past is shown.

    `kept` are the other parameters of the page's address; `now_href` leads back to the present.
    """

    day: date | None = None
    href: str = ""
    now_href: str = ""
    kept: Sequence[tuple[str, str]] = ()
