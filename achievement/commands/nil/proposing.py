"""One person of the lead proposes to settle a line as nil, having seen what would follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from accounts.queries import who_can
from accounts.states import Role
from achievement.commands.nil.fitting import lock_line, must_be_a_person, must_be_alone, must_hold_its_network_up
from achievement.commands.nil.settling import effects_of_settling
from achievement.commands.nil.telling import tell_later
from achievement.commands.outcomes import reason_given
from achievement.models import NilSettlement, NilSettlementChange
from achievement.queries.nil import NilLine, standing_of
from achievement.rules import PROPOSE_NIL as MAY_PROPOSE
from achievement.states import CONFIRM_NIL, PROPOSE_NIL
from core.actors import SYSTEM, Actor
from core.changes import Effect
from core.commands import command, instant
from core.errors import Conflict
from core.previews import rolled_back
from organisations.models import Organisation
from organisations.queries import lead_of
from submission.models import record_hands


@dataclass(frozen=True)
class Proposed:
    """A proposal, and what follows where another person confirms it."""

    settlement_id: int
    effects: Sequence[Effect]

    @property
    def sentences(self) -> list[str]:
        return [effect.sentence for effect in self.effects]


@command
def propose_nil(line: NilLine, reason: str, *, by: Actor) -> Proposed:
    """To settle a line as nil for its date is proposed; another person of the lead confirms or declines it.

    Raises NotPermitted with every refusal, Invalid without a reason or for a date to come, Conflict where the network
    does not wait for the line, or it is proposed or settled already.
    """
    person = must_be_a_person(by)
    lock_line(line)
    row = _judged(line, person, by)
    must_hold_its_network_up(line)
    effects = rolled_back(lambda: _as_if_confirmed(row, line, by))
    row.reason = reason_given(reason)
    row.save(update_fields=["reason"])
    _log(row, by)
    record_hands(NilSettlement, "network_id", CONFIRM_NIL, [row.pk], by)
    tell_later(row, by=by)
    return Proposed(row.pk, effects)


@command
def preview_nil(line: NilLine, *, by: Actor) -> Sequence[Effect]:
    """Answer what would follow if the line were settled as nil; nothing is kept. Raises as `propose_nil` does."""
    person = must_be_a_person(by)
    lock_line(line)

    def run() -> Sequence[Effect]:
        row = _judged(line, person, by)
        must_hold_its_network_up(line)
        return _as_if_confirmed(row, line, by)

    return rolled_back(run)


def _judged(line: NilLine, person: int, by: Actor) -> NilSettlement:
    """The settlement, made, if this person may propose it and there is none yet."""
    lead = lead_of(line.network)
    if lead is None:
        raise Conflict("No commissioning organisation leads this PCN today, so nobody can settle a line of it.")
    standing = standing_of(line)
    row = standing or _made(line, lead, person)
    MAY_PROPOSE.require(row, by, who_can=who_can(Role.APPROVAL_MANAGEMENT, lead))
    if standing:
        must_be_alone(line)
    return row


def _made(line: NilLine, lead: Organisation, person: int) -> NilSettlement:
    return NilSettlement.objects.create(
        service=line.service,
        achievement_date=line.achievement_date,
        network=line.network,
        provider=line.practice,
        commissioner=lead,
        proposed_by_id=person,
        proposed_at=instant(),
        state=PROPOSE_NIL.target,
    )


def _as_if_confirmed(row: NilSettlement, line: NilLine, by: Actor) -> Sequence[Effect]:
    """As if another person had confirmed it; whoever that will be."""
    another = User.objects.exclude(pk=by.user_id or 0).order_by("pk").values_list("pk", flat=True).first()
    if another is None:
        raise Conflict("There is nobody else who could confirm it.")
    values = {"confirmed_by": another, "confirmed_at": instant()}
    CONFIRM_NIL.apply(NilSettlement.objects.filter(pk=row.pk), by=SYSTEM, values=values)
    return effects_of_settling(line)


def _log(row: NilSettlement, by: Actor) -> None:
    NilSettlementChange.objects.create(
        row=row, at=instant(), by_id=by.user_id, organisation_id=by.organisation_id, transition=PROPOSE_NIL.name,
        from_state=None, to_state=PROPOSE_NIL.target, version=row.version, note=row.reason,
    )  # fmt: skip
