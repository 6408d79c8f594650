"""*Save End Date* and *Cancel Service*: participations stop from a day, or are void from the start."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from core.actors import Actor
from core.commands import command
from core.transitions import Seen
from participation.commands.ending import Ended, Ending, SecondPersonNeeded, carry_out


@command
def save_end_date(seen: Collection[Seen], end_date: date, reason: str, *, by: Actor) -> Ended:
    """Stop participations after a day, that day included, as they were seen (id and version); or move the end.

    What was believed before stays readable as recorded then. Open achievements that are no longer due are withdrawn
    with the reason; what finance has approved stays, and is answered as to be adjusted. Rows that changed meanwhile, or
    may not be ended, are named in the answer. Raises Invalid, naming every row, for a day outside the service's dates,
    before a start, or within another offer of the same practice; NotVisible when none of them may be seen;
    SecondPersonNeeded where it takes back what was approved.
    """
    return _done_by_one(seen, Ending(end_date, reason), by)


@command
def cancel_participations(seen: Collection[Seen], reason: str, *, by: Actor) -> Ended:
    """Void participations from their start: nothing is covered by them any more (domain 4, *Cancel Service*).

    An offer that nobody has answered is taken back in the same way. Achievements follow, and it raises, as with
    `save_end_date`.
    """
    return _done_by_one(seen, Ending(None, reason), by)


def _done_by_one(seen: Collection[Seen], ending: Ending, by: Actor) -> Ended:
    ended = carry_out(seen, ending, by=by)
    if ended.takes_approvals_back:
        raise SecondPersonNeeded(ended)
    return ended
