"""Who may do what to achievements: each permission is its refusals."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet

from accounts.rules import Acting, NeedsRole, WithinLimit
from accounts.states import SEES_POUNDS, Role
from achievement.models import Achievement, RunState, on_any_date
from achievement.states import FINALS, State
from core import clock
from core.actors import Actor
from core.locking import lock
from core.permissions import ALL, NONE, Permission, Refusal
from operations.queries import keys_to_do
from organisations.models import Kind, Parent
from submission.changes import Key
from submission.rules import ActedInOneStage, acted_in_one_stage
from submission.states import Stage

CALCULATE_LATER = "achievement.calculate_achievements"
"""The later work that handlers leave to workers where many networks are concerned."""

PAID_TO_PRACTICE = Refusal("It is a line of a network's total.", lambda by: Q(network__isnull=True))
LINE_OF_NETWORK = Refusal("It is paid to the practice, not through a network.", lambda by: Q(network__isnull=False))


def networks_to_work_out() -> set[int]:
    """Ids of the networks whose lines are still to be worked out anew by a worker: what stands may be out of date."""
    return {network for keys in keys_to_do(CALCULATE_LATER) for network in keys["networks"]}


BEING_WORKED_OUT = Refusal(
    "Something it stands on has changed, and it is being worked out anew. Look again in a few minutes.",
    lambda by: ~Q(network__in=networks_to_work_out()),
)


class Declares(Refusal):
    """Refuses whoever declares neither for the provider nor, once that has closed, for the commissioning organisation
    of the offer (domain 1, closures)."""

    AT_PROVIDER = NeedsRole(Role.DECLARATION_MANAGEMENT, at="provider")
    AT_COMMISSIONER = NeedsRole(Role.DECLARATION_MANAGEMENT, at="commissioner")

    def __init__(self) -> None:
        super().__init__(
            f"You need the role {Role.DECLARATION_MANAGEMENT.label} at the service provider; after its closing date, "
            "at the commissioning organisation that offered it the service."
        )

    def allowed(self, by: Actor) -> Q:
        on_behalf = self.AT_COMMISSIONER.allowed(by) & Q(provider__close_date__lt=clock.today())
        return self.AT_PROVIDER.allowed(by) | on_behalf


PROVIDER_SIDE = (
    Declares(),
    PAID_TO_PRACTICE,
    acted_in_one_stage(Stage.PROVIDER),
)
APPROVER = (NeedsRole(Role.APPROVAL_MANAGEMENT, at="commissioner"), acted_in_one_stage(Stage.COMMISSIONER))
FINANCE = (NeedsRole(Role.FINANCE_MANAGEMENT, at="commissioner"), acted_in_one_stage(Stage.FINANCE))
NETWORK_FINANCE = (
    NeedsRole(Role.FINANCE_MANAGEMENT, at="commissioner", provider_of="network"),
    ActedInOneStage(Stage.FINANCE, subject="network"),
)
APPROVER_LIMIT = WithinLimit(Role.APPROVAL_MANAGEMENT)
FINANCE_LIMIT = WithinLimit(Role.FINANCE_MANAGEMENT)
NETWORK_FINANCE_LIMIT = WithinLimit(Role.FINANCE_MANAGEMENT, provider_of="network")
NOT_AUTO_DECLARED = Refusal(
    "It was declared by the portal itself: it is held, not sent back.", lambda by: Q(auto_declared=False)
)
AUTO_DECLARED = Refusal("It was declared by its provider: it is sent back, not held.", lambda by: Q(auto_declared=True))

Permission("achievement.declare", *PROVIDER_SIDE)
Permission("achievement.withdraw_declaration", *PROVIDER_SIDE, NOT_AUTO_DECLARED)
Permission("achievement.approve", *APPROVER, PAID_TO_PRACTICE, APPROVER_LIMIT)
Permission("achievement.reject", *APPROVER, PAID_TO_PRACTICE, NOT_AUTO_DECLARED)
Permission("achievement.hold", *APPROVER, PAID_TO_PRACTICE, AUTO_DECLARED)
Permission("achievement.lift", *APPROVER, PAID_TO_PRACTICE)
Permission("achievement.undo_approval", *APPROVER, PAID_TO_PRACTICE)
Permission("achievement.give_finance_approval", *FINANCE, PAID_TO_PRACTICE, FINANCE_LIMIT)
Permission("achievement.return", *FINANCE, PAID_TO_PRACTICE)
Permission("achievement.approve_line", *APPROVER, LINE_OF_NETWORK, APPROVER_LIMIT)
Permission("achievement.reject_line", *APPROVER, LINE_OF_NETWORK)
Permission("achievement.lift_hold", *APPROVER, LINE_OF_NETWORK)
Permission("achievement.undo_line_approval", *APPROVER, LINE_OF_NETWORK)
Permission("achievement.give_network_finance_approval", *NETWORK_FINANCE, NETWORK_FINANCE_LIMIT, BEING_WORKED_OUT)
Permission("achievement.return_network", *NETWORK_FINANCE)

PROPOSE_NIL = Permission("achievement.propose_nil", *APPROVER)
Permission(
    "achievement.confirm_nil",
    *APPROVER,
    Refusal("You proposed it; the confirmation is another person's.", lambda by: ~Q(proposed_by=by.user_id)),
)
Permission(
    "achievement.decline_nil",
    *APPROVER,
    Refusal("You proposed it: withdraw it instead.", lambda by: ~Q(proposed_by=by.user_id)),
)
Permission(
    "achievement.withdraw_nil",
    *APPROVER,
    Refusal("Somebody else proposed it: decline it instead.", lambda by: Q(proposed_by=by.user_id)),
)
Permission("achievement.lift_nil", *APPROVER)
"""On nil settlements: what a line counts for is the commissioning organisation's to say, by two of its people."""


