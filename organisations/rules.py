"""Who may load reference data, propose and settle payees, and keep contacts."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from core import clock
from core.actors import Actor
from core.errors import NotPermitted
from core.permissions import ALL, NONE, Permission, Refusal
from organisations.models import Kind, Lead, Membership, Organisation, Parent, PayeeProposal
from organisations.states import PAYEE_PROPOSAL

REFERENCE_DATA = "Reference Data"
"""The role's name: roles themselves are a room above."""

WHO_CAN = f"Anybody with the role {REFERENCE_DATA} of the national operator can."

LOAD_REFERENCE_DATA = Permission(
    "organisations.load_reference_data",
    Refusal(
        f"You need the role {REFERENCE_DATA} in the organisation you act for.",
        lambda by: ALL if REFERENCE_DATA in by.roles() else NONE,
    ),
    Refusal(
        "Reference data holds for the whole country: the national operator loads it.",
        lambda by: Q(kind=Kind.NATIONAL),
    ),
)
"""On organisations: for which of them somebody may load reference data."""


def must_load_reference_data(by: Actor) -> None:
    """Raises NotPermitted unless this actor may load reference data, in the organisation acted for."""
    if by.is_system:
        return
    own = Organisation.objects.filter(pk=by.organisation_id or 0).first()
    if own is None:
        raise NotPermitted("You act for no organisation.", who_can=[WHO_CAN])
    LOAD_REFERENCE_DATA.require(own, by, who_can=[WHO_CAN])


def may_load_reference_data(by: Actor) -> bool:
    """Whether this actor may load reference data, in the organisation acted for."""
    own = Organisation.objects.filter(pk=by.organisation_id or 0)
    return by.is_system or own.filter(LOAD_REFERENCE_DATA.allowed(by)).exists()


SEE_LIST_SIZES = Permission(
    "organisations.see_list_sizes",
    Refusal("You need a role in the organisation you act for.", lambda by: ALL if by.roles() else NONE),
    Refusal(
        "List sizes of many are for commissioning organisations and PCNs, and for the national operator. A practice's "
        "own are on its page.",
        lambda by: (
            Q(kind__in=[Kind.COMMISSIONER, Kind.NETWORK])
            | (Q(kind=Kind.NATIONAL) if REFERENCE_DATA in by.roles() else NONE)
        ),
    ),
)
"""On organisations: acting for which of them somebody sees the list sizes of all that they see."""


def must_see_list_sizes(by: Actor) -> None:
    """Raises NotPermitted for whoever does not."""
    own = Organisation.objects.filter(pk=by.organisation_id or 0).first()
    if own is None:
        raise NotPermitted("You act for no organisation.")
    SEE_LIST_SIZES.require(own, by)


ORGANISATION_ADMINISTRATOR = "Organisation Administrator"
"""The role's name: roles themselves are a room above."""

OF_THE_LEAD = f"You need the role {ORGANISATION_ADMINISTRATOR} in the commissioning organisation that leads this PCN."

PROPOSE_PAYEE = Permission(
    "organisations.propose_payee", Refusal(OF_THE_LEAD, lambda by: _led_by(by, "pk") & Q(kind=Kind.NETWORK))
)
"""On organisations: for which networks somebody may propose a payee."""

ADMINISTERS_THE_LEAD = Refusal(OF_THE_LEAD, lambda by: _led_by(by, "network"))

CONFIRM_PAYEE = Permission(
    "organisations.confirm_payee",
    ADMINISTERS_THE_LEAD,
    Refusal("You proposed it; the confirmation is another person's.", lambda by: ~Q(proposed_by=by.user_id)),
)
DECLINE_PAYEE = Permission(
    "organisations.decline_payee",
    ADMINISTERS_THE_LEAD,
    Refusal("You proposed it: withdraw it instead.", lambda by: ~Q(proposed_by=by.user_id)),
)
WITHDRAW_PAYEE = Permission(
    "organisations.withdraw_payee",
    ADMINISTERS_THE_LEAD,
    Refusal("Somebody else proposed it: decline it instead.", lambda by: Q(proposed_by=by.user_id)),
)
"""On proposed payees: a change of payee takes two people of the lead (domain 1)."""


COMMISSIONING_MANAGEMENT = "Commissioning Management"
"""The role's name: roles themselves are a room above."""

