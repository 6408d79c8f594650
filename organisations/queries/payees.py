"""Who receives networks' money, through time; and what is proposed."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from core import clock
from core.actors import Actor
from core.errors import NotVisible
from operations.tasks_for_people import is_asked
from organisations.models import Lead, Organisation, Payee, PayeeProposal, PayeeProposalChange
from organisations.queries.belonging import KnownAt, visible_to
from organisations.rules import task_of_payee_change


def nominations_of(network: Organisation, known_at: KnownAt = None) -> QuerySet[Payee]:
    """Every payee of a network, past and to come, latest first, with who proposed and who confirmed it."""
    known = Payee.objects.known(known_at).filter(network=network)
    return known.select_related("payee", "proposal__proposed_by", "proposal__settled_by").order_by("-valid__startswith")


def proposals_of(network: Organisation) -> QuerySet[PayeeProposal]:
    """Every payee proposed for a network, latest first."""
    rows = PayeeProposal.objects.filter(network=network).order_by("-pk")
    return rows.select_related("network", "payee", "proposed_by", "settled_by")


def proposal_seen_by(by: Actor, proposal_id: int) -> PayeeProposal:
    """One proposed payee of a network that may be seen. Raises NotVisible."""
    found = proposals_seen_by(by).filter(pk=proposal_id).first()
    if found is None:
        raise NotVisible("You may not be able to see this, or it does not exist.")
    return found


def proposals_seen_by(by: Actor) -> QuerySet[PayeeProposal]:
    """The payees proposed for networks that somebody sees."""
    rows = PayeeProposal.objects.filter(network__in=visible_to(by))
    return rows.select_related("network", "payee", "proposed_by", "settled_by")


def history_of_proposal(proposal: PayeeProposal) -> QuerySet[PayeeProposalChange]:
    """What happened to a proposal, newest first."""
    return PayeeProposalChange.objects.filter(row=proposal).select_related("by").order_by("-pk")


def networks_with_payees(by: Actor, text: str = "", *, pending: bool = False) -> QuerySet[Any]:
    """The networks that the organisation acted for leads today, with `payee_name`, `payee_code` and `since` of today's
    payee, and `pending`, how many proposals await a second person."""
    today = clock.today()
    led = Lead.objects.as_of(today).filter(commissioner=by.organisation_id).values("network")
    payees = Payee.objects.as_of(today).filter(network=OuterRef("pk"))
    proposed = PayeeProposal.objects.pending().filter(network=OuterRef("pk")).order_by()
    how_many = proposed.values("network").annotate(n=Count("pk")).values("n")
    rows = Organisation.objects.networks().filter(pk__in=led)
    rows = rows.annotate(
        payee_name=Subquery(payees.values("payee__name")[:1]),
        payee_code=Subquery(payees.values("payee__code")[:1]),
        since=Subquery(payees.values("valid__startswith")[:1]),
        pending=Coalesce(Subquery(how_many), 0),
    )
    if text:
        named = Q(code__istartswith=text) | Q(name__icontains=text)
        rows = rows.filter(named | Q(payee_code__istartswith=text) | Q(payee_name__icontains=text))
    return rows.filter(pending__gt=0) if pending else rows


def payee_change_to_note(by: Actor, network: Organisation) -> bool:
    """Whether the organisation acted for was told of a change of this network's payee, and has not noted it yet."""
    return by.organisation_id is not None and is_asked(task_of_payee_change(by.organisation_id, network.pk))
