"""Who may enter figures, and until when; and whose figures are seen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from accounts.rules import Acting, NeedsRole
from accounts.states import Role
from catalogue.formats import Definition
from core import clock
from core.actors import Actor
from core.permissions import ALL, NONE, Permission, Refusal
from organisations.models import Kind, Parent
from submission.changes import Key
from submission.models import Hand, Submission
from submission.states import ENTER, Source, Stage
from ui.wording import long_date

Lock = Callable[[Collection[Key], bool], Mapping[Key, str]]
"""Asked with keys, and whether the commissioning organisation acts on behalf: why the figures of a key may not be
changed any more, as a sentence; keys that nothing locks are left out."""

Hold = Callable[[Collection[Key]], object]
"""Locks, in the database, the rows of an app above that its lock reads: they stay as they are until the commit."""

_locks: list[Lock] = []
_holds: list[Hold] = []


def register_lock(lock: Lock, hold: Hold | None = None) -> None:
    """An app above says, in its `ready`, what of its own keeps figures from being changed (domain 5), and how what
    that stands on is held still while somebody changes them."""
    if lock not in _locks:
        _locks.append(lock)
    if hold is not None and hold not in _holds:
        _holds.append(hold)


def hold_still(keys: Collection[Key]) -> None:
    """Before `locked` is asked by whoever changes figures: nobody approves them between the question and the change.
    Called with the organisations and the submissions of these keys locked; what the apps above hold comes after."""
    for hold in _holds:
        hold(keys)


def locked(keys: Collection[Key], *, on_behalf: bool) -> dict[Key, list[str]]:
    """Key -> every sentence that locks it."""
    found: dict[Key, list[str]] = {}
    for lock in _locks:
        for key, sentence in lock(keys, on_behalf).items():
            found.setdefault(key, []).append(sentence)
    return found


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
    """For rows with service, achievement date, provider and network: the chain of a line is its network's."""
    return ActedInOneStage(stage, subject=Coalesce(OuterRef("network"), OuterRef("provider")))


class EntersFigures(Refusal):
    """Refuses whoever enters neither for the provider nor for the commissioning organisation.

    *Achievement Entry* does at either; *PCN Management* enters what the PCN itself gives, and for no practice.
    """

    AT = tuple(NeedsRole(Role.ACHIEVEMENT_ENTRY, at=column) for column in ("provider", "commissioner"))
    FOR_PCN = NeedsRole(Role.PCN_MANAGEMENT, at="provider")

    def __init__(self) -> None:
        super().__init__(
            f"You need the role {Role.ACHIEVEMENT_ENTRY.label} at the service provider, or at the commissioning "
            f"organisation that offers it the service; at a PCN, {Role.PCN_MANAGEMENT.label} enters its figures too."
        )

    def allowed(self, by: Actor) -> Q:
        at_provider, at_commissioner = (each.allowed(by) for each in self.AT)
        return at_provider | at_commissioner | (self.FOR_PCN.allowed(by) & Q(provider__kind=Kind.NETWORK))


def _unless_on_behalf(condition: Q) -> Callable[[Actor], Q]:
    """What binds the provider, and not the commissioning organisation of the offer."""
    return lambda by: condition | Q(commissioner=by.organisation_id)


ENTER_FIGURES = Permission(
    ENTER,
    EntersFigures(),
    acted_in_one_stage(Stage.PROVIDER),
    Refusal(
        "The commissioning organisation entered these figures; only it can change them.",
        _unless_on_behalf(Q(on_behalf=False)),
    ),
    Refusal(
        "These figures came by automatic extract, so the provider does not change them; the commissioning "
        "organisation can.",
        _unless_on_behalf(Q(origin=None) | ~Q(origin=Source.EXTRACT)),
    ),
)


def closes_on(definition: Definition, achievement_date: date) -> date | None:
    """The last day on which a provider enters or changes figures of a date; None where the service sets none."""
    days = definition.entry_closes_after_days
    return None if days is None else achievement_date + timedelta(days=days)


def acts_on_behalf(by: Actor, submission: Submission) -> bool:
    """Whether somebody acts for the commissioning organisation of the offer."""
    return not by.is_system and by.organisation_id == submission.commissioner_id


def why_not(submission: Submission, definition: Definition, by: Actor) -> list[str]:
    """Every sentence that keeps somebody from entering or changing these figures today (domain 5, who may change)."""
    if by.is_system:
        return []
    on_behalf = acts_on_behalf(by, submission)
    said = ENTER_FIGURES.why_not(submission, by)
    closed = closes_on(definition, submission.achievement_date)
    if closed and closed < clock.today() and not on_behalf:
        said.append(
            f"Entry closed on {long_date(closed)}, {definition.entry_closes_after_days} days after the achievement "
            "date; the commissioning organisation can still enter figures on behalf."
        )
    return said + locked([submission.key], on_behalf=on_behalf).get(submission.key, [])


def visible_to(by: Actor) -> Q:
    """Submissions that are seen: one's own, one's network's, those of one's offers and of practices under one.

    Members of a network see each other's status through the network's pages, not each other's figures.
    """
    if by.is_system:
        return ALL
    if not isinstance(by, Acting) or by.organisation is None or not by.roles():
        return NONE
    here = by.organisation.pk
    if by.organisation.kind == Kind.COMMISSIONER:
        return Q(commissioner=here) | Q(provider__in=_practices_under(here))
    seen = {Kind.PRACTICE: Q(provider=here), Kind.NETWORK: Q(provider=here) | Q(network=here)}
    return seen.get(Kind(by.organisation.kind), NONE)


def enters(by: Actor) -> bool:
    """Whether somebody may enter figures at all: *Add New Achievement* is shown to them."""
    if not isinstance(by, Acting) or by.organisation is None:
        return False
    return by.holds(Role.ACHIEVEMENT_ENTRY) or (by.organisation.is_network and by.holds(Role.PCN_MANAGEMENT))


def _practices_under(commissioner_id: int) -> object:
    return Parent.objects.as_of(clock.today()).filter(parent=commissioner_id).values("organisation")
