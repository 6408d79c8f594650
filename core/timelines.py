"""The algebra of one fact's timeline, without tables: what is believed day by day, and how a correction changes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from django.db.backends.postgresql.psycopg_any import DateRange

V = TypeVar("V")


@dataclass(frozen=True)
class Span(Generic[V]):
    """A value that holds from `start` up to, not including, `until`; None is open."""

    start: date
    until: date | None
    value: V

    @property
    def valid(self) -> DateRange:
        return DateRange(self.start, self.until, "[)")

    def holds_on(self, day: date) -> bool:
        return self.start <= day and (self.until is None or day < self.until)


def cut(timeline: Sequence[Span[V]], start: date, until: date | None) -> list[Span[V]]:
    """The timeline with nothing believed from `start` up to `until`; no days, no change."""
    if until is not None and until <= start:
        return list(timeline)
    kept: list[Span[V]] = []
    for span in timeline:
        before = Span(span.start, _earlier(span.until, start), span.value)
        after = Span(max(span.start, until), span.until, span.value) if until else None
        kept += [part for part in (before, after) if part and _has_days(part)]
    return kept


def with_value(timeline: Sequence[Span[V]], new: Span[V]) -> list[Span[V]]:
    """The timeline with `new` in place of what was believed on its days; neighbours that say the same are joined."""
    spans = [*cut(timeline, new.start, new.until), *([new] if _has_days(new) else [])]
    return _joined(sorted(spans, key=lambda span: span.start))


def _joined(spans: Sequence[Span[V]]) -> list[Span[V]]:
    joined: list[Span[V]] = []
    for span in spans:
        last = joined[-1] if joined else None
        if last and last.until == span.start and last.value == span.value:
            joined[-1] = Span(last.start, span.until, last.value)
        else:
            joined.append(span)
    return joined


def _earlier(a: date | None, b: date) -> date:
    return b if a is None else min(a, b)


def _has_days(span: Span[V]) -> bool:
    return span.until is None or span.start < span.until
