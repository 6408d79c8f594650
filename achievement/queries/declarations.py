"""What a provider has to declare, the text it accepts by that, and what became of what it declared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, When

from achievement.models import Achievement, AchievementChange, Declaration, NetworkAchievement
from achievement.rules import APPROVED
from achievement.states import APPROVE, GIVE_FINANCE_APPROVAL, SETTLED_STATES, STANDING_STATES, NilState, State
from catalogue.queries import definitions_of
from core import clock
from core.actors import Actor
from core.transitions import Seen
from ui.wording import long_date


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
    """What awaits the organisation acted for, oldest first: its own, and of practices that closed what it offered."""
    related = _pending(by).select_related("service", "provider", "commissioner", "service_version")
    return related.order_by("achievement_date", "service__name", "pk")


def ids_to_declare(by: Actor) -> frozenset[int]:
    """The ids of what awaits the organisation acted for."""
    return frozenset(_pending(by).values_list("pk", flat=True))


def _pending(by: Actor) -> QuerySet[Achievement]:
    closed = Q(commissioner=by.organisation_id, provider__close_date__lt=clock.today())
    whose = Q(provider=by.organisation_id) | closed
    return Achievement.objects.in_state(State.AWAITING_PROVIDER).filter(whose, network=None)


def payment_history(by: Actor) -> QuerySet[Achievement]:
    """What the organisation acted for has declared, or had declared for it, though it came back since: with who, and
    when it was approved.

    Each row has what `last_declaration` says, `approved_at` and `finance_approved_at`, of the last time; an approval
    that was taken back is none. A commissioning organisation has what it declared on behalf.
    """
    on_behalf = Declaration.objects.filter(organisation=by.organisation_id, closed_on__isnull=False)
    whose = Q(provider=by.organisation_id) | Q(pk__in=on_behalf.values("achievement"))
    rows = Achievement.objects.payable().filter(whose, network=None)
    ever = Exists(Declaration.objects.filter(achievement=OuterRef("pk")))
    rows = rows.filter(ever | ~Q(state__in=(State.AWAITING_DATA, State.AWAITING_PROVIDER)))
    return rows.select_related("service", "provider").annotate(
        **last_declaration(),
        approved_at=Case(When(state__in=APPROVED, then=_last_move(APPROVE.name))),
        finance_approved_at=_last_move(GIVE_FINANCE_APPROVAL.name),
    )


def last_declaration() -> dict[str, Subquery]:
    """Of each achievement's last declaration: `declared_by` and `declared_at`; `declared_for`, the closing date of a
    provider on whose behalf it was, and `declared_here`, who then declared."""
    declared = Declaration.objects.filter(achievement=OuterRef("pk")).order_by("-pk")
    return {
        "declared_by": Subquery(declared.values("name")[:1]),
        "declared_at": Subquery(declared.values("at")[:1]),
        "declared_for": Subquery(declared.values("closed_on")[:1]),
        "declared_here": Subquery(declared.values("organisation__name")[:1]),
    }


def declared_words(row: Any) -> str:
    """Who declared a row of `last_declaration`: "Tamsin Dale"; "Dilys Penn, NHS Biscay CCG, on behalf of Portland
    Surgery, closed on 31 October 2021". Empty where nobody did."""
    if not row.declared_by or not row.declared_for:
        return row.declared_by or ""
    return f"{row.declared_by}, {row.declared_here}, {on_behalf_words(row.provider.name, row.declared_for)}"


def on_behalf_words(provider: str, closed_on: date) -> str:
    """ "on behalf of Portland Surgery, closed on 31 October 2021"."""
    return f"on behalf of {provider}, closed on {long_date(closed_on)}"


def accepted_texts(achievement: Achievement) -> QuerySet[Declaration]:
    """Every declaration of an achievement, newest first."""
    rows = Declaration.objects.filter(achievement=achievement)
    return rows.select_related("organisation", "achievement__provider").order_by("-pk")


def _last_move(name: str) -> Subquery:
    moves = AchievementChange.objects.filter(row=OuterRef("pk"), transition=name).order_by("-pk")
    return Subquery(moves.values("at")[:1])


class LeftOut(NamedTuple):
    """Whose lines a total was made without, and what those of them stand at that are calculated."""

    names: Sequence[str]
    amount: Decimal | None


