"""What happened to participations since somebody saw them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from core.actors import Actor
from core.transitions import Seen
from participation.models import Participation, ParticipationChange
from participation.rules import visible_to


def as_they_are_now(by: Actor, seen: Sequence[Seen]) -> list[Seen]:
    """The same rows with their versions of now; one that may not be seen stays as it was."""
    now = _versions(by, seen)
    return [Seen(row.id, now.get(row.id, row.version)) for row in seen]


def changed_since(by: Actor, seen: Collection[Seen]) -> list[ParticipationChange]:
    """The last move of each row that is not as it was seen; each with `row` and its terms of now, by practice."""
    now = _versions(by, seen)
    changed = [row.id for row in seen if now.get(row.id, row.version) != row.version]
    if not changed:
        return []
    rows = Participation.objects.filter(pk__in=changed).with_terms().select_related("provider").in_bulk()
    moves = ParticipationChange.objects.filter(row__in=changed).order_by("row", "-pk").distinct("row")
    found = list(moves.select_related("by", "organisation"))
    for move in found:
        move.row = rows[move.row_id]
    return sorted(found, key=lambda move: (move.row.provider.name, move.row_id))


def _versions(by: Actor, seen: Collection[Seen]) -> dict[int, int]:
    rows = Participation.objects.filter(visible_to(by), pk__in=[row.id for row in seen])
    return dict(rows.order_by().values_list("pk", "version"))
