"""What a change of payee means for money: which achievements are paid to another than before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from achievement.models import Achievement, NetworkAchievement
from achievement.rules import networks_visible_to
from achievement.states import State
from core.actors import Actor
from core.changes import Effect
from core.two_clocks import TICK
from organisations.models import Organisation, Payee
from ui.wording import count, listed, money, month

NAMED = 3
HELD_AT_RELEASE = "held at release"
"""The kind of the effect that needs a warning: finance has approved it, and it is not paid yet."""

OPEN_LINES = (
    State.AWAITING_PROVIDER,
    State.AWAITING_COMMISSIONER,
    State.AWAITING_NETWORK,
    State.HELD,
)


def paid_to_another(networks: Collection[int], changed_at: datetime) -> list[Effect]:
    """What a correction of payees at an instant does to achievements of these networks: one effect for each service,
    status and pair of payees, totals first. An achievement is paid to the payee of its date (domain 6)."""
    totals = NetworkAchievement.objects.payable().filter(network__in=networks)
    lines = Achievement.objects.in_state(*OPEN_LINES).filter(network__in=networks)
    return [
        *_effects(_with_payees(totals, changed_at), ("PCN achievement", "PCN achievements")),
        *_effects(_with_payees(lines, changed_at), ("line", "lines")),
    ]


@dataclass(frozen=True)
class ForAnother:
    """A total that finance approved while one payee was nominated for its date, and another is by now; None: nobody."""

    total: NetworkAchievement
    approved_for: Organisation
    now: Organisation | None


def approved_for_another(by: Actor) -> list[ForAnother]:
    """Of what somebody may see, latest date first: what must not be paid before its payee is settled (ADR 0068)."""
    with connection.cursor() as cursor:
        cursor.execute(_FOR_ANOTHER)
        found = {total: (before, now) for total, before, now in cursor.fetchall()}
    totals = NetworkAchievement.objects.filter(networks_visible_to(by), pk__in=found)
    rows = totals.select_related("network", "service").order_by("-achievement_date", "service__name", "network__name")
    payees = Organisation.objects.in_bulk({pk for pair in found.values() for pk in pair if pk})
    return [ForAnother(row, payees[found[row.pk][0]], payees.get(found[row.pk][1])) for row in rows]


_FOR_ANOTHER = f"""
    SELECT n.id, was.payee_id, now.payee_id
    FROM organisations_payee was
    JOIN achievement_networkachievement n
      ON n.network_id = was.network_id AND was.valid @> n.achievement_date AND n.state = {State.AGGREGATED_COMPLETE:d}
    JOIN achievement_networkachievementchange c
      ON c.row_id = n.id AND c.to_state = n.state AND was.recorded @> c.at
    LEFT JOIN organisations_payee now
      ON now.network_id = n.network_id AND upper_inf(now.recorded) AND now.valid @> n.achievement_date
    WHERE NOT upper_inf(was.recorded) AND now.payee_id IS DISTINCT FROM was.payee_id"""
"""Begins with the nominations that are believed no more, which are few."""


def _with_payees(rows: QuerySet[Any], changed_at: datetime) -> QuerySet[Any]:
    """Those whose payee has changed, with `now` and `before`, names that are None for nobody."""
    payees = Payee.objects.filter(network=OuterRef("network"), valid__contains=OuterRef("achievement_date"))
    before = payees.filter(recorded__contains=changed_at - TICK)
    now = payees.filter(recorded__upper_inf=True)
    found = rows.select_related("service", "network").annotate(
        before_id=Subquery(before.values("payee")[:1]),
        now_id=Subquery(now.values("payee")[:1]),
        before=Subquery(before.values("payee__name")[:1]),
        now=Subquery(now.values("payee__name")[:1]),
    )
    changed = (
        ~Q(before_id=F("now_id")) | Q(before_id=None, now_id__isnull=False) | Q(now_id=None, before_id__isnull=False)
    )
    return found.filter(changed).order_by(
        "service__name", "service_id", "state", "before", "now", "achievement_date", "pk"
    )


def _effects(rows: Iterable[Any], noun: tuple[str, str]) -> Iterator[Effect]:
    for _key, group in groupby(rows, key=lambda row: (row.service_id, row.state, row.before_id, row.now_id)):
        alike = list(group)
        yield _effect(alike, noun)


def _effect(rows: Sequence[Any], noun: tuple[str, str]) -> Effect:
    first, pounds = rows[0], sum((row.amount for row in rows), start=rows[0].amount * 0)
    final = first.state == State.AGGREGATED_COMPLETE
    whom = f"{first.now or 'nobody'} in place of {first.before or 'nobody'}"
    said = (
        f"{first.service.short_name}, {_dates(rows)}: {count(len(rows), *noun)}, {money(pounds)}, "
        f"{State(first.state).label}: paid to {whom}."
    )
    if final:
        said += " It is held at release, because finance approved it for the payee before, and it is not paid yet."
    kind = HELD_AT_RELEASE if final else "payee changed"
    return Effect(kind, said, len(rows), pounds, tuple(row.pk for row in rows), _page_of(rows))


def _page_of(rows: Sequence[Any]) -> str:
    """Where the last of these dates is seen: its network's page for the service."""
    last = rows[-1]
    return reverse(
        "achievement:network", args=[last.network.code, last.service.code, last.achievement_date.isoformat()]
    )


def _dates(rows: Sequence[Any]) -> str:
    months = list(dict.fromkeys(month(row.achievement_date) for row in rows))
    return listed(months) if len(months) <= NAMED else f"{months[0]} to {months[-1]}"
