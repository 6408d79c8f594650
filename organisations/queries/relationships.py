"""Who belonged to which network, and who was nominated, on days of a period: what reports and the API list."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import DateField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Least

from core.actors import Actor
from core.dates import inclusive
from organisations.models import Kind, Lead, Membership, Organisation, Parent, Payee
from organisations.queries.belonging import KnownAt

OPEN = date.max
"""What an open end is sorted as."""

Limit = date | None


def memberships_between(by: Actor, start: Limit, end: Limit, known_at: KnownAt = None) -> QuerySet[Any]:
    """The memberships that somebody sees and that hold on a day of the period, both days included; None is open.

    Each has `first` and `last`, inclusive (`last` is OPEN while it is open), and `lead_name` and `lead_code` of the
    lead on the last of its days in the period. A practice sees its own, a network its members', a commissioning
    organisation those of the networks it leads or led and of practices whose parent it is or was.
    """
    on_a_day = Q(zero_length_date__range=(start or date.min, end or date.max))
    holding = Q(valid__overlap=inclusive(start, end)) | on_a_day
    rows = (
        Membership.objects.known(known_at)
        .filter(holding, _relationships_seen(by))
        .annotate(
            first=Coalesce("zero_length_date", F("valid__startswith")),
            last=Coalesce("zero_length_date", _last_day(), Value(OPEN)),
        )
    )
    leads = Lead.objects.known(known_at).filter(network=OuterRef("network"), valid__contains=OuterRef("on_day"))
    return rows.annotate(on_day=Least("last", Value(end or OPEN))).annotate(
        lead_name=Coalesce(Subquery(leads.values("commissioner__name")[:1]), Value("")),
        lead_code=Coalesce(Subquery(leads.values("commissioner__code")[:1]), Value("")),
    ).select_related("practice", "network")  # fmt: skip


def nominations_between(by: Actor, start: Limit, end: Limit, known_at: KnownAt = None) -> QuerySet[Any]:
    """The payees nominated on a day of the period for networks that somebody sees, with `first` and `last` as above."""
    seen = Payee.objects.known(known_at).filter(_nominations_seen(by), valid__overlap=inclusive(start, end))
    rows = seen.annotate(first=F("valid__startswith"), last=Coalesce(_last_day(), Value(OPEN)))
    return rows.select_related("network", "payee", "proposal__proposed_by", "proposal__settled_by")


def _last_day() -> ExpressionWrapper:
    return ExpressionWrapper(F("valid__endswith") - 1, DateField())


def _relationships_seen(by: Actor) -> Q:
    kind, here = _acts_for(by)
    if kind == Kind.COMMISSIONER:
        children = Parent.objects.known().filter(parent=here).values("organisation")
        return Q(network__in=_led(here)) | Q(practice__in=children)
    return _of(kind, {Kind.PRACTICE: Q(practice=here), Kind.NETWORK: Q(network=here)})


def _nominations_seen(by: Actor) -> Q:
    kind, here = _acts_for(by)
    networks = Membership.objects.known().filter(practice=here).values("network")
    seen = {
        Kind.PRACTICE: Q(network__in=networks) | Q(payee=here),
        Kind.NETWORK: Q(network=here),
        Kind.COMMISSIONER: Q(network__in=_led(here)),
    }
    return _of(kind, seen)


def _of(kind: Kind | None, seen: dict[Kind, Q]) -> Q:
    """What a kind of organisation sees: the national operator all, a kind that is not named nothing."""
    return Q() if kind == Kind.NATIONAL else seen.get(kind, Q(pk__in=())) if kind else Q(pk__in=())


def _led(commissioner: int | None) -> QuerySet[Lead, Any]:
    return Lead.objects.known().filter(commissioner=commissioner).values("network")


def _acts_for(by: Actor) -> tuple[Kind | None, int | None]:
    """The kind and id of the organisation acted for; the portal itself sees what the national operator does."""
    if by.is_system:
        return Kind.NATIONAL, None
    own: Organisation | None = getattr(by, "organisation", None)
    return (Kind(own.kind), own.pk) if own and by.roles() else (None, None)
