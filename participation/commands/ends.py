"""*Save End Date*: participations stop from a day, or the day is moved."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from core.actors import Actor
from core.commands import command
from core.dates import DAY
from core.errors import Invalid, NotVisible
from core.locking import lock_ids
from core.transitions import Refused, Seen
from organisations.models import Organisation
from participation.commands.terms import EndDatesSaved, change_end_dates
from participation.models import REASON_LENGTH, Participation
from participation.queries import Held, network_ids_of, overlapping
from participation.rules import visible_to
from participation.states import COVERING
from ui.wording import dense_date, long_date


@command
def save_end_date(seen: Collection[Seen], end_date: date, reason: str, *, by: Actor) -> EndDatesSaved:
    """Stop participations after a day, that day included, as they were seen (id and version); or move the end.

    What was believed before stays readable as recorded then. Rows that changed meanwhile, or may not be ended, are
    named in the answer. Raises Invalid, naming every row, for a day outside the service's dates, before a start, or
    within another offer of the same practice; NotVisible when none of them may be seen.
    """
    if not reason.strip():
        raise Invalid("Enter reason: ending a service asks why.")
    if len(reason.strip()) > REASON_LENGTH:
        raise Invalid(f"Reason must be {REASON_LENGTH} characters or fewer: it is {len(reason.strip())}.")
    lock_ids(Organisation, network_ids_of([row.id for row in seen]))
    rows = _visible(seen, by)
    if not rows:
        raise NotVisible("You may not be able to see these participations, or they do not exist.")
    _require_days_that_fit(rows, end_date)
    changed = {row.pk: end_date for row in rows if row.end_date != end_date}
    saved = change_end_dates(changed, reason=reason.strip(), by=by, seen=seen)
    return EndDatesSaved(saved.ids, (*saved.refused, *_left_alone(seen, rows, end_date)), saved.effects)


def _visible(seen: Collection[Seen], by: Actor) -> list[Participation]:
    rows = Participation.objects.filter(visible_to(by), pk__in=[row.id for row in seen])
    return list(rows.with_terms().select_related("service", "provider").order_by("pk"))


def _left_alone(seen: Collection[Seen], rows: Sequence[Participation], end_date: date) -> list[Refused]:
    known = {row.pk for row in rows}
    gone = [Refused(row.id, ("It does not exist, or you may not see it.",)) for row in seen if row.id not in known]
    said = (f"It ends on {long_date(end_date)} already.",)
    return gone + [Refused(row.pk, said) for row in rows if row.end_date == end_date]


def _require_days_that_fit(rows: Sequence[Participation], end_date: date) -> None:
    sentences = [sentence for row in rows for sentence in _misfits(row, end_date)] + _overlaps(rows, end_date)
    if sentences:
        raise Invalid(*sentences)


def _misfits(row: Participation, end_date: date) -> list[str]:
    end, name = dense_date(end_date), _named(row)
    if end_date < row.start_date:
        return [f"End date {end} is before the start date of {name}, {dense_date(row.start_date)}."]
    if end_date > row.service.end_date:
        return [f"End date {end} is after the service ends, {dense_date(row.service.end_date)}: {name}."]
    return []


def _overlaps(rows: Sequence[Participation], end_date: date) -> list[str]:
    names = {row.pk: _named(row) for row in rows}
    wanted = [
        Held(row.service_id, row.provider_id, row.network_id, row.start_date, end_date + DAY, row.pk)
        for row in rows
        if row.state in COVERING and row.start_date <= end_date
    ]
    return [
        f"End date {dense_date(end_date)} overlaps another offer to {names[held.participation_id]}, "
        f"from {dense_date(start)}."
        for held, start, _until in overlapping(wanted)
    ]


def _named(row: Participation) -> str:
    return f"{row.provider.name} ({row.provider.code})"
