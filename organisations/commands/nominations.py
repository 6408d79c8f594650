"""Who receives a network's money, who leads it, and who is whose Parent Organisation; each from a day on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.actors import Actor
from core.changes import publish
from core.commands import command
from core.dates import DAY
from core.errors import Invalid
from core.timelines import Span, with_value
from core.two_clocks import Belief, Recorded, TwoClocked, believe
from organisations.changes import LeadsCorrected, ParentsCorrected, PayeesCorrected
from organisations.commands.results import Corrected
from organisations.commands.subjects import lock_networks, lock_practices, must_be
from organisations.models import Kind, Lead, Organisation, Parent, Payee


@command
def nominate_payee(
    network: Organisation, payee: Organisation, start_date: date, *, by: Actor, end_date: date | None = None,
    proposal_id: int | None = None,
) -> Corrected:  # fmt: skip
    """The payee receives the network's money from a day on (until `end_date`, included), whoever did before.

    It may be a member practice or another body (domain 1). People propose and confirm it (`propose_payee`); the portal
    itself records what it takes in. Raises Invalid. Publishes PayeesCorrected.
    """
    must_be(network, Kind.NETWORK, "PCN")
    lock_networks([network.pk])
    says = {"payee": payee.pk, "proposal": proposal_id}
    recorded = _from_then_on(Payee, {"network": network}, says, start_date, end_date)
    return Corrected(recorded, publish(PayeesCorrected(by, frozenset([network.pk]))) if recorded else ())


@command
def set_lead(
    network: Organisation, commissioner: Organisation, start_date: date, *, by: Actor, end_date: date | None = None
) -> Corrected:
    """The commissioning organisation leads the network from a day on. Raises Invalid. Publishes LeadsCorrected."""
    must_be(network, Kind.NETWORK, "PCN")
    must_be(commissioner, Kind.COMMISSIONER, "Lead")
    lock_networks([network.pk])
    recorded = _from_then_on(Lead, {"network": network}, {"commissioner": commissioner.pk}, start_date, end_date)
    return Corrected(recorded, publish(LeadsCorrected(by, frozenset([network.pk]))) if recorded else ())


@command
def set_parent(
    organisation: Organisation, parent: Organisation, start_date: date, *, by: Actor, end_date: date | None = None
) -> Corrected:
    """The organisation's Parent Organisation from a day on. Raises Invalid. Publishes ParentsCorrected."""
    if organisation == parent:
        raise Invalid(f"Parent Organisation: {organisation} cannot be its own.")
    lock_practices([organisation.pk])
    recorded = _from_then_on(Parent, {"organisation": organisation}, {"parent": parent.pk}, start_date, end_date)
    return Corrected(recorded, publish(ParentsCorrected(by, frozenset([organisation.pk]))) if recorded else ())


def _from_then_on(
    model: type[TwoClocked], key: Mapping[str, Any], says: Mapping[str, int | None], start: date, end: date | None
) -> Recorded:
    """`says` is column -> id; from the start on it holds in place of what did."""
    if end and end < start:
        raise Invalid(f"End date {end:%d/%m/%Y} is before start date {start:%d/%m/%Y}. Both days are included.")
    known = model.objects.known().filter(**key)
    timeline = [
        Span(row.valid.lower, row.valid.upper, tuple(getattr(row, f"{name}_id") for name in says)) for row in known
    ]
    timeline = with_value(timeline, Span(start, end + DAY if end else None, tuple(says.values())))
    return believe(model, [Belief(key, span.valid, dict(zip(says, span.value, strict=True))) for span in timeline])
