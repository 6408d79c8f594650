"""*Already right*: what was checked of a waiting network, and is in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from achievement.presenters.waiting.nil import settled
from achievement.queries.causes import Cause, Known, Waiting
from core import clock
from ui.wording import count

_CHECKS: Sequence[tuple[frozenset[Cause], str]] = (
    (frozenset({Cause.OFFERS_END, Cause.MEMBER_ENDS, Cause.STARTS_LATE}), "start and end dates of the offers"),
    (
        frozenset({Cause.NEVER_OFFERED, Cause.HANGS_ELSEWHERE, Cause.NOT_TAKEN_UP}),
        "every member has been offered the services, and has taken them up",
    ),
    (frozenset({Cause.NO_FIGURE}), "list sizes, rates and released versions"),
    (
        frozenset(
            {
                Cause.AWAITING_DATA, Cause.NOT_SUBMITTED, Cause.INFORMATION_MISSING, Cause.NO_PAYMENT_DATE,
                Cause.ENTRY_CLOSED,
            }
        ),
        "no figures are awaited",
    ),
    (frozenset({Cause.RECALCULATION}), "nothing is queued, and nothing has failed"),
    (frozenset({Cause.HELD}), "nothing is held or rejected"),
    (frozenset({Cause.NOBODY}), "somebody active holds each role that is needed"),
    (frozenset({Cause.ODS}), "no upload awaits its confirmation, no row was refused, no memberships overlap"),
    (frozenset({Cause.CLOSED}), "every practice and the PCN are open"),
)  # fmt: skip


def already_right(found: Sequence[Waiting], known: Known) -> Iterator[str]:
    """What was checked and is in order."""
    if not found:
        return
    named = {cause for each in found for cause in each.causes}
    for causes, words in _CHECKS:
        if not causes & named:
            yield words[0].upper() + words[1:]
    yield from settled(found, known)
    yield f"Payee: {known.payee.name}" if known.payee else "Payee: none is nominated yet, which keeps nothing waiting"
    loaded = known.reference.loaded_at
    if loaded and Cause.ODS not in named:
        days = (clock.today() - loaded.astimezone(clock.LONDON).date()).days
        yield f"ODS was last loaded {count(days, 'day')} ago"
