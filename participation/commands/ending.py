"""Participations end from a day, or are void from the start: what both have in common, and what comes of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from core.actors import Actor
from core.changes import Effect, publish
from core.errors import Conflict, Invalid, NotVisible
from core.locking import lock_ids
from core.texts import REASON_LENGTH
from core.transitions import Refused, Seen
from organisations.models import Organisation
from participation.changes import ParticipationsChanged
from participation.commands import telling
from participation.commands.fitting import require_days_that_fit
from participation.commands.terms import change_end_dates
from participation.models import Participation
from participation.queries import keys_of, network_ids_of, still_members
from participation.rules import visible_to
from participation.states import CANCEL
from ui.wording import as_sentence, count, long_date, too_long


@dataclass(frozen=True)
class Ending:
    """What is asked for: a last day, or none for a cancellation from the start; and why."""

    end_date: date | None
    reason: str

    @property
    def cancels(self) -> bool:
        return self.end_date is None

    def would(self, how_many: int) -> str:
        """`3 practices would have the end date 31 October 2021.`"""
        practices = count(how_many, "practice")
        if self.end_date is None:
            return f"{practices} would be cancelled from the start: nothing they were offered holds on any day."
        return f"{practices} would have the end date {long_date(self.end_date)}."


@dataclass(frozen=True)
class Ended:
    """What came of it: participations that ended, those that did not and why, what followed, and what to look at."""

    ending: Ending
    ids: Sequence[int]
    refused: Sequence[Refused]
    effects: Sequence[Effect]
    warnings: Sequence[str]

    @property
    def takes_approvals_back(self) -> bool:
        return any(effect.undoes_approval for effect in self.effects)

    @property
    def sentences(self) -> list[str]:
        """What is seen of it beforehand, and compared when it is saved."""
        as_now = "it is" if len(self.refused) == 1 else "they are"
        left = f"{count(len(self.refused), 'practice')} would be left as {as_now}."
        return [
            self.ending.would(len(self.ids)) if self.ids else "Nothing would change.",
            *(effect.sentence for effect in self.effects),
            *self.warnings,
            *([left] if self.refused else []),
        ]


class SecondPersonNeeded(Conflict):
    """It takes back what somebody approved, so a second person has to confirm it. Nothing was kept."""

    def __init__(self, ended: Ended) -> None:
        undone = [effect.sentence for effect in ended.effects if effect.undoes_approval]
        super().__init__("It takes back what was approved, so a second person must confirm it.", *undone)
        self.ended = ended


def carry_out(seen: Collection[Seen], ending: Ending, *, by: Actor, note: str = "") -> Ended:
    """End or cancel these participations, and have all that follows done at once; `note` is added to the reason.

    Whether a second person is needed is for the caller to ask. Raises Invalid for a reason or a day that does not fit,
    naming every row; NotVisible where none of them may be seen.
    """
    require_reason(ending.reason)
    lock_ids(Organisation, network_ids_of([row.id for row in seen]))
    rows = _visible(seen, by)
    if not rows:
        raise NotVisible("You may not be able to see these participations, or they do not exist.")
    given = ending.reason.strip()
    reason = f"{as_sentence(given) if note else given}{note}"[:REASON_LENGTH]
    carry = _cancel if ending.end_date is None else _end
    ids, refused, effects = carry(seen, rows, ending, reason, by)
    warnings = still_members([row for row in rows if row.pk in set(ids)], ending.end_date)
    if ids:
        telling.tell_later(telling.CANCELLED if ending.cancels else telling.ENDED, ids, by=by, reason=reason)
    return Ended(ending, ids, (*refused, *_gone(seen, rows)), effects, warnings)


def require_reason(reason: str) -> None:
    """Raises Invalid where there is none, or it is too long."""
    if not reason.strip():
        raise Invalid("Enter reason: ending a service asks why.")
    if len(reason.strip()) > REASON_LENGTH:
        raise Invalid(too_long("Reason", REASON_LENGTH, len(reason.strip())))


Carried = tuple[Sequence[int], Sequence[Refused], Sequence[Effect]]


def _end(
    seen: Collection[Seen], rows: Sequence[Participation], ending: Ending, reason: str, by: Actor
) -> Carried:  # fmt: skip
    assert ending.end_date is not None
    require_days_that_fit(rows, ending.end_date)
    changed = {row.pk: ending.end_date for row in rows if row.end_date != ending.end_date}
    saved = change_end_dates(changed, reason=reason, by=by, seen=seen, at_once=True)
    already = (f"It ends on {long_date(ending.end_date)} already.",)
    as_they_are = [Refused(row.pk, already) for row in rows if row.end_date == ending.end_date]
    return saved.ids, (*saved.refused, *as_they_are), saved.effects


def _cancel(
    seen: Collection[Seen], rows: Sequence[Participation], ending: Ending, reason: str, by: Actor
) -> Carried:  # fmt: skip
    chosen = {row.pk for row in rows}
    as_seen = [row for row in seen if row.id in chosen]
    moved = CANCEL.apply(Participation.objects.filter(pk__in=chosen), by=by, note=reason, seen=as_seen)
    change = ParticipationsChanged(by, keys_of(moved.ids), reason=reason, at_once=True)
    return moved.ids, moved.refused, publish(change) if moved else []


def _visible(seen: Collection[Seen], by: Actor) -> list[Participation]:
    rows = Participation.objects.filter(visible_to(by), pk__in=[row.id for row in seen])
    return list(rows.with_terms().select_related("service", "provider", "network").order_by("pk"))


def _gone(seen: Collection[Seen], rows: Sequence[Participation]) -> list[Refused]:
    known = {row.pk for row in rows}
    return [Refused(row.id, ("It does not exist, or you may not see it.",)) for row in seen if row.id not in known]
