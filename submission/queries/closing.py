"""What a practice that closed has still to enter for its closing date, which is its last payment date (ADR 0056)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import NamedTuple

from catalogue.models import PaidTo, QualityService
from catalogue.queries import definitions_of
from core import clock
from participation.models import Term
from participation.states import COVERING
from submission.models import Submission
from submission.rules import closes_on

LOOKS_BACK = timedelta(days=62)


class ClosingDate(NamedTuple):
    """The closing date of one practice in one service that pays it for what it enters by hand; `until` is the last day
    of entry, or how far is looked back where the service sets none."""

    practice_id: int
    practice_code: str
    service: QualityService
    day: date
    until: date


def closing_dates_to_enter(practice_ids: Collection[int]) -> list[ClosingDate]:
    """Those that have come, without figures, and while they can be entered; by practice and service."""
    terms = Term.objects.known().filter(
        participation__provider__in=practice_ids, participation__state__in=COVERING, participation__network=None,
        participation__provider__close_date__lte=clock.today(), participation__service__paid_to=PaidTo.PRACTICE,
    )  # fmt: skip
    held = list(terms.select_related("participation__provider", "participation__service").order_by("participation"))
    definitions = definitions_of([term.participation.service_id for term in held]) if held else {}
    given = set(
        Submission.objects.filter(provider__in=practice_ids).values_list("provider", "service", "achievement_date")
    )
    found = []
    for term in held:
        offer, definition = term.participation, definitions.get(term.participation.service_id)
        day = offer.provider.close_date
        if (
            definition is None
            or day is None
            or definition.entry_mode == "automatic"
            or not definition.stands_in_on(day)
        ):
            continue
        until = closes_on(definition, day) or day + LOOKS_BACK
        if day in term.valid and until >= clock.today() and (offer.provider_id, offer.service_id, day) not in given:
            found.append(ClosingDate(offer.provider_id, offer.provider.code, offer.service, day, until))
    return found
