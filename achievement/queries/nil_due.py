"""What is due by now for lines that were left out of totals with finance approval: listed to be adjusted by hand."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal

from achievement.models import Achievement, NilSettlement
from achievement.queries.lines_due import line_inputs, list_dates, worked_out
from achievement.states import FINALS, NilState
from catalogue.formats import Capitation
from catalogue.queries import definition_of_version, released_version

Line = tuple[int, date, int, int]
"""Service, achievement date, network and practice, by id."""


def to_be_adjusted(rows: Collection[NilSettlement]) -> dict[int, Decimal]:
    """Settlement id -> what is due for its line as things stand, of those that are complete; those for which nothing
    is due are left out.

    Worked out as the calculation does, and so nothing where the practice takes no part on the date by now, its list
    counts with its successor, or it was paid for the date through another network.
    """
    complete = {_line_of(row): row.pk for row in rows if row.state == NilState.COMPLETE}
    due: dict[Line, Decimal] = {}
    for service_id in sorted({service_id for service_id, *_ in complete}):
        due |= _due_for(service_id, {(day, network) for of, day, network, _ in complete if of == service_id})
    wanted = {line: amount for line, amount in due.items() if line in complete and amount}
    paid = _paid(wanted)
    return {complete[line]: amount for line, amount in wanted.items() if (line[0], line[1], line[3]) not in paid}


def _due_for(service_id: int, networks: Collection[tuple[date, int]]) -> dict[Line, Decimal]:
    """Every line that is due to networks on dates, whatever stands."""
    version = released_version(service_id)
    definition = definition_of_version(version) if version else None
    if definition is None or not isinstance(definition.calculation, Capitation):
        return {}
    method = definition.calculation
    lists = dict(list_dates(method, sorted({day for day, _network in networks})))
    keys = ", ".join(
        f"({service_id:d}::bigint, '{day}'::date, {network:d}::bigint, '{lists[day]}'::date)"
        for day, network in sorted(networks)
        if day in lists
    )
    if not keys:
        return {}
    relation = f"(SELECT * FROM (VALUES {keys}) AS v(service_id, achievement_date, network_id, list_date))"
    lines = worked_out(definition, method, line_inputs(relation, method))
    return {(row.service_id, row.achievement_date, row.network_id, row.provider_id): amount for row, amount in lines}


def _paid(lines: Iterable[Line]) -> set[tuple[int, date, int]]:
    """Service, date and practice of those that finance has approved, through whichever network."""
    keys = list(lines)
    found = Achievement.objects.filter(
        achievement_date__in={day for _service, day, *_ in keys},
        service__in={service_id for service_id, *_ in keys},
        provider__in={practice_id for *_, practice_id in keys},
        state__in=FINALS,
    )
    return set(found.values_list("service_id", "achievement_date", "provider_id"))


def _line_of(row: NilSettlement) -> Line:
    return row.service_id, row.achievement_date, row.network_id, row.provider_id
