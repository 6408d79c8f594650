"""Who may offer services, answer, approve and end them; and whose participations are seen."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.rules import Acting, NeedsRole, grants_of
from accounts.states import SEES_POUNDS, Role
from core import clock
from core.actors import Actor
from core.permissions import ALL, NONE, Permission, Refusal
from organisations.models import Cluster, Kind, Membership, Organisation, Parent
from participation.models import EndRequestRow
from participation.states import RequestState

COMMISSIONS = NeedsRole(Role.COMMISSIONING_MANAGEMENT, at="commissioner")
ANSWERS = NeedsRole(Role.SERVICE_MANAGEMENT, at="provider")

AWAITS_A_REQUEST = (
    "A request to end or cancel it awaits a second person. Have it confirmed or declined, or taken back by whoever "
    "asked, first."
)
NOT_ASKED_FOR = Refusal(AWAITS_A_REQUEST, lambda by: Q(~Exists(_open_requests(by))))
"""One question at a time: what a second person is asked about is not ended otherwise meanwhile (ADR 0064)."""

MAKE_OFFERS = Permission("participation.offer", COMMISSIONS)
ANSWER_OFFERS = Permission(
    "participation.answer",
    ANSWERS,
    Refusal(
        "The day by which it was to be answered has passed. Ask the commissioning organisation to offer it again.",
        lambda by: Q(respond_by=None) | Q(respond_by__gte=clock.today()),
    ),
)
APPROVE_OFFERS = Permission("participation.approve", COMMISSIONS)
SAVE_END_DATES = Permission("participation.end", COMMISSIONS, NOT_ASKED_FOR)
Permission("participation.start", COMMISSIONS, NOT_ASKED_FOR)
CANCEL_SERVICES = Permission("participation.cancel", COMMISSIONS, NOT_ASKED_FOR)
CONFIRM_END = Permission(
    "participation.confirm_end",
    Refusal(
        f"You need the role {Role.COMMISSIONING_MANAGEMENT.label} in the commissioning organisation.",
        lambda by: _commissioned_by(by),
    ),
    Refusal("You asked for it; another person confirms or declines it.", lambda by: ~Q(asked_by=by.user_id)),
)
"""On requests to end: who may be the second person."""

Permission("participation.take_back_end", Refusal("Another person asked for it.", lambda by: Q(asked_by=by.user_id)))
DECLINE_REQUEST = Permission("participation.decline_request", COMMISSIONS)
"""On requests for a service: who may say no."""

SET_ALLOCATIONS = Permission("participation.set_allocations", COMMISSIONS)

SEES_OFFERS = (Role.COMMISSIONING_MANAGEMENT, Role.APPROVAL_MANAGEMENT, Role.FINANCE_MANAGEMENT, Role.VIEW)

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


SETTLES_CLOSURES = (Role.COMMISSIONING_MANAGEMENT,)
"""Who says what follows the closure of a practice."""


def reads_pounds(by: Actor) -> bool:
    """Whether what would change is shown with its pounds: to whoever sees them, and to whoever ends services, who has
    to know what that takes back."""
    return by.is_system or not by.roles().isdisjoint({*SEES_POUNDS, Role.COMMISSIONING_MANAGEMENT})


def end_requests_visible_to(by: Actor) -> Q:
    """Requests to end that are seen: those of one's own commissioning organisation."""
    if by.is_system:
        return ALL
    if not isinstance(by, Acting) or by.organisation is None or not by.roles():
        return NONE
    return Q(commissioner=by.organisation) if by.organisation.kind == Kind.COMMISSIONER else NONE


def service_requests_visible_to(by: Actor) -> Q:
    """Requests for a service that are seen: by who was asked, and by who asked."""
    if by.is_system:
        return ALL
    if not isinstance(by, Acting) or by.organisation is None or not by.roles():
        return NONE
    return Q(commissioner=by.organisation) | Q(provider=by.organisation)


