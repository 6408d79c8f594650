"""Overnight runs and their shards, as Operations see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from accounts.queries import who_can
from accounts.states import Role
from achievement.models import OvernightRun, RunState, Shard
from achievement.queries.waiting import in_order
from achievement.rules import RESUME_OVERNIGHT_RUN, SEE_OVERNIGHT_RUNS, START_OVERNIGHT_RUN
from core import clock
from core.actors import Actor
from core.errors import NotPermitted, NotVisible
from core.permissions import Permission
from organisations.models import Kind, Lead, Organisation
from ui.wording import moment

UNSEEN = "You may not be able to see this, or it does not exist."
NEWEST_FIRST = ("-business_date", "-number")


def runs() -> QuerySet[Any]:
    """Runs with what they did in all: networks, lines, pounds, waiting; and how many shards, through and failed."""
    return OvernightRun.objects.select_related("started_by", "resumed_by").annotate(
        networks=Sum("shards__networks_aggregated", default=0),
        lines=Sum("shards__lines_moved", default=0),
        calculated=Sum("shards__lines_calculated", default=0),
        pounds=Sum("shards__amount", default=Decimal(0)),
        waiting=Sum("shards__waiting", default=0),
        shard_count=Count("shards"),
        shards_done=Count("shards", filter=Q(shards__state=RunState.DONE)),
        shards_failed=Count("shards", filter=Q(shards__state=RunState.FAILED)),
    )


def run_seen_by(by: Actor, run_id: int) -> Any:
    """Raises NotPermitted for whoever does not operate the portal, NotVisible for an unknown run."""
    require_operations(by)
    found = runs().filter(pk=run_id).first()
    if found is None:
        raise NotVisible(UNSEEN)
    return found


def shards_of(run_id: int) -> QuerySet[Shard]:
    return Shard.objects.filter(run=run_id).select_related("commissioner").order_by("commissioner__name", "pk")


def waiting_of(run_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Run id -> cause in words -> totals that waited for it when the run had been through, first things first."""
    totals: dict[int, Counter[str]] = {id: Counter() for id in run_ids}
    for run_id, by_reason in Shard.objects.filter(run__in=run_ids).values_list("run_id", "waiting_by_reason"):
        totals[run_id].update(by_reason)
    return {id: in_order(found) for id, found in totals.items()}


def running() -> OvernightRun | None:
    """The run that is under way; there is one at most."""
    return OvernightRun.objects.filter(state=RunState.RUNNING).first()


def under_way(run: OvernightRun) -> str:
    """Why no other run can begin."""
    return f"The overnight run of {run} is under way, since {moment(run.resumed_at or run.started_at)}."


def who_operates() -> tuple[str, ...]:
    """Who could do instead what somebody was refused, in sentences."""
    operators = Organisation.objects.filter(kind=Kind.NATIONAL).order_by("name")
    return tuple(sentence for operator in operators for sentence in who_can(Role.OPERATIONS, operator))


def require_operations(by: Actor) -> None:
    """Raises NotPermitted for whoever does not operate the portal."""
    sentences = _why_not(SEE_OVERNIGHT_RUNS, by) if by.organisation_id else ["You act for no organisation."]
    if sentences:
        raise NotPermitted(*sentences, who_can=who_operates())


def why_not_start(by: Actor, now: OvernightRun | None) -> list[str]:
    """The sentences that stand in the way of a run by hand; `now` is the one under way, if any."""
    return _why_not(START_OVERNIGHT_RUN, by) or ([under_way(now)] if now else [])


def why_not_resume(run: OvernightRun, by: Actor) -> list[str]:
    other = OvernightRun.objects.filter(state=RunState.RUNNING).exclude(pk=run.pk).first()
    return RESUME_OVERNIGHT_RUN.why_not(run, by) or ([under_way(other)] if other else [])


@dataclass(frozen=True)
class Ahead:
    """What a run that is started now would have before it."""

    shards: int
    networks: int


def ahead() -> Ahead:
    """How many commissioning organisations lead a network today, and how many networks they lead."""
    leads = Lead.objects.as_of(clock.today())
    return Ahead(leads.values("commissioner").distinct().count(), leads.values("network").distinct().count())


def _why_not(permission: Permission, by: Actor) -> list[str]:
    """The sentences that refuse this to somebody, in the organisation they act for."""
    acting_for = Organisation.objects.filter(pk=by.organisation_id or 0)
    return permission.refusals_for(acting_for, by).get(by.organisation_id or 0, [])