CORRECT_LISTS = Permission(
    "organisations.correct_lists",
    Refusal(
        f"You need the role {REFERENCE_DATA} of the national operator, or {COMMISSIONING_MANAGEMENT} in the practice's "
        "Parent Organisation or the lead of its PCN.",
        lambda by: _for_the_country(by) | _practices_under(by),
    ),
)
"""On practices: whose lists somebody may correct by hand."""


def who_corrects_lists() -> list[str]:
    """Who can, in a sentence."""
    return [
        f"{REFERENCE_DATA} of the national operator can, and {COMMISSIONING_MANAGEMENT} of the practice's Parent "
        "Organisation and of the lead of its PCN."
    ]


def _for_the_country(by: Actor) -> Q:
    """Every practice, for whoever keeps the reference data of the national operator."""
    own: Organisation | None = getattr(by, "organisation", None)
    may = own is not None and own.kind == Kind.NATIONAL and REFERENCE_DATA in by.roles()
    return Q(kind=Kind.PRACTICE) if may else NONE


def _practices_under(by: Actor) -> Q:
    """The practices under the organisation acted for, and the members today of networks that it leads."""
    if COMMISSIONING_MANAGEMENT not in by.roles():
        return NONE
    today, here = clock.today(), by.organisation_id
    children = Parent.objects.as_of(today).filter(parent=here).values("organisation")
    led = Lead.objects.as_of(today).filter(commissioner=here).values("network")
    members = Membership.objects.as_of(today).filter(network__in=led).values("practice")
    of_these = Q(pk__in=children) | Q(pk__in=members)
    return Q(kind=Kind.PRACTICE) & of_these & by.reach(COMMISSIONING_MANAGEMENT, "pk")


USER_ADMINISTRATORS = frozenset({"User Administrator", "Advanced User Administrator"})

MAINTAIN_CONTACTS = Permission(
    "organisations.maintain_contacts",
    Refusal(
        "You need to administer the users of this organisation, or the role Organisation Administrator in the "
        "commissioning organisation that leads its PCN.",
        lambda by: _own_administrator(by) | _led_by(by, "pk") | _members_led_by(by),
    ),
    Refusal("Contacts are kept of practices and PCNs.", lambda by: Q(kind__in=[Kind.PRACTICE, Kind.NETWORK])),
)
"""On organisations: whose contacts somebody may add, change and remove."""


def _own_administrator(by: Actor) -> Q:
    return NONE if by.roles().isdisjoint(USER_ADMINISTRATORS) else Q(pk=by.organisation_id)


def _members_led_by(by: Actor) -> Q:
    """Practices that are members today of networks that the organisation acted for leads."""
    if ORGANISATION_ADMINISTRATOR not in by.roles():
        return NONE
    today = clock.today()
    led = Lead.objects.as_of(today).filter(commissioner=by.organisation_id).values("network")
    members = Membership.objects.as_of(today).filter(network__in=led).values("practice")
    return Q(pk__in=members) & by.reach(ORGANISATION_ADMINISTRATOR, "pk")


def _led_by(by: Actor, network: str) -> Q:
    """Rows whose network, in a column, the organisation acted for leads today, within the reach of the role there."""
    if ORGANISATION_ADMINISTRATOR not in by.roles():
        return NONE
    led = Lead.objects.as_of(clock.today()).filter(commissioner=by.organisation_id).values("network")
    return Q(**{f"{network}__in": led}) & by.reach(ORGANISATION_ADMINISTRATOR, network)


def refusals_of_proposal(proposal: PayeeProposal, by: Actor) -> dict[str, list[str]]:
    """Move -> the sentences that refuse it to somebody, whatever the proposal's state."""
    moves = PAYEE_PROPOSAL.values()
    return {move.name: move.rule.why_not(proposal, by) for move in moves}


def who_settles_payees(commissioner: Organisation | None) -> list[str]:
    """Who can, in a sentence; nobody where no commissioning organisation leads the network."""
    who = f"Anybody else with the role {ORGANISATION_ADMINISTRATOR} of {commissioner.name} can." if commissioner else ""
    return [who or "No commissioning organisation leads this PCN today, so nobody can."]


def task_of_payee_change(organisation_id: int, network_id: int) -> str:
    """How the key of a task begins that tells an organisation of a change of a network's payee."""
    return f"payee changed {organisation_id} {network_id} "


