"""What follows the closure of practices: their participations end on the last day, and who follows them is recorded."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.actors import Actor
from core.changes import Effect
from core.commands import command
from core.errors import Conflict, NotPermitted
from core.previews import Ahead, look_ahead
from core.texts import REASON_LENGTH
from core.transitions import Refused, Seen
from operations.commands import after_commit
from organisations.commands import (
    Corrected,
    Decision,
    mark_closure_confirmed,
    record_successions,
    write_closure_proposal,
)
from organisations.commands import decline_closure as decline
from organisations.commands import take_back_closure as take_back
from organisations.commands.closure_proposals import decision_of, must_await_nobody
from organisations.commands.successions import Fitting, lock_and_fit
from organisations.models import ClosureProposal
from organisations.queries import closure_proposal_seen_by, last_lists_of, successions_of
from participation.commands.ending import Ended, Ending, carry_out
from participation.models import Participation
from participation.queries.between import lists_between
from participation.queries.closures import going_on_of, services_held
from ui.wording import count, listed, long_date, number

TELL_OF_CLOSURE = "participation.tell_of_closure"
NAMED = 5


@dataclass(frozen=True)
class ClosuresSettled:
    """What came of it: participations ended and cancelled, those that others end, and what followed.

    `words` say what was decided, `others` who ends what is not ended here.
    """

    words: Sequence[str]
    ended: Sequence[int]
    cancelled: Sequence[int]
    refused: Sequence[Refused]
    others: Sequence[str]
    effects: Sequence[Effect]
    warnings: Sequence[str]
    takes_over: bool

    @property
    def takes_two(self) -> bool:
        """Lists and debts move money; and what somebody approved is taken back by two people."""
        return self.takes_over or any(effect.undoes_approval for effect in self.effects)

    @property
    def sentences(self) -> list[str]:
        """What is seen of it beforehand, and compared when it is saved."""
        return [*self.said, *self.followed, *self.warnings]

    @property
    def followed(self) -> list[str]:
        """Each effect once."""
        return list(dict.fromkeys(effect.sentence for effect in self.effects))

    @property
    def said(self) -> list[str]:
        """What the step itself does."""
        return [*self.words, *self._ends(), *self.others, *self._left()]

    def _ends(self) -> Iterator[str]:
        if self.ended:
            yield f"{count(len(self.ended), 'participation')} would end on the last day."
        if self.cancelled:
            begin = "begins" if len(self.cancelled) == 1 else "begin"
            yield f"{count(len(self.cancelled), 'offer')} that {begin} after the last day would be cancelled."

    def _left(self) -> Iterator[str]:
        if self.refused:
            reasons = listed(list(dict.fromkeys(reason for row in self.refused for reason in row.reasons)))
            yield f"{count(len(self.refused), 'participation')} would be left as they are: {reasons}"


class TwoPeopleNeeded(Conflict):
    """It moves a list or debts, or takes back what somebody approved. Nothing was kept."""

    def __init__(self, settled: ClosuresSettled) -> None:
        super().__init__("It moves money or takes back what was approved, so a second person must confirm it.")
        self.settled = settled


@dataclass(frozen=True)
class ClosureProposed:
    """A proposal that a second person confirms or declines, and what it would do as things stand."""

    proposal_id: int
    ahead: Ahead[ClosuresSettled]

    @property
    def settled(self) -> ClosuresSettled:
        return self.ahead.answer


@command
def settle_closures(decision: Decision, *, by: Actor) -> ClosuresSettled:
    """Practices closed: what they take part in ends on their last day, and that nobody takes over is recorded.

    Raises TwoPeopleNeeded where a list or debts are taken over, now or before, or approvals are taken back: propose it
    instead. Raises as `record_successions` and `save_end_date` do, and Conflict where a proposal awaits somebody.
    """
    if by.user_id is None:
        raise NotPermitted("A person says what follows a closure.")
    settled = _settle(decision, None, by)
    if settled.takes_two:
        raise TwoPeopleNeeded(settled)
    return settled


@command
def preview_closures(decision: Decision, *, by: Actor) -> Ahead[ClosuresSettled]:
    """What would change if it were decided so, by whoever may; nothing is kept. Raises as `settle_closures` does."""
    return look_ahead(lambda: _as_if_confirmed(decision, by))


@command
def propose_closures(decision: Decision, *, by: Actor) -> ClosureProposed:
    """What takes two people is proposed by one; nothing follows yet. Raises as `settle_closures` does."""
    ahead = look_ahead(lambda: _as_if_confirmed(decision, by))
    seen = [*ahead.answer.sentences, *(effect.sentence for effect in ahead.expected)]
    proposal = write_closure_proposal(decision, seen, by=by)
    _tell(proposal)
    return ClosureProposed(proposal.pk, ahead)


@command
def preview_closure_proposal(proposal_id: int, *, by: Actor) -> Ahead[ClosuresSettled]:
    """What a proposal would do now, if this person confirmed it; nothing is kept. Raises NotVisible."""
    proposal = closure_proposal_seen_by(by, proposal_id)
    return look_ahead(lambda: _settle(decision_of(proposal), proposal, by))


@command
def confirm_closure(seen: Seen, *, by: Actor) -> ClosuresSettled:
    """The second person confirms: participations end, and who follows the practices is recorded.

    Raises NotVisible, NotPermitted with every refusal, Conflict where it was decided meanwhile.
    """
    proposal = closure_proposal_seen_by(by, seen.id)
    settled = _settle(decision_of(proposal), proposal, by)
    _tell(mark_closure_confirmed(seen, by=by))
    return settled


@command
def decline_closure(seen: Seen, reason: str, *, by: Actor) -> None:
    """The second person declines, and says why: nothing follows. Raises as `confirm_closure` does."""
    _tell(decline(seen, reason, by=by))


@command
def take_back_closure(seen: Seen, *, by: Actor) -> None:
    """Whoever proposed it wants it no more. Raises as `confirm_closure` does."""
    take_back(seen, by=by)


def _as_if_confirmed(decision: Decision, by: Actor) -> ClosuresSettled:
    """Rolled back by whoever calls it: what two people stand behind names its proposal."""
    return _settle(decision, write_closure_proposal(decision, (), by=by), by)


def _settle(decision: Decision, proposal: ClosureProposal | None, by: Actor) -> ClosuresSettled:
    fits = lock_and_fit(decision, by=by)
    if proposal is None:
        must_await_nobody(fits.practice_ids)
    before = successions_of(fits.practice_ids).values()
    took_over = any(row.takes_list or row.takes_debts for row in before)
    if proposal is None and (decision.takes_over or took_over):
        raise TwoPeopleNeeded(ClosuresSettled(_words(decision, fits), (), (), (), (), (), (), takes_over=True))
    others, ends = _end(decision, fits, proposal, by)
    proposer = proposal.proposed_by_id if proposal else by.user_id
    assert proposer is not None
    recorded = record_successions(decision, by=by, decided_by=proposer, proposal=proposal)
    return _answer(decision, fits, ends, others, recorded, took_over=took_over)


def _answer(
    decision: Decision, fits: Fitting, ends: Sequence[Ended], others: Sequence[str], recorded: Corrected,
    *, took_over: bool,
) -> ClosuresSettled:  # fmt: skip
    return ClosuresSettled(
        words=_words(decision, fits),
        ended=[id for each in ends if not each.ending.cancels for id in each.ids],
        cancelled=[id for each in ends if each.ending.cancels for id in each.ids],
        refused=[row for each in ends for row in each.refused],
        others=others,
        effects=[*(effect for each in ends for effect in each.effects), *recorded.effects],
        warnings=[
            *dict.fromkeys(said for each in ends for said in each.warnings),
            *_not_paid(decision, fits),
            *_between(decision, fits),
        ],
        takes_over=decision.takes_over or took_over,
    )


def _end(
    decision: Decision, fits: Fitting, proposal: ClosureProposal | None, by: Actor
) -> tuple[list[str], list[Ended]]:
    """End what this organisation offered; name who ends the rest."""
    own: list[Participation] = []
    others: dict[str, int] = {}
    for row in going_on_of(fits.practice_ids):
        if row.commissioner_id == by.organisation_id:
            own.append(row)
        else:
            others[str(row.commissioner)] = others.get(str(row.commissioner), 0) + 1
    asked = f" Proposed by {proposal.proposed_by.name}." if proposal else ""
    said = [
        f"{whose} ends {count(how_many, 'participation')} that it offered, and sees it too."
        for whose, how_many in sorted(others.items())
    ]
    return said, [ended for practice in fits.practices for ended in _end_of(practice.pk, own, decision, asked, by)]


def _end_of(
    practice_id: int, rows: Collection[Participation], decision: Decision, note: str, by: Actor
) -> Iterator[Ended]:
    mine = [row for row in rows if row.provider_id == practice_id]
    late = [row for row in mine if row.provider.close_date and row.start_date > row.provider.close_date]
    for cancels, chosen in ((False, [row for row in mine if row not in late]), (True, late)):
        if chosen:
            last = chosen[0].provider.close_date
            reason = f"Closed on {long_date(last)}. {decision.reason.strip()}"[:REASON_LENGTH]
            seen = [Seen(row.pk, row.version) for row in chosen]
            yield carry_out(seen, Ending(None if cancels else last, reason), by=by, note=note)


def _words(decision: Decision, fits: Fitting) -> list[str]:
    """ "Viking Medical Practice (V66334) follows Portland Surgery (V37647) from 1 October 2021." """
    names = [str(each) for each in fits.practices]
    closed = listed(names if len(names) <= NAMED else [*names[:NAMED], f"{len(names) - NAMED:,} more"])
    since = long_date(fits.from_date)
    if fits.successor is None:
        return [f"Nobody follows {closed}.", *_patients(fits, "are on no list that is paid for", decision)]
    said = [f"{fits.successor} follows {closed} from {since}."]
    if decision.takes_list:
        said += _patients(fits, f"count on the list of {fits.successor.name} from {since}", decision)
    else:
        said += _patients(fits, "are on no list that is paid for", decision)
    debts = "takes over" if decision.takes_debts else "does not take over"
    return [*said, f"{fits.successor.name} {debts} what they owe."]


def _not_paid(decision: Decision, fits: Fitting) -> list[str]:
    """Services in which the lists count for nobody, for whoever follows takes no part in them on the first day."""
    if fits.successor is None or not decision.takes_list:
        return []
    held = services_held(fits.practice_ids, fits.practices[0].close_date or fits.from_date)
    missing = sorted(held - services_held([fits.successor.pk], fits.from_date))
    if not missing:
        return []
    without = f"{fits.successor.name} takes no part in {listed(missing)} from {long_date(fits.from_date)}"
    return [f"{without}: the patients earn nothing there."]


def _between(decision: Decision, fits: Fitting) -> Iterator[str]:
    """The months after the last day and before the first of whoever takes the lists over."""
    if fits.successor is not None and decision.takes_list:
        yield from lists_between(fits.practices, last_lists_of(fits.practice_ids), fits.from_date)


def _patients(fits: Fitting, what: str, decision: Decision) -> list[str]:
    """ "12,055 patients of the list as at 1 January 2021 count on the list of ..."; nothing without a list."""
    found = last_lists_of(fits.practice_ids)
    sizes = [row for row in found.values() if row.size > 0]
    total = sum((row.size for row in sizes), Decimal(0))
    days = sorted({row.start_date for row in sizes if row.start_date})
    if not sizes:
        return ["The files have no patients on their lists."] if decision.takes_list else []
    when = listed([long_date(day) for day in days])
    return [f"{number(total.quantize(Decimal(1)))} patients of the list as at {when} {what}."]


def _tell(proposal: ClosureProposal) -> None:
    after_commit(TELL_OF_CLOSURE, {"proposal": proposal.pk})