def visible_to(by: Actor) -> Q:
    """Lines that are seen: one's own, one's network's, those one commissions, those of practices under one."""
    if by.is_system:
        return ALL
    kind, here = _acts_for(by)
    if kind == Kind.COMMISSIONER:
        children = Parent.objects.as_of(clock.today()).filter(parent=here).values("organisation")
        return Q(commissioner=here) | Q(provider__in=children)
    seen: dict[Kind | None, Q] = {Kind.PRACTICE: Q(provider=here) & on_any_date(), Kind.NETWORK: Q(network=here)}
    return seen.get(kind, NONE)


def networks_visible_to(by: Actor) -> Q:
    """Network totals that are seen: those one commissions, and one's own."""
    if by.is_system:
        return ALL
    kind, here = _acts_for(by)
    seen: dict[Kind | None, Q] = {Kind.COMMISSIONER: Q(commissioner=here), Kind.NETWORK: Q(network=here)}
    return seen.get(kind, NONE)


def beside_visible_to(by: Actor) -> Q:
    """What is kept beside lines, nil settlements and what is to be adjusted, is seen with its reasons of one's own
    line, one's network's, those one commissions, and those of practices under one."""
    kind, here = (None, None) if by.is_system else _acts_for(by)
    return Q(provider=here) if kind == Kind.PRACTICE else visible_to(by)


def _acts_for(by: Actor) -> tuple[Kind | None, int | None]:
    """The kind and id of the organisation acted for; None for somebody without a role in it."""
    if not isinstance(by, Acting) or by.organisation is None or not by.roles():
        return None, None
    return Kind(by.organisation.kind), by.organisation.pk


def sees_network_pounds(by: Actor) -> bool:
    """Whether totals of whole networks are shown: a member sees the others' status, not their pounds (domain 2)."""
    return sees_pounds(by) and (by.is_system or _acts_for(by)[0] in (Kind.COMMISSIONER, Kind.NETWORK))


def sees_pounds(by: Actor) -> bool:
    """Whether amounts are shown: `View` alone sees points, never pounds (domain 2)."""
    return by.is_system or not by.roles().isdisjoint(SEES_POUNDS)


def operates(by: Actor) -> bool:
    """Whether somebody runs the portal: the role Operations, acting for the national operator."""
    if by.is_system:
        return True
    at_operator = isinstance(by, Acting) and by.organisation is not None and by.organisation.kind == Kind.NATIONAL
    return at_operator and Role.OPERATIONS in by.roles()


OPERATES = Refusal(
    f"You need the role {Role.OPERATIONS.label} of the national operator.", lambda by: ALL if operates(by) else NONE
)
SEE_OVERNIGHT_RUNS = Permission("achievement.see_overnight_runs", OPERATES)
"""On organisations: acting for which of them somebody sees the overnight runs."""

START_OVERNIGHT_RUN = Permission("achievement.start_overnight_run", OPERATES)
"""On organisations: acting for which of them somebody may start a run by hand."""

RESUME_OVERNIGHT_RUN = Permission(
    "achievement.resume_overnight_run",
    OPERATES,
    Refusal("It is done: nothing of it is left to resume.", lambda by: ~Q(state=RunState.DONE)),
)
"""On overnight runs."""


APPROVED = frozenset(
    {
        State.AWAITING_FINANCE,
        State.AWAITING_NETWORK,
        State.AGGREGATED,
        State.FINANCE_APPROVED,
        State.AGGREGATED_COMPLETE,
    }
)


def figures_locked(keys: Collection[Key], on_behalf: bool) -> dict[Key, str]:
    """Key -> why its figures may not be changed any more (domain 5): approved ones by the provider, those with
    finance approval by nobody."""
    locked = {}
    near = _near(keys).filter(state__in=FINALS if on_behalf else APPROVED)
    for service, day, provider, state in near.values_list("service", "achievement_date", "provider", "state"):
        key = Key(service, day, provider)
        if key in keys:
            locked[key] = FINALLY_LOCKED if state in FINALS else LOCKED
    return locked


def hold_figures(keys: Collection[Key]) -> None:
    """Lock the achievements that `figures_locked` reads: an approval under way is waited for, and then read."""
    lock(_near(keys))


def _near(keys: Collection[Key]) -> QuerySet[Achievement]:
    return Achievement.objects.payable().filter(
        service__in={key.service_id for key in keys},
        achievement_date__in={key.achievement_date for key in keys},
        provider__in={key.provider_id for key in keys},
    )


LOCKED = "It is approved: only the commissioning organisation can change its figures, until finance approval."
FINALLY_LOCKED = (
    "It has finance approval: its figures are not changed any more. What changes is put right by adjustment."
)
