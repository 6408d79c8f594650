"""Whom a nil settlement concerns is told of it: asked for with the act, sent by a worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.models import User
from accounts.queries import holders_of, who_see_pounds
from accounts.states import Role
from achievement import notifications
from achievement.models import NilSettlement
from achievement.states import NilState
from core.actors import Actor
from core.commands import command
from operations.commands import after_commit
from operations.notifications import send
from organisations.models import Organisation

TELL = "achievement.tell_of_nil_settlement"
PARTIES_TOLD_OF = frozenset({NilState.SETTLED, NilState.LIFTED, NilState.REPLACED})
CONFIRMS, TOLD = Role.APPROVAL_MANAGEMENT, Role.DECLARATION_MANAGEMENT


def tell_later(settlement: NilSettlement, *, by: Actor) -> None:
    """Have those concerned told of how it stands once this transaction has committed."""
    after_commit(TELL, {"settlement": settlement.pk, "version": settlement.version, "by": by.user_id})


@command
def tell_of_nil_settlement(keys: Mapping[str, Any], *, by: Actor) -> int:
    """The others who may confirm a proposal; whoever proposed it, of what became of it; the practice and its network,
    of what is settled, lifted and replaced. Answers how many e-mails are sent; none for one that has moved on."""
    settlement = NilSettlement.objects.select_related(
        "service", "network", "provider", "commissioner", "proposed_by", "confirmed_by"
    ).get(pk=keys["settlement"])
    if settlement.version != keys["version"]:
        return 0
    last = settlement.history.select_related("by").order_by("-pk").first()
    note, who = (last.note, last.by.name if last.by else "CQRS Portal") if last else ("", "")
    told = notifications.NilMoved(settlement, who, "" if settlement.is_pending else note)
    return sum(_send(told, user, whose) for user, whose in _concerned(settlement) if user.pk != keys["by"])


def _concerned(settlement: NilSettlement) -> list[tuple[User, Organisation]]:
    lead = settlement.commissioner
    if settlement.is_pending:
        return [(user, lead) for user in holders_of(CONFIRMS, lead)]
    concerned = [(settlement.proposed_by, lead)]
    if settlement.state in PARTIES_TOLD_OF and settlement.confirmed_by_id:
        for party in (settlement.provider, settlement.network):
            concerned += [(user, party) for user in holders_of(TOLD, party)]
    return concerned


def _send(told: notifications.NilMoved, user: User, organisation: Organisation) -> bool:
    settlement = told.settlement
    event = f"nil settlement {settlement.pk} {settlement.version} {organisation.code}"
    pounds = user.pk in who_see_pounds(organisation)
    return send(notifications.nil_moved(told, user, pounds=pounds), event=event, to=user.email)
