"""The first day of a participation is corrected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accounts.queries import who_can
from accounts.states import Role
from core.actors import Actor
from core.changes import Effect, publish
from core.commands import command
from core.dates import DAY, inclusive
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from core.locking import lock_ids
from core.transitions import Moved, Seen, Transition
from core.two_clocks import Belief, believe
from organisations.models import Organisation
from participation.changes import ParticipationsChanged
from participation.commands.ending import require_reason
from participation.models import Participation, Term
from participation.queries import FOLLOWS_MEMBERSHIP, Held, keys_of, network_ids_of, overlapping
from participation.rules import AWAITS_A_REQUEST, visible_to
from participation.states import CORRECT_START, CORRECT_START_OF_ENDED, State
from ui.wording import dense_date, long_date


@dataclass(frozen=True)
class StartSaved:
    """What came of it: the participation, its first day, and what followed."""

    participation_id: int
    start_date: date
    effects: Sequence[Effect]

    @property
    def sentences(self) -> list[str]:
        """What is seen of it beforehand, and compared when it is saved."""
        return [f"It would hold from {long_date(self.start_date)}.", *(effect.sentence for effect in self.effects)]


@command
def save_start_date(seen: Seen, start_date: date, reason: str, *, by: Actor) -> StartSaved:
    """A participation holds from this day on, as it was seen; its end stays, and follows its membership as before.

    What was believed before stays readable as recorded then. Raises Invalid for a day that does not fit or is the same,
    NotVisible, NotPermitted, and Conflict where it changed meanwhile, may not be changed, or a later start would take
    back what was approved: that is undone by whoever approved it, first.
    """
    require_reason(reason)
    lock_ids(Organisation, network_ids_of([seen.id]))
    row = Participation.objects.filter(visible_to(by), pk=seen.id).with_terms().select_related("service", "provider")
    found = row.first()
    if found is None:
        raise NotVisible("You may not be able to see this offer, or it does not exist.")
    _require_a_day_that_fits(found, start_date)
    move = CORRECT_START_OF_ENDED if found.state == State.ENDED else CORRECT_START
    moved = move.apply(Participation.objects.filter(pk=found.pk), by=by, note=reason.strip(), seen=[seen])
    if not moved:
        raise _refusal(found, move, moved, by)
    _believe(found, start_date, by, reason.strip())
    change = ParticipationsChanged(by, keys_of([found.pk]), reason=reason.strip(), at_once=True)
    effects = publish(change)
    _must_undo_no_line(found, start_date, effects)
    return StartSaved(found.pk, start_date, effects)


def _refusal(row: Participation, move: Transition, moved: Moved, by: Actor) -> NotPermitted | Conflict:
    sentences = [said for refused in moved.refused for said in refused.reasons]
    if set(move.rule.why_not(row, by)) <= {AWAITS_A_REQUEST}:
        return Conflict(*sentences)
    return NotPermitted(*sentences, who_can=who_can(Role.COMMISSIONING_MANAGEMENT, row.commissioner))


def _require_a_day_that_fits(row: Participation, start: date) -> None:
    day = dense_date(start)
    if start == row.start_date:
        raise Invalid(f"It starts on {long_date(start)} already.")
    if start > row.end_date:
        raise Invalid(f"Start date {day} is after the end date, {dense_date(row.end_date)}. Both days are included.")
    if start < row.service.start_date:
        raise Invalid(f"Start date {day} is before the service starts, {dense_date(row.service.start_date)}.")
    closed = row.provider.close_date
    if closed and start > closed:
        raise Invalid(f"Start date {day} is after the closing date of {row.provider}, {dense_date(closed)}.")
    held = Held(row.service_id, row.provider_id, row.network_id, start, row.end_date + DAY, row.pk)
    for other in overlapping([held]):
        raise Invalid(f"Start date {day} is within another offer of it, which ends on {dense_date(other.until - DAY)}.")


def _believe(row: Participation, start: date, by: Actor, reason: str) -> None:
    """An end that follows the membership goes on following it: its reason stays with it."""
    follows = Term.objects.known().filter(participation=row, reason=FOLLOWS_MEMBERSHIP).exists()
    says = {"by": by.user_id, "reason": FOLLOWS_MEMBERSHIP if follows else reason}
    believe(Term, [Belief({"participation": row.pk}, inclusive(start, row.end_date), says)])


def _must_undo_no_line(row: Participation, start: date, effects: Sequence[Effect]) -> None:
    """A total that waits for one line more is another thing: its lines keep their approvals."""
    undone = [effect for effect in effects if effect.undoes_approval and effect.kind != "totals withdrawn"]
    if undone and start > row.start_date:
        first = "A later start would take back what was approved. Undo the approval first, then save the start."
        raise Conflict(first, *(effect.sentence for effect in undone))
