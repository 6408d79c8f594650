"""What a change would do beyond what is written: pounds expected of days to come, and what finance has approved.

Asked before and after a command that is only looked ahead at (`core.previews`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.urls import reverse

from achievement.models import Achievement
from achievement.queries.addresses import network_href
from achievement.queries.lines_due import line_inputs, list_dates, worked_out
from achievement.queries.networks import Touched, touched_by
from achievement.queries.scope import services_that_aggregate_amounts
from achievement.states import FINALS
from catalogue.formats import Capitation, Definition
from catalogue.models import QualityService
from catalogue.queries import definition_of_version, released_version
from core import clock
from core.changes import Change, Effect
from organisations.models import Organisation
from ui.wording import money, month

LISTED = 20


class Expected(NamedTuple):
    """The pounds that the networks concerned would earn on a day to come."""

    service_id: int
    day: date


class Final(NamedTuple):
    """One line that finance has approved, or whose network's total or practice it has: what would be due now."""

    service_id: int
    day: date
    network_id: int
    provider_id: int


Pounds = Mapping[Expected | Final, Decimal]


def measure(changes: Sequence[Change]) -> dict[Expected | Final, Decimal]:
    """As things stand: what is expected of the days to come, and what is due for those that finance has approved."""
    touched = touched_by(changes)
    found: dict[Expected | Final, Decimal] = {}
    for service_id in services_that_aggregate_amounts(touched.services) if touched.networks else ():
        version = released_version(service_id)
        definition = definition_of_version(version) if version else None
        if definition and isinstance(definition.calculation, Capitation):
            _measure_service(service_id, definition, definition.calculation, touched, found)
    return found


def _measure_service(
    service_id: int, definition: Definition, method: Capitation, touched: Touched,
    found: dict[Expected | Final, Decimal],
) -> None:  # fmt: skip
    today = clock.today()
    final = set(
        Achievement.objects.filter(state__in=FINALS, service=service_id, network__in=touched.networks)
        .values_list("achievement_date", "network_id", "provider_id")
    )  # fmt: skip
    networks = {(day, network) for day, network, _provider in final}
    providers = {(day, provider) for day, _network, provider in final}
    days = {*(day for day, *_ in final), *(day for day in definition.payment_dates if day > today)}
    for line, amount in worked_out(definition, method, line_inputs(_keys(service_id, method, days, touched), method)):
        day, network, provider = line.achievement_date, line.network_id, line.provider_id
        if day > today:
            key: Expected | Final = Expected(service_id, day)
        elif (day, network) in networks or (day, provider) in providers:
            key = Final(service_id, day, network, provider)
        else:
            continue
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
    yield from _adjusted([key for key in keys if isinstance(key, Final)], before, after)
    by_service: dict[int, list[Expected]] = {}
    for key in keys:
        if isinstance(key, Expected):
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


def _adjusted(keys: Sequence[Final], before: Pounds, after: Pounds) -> Iterator[Effect]:
    services = QualityService.objects.in_bulk({key.service_id for key in keys})
    places = Organisation.objects.in_bulk({id for key in keys for id in (key.network_id, key.provider_id)})
    for key in sorted(keys)[:LISTED]:
        network, practice = places[key.network_id], places[key.provider_id]
        difference = after.get(key, Decimal(0)) - before.get(key, Decimal(0))
        label = f"{practice.name} in {network.name}, {month(key.day)}"
        href = network_href(network.code, services[key.service_id].code, key.day)
        sentence = f"{label}, is financially approved and stays as it is: to be adjusted by {money(difference)}."
        yield Effect("financially approved", sentence, 1, difference, (tuple(key),), href)
    if len(keys) > LISTED:
        rest = sorted(keys)[LISTED:]
        difference = _sum(rest, after) - _sum(rest, before)
        sentence = f"{len(rest):,} more lines are financially approved: to be adjusted by {money(difference)} in all."
        yield Effect(
            "financially approved", sentence, len(rest), difference, href=reverse("achievement:to_be_adjusted")
        )


def _sum(keys: Iterable[Expected | Final], pounds: Pounds) -> Decimal:
    return sum((pounds.get(key, Decimal(0)) for key in keys), Decimal(0))
