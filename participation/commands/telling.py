"""Whom participations concern is told of what others did to them: asked for with the act, sent by a worker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from accounts.queries import holders_in
from accounts.states import Role
from core.actors import Actor
from core.commands import command, instant
from operations.commands import after_commit
from operations.notifications import send
from organisations.models import ClosureProposal, Organisation
from organisations.states import ClosureState
from participation import notifications
from participation.models import EndRequest, Participation
from participation.states import RequestState

TELL = "participation.tell"
AT_A_TIME = 500

PROVIDER = (("provider", Role.SERVICE_MANAGEMENT), ("network", Role.PCN_MANAGEMENT))
COMMISSIONER = (("commissioner", Role.COMMISSIONING_MANAGEMENT),)

OFFERED, ACCEPTED, REJECTED, APPROVED, NOT_APPROVED, ENDED, CANCELLED = (
    "offered", "accepted", "rejected", "approved", "not approved", "given the end date", "cancelled",
)  # fmt: skip
WHO: Mapping[str, Sequence[tuple[str, Role]]] = {
    OFFERED: PROVIDER,
    ACCEPTED: COMMISSIONER,
    REJECTED: COMMISSIONER,
    APPROVED: PROVIDER,
    NOT_APPROVED: PROVIDER,
    ENDED: PROVIDER,
    CANCELLED: PROVIDER,
}
"""What happened -> whose people are told, and in which role. A PCN is told of its members'."""


@dataclass(frozen=True)
class What:
    """What is told: the act, who did it, and why, as plain JSON carries it."""

    done: str
    by: str
    user: int | None
    reason: str
    at: str


def tell_later(done: str, ids: Sequence[int], *, by: Actor, reason: str = "") -> None:
    """Have those concerned told once this transaction has committed; some hundreds of rows to a message."""
    what = {"done": done, "by": by.name, "user": by.user_id, "reason": reason, "at": instant().isoformat()}
    for start in range(0, len(ids), AT_A_TIME):
        after_commit(TELL, {**what, "ids": list(ids[start : start + AT_A_TIME])})


@command
def tell_of_participations(ids: Collection[int], what: Mapping[str, Any], *, by: Actor) -> int:
    """Each person concerned has one e-mail for each act, however many rows it moved. Answers how many are sent."""
    told = What(what["done"], what["by"], what["user"], what["reason"], what["at"])
    related = ("service", "provider", "network", "commissioner")
    rows = list(
        Participation.objects.filter(pk__in=ids).with_terms().select_related(*related).order_by("provider__name", "pk")
    )
    return sum(_tell(told, rows, whose, role) for whose, role in WHO[told.done])


@command
def tell_of_end_request(request_id: int, *, by: Actor) -> int:
    """Who may be the second person is told that one is asked for; who asked, of the decision."""
    request = EndRequest.objects.select_related("service", "commissioner", "asked_by").get(pk=request_id)
    people: Iterable[User] = [request.asked_by]
    if request.state == RequestState.ASKED:
        holders = holders_in(Role.COMMISSIONING_MANAGEMENT, [request.commissioner_id])
        people = [user for user in holders[request.commissioner_id] if user.pk != request.asked_by_id]
    event, how_many = f"end request {request.pk} {request.version}", request.rows.count()
    notices = ((user, notifications.end_request_moved(request, how_many, user)) for user in people)
    return sum(send(notice, event=event, to=user.email) for user, notice in notices)


@command
def tell_of_closure(proposal_id: int, *, by: Actor) -> int:
    """Who may be the second person is told what was proposed for practices that closed; who proposed it, of the
    decision."""
    rows = ClosureProposal.objects.select_related("successor", "commissioner", "proposed_by")
    proposal = rows.prefetch_related("practices").get(pk=proposal_id)
    people: Iterable[User] = [proposal.proposed_by]
    if proposal.state == ClosureState.PROPOSED:
        holders = holders_in(Role.COMMISSIONING_MANAGEMENT, [proposal.commissioner_id])
        people = [user for user in holders[proposal.commissioner_id] if user.pk != proposal.proposed_by_id]
    event = f"closure {proposal.pk} {proposal.version}"
    notices = ((user, notifications.closure_moved(proposal, user)) for user in people)
    return sum(send(notice, event=event, to=user.email) for user, notice in notices)


def _tell(what: What, rows: Sequence[Participation], whose: str, role: Role) -> int:
    concerned: dict[Organisation, list[Participation]] = defaultdict(list)
    for row in rows:
        organisation = getattr(row, whose)
        if organisation is not None:
            concerned[organisation].append(row)
    holders = holders_in(role, [each.pk for each in concerned])
    return sum(
        _send(what, organisation, its_rows, user)
        for organisation, its_rows in concerned.items()
        for user in holders[organisation.pk]
        if user.pk != what.user
    )


def _send(what: What, organisation: Organisation, rows: Sequence[Participation], user: User) -> bool:
    told = notifications.Told(what.done, what.by, what.reason, rows)
    event = f"participation {what.done} {what.at} {organisation.code} {rows[0].pk}"
    return send(notifications.participations_moved(told, organisation, user), event=event, to=user.email)
