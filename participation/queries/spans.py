"""The days of memberships and of offers, compared set by set."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from participation.states import OPEN, State

FOLLOWS_MEMBERSHIP = "Its membership of the network ends."
"""The reason of a term that ends because ODS ended the membership; what was asked for before is kept under it."""


class Span(NamedTuple):
    """Days of one provider's membership of a network: from `start` up to, not including, `until`; None is open."""

    provider_id: int
    network_id: int
    start: date
    until: date | None


class Held(NamedTuple):
    """Days one provider takes part in a service for a network: from `start` up to, not including, `until`."""

    service_id: int
    provider_id: int
    network_id: int | None
    start: date
    until: date
    participation_id: int = 0


class Overlap(NamedTuple):
    """Days that share one with an offer that stands: the offer's own days, `until` not included, and which it is."""

    held: Held
    start: date
    until: date
    participation_id: int
    state: int


class NewEnd(NamedTuple):
    """A participation whose term is to stop before `until`, because of a membership."""

    participation_id: int
    until: date


def membership_spans(network_ids: Collection[int], start: date, until: date) -> list[Span]:
    """Memberships believed now that share a day with `start` up to `until`; those that touch count as one."""
    sql = f"""
        SELECT practice_id, network_id, lower(span), upper(span)
        FROM ({_spans_of("m.network_id = ANY(%s)")}) s
        WHERE span && daterange(%s, %s) ORDER BY network_id, practice_id, span"""
    return [Span(*row) for row in _rows(sql, [list(network_ids), start, until])]


def overlapping(wanted: Sequence[Held]) -> list[Overlap]:
    """Which of these share a day with an offer that stands, of the same provider, service and network, by its days.

    A participation does not overlap itself.
    """
    sql = f"""
        SELECT w.n, lower(t.valid), upper(t.valid), p.id, p.state
        FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::date[], %s::date[], %s::bigint[])
             WITH ORDINALITY AS w(service_id, provider_id, network_id, start, until, id, n)
        JOIN participation_participation p USING (service_id, provider_id)
        JOIN participation_term t ON t.participation_id = p.id AND upper_inf(t.recorded)
        WHERE p.id <> w.id AND p.network_id IS NOT DISTINCT FROM w.network_id AND p.state IN ({_states(OPEN)})
          AND t.valid && daterange(w.start, w.until)
        ORDER BY w.n, t.valid"""
    columns = [list(column) for column in zip(*wanted, strict=True)] or [[], [], [], [], [], []]
    return [Overlap(wanted[n - 1], *rest) for n, *rest in _rows(sql, columns)]


def ends_that_follow(pairs: Collection[tuple[int, int]]) -> list[NewEnd]:
    """Participations of these (practice, network) whose term does not end as their membership now believed says.

    A term ends with the membership it began in, and no later than was last asked for by other means; a later
    membership of the same network needs an offer of its own (domain 4). Where none shares a day, nothing follows.
    An offer that nobody has answered or approved yet is shortened as well: nobody is to take up what is over.
    """
    sql = f"""
        WITH pairs AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS x(practice_id, network_id)),
        spans AS ({_spans_of("(m.practice_id, m.network_id) IN (SELECT practice_id, network_id FROM pairs)")}),
        held AS (
            SELECT p.id, p.provider_id AS practice_id, p.network_id, t.valid, t.reason
            FROM pairs JOIN participation_participation p
              ON p.provider_id = pairs.practice_id AND p.network_id = pairs.network_id
            JOIN participation_term t ON t.participation_id = p.id AND upper_inf(t.recorded)
            WHERE p.state IN ({_states(OPEN)})),
        began_in AS (
            SELECT DISTINCT ON (h.id) h.id, upper(s.span) AS until
            FROM held h JOIN spans s USING (practice_id, network_id) WHERE s.span && h.valid ORDER BY h.id, s.span),
        asked AS (
            SELECT DISTINCT ON (h.id) h.id, upper(a.valid) AS until
            FROM held h JOIN participation_term a ON a.participation_id = h.id
            WHERE h.reason = %s AND a.reason <> h.reason ORDER BY h.id, lower(a.recorded) DESC),
        due AS (
            SELECT h.id, upper(h.valid) AS now, least(coalesce(asked.until, upper(h.valid)), began_in.until) AS until
            FROM held h JOIN began_in USING (id) LEFT JOIN asked USING (id))
        SELECT id, until FROM due WHERE until <> now ORDER BY id"""
    columns = [list(column) for column in zip(*pairs, strict=True)] or [[], []]
    return [NewEnd(*row) for row in _rows(sql, [*columns, FOLLOWS_MEMBERSHIP])]


def _spans_of(condition: str) -> str:
    return f"""
        SELECT practice_id, network_id, unnest(range_agg(valid)) AS span FROM organisations_membership m
        WHERE upper_inf(m.recorded) AND NOT isempty(m.valid) AND {condition} GROUP BY practice_id, network_id"""


def _states(states: Collection[State]) -> str:
    return ", ".join(str(int(state)) for state in sorted(states))


def _rows(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
