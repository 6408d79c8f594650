"""What is measured, and what is not yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.england import England


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was measured, its floor where it has one, and the bar it must pass; none where it is
    only reported.

    `value` is in the unit that `unit` names; `holds` says whether the bar is passed, and `profile` where the time went
    if it is not.
    """

    what: str
    value: float
    bar: str
    holds: bool
    unit: str = "x"
    measured: str = ""
    floor: str = ""
    profile: Sequence[str] = field(default=())


Measurement = Callable[[England, int], Sequence[Figure]]


@dataclass(frozen=True)
class Bar:
    """A numbered bar of the design. `measure` takes England and how many paired runs; None: not yet measured."""

    number: int
    name: str
    what: str
    measure: Measurement | None = None


@dataclass(frozen=True)
class Taken:
    """What came of a bar, and how many seconds it took, Englands included that were built for it."""

    figures: Sequence[Figure] = ()
    seconds: float = 0.0


Results = Mapping[Bar, Taken]

_measured: dict[str, Measurement] = {}

BARS = (
    (1, "aggregation", "nightly aggregation against its floor"),
    (2, "history", "closed history ten times longer"),
    (3, "open", "open rows three times more"),
    (4, "workers", "two workers; duplicate workers, kill -9 and withdrawals at once"),
    (5, "quiet", "a night with nothing to do"),
    (6, "at_once", "last approval to network aggregated, through the real worker"),
    (7, "extract", "extract of 957,600 values"),
    (8, "calculation", "calculation of a QOF-like service for England"),
    (9, "approval", "approve 5,000 in one command"),
    (10, "lists", "Declaration Management, 150 practices x 20 services"),
    (11, "causes", "why networks wait, with every cause"),
    (12, "offers", "offers to 1,500 practices in one command"),
    (13, "ends", "what an end would change, looked at before it is saved"),
    (14, "follows", "a corrected end date to the network's total, through the real worker"),
    (15, "screens", "lists of a commissioning organisation, and a membership that is corrected"),
)


def measures(name: str) -> Callable[[Measurement], Measurement]:
    """Register what measures the bar of that name."""

    def register(measurement: Measurement) -> Measurement:
        _measured[name] = measurement
        return measurement

    return register


def bars() -> tuple[Bar, ...]:
    return tuple(Bar(number, name, what, _measured.get(name)) for number, name, what in BARS)
