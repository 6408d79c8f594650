"""What a provider has to declare, the text it accepts by that, and what became of what it declared."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery

from achievement.models import Achievement, AchievementChange, Declaration
from achievement.states import APPROVE, GIVE_FINANCE_APPROVAL, State
from catalogue.queries import definitions_of
from core.actors import Actor
from core.transitions import Seen
from submission.models import IndicatorValue


class ToDeclare(NamedTuple):
    """An achievement to declare, as it was seen; the version of the text that was read; and a note."""

    seen: Seen
    text_version: int | None
    note: str = ""


@dataclass(frozen=True)
class Text:
    """The text that is accepted by declaring; None and empty where a service has none."""

    version: int | None
    text: str


def texts_of(service_ids: Iterable[int]) -> dict[int, Text]:
    """Service id -> the declaration text that holds now."""
    found = {}
    for service_id, definition in definitions_of(sorted(set(service_ids))).items():
        said = definition.declaration
        found[service_id] = Text(said.version, said.text) if said else Text(None, "")
    return found


def to_declare(by: Actor) -> QuerySet[Achievement]:
    """What awaits the organisation acted for, oldest first."""
    rows = Achievement.objects.in_state(State.AWAITING_PROVIDER).filter(provider=by.organisation_id, network=None)
    related = rows.select_related("service", "provider", "commissioner", "service_version")
    return related.order_by("achievement_date", "service__name", "pk")


def payment_history(by: Actor) -> QuerySet[Achievement]:
    """What the organisation acted for has declared, or had declared for it: with who, and when it was approved.

    Each row has `declared_by`, `declared_at`, `approved_at` and `finance_approved_at`, of the last time.
    """
    declared = Declaration.objects.filter(achievement=OuterRef("pk")).order_by("-pk")
    rows = Achievement.objects.payable().filter(provider=by.organisation_id, network=None)
    rows = rows.exclude(state__in=(State.AWAITING_DATA, State.AWAITING_PROVIDER))
    return rows.select_related("service", "provider").annotate(
        declared_by=Subquery(declared.values("name")[:1]),
        declared_at=Subquery(declared.values("at")[:1]),
        approved_at=_last_move(APPROVE.name),
        finance_approved_at=_last_move(GIVE_FINANCE_APPROVAL.name),
    )


def accepted_texts(achievement: Achievement) -> QuerySet[Declaration]:
    """Every declaration of an achievement, newest first."""
    return Declaration.objects.filter(achievement=achievement).select_related("organisation").order_by("-pk")


def _last_move(name: str) -> Subquery:
    moves = AchievementChange.objects.filter(row=OuterRef("pk"), transition=name).order_by("-pk")
    return Subquery(moves.values("at")[:1])


def entered_and_declared_by_one(rows: Collection[Achievement]) -> set[int]:
    """Ids of rows whose figures and whose last declaration are one person's: approvers are shown (domain 2)."""
    value_of = {row.pk: row.inputs["values"]["count"] for row in rows if row.inputs.get("values")}
    if not value_of:
        return set()
    entered = _entered_by(value_of.values())
    last = Declaration.objects.filter(achievement__in=value_of).order_by("achievement", "-pk").distinct("achievement")
    declared = dict(last.values_list("achievement", "by"))
    return {id for id, value in value_of.items() if id in declared and declared[id] == entered.get(value)}


def _entered_by(value_ids: Iterable[int]) -> dict[int, int]:
    rows = IndicatorValue.objects.filter(pk__in=list(value_ids), by__isnull=False)
    return dict(rows.values_list("pk", "by"))
