"""The algebra of one timeline, against a dictionary of days."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.timelines import Span, cut, with_value

FIRST = date(2021, 1, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(12)]
FOREVER = DAYS[-1]

starts = st.integers(0, 9)
lengths = st.one_of(st.none(), st.integers(1, 6))
values = st.sampled_from("ab")


@st.composite
def spans(draw: st.DrawFn) -> Span[str]:
    start, length = draw(starts), draw(lengths)
    until = None if length is None else FIRST + timedelta(days=start + length)
    return Span(FIRST + timedelta(days=start), until, draw(values))


def day_by_day(timeline: list[Span[str]]) -> dict[date, list[str]]:
    return {day: [span.value for span in timeline if span.holds_on(day)] for day in DAYS}


def built_from(new: list[Span[str]]) -> list[Span[str]]:
    timeline: list[Span[str]] = []
    for span in new:
        timeline = with_value(timeline, span)
    return timeline


@given(st.lists(spans(), max_size=8))
def test_the_last_value_given_for_a_day_is_the_one_believed(new):
    expected = {day: [span.value for span in new if span.holds_on(day)][-1:] for day in DAYS}

    timeline = built_from(new)

    assert day_by_day(timeline) == expected


@given(st.lists(spans(), max_size=8), spans())
def test_a_cut_takes_its_days_and_no_others(new, gone):
    timeline = built_from(new)
    expected = {day: [] if gone.holds_on(day) else said for day, said in day_by_day(timeline).items()}

    left = cut(timeline, gone.start, gone.until)

    assert day_by_day(left) == expected


@given(st.lists(spans(), max_size=8))
def test_a_timeline_is_in_order_without_empty_spans_and_equal_neighbours_are_joined(new):
    timeline = built_from(new)

    assert [span.start for span in timeline] == sorted(span.start for span in timeline)
    assert all(span.until is None or span.start < span.until for span in timeline)
    assert all(a.until < b.start or a.value != b.value for a, b in pairwise(timeline))


@given(st.lists(spans(), min_size=1, max_size=8))
def test_saying_again_what_is_believed_changes_nothing(new):
    timeline = built_from(new)

    again = [with_value(timeline, span) for span in timeline]

    assert all(result == timeline for result in again)


def test_a_cut_of_no_days_leaves_the_timeline_as_it_is():
    timeline = [Span(DAYS[0], None, "a")]

    left = cut(timeline, DAYS[3], DAYS[3])

    assert left == timeline