@dataclass(frozen=True)
class Marks:
    """What a list says beside its rows: row id -> how many moves carry a note; the ids of those whose figures and
    whose last declaration are one person's, which approvers are shown (domain 2); of those without an allocation; and
    the closing date of providers on whose behalf they were declared.

    `nil` is how the nil settlement of a line stands; `left_out`, of totals, whose lines they were made without.
    """

    notes: Mapping[int, int]
    by_one: frozenset[int] = frozenset()
    unlimited: frozenset[int] = frozenset()
    on_behalf: Mapping[int, date] = field(default_factory=dict)
    nil: Mapping[int, NilState] = field(default_factory=dict)
    left_out: Mapping[int, LeftOut] = field(default_factory=dict)


def marks_of(rows: Collection[Achievement]) -> Marks:
    """The marks of these rows, in one query."""
    values = [(row.inputs.get("values") or {}).get("count") for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_MARKS, [[row.pk for row in rows], values])
        found = cursor.fetchall()
    return Marks(
        {id: notes for id, notes, *_flags in found},
        by_one=frozenset(id for id, _notes, one, *_rest in found if one),
        unlimited=frozenset(id for id, _notes, _one, unlimited, *_rest in found if unlimited),
        on_behalf={id: closed for id, *_rest, closed, _nil in found if closed},
        nil={id: NilState(nil) for id, *_rest, nil in found if nil},
    )


def marks_of_totals(rows: Collection[NetworkAchievement]) -> Marks:
    """The marks of these totals of networks, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_MARKS_OF_TOTALS, [[row.pk for row in rows]])
        found = cursor.fetchall()
    return Marks(
        {id: notes for id, notes, *_left_out in found},
        left_out={id: LeftOut(names, amount) for id, _notes, names, amount in found if names},
    )


_SETTLED, _STANDING = (
    ", ".join(str(int(state)) for state in sorted(states)) for states in (SETTLED_STATES, STANDING_STATES)
)
_MARKS_OF_TOTALS = f"""
    SELECT n.id,
           (SELECT count(*) FROM achievement_networkachievementchange c WHERE c.row_id = n.id AND c.note <> ''),
           ARRAY(SELECT o.name FROM achievement_nilsettlement s
                 JOIN organisations_organisation o ON o.id = s.provider_id
                 WHERE (s.achievement_date, s.service_id, s.network_id)
                     = (n.achievement_date, n.service_id, n.network_id) AND s.state IN ({_SETTLED}) ORDER BY o.name),
           (SELECT sum(a.amount) FROM achievement_nilsettlement s
            JOIN achievement_achievement a USING (achievement_date, service_id, network_id, provider_id)
            WHERE (s.achievement_date, s.service_id, s.network_id)
                = (n.achievement_date, n.service_id, n.network_id) AND s.state IN ({_SETTLED})
              AND a.state <> {State.WITHDRAWN:d})
    FROM achievement_networkachievement n WHERE n.id = ANY(%s)"""
"""SQL: row id, how many notes, whose lines are settled as nil, and what these lines stand at."""


_MARKS = f"""
    SELECT given.id,
           (SELECT count(*) FROM achievement_achievementchange c WHERE c.row_id = given.id AND c.note <> ''),
           coalesce(v.by_id = (SELECT d.by_id FROM achievement_declaration d
                               WHERE d.achievement_id = given.id ORDER BY d.id DESC LIMIT 1), false),
           CASE WHEN a.inputs #> '{{figures,limit}}' = 'null'
                THEN version.definition #>> '{{calculation,limit,kind}}' = 'allocation' ELSE false END,
           (SELECT d.closed_on FROM achievement_declaration d
            WHERE d.achievement_id = given.id ORDER BY d.id DESC LIMIT 1),
           (SELECT s.state FROM achievement_nilsettlement s
            WHERE (s.achievement_date, s.service_id, s.network_id, s.provider_id)
                = (a.achievement_date, a.service_id, a.network_id, a.provider_id) AND s.state IN ({_STANDING}))
    FROM unnest(%s::bigint[], %s::bigint[]) AS given(id, value_id)
    JOIN achievement_achievement a ON a.id = given.id
    JOIN catalogue_serviceversion version ON version.id = a.service_version_id
    LEFT JOIN submission_indicatorvalue v ON v.id = given.value_id"""
"""SQL: row id, how many notes, whether one person entered and declared it, whether it lacks an allocation, the closing
date of a provider on whose behalf it was declared, and how its nil settlement stands."""