def _open_requests(by: Actor) -> QuerySet[EndRequestRow]:
    """Of one's own organisation alone: nobody else reads that there is one."""
    asked = EndRequestRow.objects.filter(participation=OuterRef("pk"), request__state=RequestState.ASKED)
    return asked.filter(request__commissioner=by.organisation_id)


def _commissioned_by(by: Actor) -> Q:
    """The requests of the organisation acted for; each participation is judged once more when it is ended."""
    holds = Role.COMMISSIONING_MANAGEMENT in by.roles()
    return Q(commissioner=by.organisation_id) if holds else NONE


def acts_for_provider(by: Actor) -> bool:
    """Whether somebody acts for a practice or a network."""
    here = by.organisation if isinstance(by, Acting) else None
    return here is not None and here.kind in (Kind.PRACTICE, Kind.NETWORK)


def acts_for_commissioner(by: Actor) -> bool:
    """Whether somebody acts for a commissioning organisation."""
    return isinstance(by, Acting) and by.organisation is not None and by.organisation.kind == Kind.COMMISSIONER


def acts_for_practice(by: Actor) -> bool:
    """Whether somebody acts for a practice."""
    return practice_of(by) is not None


def practice_of(by: Actor) -> Organisation | None:
    """The practice that somebody acts for; None where it is none."""
    here = by.organisation if isinstance(by, Acting) else None
    return here if here is not None and here.kind == Kind.PRACTICE else None


def may_answer(by: Actor) -> bool:
    """Whether *Accept* and *Reject* are shown: a practice answers, in the role *Service Management*."""
    return acts_for_practice(by) and Role.SERVICE_MANAGEMENT in by.roles()


WHO_ASKS = (
    "A service is asked for by a practice in the role Service Management, and by a PCN, of what PCNs are offered, in "
    "the role PCN Management."
)


def may_ask(by: Actor) -> bool:
    """Whether somebody may ask to be offered a service."""
    role = Role.SERVICE_MANAGEMENT if acts_for_practice(by) else Role.PCN_MANAGEMENT
    return acts_for_provider(by) and role in by.roles()


def may_offer(by: Actor) -> bool:
    """Whether *Create Offers* is shown: offers are made by commissioning organisations."""
    if not isinstance(by, Acting) or by.organisation is None:
        return False
    return by.organisation.kind == Kind.COMMISSIONER and by.holds(Role.COMMISSIONING_MANAGEMENT)


def looks_after_networks(by: Actor) -> bool:
    """Whether joiners and movers are shown: commissioning organisations put them right."""
    if not isinstance(by, Acting) or by.organisation is None:
        return False
    return by.organisation.kind == Kind.COMMISSIONER and by.holds(*SEES_OFFERS)


def sees_allocations(by: Actor) -> bool:
    """Whether *Allocations* is shown: to whoever sees the offers of a commissioning organisation."""
    if not isinstance(by, Acting) or by.organisation is None:
        return False
    return by.organisation.kind == Kind.COMMISSIONER and by.holds(*SEES_OFFERS)


def services_within(by: Actor) -> Q:
    """The quality services that somebody's grants of *Commissioning Management* reach, by payment type."""
    types = {grant.payment_type for grant in grants_of(by, Role.COMMISSIONING_MANAGEMENT)}
    return ALL if "" in types else Q(payment_type__in=types)


def practices_within(by: Actor, payment_type: str) -> Q:
    """The practices that somebody's grants of *Commissioning Management* for a payment type reach, by cluster."""
    grants = grants_of(by, Role.COMMISSIONING_MANAGEMENT)
    reaching = [grant for grant in grants if grant.payment_type in ("", payment_type)]
    if any(grant.cluster_id is None for grant in reaching):
        return ALL
    members = Cluster.members.through.objects.filter(cluster__in=[grant.cluster_id for grant in reaching])
    return Q(pk__in=members.values("organisation"))


def _networks_of(practice_id: int) -> object:
    return Membership.objects.as_of(clock.today()).filter(practice=practice_id).values("network")


def _practices_under(commissioner_id: int) -> object:
    return Parent.objects.as_of(clock.today()).filter(parent=commissioner_id).values("organisation")
