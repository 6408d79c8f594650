"""Lists that a practice has taken over from others that closed: each counts once, with whoever follows (ADR 0044)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from achievement.states import FINALS
from catalogue.formats import Capitation
from organisations.models import ListKind, ListSize

TAKEN_OVER = "taken_over"
"""Among an achievement's inputs: the lists it counts beside its practice's own."""


class Taken(NamedTuple):
    """One list that counts with another practice: whose it is, and by which succession."""

    succession_id: int
    practice_id: int
    list_size_id: int
    size: Decimal


class TakenOver(NamedTuple):
    """What holds on the dates asked about.

    `lists`: (achievement date, practice that follows) -> the lists it has taken over. `left`: (achievement date,
    practice that closed), which has no list of its own any more, whether or not the files have patients on it.
    """

    lists: dict[tuple[date, int], list[Taken]]
    left: frozenset[tuple[date, int]]


_FINALS = ", ".join(str(int(state)) for state in sorted(FINALS))

_TAKEN_OVER = f"""
    WITH RECURSIVE day AS (SELECT DISTINCT service_id, achievement_date, list_date FROM {{keys}} k),
    holds AS (
        SELECT d.*, s.id AS succession_id, s.predecessor_id, s.successor_id
        FROM organisations_succession s
        JOIN organisations_organisation p ON p.id = s.predecessor_id
        JOIN day d ON s.valid @> d.achievement_date AND p.close_date < d.achievement_date
        WHERE upper_inf(s.recorded) AND s.takes_list AND NOT EXISTS (
            SELECT FROM achievement_achievement a
            WHERE a.achievement_date = d.achievement_date AND a.service_id = d.service_id
              AND a.provider_id = s.predecessor_id AND a.state IN ({_FINALS}))),
    passed AS (
        SELECT achievement_date, list_date, succession_id, predecessor_id AS origin_id, successor_id AS holder_id
        FROM holds
        UNION
        SELECT p.achievement_date, p.list_date, p.succession_id, p.origin_id, h.successor_id
        FROM passed p JOIN holds h ON h.predecessor_id = p.holder_id AND h.achievement_date = p.achievement_date)
    SELECT p.achievement_date, p.holder_id, p.origin_id, p.succession_id, l.id, l.size
    FROM passed p
    LEFT JOIN organisations_listsize l ON l.organisation_id = p.origin_id AND l.kind = %s AND upper_inf(l.recorded)
         AND l.valid @> p.list_date AND l.size > 0
    ORDER BY p.achievement_date, p.holder_id, p.origin_id"""
"""SQL: for a relation `{keys}` of (service_id, achievement_date, network_id, list_date), every list that has passed to
another practice by the date, on to whoever follows that one. A list stays where finance has approved a line with it."""


def lists_taken_over(keys: str, method: Capitation) -> TakenOver:
    """What has been taken over by the dates of a relation `keys` (SQL from code); one query, empty for most."""
    lists: dict[tuple[date, int], list[Taken]] = {}
    left: set[tuple[date, int]] = set()
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN_OVER.format(keys=keys), [ListKind[method.population.kind]])
        for day, holder, origin, succession, list_size, size in cursor.fetchall():
            left.add((day, origin))
            if list_size is not None:
                lists.setdefault((day, holder), []).append(Taken(succession, origin, list_size, size))
    return TakenOver(lists, frozenset(left))


def as_inputs(taken: Sequence[Taken]) -> dict[str, Any]:
    """What is kept with an achievement of the lists it counts beside its practice's own; nothing for most."""
    kept = [
        {"succession": each.succession_id, "practice": each.practice_id, "list_size": each.list_size_id,
         "size": str(each.size)}
        for each in taken
    ]  # fmt: skip
    return {TAKEN_OVER: kept} if kept else {}


def size_counted(achievement: Any) -> Decimal | None:
    """The patients that a line was worked out from: its practice's own list, and those taken over; None without any."""
    taken = achievement.inputs.get(TAKEN_OVER, ())
    if achievement.list_size is None and not taken:
        return None
    own = achievement.list_size.size if achievement.list_size else Decimal(0)
    return own + sum((Decimal(each["size"]) for each in taken), Decimal(0))


def lists_in(achievement: Any) -> list[ListSize]:
    """The lists taken over that a line was worked out from, with their practices, by name; no query for most lines."""
    ids: Collection[int] = [each["list_size"] for each in achievement.inputs.get(TAKEN_OVER, ())]
    if not ids:
        return []
    rows = ListSize.objects.filter(pk__in=ids).select_related("organisation")
    return list(rows.order_by("organisation__name", "organisation__code"))
