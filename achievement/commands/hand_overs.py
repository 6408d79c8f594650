"""Whoever acts next on an achievement is told, at each hand-over and on each way back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from accounts.models import User
from accounts.queries import holders_of, who_see_pounds
from accounts.states import Role
from achievement import notifications
from achievement.models import Achievement, AchievementChange
from achievement.states import (
    DECLARED_FIGURES_CHANGED,
    FIGURES_CHANGED,
    LIFT,
    LIFT_LINE,
    LINE_CHANGED,
    NETWORK_LINE,
    RETURN,
    RETURN_LINE,
    SUPERSEDE_TOTAL,
    UNDO_APPROVAL,
    WITHDRAW_DECLARATION,
    State,
)
from core.actors import Actor
from core.commands import instant
from core.transitions import Creation, Transition
from operations.notifications import send
from organisations.models import Organisation

PROVIDER, COMMISSIONER = "provider", "commissioner"

ACTS_NEXT: dict[State, tuple[Role, str]] = {
    State.AWAITING_PROVIDER: (Role.DECLARATION_MANAGEMENT, PROVIDER),
    State.AWAITING_COMMISSIONER: (Role.APPROVAL_MANAGEMENT, COMMISSIONER),
    State.AWAITING_FINANCE: (Role.FINANCE_MANAGEMENT, COMMISSIONER),
    State.HELD: (Role.ACHIEVEMENT_ENTRY, PROVIDER),
    State.FINANCE_APPROVED: (Role.DECLARATION_MANAGEMENT, PROVIDER),
}
"""Status -> who is told of it: whoever acts next; of finance approval, whoever declared."""


APPROVED, TO_APPROVE = frozenset({State.AWAITING_FINANCE}), frozenset({State.AWAITING_COMMISSIONER})
TAKEN_BACK: dict[Transition, tuple[tuple[Role, str, frozenset[State]], ...]] = {
    WITHDRAW_DECLARATION: ((Role.APPROVAL_MANAGEMENT, COMMISSIONER, TO_APPROVE),),
    UNDO_APPROVAL: (
        (Role.FINANCE_MANAGEMENT, COMMISSIONER, APPROVED),
        (Role.DECLARATION_MANAGEMENT, PROVIDER, APPROVED),
    ),
    RETURN: ((Role.DECLARATION_MANAGEMENT, PROVIDER, APPROVED),),
    FIGURES_CHANGED: (
        (Role.APPROVAL_MANAGEMENT, COMMISSIONER, TO_APPROVE | APPROVED),
        (Role.FINANCE_MANAGEMENT, COMMISSIONER, APPROVED),
    ),
    DECLARED_FIGURES_CHANGED: ((Role.FINANCE_MANAGEMENT, COMMISSIONER, APPROVED),),
    LIFT: ((Role.ACHIEVEMENT_ENTRY, PROVIDER, frozenset({State.HELD})),),
    LIFT_LINE: ((Role.ACHIEVEMENT_ENTRY, PROVIDER, frozenset({State.HELD})),),
}
"""Ways back -> who had it, or waits for it, besides whoever acts next, and in which status it was when they were told
of it: they are told that it is no longer."""


LINES_BACK = (RETURN_LINE, LINE_CHANGED, SUPERSEDE_TOTAL)
"""Ways back of lines that the portal takes by itself."""


def tell_who_acts_next(move: Transition | Creation, ids: Collection[int], *, by: Actor, note: str = "") -> None:
    """One e-mail to each person for each act, however many rows it moved; the tasks on Home follow the status itself.

    Lines that only go forward are not told one by one: Home counts them, and the overnight run moves thousands.
    """
    if not ids:
        return
    rows = Achievement.objects.filter(pk__any=ids).select_related("service", "provider", "commissioner")
    is_way_back = move in LINES_BACK or (isinstance(move, Transition) and move.needs_reason)
    if not is_way_back and move in NETWORK_LINE.values():
        return
    came_back = is_way_back or move in (FIGURES_CHANGED, DECLARED_FIGURES_CHANGED)
    told = rows if is_way_back else rows.filter(network=None)
    for state, (role, whose) in ACTS_NEXT.items():
        in_state = told.filter(state=state).order_by("achievement_date", "provider__name", "pk")
        for organisation in _organisations(in_state, whose):
            its_rows = list(in_state.filter(**{whose: organisation}))
            said = notifications.Moved(move.done, by.name, note, state, its_rows, came_back)
            people = [user for user in holders_of(role, organisation) if user.pk != by.user_id]
            _tell(said, organisation, people, move)
    _tell_who_had_it(move, rows, by=by, note=note)


def _tell_who_had_it(move: Transition | Creation, rows: QuerySet[Achievement], *, by: Actor, note: str) -> None:
    for role, whose, was in TAKEN_BACK.get(move, ()) if isinstance(move, Transition) else ():
        moves = AchievementChange.objects.filter(row__in=rows, transition=move.name, at=instant(), from_state__in=was)
        moved = rows.filter(pk__in=moves.values("row"))
        for organisation in _organisations(moved, whose):
            its_rows = list(moved.filter(**{whose: organisation}).order_by("achievement_date", "provider__name", "pk"))
            said = notifications.Moved(move.done, by.name, note, State(its_rows[0].state), its_rows, taken_back=True)
            people = [user for user in holders_of(role, organisation) if user.pk != by.user_id]
            _tell(said, organisation, people, move)


def tell_of_lines_that_came_back(*, by: Actor) -> None:
    """After the verdicts of lines were carried out: whoever approves is told of lines that lost their approval, and of
    those that a total was withdrawn for (domain 6, ways back)."""
    lost = _ids(_LOST_THEIR_APPROVAL, [State.AWAITING_NETWORK, State.AGGREGATED])
    tell_who_acts_next(LINE_CHANGED, lost, by=by, note=difference_of(lost))
    new = _ids(_WITHDREW_A_TOTAL, [SUPERSEDE_TOTAL.name, instant()])
    tell_who_acts_next(SUPERSEDE_TOTAL, new, by=by, note="The total of its network was withdrawn.")


_LOST_THEIR_APPROVAL = "SELECT id FROM verdict WHERE verdict = 'changed' AND was_state IN (%s, %s)"
_WITHDREW_A_TOTAL = """
    SELECT a.id FROM verdict v
    JOIN achievement_achievement a USING (achievement_date, service_id, network_id, provider_id)
    JOIN achievement_networkachievement n USING (achievement_date, service_id, network_id)
    JOIN achievement_networkachievementchange c ON c.row_id = n.id
    WHERE v.verdict IN ('new', 'revived') AND c.transition = %s AND c.at = %s"""


def difference_of(changed: Collection[int]) -> str:
    """What the figures of one were, and are; of several, each history says it."""
    if len(changed) != 1:
        return ""
    last = AchievementChange.objects.filter(row__in=changed).order_by("-pk").values_list("note", flat=True)
    return last.first() or ""


def _ids(sql: str, params: Sequence[int | str | datetime]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [id for (id,) in cursor.fetchall()]


def _organisations(rows: QuerySet[Achievement], whose: str) -> QuerySet[Organisation]:
    return Organisation.objects.filter(pk__in=rows.order_by().values(whose)).order_by("pk")


def _tell(
    said: notifications.Moved, organisation: Organisation, people: Iterable[User], move: Transition | Creation
) -> None:
    event = f"{move.name} {organisation.code} {said.rows[0].pk} {said.rows[0].version} {instant().isoformat()}"
    seeing = who_see_pounds(organisation)
    for user in people:
        notice = notifications.achievements_moved(said, user, pounds=user.pk in seeing)
        send(notice, event=event, to=user.email)
