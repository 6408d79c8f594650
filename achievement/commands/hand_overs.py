"""Whoever acts next on an achievement is told, at each hand-over and on each way back."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import QuerySet

from accounts.models import User
from accounts.queries import holders_of, who_see_pounds
from accounts.states import Role
from achievement import notifications
from achievement.models import Achievement
from achievement.states import DECLARED_FIGURES_CHANGED, FIGURES_CHANGED, NETWORK_LINE, RETURN_LINE, State
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


def tell_who_acts_next(move: Transition | Creation, ids: Collection[int], *, by: Actor, note: str = "") -> None:
    """One e-mail to each person for each act, however many rows it moved; the tasks on Home follow the status itself.

    Lines that only go forward are not told one by one: Home counts them, and the overnight run moves thousands.
    """
    rows = Achievement.objects.filter(pk__any=ids).select_related("service", "provider", "commissioner")
    is_way_back = move == RETURN_LINE or (isinstance(move, Transition) and move.needs_reason)
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
