"""Who may do what to achievements: each permission is its refusals."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from accounts.rules import Acting, NeedsRole, WithinLimit
from accounts.states import SEES_POUNDS, Role
from core.actors import Actor
from core.permissions import ALL, NONE, Permission, Refusal
from organisations.models import Kind, Parent
from submission.models import Hand
from submission.states import Stage

PAID_TO_PRACTICE = Refusal("It is a line of a network's total.", lambda by: Q(network__isnull=True))
LINE_OF_NETWORK = Refusal("It is paid to the practice, not through a network.", lambda by: Q(network__isnull=False))


class ActedInOneStage(Refusal):
    """Refuses whoever has had a hand in another stage of the same payment chain (domain 2, segregation)."""

    def __init__(self, stage: Stage, *, subject: Coalesce | str) -> None:
        super().__init__(
            f"You acted on this payment before, in another stage; the {stage.label} stage is another person's."
        )
        self.stage, self.subject = stage, subject

    def allowed(self, by: Actor) -> Q:
        if by.user_id is None:
            return ALL
        other_stages = Hand.objects.filter(
            actor=by.user_id,
            service=OuterRef("service"),
            achievement_date=OuterRef("achievement_date"),
            subject=OuterRef(self.subject) if isinstance(self.subject, str) else self.subject,
        ).exclude(stage=self.stage)
        return ~Q(Exists(other_stages))


def acted_in_one_stage(stage: Stage) -> ActedInOneStage:
    """For achievements: the chain of a line is its network's."""
    return ActedInOneStage(stage, subject=Coalesce(OuterRef("network"), OuterRef("provider")))


PROVIDER_SIDE = (
    NeedsRole(Role.DECLARATION_MANAGEMENT, at="provider"),
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

Permission("achievement.declare", *PROVIDER_SIDE)
Permission("achievement.withdraw_declaration", *PROVIDER_SIDE, NOT_AUTO_DECLARED)
Permission("achievement.approve", *APPROVER, PAID_TO_PRACTICE, APPROVER_LIMIT)
Permission("achievement.reject", *APPROVER, PAID_TO_PRACTICE)
Permission("achievement.undo_approval", *APPROVER, PAID_TO_PRACTICE)
Permission("achievement.give_finance_approval", *FINANCE, PAID_TO_PRACTICE, FINANCE_LIMIT)
Permission("achievement.return", *FINANCE, PAID_TO_PRACTICE)
Permission("achievement.approve_line", *APPROVER, LINE_OF_NETWORK, APPROVER_LIMIT)
Permission("achievement.reject_line", *APPROVER, LINE_OF_NETWORK)
Permission("achievement.lift_hold", *APPROVER, LINE_OF_NETWORK)
Permission("achievement.undo_line_approval", *APPROVER, LINE_OF_NETWORK)
Permission("achievement.give_network_finance_approval", *NETWORK_FINANCE, NETWORK_FINANCE_LIMIT)
Permission("achievement.return_network", *NETWORK_FINANCE)


def visible_to(by: Actor) -> Q:
    """Lines that are seen: one's own, one's network's, those one commissions, those of practices under one."""
    if by.is_system:
        return ALL
    kind, here = _acts_for(by)
    if kind == Kind.COMMISSIONER:
        children = Parent.objects.known().filter(parent=here).values("organisation")
        return Q(commissioner=here) | Q(provider__in=children)
    seen: dict[Kind | None, Q] = {Kind.PRACTICE: Q(provider=here), Kind.NETWORK: Q(network=here)}
    return seen.get(kind, NONE)


def networks_visible_to(by: Actor) -> Q:
    """Network totals that are seen: those one commissions, and one's own."""
    if by.is_system:
        return ALL
    kind, here = _acts_for(by)
    seen: dict[Kind | None, Q] = {Kind.COMMISSIONER: Q(commissioner=here), Kind.NETWORK: Q(network=here)}
    return seen.get(kind, NONE)


def _acts_for(by: Actor) -> tuple[Kind | None, int | None]:
    """The kind and id of the organisation acted for; None for somebody without a role in it."""
    if not isinstance(by, Acting) or by.organisation is None or not by.roles():
        return None, None
    return Kind(by.organisation.kind), by.organisation.pk


def sees_pounds(by: Actor) -> bool:
    """Whether amounts are shown: `View` alone sees points, never pounds (domain 2)."""
    return by.is_system or not by.roles().isdisjoint(SEES_POUNDS)
