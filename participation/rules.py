"""Who may offer services, answer, approve and end them; and whose participations are seen."""

from __future__ import annotations

from django.db.models import Q

from accounts.rules import Acting, NeedsRole
from accounts.states import Role
from core import clock
from core.actors import Actor
from core.permissions import ALL, NONE, Permission
from organisations.models import Kind, Membership, Parent

COMMISSIONS = NeedsRole(Role.COMMISSIONING_MANAGEMENT, at="commissioner")
ANSWERS = NeedsRole(Role.SERVICE_MANAGEMENT, at="provider")

MAKE_OFFERS = Permission("participation.offer", COMMISSIONS)
Permission("participation.answer", ANSWERS)
Permission("participation.approve", COMMISSIONS)
SAVE_END_DATES = Permission("participation.end", COMMISSIONS)
Permission("participation.cancel", COMMISSIONS)
SET_ALLOCATIONS = Permission("participation.set_allocations", COMMISSIONS)

SEES_ENGLAND = frozenset({Role.REFERENCE_DATA, Role.SERVICE_RELEASE, Role.OPERATIONS, Role.PAYMENT_RELEASE})


def visible_to(by: Actor) -> Q:
    """Participations that are seen: those one offers, one's own, one's network's, and those of one's practices.

    Members of a network see each other's; a parent commissioning organisation sees its practices' (domain 1, 2).
    """
    if by.is_system:
        return ALL
    if not isinstance(by, Acting) or by.organisation is None or not by.roles():
        return NONE
    here = by.organisation
    if here.kind == Kind.PRACTICE:
        return Q(provider=here) | Q(network__in=_networks_of(here.pk))
    if here.kind == Kind.NETWORK:
        return Q(network=here)
    if here.kind == Kind.COMMISSIONER:
        return Q(commissioner=here) | Q(provider__in=_practices_under(here.pk))
    return ALL if here.kind == Kind.NATIONAL and by.holds(*SEES_ENGLAND) else NONE


def may_offer(by: Actor) -> bool:
    """Whether *Create Offers* is shown: offers are made by commissioning organisations."""
    if not isinstance(by, Acting) or by.organisation is None:
        return False
    return by.organisation.kind == Kind.COMMISSIONER and by.holds(Role.COMMISSIONING_MANAGEMENT)


def _networks_of(practice_id: int) -> object:
    return Membership.objects.as_of(clock.today()).filter(practice=practice_id).values("network")


def _practices_under(commissioner_id: int) -> object:
    return Parent.objects.as_of(clock.today()).filter(parent=commissioner_id).values("organisation")
