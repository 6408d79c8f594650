"""What a provider has to declare, the text it accepts by that, and what became of what it declared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection
from django.db.models import Case, OuterRef, QuerySet, Subquery, When

from achievement.models import Achievement, AchievementChange, Declaration
from achievement.rules import APPROVED
from achievement.states import APPROVE, GIVE_FINANCE_APPROVAL, State
from catalogue.queries import definitions_of
from core.actors import Actor
from core.transitions import Seen


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

    Each row has `declared_by`, `declared_at`, `approved_at` and `finance_approved_at`, of the last time; an approval
    that was taken back is none.
    """
    declared = Declaration.objects.filter(achievement=OuterRef("pk")).order_by("-pk")
    rows = Achievement.objects.payable().filter(provider=by.organisation_id, network=None)
    rows = rows.exclude(state__in=(State.AWAITING_DATA, State.AWAITING_PROVIDER))
    return rows.select_related("service", "provider").annotate(
        declared_by=Subquery(declared.values("name")[:1]),
        declared_at=Subquery(declared.values("at")[:1]),
        approved_at=Case(When(state__in=APPROVED, then=_last_move(APPROVE.name))),
        finance_approved_at=_last_move(GIVE_FINANCE_APPROVAL.name),
    )


def accepted_texts(achievement: Achievement) -> QuerySet[Declaration]:
    """Every declaration of an achievement, newest first."""
    return Declaration.objects.filter(achievement=achievement).select_related("organisation").order_by("-pk")


def _last_move(name: str) -> Subquery:
    moves = AchievementChange.objects.filter(row=OuterRef("pk"), transition=name).order_by("-pk")
    return Subquery(moves.values("at")[:1])


@dataclass(frozen=True)
class Marks:
    """What a list says beside its rows: row id -> how many moves carry a note; the ids of those whose figures and
    whose last declaration are one person's, which approvers are shown (domain 2); and of those without an allocation.
    """

    notes: Mapping[int, int]
    by_one: frozenset[int] = frozenset()
    unlimited: frozenset[int] = frozenset()


def marks_of(rows: Collection[Achievement]) -> Marks:
    """The marks of these rows, in one query."""
    values = [(row.inputs.get("values") or {}).get("count") for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_MARKS, [[row.pk for row in rows], values])
        found = cursor.fetchall()
    return Marks(
        {id: notes for id, notes, *_flags in found},
        by_one=frozenset(id for id, _notes, one, _unlimited in found if one),
        unlimited=frozenset(id for id, _notes, _one, unlimited in found if unlimited),
    )


_MARKS = """
    SELECT given.id,
           (SELECT count(*) FROM achievement_achievementchange c WHERE c.row_id = given.id AND c.note <> ''),
           coalesce(v.by_id = (SELECT d.by_id FROM achievement_declaration d
                               WHERE d.achievement_id = given.id ORDER BY d.id DESC LIMIT 1), false),
           CASE WHEN a.inputs #> '{figures,limit}' = 'null'
                THEN version.definition #>> '{calculation,limit,kind}' = 'allocation' ELSE false END
    FROM unnest(%s::bigint[], %s::bigint[]) AS given(id, value_id)
    JOIN achievement_achievement a ON a.id = given.id
    JOIN catalogue_serviceversion version ON version.id = a.service_version_id
    LEFT JOIN submission_indicatorvalue v ON v.id = given.value_id"""
"""SQL: row id, how many notes, whether one person entered and declared it, and whether it lacks an allocation."""
