"""What a change would do beyond what is written: pounds expected of days to come.

Asked before and after a command that is only looked ahead at (`core.previews`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from achievement.queries.lines_due import line_inputs, list_dates, worked_out
from achievement.queries.networks import Touched, touched_by
from achievement.queries.scope import services_that_aggregate_amounts
from catalogue.formats import Capitation, Definition
from catalogue.models import QualityService
from catalogue.queries import definition_of_version, released_version
from core import clock
from core.changes import Change, Effect
from ui.wording import money, month

LISTED = 20


class Expected(NamedTuple):
    """The pounds that the networks concerned would earn on a day to come."""

    service_id: int
    day: date


Pounds = Mapping[Expected, Decimal]


def measure(changes: Sequence[Change]) -> dict[Expected, Decimal]:
    """As things stand: what is expected of the days to come."""
    touched = touched_by(changes)
    found: dict[Expected, Decimal] = {}
    for service_id in services_that_aggregate_amounts(touched.services) if touched.networks else ():
        version = released_version(service_id)
        definition = definition_of_version(version) if version else None
        if definition and isinstance(definition.calculation, Capitation):
            _measure_service(service_id, definition, definition.calculation, touched, found)
    return found


def _measure_service(
    service_id: int, definition: Definition, method: Capitation, touched: Touched,
    found: dict[Expected, Decimal],
) -> None:  # fmt: skip
    days = [day for day in definition.payment_dates if day > clock.today()]
    for line, amount in worked_out(definition, method, line_inputs(_keys(service_id, method, days, touched), method)):
        key = Expected(service_id, line.achievement_date)
        found[key] = found.get(key, Decimal(0)) + amount


def _keys(service_id: int, method: Capitation, days: Collection[date], touched: Touched) -> str:
    """A relation of the lines' keys. Its values are whole numbers and dates, written out."""
    known = [f"('{day}'::date, '{list_date}'::date)" for day, list_date in list_dates(method, sorted(days))]
    networks = ", ".join(f"({network:d})" for network in sorted(touched.networks))
    days_sql = f"(VALUES {', '.join(known)})" if known else "(SELECT NULL::date, NULL::date WHERE false)"
    return f"""(SELECT {service_id:d}::bigint AS service_id, d.achievement_date, n.network_id::bigint AS network_id,
                       d.list_date
                FROM {days_sql} AS d(achievement_date, list_date), (VALUES {networks}) AS n(network_id))"""


def compare(before: Pounds, after: Pounds) -> Iterator[Effect]:
    """What would be different, in words."""
    keys = [key for key in {**before, **after} if before.get(key, 0) != after.get(key, 0)]
    by_service: dict[int, list[Expected]] = {}
    for key in keys:
        by_service.setdefault(key.service_id, []).append(key)
    names = QualityService.objects.in_bulk(by_service)
    for service_id, of_service in sorted(by_service.items()):
        yield _expected(names[service_id], sorted(of_service), before, after)


def _expected(service: QualityService, keys: Sequence[Expected], before: Pounds, after: Pounds) -> Effect:
    was, now = (_sum(keys, pounds) for pounds in (before, after))
    first, last = month(keys[0].day), month(keys[-1].day)
    when = first if first == last else f"{first} to {last}"
    instead = f", instead of {money(was)}" if was else ""
    sentence = f"{service.short_name}, {when}: {money(now)} expected{instead}."
    return Effect("expected", sentence, len(keys), now - was)


def _sum(keys: Iterable[Expected], pounds: Pounds) -> Decimal:
    return sum((pounds.get(key, Decimal(0)) for key in keys), Decimal(0))