def may_maintain_contacts(organisation: Organisation, by: Actor) -> bool:
    """Whether somebody may; nothing is asked of the database for those whose roles never do."""
    keeping = USER_ADMINISTRATORS | {ORGANISATION_ADMINISTRATOR}
    return by.is_system or (not by.roles().isdisjoint(keeping) and MAINTAIN_CONTACTS.has(organisation, by))


def who_maintains_contacts(organisation: Organisation) -> list[str]:
    """Who can, in a sentence."""
    return [
        f"The user administrators of {organisation.name} can, and the {ORGANISATION_ADMINISTRATOR} of the "
        "commissioning organisation that leads its PCN."
    ]


COMMISSIONS_IT = f"You need the role {COMMISSIONING_MANAGEMENT} in the commissioning organisation that leads this PCN."

ASK_ODS = Permission(
    "organisations.ask_ods",
    Refusal(COMMISSIONS_IT, lambda by: _commissioned_by(by, "pk") & Q(kind=Kind.NETWORK)),
)
"""On organisations: about which networks somebody may ask ODS."""

SETTLE_ODS_REQUEST = Permission(
    "organisations.settle_ods_request", Refusal(COMMISSIONS_IT, lambda by: _commissioned_by(by, "network"))
)
"""On requests to ODS: whose answers somebody may note, and which they may close."""


def who_asks_ods(lead: Organisation | None) -> list[str]:
    """Who can, in a sentence."""
    if lead is None:
        return ["No commissioning organisation leads this PCN today, so nobody can."]
    return [f"Anybody with the role {COMMISSIONING_MANAGEMENT} of {lead.name} can."]


def _commissioned_by(by: Actor, network: str) -> Q:
    if COMMISSIONING_MANAGEMENT not in by.roles():
        return NONE
    led = Lead.objects.as_of(clock.today()).filter(commissioner=by.organisation_id).values("network")
    return Q(**{f"{network}__in": led}) & by.reach(COMMISSIONING_MANAGEMENT, network)


SETTLES_CLOSURES = (
    f"You need the role {COMMISSIONING_MANAGEMENT} in the practice's Parent Organisation on its last day, or in the "
    "lead of the PCN that it was a member of then."
)

SETTLE_CLOSURE = Permission(
    "organisations.settle_closure",
    Refusal("ODS gives no closing date of it.", lambda by: Q(kind=Kind.PRACTICE, close_date__isnull=False)),
    Refusal(SETTLES_CLOSURES, lambda by: closed_under(by) & by.reach(COMMISSIONING_MANAGEMENT, "pk")),
)
"""On practices: for which of those that closed somebody says what follows."""

CONFIRM_CLOSURE = Permission(
    "organisations.confirm_closure",
    Refusal(
        f"You need the role {COMMISSIONING_MANAGEMENT} in the commissioning organisation that proposed it.",
        lambda by: _proposed_here(by),
    ),
    Refusal("You proposed it; another person confirms or declines it.", lambda by: ~Q(proposed_by=by.user_id)),
)
Permission(
    "organisations.take_back_closure", Refusal("Another person proposed it.", lambda by: Q(proposed_by=by.user_id))
)
"""On proposals for practices that closed: what is taken over moves money, and takes two people (ADR 0044)."""


def closed_under(by: Actor) -> Q:
    """Practices whose Parent Organisation, or whose PCN's lead, on their last day is the one acted for."""
    here, last = by.organisation_id, OuterRef("close_date")
    parents = Parent.objects.known().filter(organisation=OuterRef("pk"), parent=here, valid__contains=last)
    led = Lead.objects.as_of(clock.today()).filter(commissioner=here).values("network")
    members = Membership.objects.known().filter(practice=OuterRef("pk"), network__in=led, valid__contains=last)
    return Q(Exists(parents)) | Q(Exists(members))


def closures_visible_to(by: Actor) -> Q:
    """Proposals for practices that closed: those of one's own commissioning organisation."""
    return ALL if by.is_system else (Q(commissioner=by.organisation_id) if by.roles() else NONE)


def _proposed_here(by: Actor) -> Q:
    return Q(commissioner=by.organisation_id) if COMMISSIONING_MANAGEMENT in by.roles() else NONE


def who_settles_closures() -> list[str]:
    """Who can, in a sentence."""
    return [
        f"{COMMISSIONING_MANAGEMENT} of the practice's Parent Organisation on its last day can, and of the lead of the "
        "PCN that it was a member of then."
    ]
