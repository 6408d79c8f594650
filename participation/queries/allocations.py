"""How much of a service providers are paid for at most."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection

from core import clock
from participation.models import Allocation

OfferKey = tuple[int, date, int]


class AllocationFact(NamedTuple):
    """The id of the belief and the whole items it allows in a payment period."""

    id: int
    amount: int


def allocation_of(
    service_id: int, provider_id: int, day: date, known_at: date | datetime | None = None
) -> AllocationFact | None:
    """A provider's allocation on a day, as believed at an instant; None where it has none."""
    return allocations_for([(service_id, day, provider_id)], known_at).get((service_id, day, provider_id))


def allocations_for(
    keys: Collection[OfferKey], known_at: date | datetime | None = None
) -> dict[OfferKey, AllocationFact]:
    """For keys of (service id, day, provider id): the allocations that hold, in one query."""
    columns = [list(column) for column in zip(*keys, strict=True)] or [[], [], []]
    believed, moment = ("upper_inf(a.recorded)", []) if known_at is None else ("a.recorded @> %s", [_moment(known_at)])
    sql = f"""
        SELECT k.service_id, k.day, k.provider_id, a.id, a.amount
        FROM unnest(%s::bigint[], %s::date[], %s::bigint[]) AS k(service_id, day, provider_id)
        JOIN {Allocation._meta.db_table} a USING (service_id, provider_id)
        WHERE a.valid @> k.day AND {believed}"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [*columns, *moment])
        return {(service, day, provider): AllocationFact(*fact) for service, day, provider, *fact in cursor.fetchall()}


def _moment(known_at: date | datetime) -> datetime:
    return known_at if isinstance(known_at, datetime) else clock.end_of(known_at)
