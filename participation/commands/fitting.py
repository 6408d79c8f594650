"""Whether a last day fits: within the service, while open, not before the start, not into another offer of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from core.dates import DAY
from core.errors import Invalid
from participation.models import Participation
from participation.queries import Held, overlapping
from participation.states import COVERING
from ui.wording import dense_date


def require_days_that_fit(rows: Sequence[Participation], end_date: date) -> None:
    """Raises Invalid, with a sentence for every row that the day does not fit: field, value and rule."""
    sentences = [sentence for row in rows for sentence in _misfits(row, end_date)] + _overlaps(rows, end_date)
    if sentences:
        raise Invalid(*sentences)


def _misfits(row: Participation, end_date: date) -> list[str]:
    end, name = dense_date(end_date), _named(row)
    if end_date < row.start_date:
        return [f"End date {end} is before the start date of {name}, {dense_date(row.start_date)}."]
    if end_date > row.service.end_date:
        return [f"End date {end} is after the service ends, {dense_date(row.service.end_date)}: {name}."]
    if row.provider.close_date and end_date > row.provider.close_date:
        return [f"End date {end} is after the closing date of {name}, {dense_date(row.provider.close_date)}."]
    return []


def _overlaps(rows: Sequence[Participation], end_date: date) -> list[str]:
    names = {row.pk: _named(row) for row in rows}
    wanted = [
        Held(row.service_id, row.provider_id, row.network_id, row.start_date, end_date + DAY, row.pk)
        for row in rows
        if row.state in COVERING and row.start_date <= end_date
    ]
    return [
        f"End date {dense_date(end_date)} overlaps another offer to {names[other.held.participation_id]}, "
        f"from {dense_date(other.start)}."
        for other in overlapping(wanted)
    ]


def _named(row: Participation) -> str:
    return f"{row.provider.name} ({row.provider.code})"
