"""Who follows practices that closed: decided, and recorded on the two clocks."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from core.actors import Actor
from core.changes import publish
from core.commands import command
from core.dates import DAY, inclusive
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from core.texts import REASON_LENGTH
from core.two_clocks import Belief, believe
from organisations.changes import SuccessionsRecorded
from organisations.commands.results import Corrected
from organisations.commands.subjects import lock_practices
from organisations.models import ClosureProposal, Organisation, Succession
from organisations.queries import heirs_of, practice_named, successions_of, visible_to
from organisations.rules import SETTLE_CLOSURE, who_settles_closures
from ui.wording import long_date


@dataclass(frozen=True)
class Decision:
    """What is to follow the closure of practices (Org IDs): who follows them, empty for nobody, from which day; whether
    that practice takes over their lists and debts; and why.

    `replaces` are the ids of the successions that whoever decides has seen.
    """

    practices: tuple[str, ...]
    successor: str
    from_date: date | None
    takes_list: bool
    takes_debts: bool
    reason: str
    replaces: frozenset[int] = frozenset()

    @property
    def takes_over(self) -> bool:
        return self.takes_list or self.takes_debts


@dataclass(frozen=True)
class Fitting:
    """A decision that fits: its practices by code, who follows them, and from which day."""

    practices: tuple[Organisation, ...]
    successor: Organisation | None
    from_date: date

    @property
    def practice_ids(self) -> frozenset[int]:
        return frozenset(each.pk for each in self.practices)


@command
def record_successions(
    decision: Decision, *, by: Actor, decided_by: int, proposal: ClosureProposal | None = None
) -> Corrected:
    """Who follows these practices is believed from now on; what was believed before stays readable.

    `decided_by` is the user whose decision it was. Raises as `fitting` does, and Conflict where somebody decided
    meanwhile. Publishes SuccessionsRecorded.
    """
    fits = lock_and_fit(decision, by=by)
    before = successions_of(fits.practice_ids)
    says = {
        "successor": fits.successor.pk if fits.successor else None,
        "takes_list": decision.takes_list,
        "takes_debts": decision.takes_debts,
        "reason": decision.reason.strip(),
        "by": decided_by,
        "proposal": proposal.pk if proposal else None,
    }
    beliefs = [Belief({"predecessor": each.pk}, inclusive(fits.from_date, None), says) for each in fits.practices]
    recorded = believe(Succession, beliefs)
    followers = {row.successor_id for row in before.values() if row.successor_id}
    followers |= {fits.successor.pk} if fits.successor else set()
    followers |= heirs_of(followers)
    return Corrected(recorded, publish(SuccessionsRecorded(by, fits.practice_ids, frozenset(followers))))


def lock_and_fit(decision: Decision, *, by: Actor) -> Fitting:
    """Lock the practices, those that follow and their networks; then judge the decision. Raises as `fitting` does, and
    Conflict where what is believed is not what was seen."""
    fits = fitting(decision, by=by)
    lock_practices({*fits.practice_ids, *({fits.successor.pk} if fits.successor else ())})
    fits = fitting(decision, by=by)
    believed = frozenset(row.pk for row in successions_of(fits.practice_ids).values())
    if believed != decision.replaces:
        raise Conflict("Somebody has decided meanwhile who follows. Nothing was saved: look at it again.")
    return fits


def fitting(decision: Decision, *, by: Actor) -> Fitting:
    """The decision, judged. Raises NotVisible, NotPermitted; Invalid, with a sentence for each rule that is broken."""
    practices = _practices(decision.practices, by)
    successor = practice_named(decision.successor) if decision.successor else None
    if decision.successor and successor is None:
        raise Invalid(
            f"Successor {decision.successor.strip().upper()}: no practice has this Org ID.", field="successor"
        )
    last = max(each.close_date for each in practices if each.close_date)
    from_date = decision.from_date or last + DAY
    problems = dict(_problems(decision, practices, successor, from_date))
    if problems:
        raise Invalid(*problems, field=next(iter(problems.values())))
    return Fitting(practices, successor, from_date)


def _practices(codes: Collection[str], by: Actor) -> tuple[Organisation, ...]:
    wanted = {code.strip().upper() for code in codes}
    found = list(visible_to(by).practices().filter(code__in=wanted).order_by("code"))
    if not wanted or len(found) < len(wanted):
        raise NotVisible("You may not be able to see one of these practices, or it does not exist.")
    for each in found:
        SETTLE_CLOSURE.require(each, by, who_can=who_settles_closures())
        if each.close_date is None:
            raise NotPermitted(f"{each} has not closed: ODS gives no closing date.")
    return tuple(found)


def _problems(
    decision: Decision, practices: Collection[Organisation], successor: Organisation | None, from_date: date
) -> Iterator[tuple[str, str]]:
    """Sentence -> the field that it is about."""
    reason = decision.reason.strip()
    if not reason or len(reason) > REASON_LENGTH:
        yield f"Enter reason: what follows a closure asks why, in {REASON_LENGTH} characters or fewer.", "reason"
    for each in practices:
        if each.close_date and from_date <= each.close_date:
            yield (
                f"Start date {from_date:%d/%m/%Y} is not after the closing date of {each}, {each.close_date:%d/%m/%Y}.",
                "from_date",
            )
    if successor is None:
        if decision.takes_over:
            yield "Successor: enter who takes over the list or the debts.", "successor"
        return
    if successor.pk in {each.pk for each in practices}:
        yield f"Successor {successor.code}: a practice does not follow itself.", "successor"
    elif heirs_of([successor.pk]) & {each.pk for each in practices}:
        yield f"Successor {successor.code}: a practice of this closure follows it. It cannot go round.", "successor"
    if successor.open_date and successor.open_date > from_date:
        opened = long_date(successor.open_date)
        yield f"Successor {successor.code}: {successor.name} opened on {opened}, after the start date.", "successor"
    if successor.close_date and successor.close_date < from_date:
        closed = long_date(successor.close_date)
        yield f"Successor {successor.code}: {successor.name} closed on {closed}, before the start date.", "successor"
