"""Which networks are asked about, and what each service pays on each date: what the one pass over the tables is given.

A waiting network is asked about by its own code, by its commissioning organisation, or with all of England.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from catalogue.formats import Capitation, Definition, Item
from catalogue.models import AchievementDate, Aggregates, PaidTo
from catalogue.queries import definitions_of
from core import clock
from organisations.models import Kind, ListKind, Organisation
from submission.queries.sheets import fields_given
from submission.rules import closes_on


@dataclass(frozen=True)
class Scope:
    """The networks named, those that a commissioning organisation leads today, or, with neither, all."""

    networks: tuple[int, ...] | None = None
    commissioner: int | None = None

    @classmethod
    def of_networks(cls, ids: Collection[int]) -> Scope:
        return cls(networks=tuple(sorted(set(ids))))

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole country."""
        return self.networks is None and self.commissioner is None

    @property
    def sql(self) -> str:
        """Relation (network_id, commissioner_id): each network of the scope, and who leads it today."""
        if self.networks is None:
            led = "" if self.commissioner is None else " AND l.commissioner_id = %(commissioner)s"
            return f"SELECT l.network_id, l.commissioner_id FROM organisations_lead l WHERE {_TODAY}{led}"
        return f"""
            SELECT n.network_id, l.commissioner_id FROM unnest(%(networks)s::bigint[]) AS n(network_id)
            LEFT JOIN organisations_lead l ON l.network_id = n.network_id AND {_TODAY}"""

    @property
    def params(self) -> dict[str, Any]:
        return {"networks": list(self.networks or ()), "commissioner": self.commissioner, "today": clock.today()}


_TODAY = "upper_inf(l.recorded) AND l.valid @> %(today)s::date"

DAY_COLUMNS = (
    ("service_id", "bigint"), ("achievement_date", "date"), ("period_start", "date"), ("period_end", "date"),
    ("list_kind", "smallint"), ("list_date", "date"), ("is_payable", "boolean"), ("collects", "boolean"),
    ("counts", "boolean"), ("closes_on", "date"),
)  # fmt: skip
DAY_SQL = (
    f"SELECT * FROM unnest({', '.join(f'%(day_{name})s::{kind}[]' for name, kind in DAY_COLUMNS)})"
    f" AS d({', '.join(name for name, _kind in DAY_COLUMNS)})"
)
"""SQL: each payment date that has come of each network service, with what its released definition says of it.

`list_kind` and `list_date` are the list it is paid on, null where it is on none; `is_payable` is false without a
released version, a rate or a day of the list; `collects` that it waits for figures of its members; `counts` that these
are summed; `closes_on` the last day on which a provider enters them."""

REQUIRED_SQL = """
    SELECT r.service_id, r.path, r.information
    FROM jsonb_to_recordset(%(required)s::jsonb) AS r(service_id bigint, path text[], information boolean)"""
"""SQL: the required fields that a practice gives, by service; `information` marks management information."""

Day = tuple[Any, ...]


def days_that_have_come(today: date) -> tuple[list[Day], list[dict[str, Any]]]:
    """The rows of DAY_SQL and of REQUIRED_SQL; three queries, however many services."""
    dates = AchievementDate.objects.filter(
        is_payment_date=True, date__lte=today, service__paid_to=PaidTo.NETWORK,
        service__aggregates__in=(Aggregates.AMOUNTS, Aggregates.COUNTS),
    )  # fmt: skip
    rows = list(
        dates.order_by("service_id", "date").values_list(
            "service_id", "date", "period_start", "period_end", "service__aggregates"
        )
    )
    definitions = definitions_of(sorted({row[0] for row in rows}))
    collected = {service: _fields(definition) for service, definition in definitions.items()}
    days = [_day(row, definitions.get(row[0]), bool(collected.get(row[0]))) for row in rows]
    required = [
        {"service_id": service, "path": path, "information": information}
        for service, fields in collected.items()
        for path, information, is_required in fields
        if is_required
    ]
    return days, required


def _day(row: tuple[Any, ...], definition: Definition | None, collects: bool) -> Day:
    service_id, day, start, end, aggregates = row
    if definition is None:
        return service_id, day, start, end, None, None, False, False, False, None
    method, counts = definition.calculation, aggregates == Aggregates.COUNTS
    closes = closes_on(definition, day) if definition.entry_mode != "automatic" else None
    if isinstance(method, Capitation):
        kind, list_date = ListKind[method.population.kind], method.population.date_for(day)
        payable = list_date is not None and method.rate_on(day) is not None
        return service_id, day, start, end, kind, list_date, payable, collects and counts, counts, closes
    payable = not isinstance(method, Item) or method.fee_on(day) is not None
    return service_id, day, start, end, None, None, payable, collects, counts, closes


def _fields(definition: Definition) -> list[tuple[list[str], bool, bool]]:
    """(path, whether it is management information, whether it is required) of what a practice gives."""
    practice = Organisation(kind=Kind.PRACTICE)
    return [
        (list(path), indicator is not None and indicator.kind == "management_information", field.required)
        for group in definition.indicator_groups
        for path, indicator, field in fields_given(group, practice)
    ]


def columns_of(days: Sequence[Day]) -> Iterator[tuple[str, list[Any]]]:
    """The parameters of DAY_SQL."""
    for at, (name, _kind) in enumerate(DAY_COLUMNS):
        yield f"day_{name}", [row[at] for row in days]
