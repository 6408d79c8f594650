"""The lines that are due to networks, and their amounts: read from memberships, participations and list sizes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from django.db import connection

from achievement.queries.expected import EXPECTED_LINES_SQL
from achievement.queries.taken_over import Taken, TakenOver, lists_taken_over
from achievement.states import FINALS
from calculation.capitation import calculate_many
from calculation.periods import Days, PartPeriod, Share, share_of_period
from catalogue.formats import Capitation, Definition
from core import clock
from organisations.models import ListKind, Membership
from participation.states import COVERING


class LineInputs(NamedTuple):
    """What one line is worked out from: `size` counts its practice's own list, if it has one, and those taken over."""

    achievement_date: date
    network_id: int
    provider_id: int
    service_id: int
    commissioner_id: int
    participation_id: int
    list_size_id: int | None
    size: Decimal
    taken_over: tuple[Taken, ...] = ()


_INPUTS = (
    """
    WITH expected AS ("""
    + EXPECTED_LINES_SQL
    + f""")
    SELECT DISTINCT ON (e.achievement_date, e.network_id, e.practice_id)
           e.achievement_date, e.network_id, e.practice_id, e.service_id, lead.commissioner_id, p.id, l.id, l.size
    FROM expected e
    JOIN {{keys}} k USING (service_id, achievement_date, network_id)
    JOIN organisations_organisation o ON o.id = e.practice_id
         AND (o.close_date IS NULL OR o.close_date >= e.achievement_date OR EXISTS (
             SELECT FROM achievement_achievement a
             WHERE a.achievement_date = e.achievement_date AND a.service_id = e.service_id
               AND a.provider_id = e.practice_id AND a.state IN ({", ".join(str(int(s)) for s in sorted(FINALS))})))
    JOIN participation_participation p ON p.service_id = e.service_id AND p.network_id = e.network_id
         AND p.provider_id = e.practice_id AND p.state IN ({", ".join(str(int(state)) for state in sorted(COVERING))})
    JOIN participation_term t ON t.participation_id = p.id AND upper_inf(t.recorded) AND t.valid @> e.achievement_date
    LEFT JOIN LATERAL (
        SELECT l.id, l.size FROM organisations_listsize l
        WHERE l.organisation_id = e.practice_id AND l.kind = %s AND upper_inf(l.recorded) AND l.valid @> k.list_date
        OFFSET 0) l ON true
    JOIN organisations_lead lead ON lead.network_id = e.network_id AND upper_inf(lead.recorded)
         AND lead.valid @> %s::date
    WHERE l.id IS NOT NULL OR e.practice_id IN (
        SELECT s.successor_id FROM organisations_succession s WHERE upper_inf(s.recorded) AND s.takes_list)
    ORDER BY e.achievement_date, e.network_id, e.practice_id, p.id DESC"""
)
"""A practice that closed has no line after its last day, whatever its offer says; one that finance approved stays.

A practice that has taken over a list may have none of its own yet.

How many members a day has is no guess that the planner can make: it takes them for one, and would look through all
lists of the day for each. OFFSET 0 has it look for the list of each practice."""


def line_inputs(keys: str, method: Capitation) -> list[LineInputs]:
    """The lines that are due for a relation `keys` (SQL from code: a table) of (service_id, achievement_date,
    network_id, list_date), by date, network and practice. Whoever leads the network today is their commissioner.

    A list that was taken over counts with whoever follows, and the practice that closed has no line any more."""
    with connection.cursor() as cursor:
        cursor.execute(_INPUTS.format(keys=keys), [ListKind[method.population.kind], clock.today()])
        rows = [LineInputs(*row) for row in cursor.fetchall()]
    taken = lists_taken_over(keys, method)
    return list(_with_lists(rows, taken)) if taken.left else [row for row in rows if row.list_size_id]


def _with_lists(rows: Iterable[LineInputs], taken: TakenOver) -> Iterator[LineInputs]:
    for row in rows:
        key = (row.achievement_date, row.provider_id)
        lists = taken.lists.get(key, ())
        if key in taken.left or not (row.list_size_id or lists):
            continue
        size = (row.size or Decimal(0)) + sum((each.size for each in lists), Decimal(0))
        yield row._replace(size=size, taken_over=tuple(lists)) if lists else row


def list_dates(method: Capitation, days: Iterable[date]) -> list[tuple[date, date]]:
    """Achievement date -> the date whose list counts for it, of those with a rate and a list."""
    found = [(day, method.population.date_for(day)) for day in days if method.rate_on(day)]
    return [(day, list_date) for day, list_date in found if list_date]


def worked_out(
    definition: Definition, method: Capitation, rows: Iterable[LineInputs]
) -> Iterator[tuple[LineInputs, Decimal]]:
    """Each line with its amount; rows come in order of date, and each date has one rate."""
    for day, of_day in groupby(rows, key=lambda row: row.achievement_date):
        rate = method.rate_on(day)
        if rate is None:
            continue
        inputs = list(of_day)
        shares = _shares(definition, method, day, inputs)
        lines = ((row, row.size, share) for row, share in zip(inputs, shares, strict=True))
        yield from calculate_many(rate, lines)


def _shares(definition: Definition, method: Capitation, day: date, rows: Sequence[LineInputs]) -> list[Share]:
    """The part of the period each row's practice earns (`calculation.md` section 3, part periods)."""
    if method.part_period is PartPeriod.LAST_DAY:
        return [Share(1, 1)] * len(rows)
    period = definition.period_of(day)
    held: dict[tuple[int, int], list[Days]] = {}
    practices = {row.provider_id for row in rows}
    memberships = Membership.objects.known().filter(practice__in=practices, valid__isempty=False)
    for practice_id, network_id, valid in memberships.values_list("practice_id", "network_id", "valid"):
        held.setdefault((practice_id, network_id), []).append(Days(valid.lower, valid.upper))
    return [
        share_of_period(method.part_period, period, held.get((row.provider_id, row.network_id), ()), day)
        for row in rows
    ]
