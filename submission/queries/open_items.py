"""What of figures is open for a practice that closed: entered and not submitted, or still to be entered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse

from catalogue.models import AchievementDate, PaidTo, ServiceVersion
from core import clock
from core.open_items import OpenItem, knows_open_items
from participation.models import Term
from participation.states import COVERING
from submission.models import Submission
from submission.queries.closing import LOOKS_BACK, closing_dates_to_enter
from submission.queries.needs import OPEN, with_something_entered
from ui.wording import long_date, month


@knows_open_items
def open_items(practice_ids: Collection[int]) -> dict[int, list[OpenItem]]:
    found: dict[int, list[OpenItem]] = {}
    for practice, item in [*_begun(practice_ids), *_awaited(practice_ids), *_closing(practice_ids)]:
        found.setdefault(practice, []).append(item)
    return found


def _begun(practice_ids: Collection[int]) -> list[tuple[int, OpenItem]]:
    rows = with_something_entered(Submission.objects.filter(provider__in=practice_ids, state__in=OPEN))
    in_vain = Q(service__paid_to=PaidTo.PRACTICE, achievement_date__gt=F("provider__close_date"))
    rows = rows.exclude(in_vain).select_related("service", "provider")
    return [
        (
            row.provider_id,
            OpenItem(
                f"{row.service.short_name}, {month(row.achievement_date)}: entered and not submitted",
                reverse(
                    "submission:summary",
                    args=[row.service.code, row.achievement_date.isoformat(), row.provider.code],
                ),
            ),
        )
        for row in rows.order_by("achievement_date", "service__name")
    ]


def _awaited(practice_ids: Collection[int]) -> list[tuple[int, OpenItem]]:
    """Payment dates up to the last day, of services entered by hand that the practice took part in, without figures and
    while they can be entered."""
    terms = Term.objects.known().filter(
        participation__provider__in=practice_ids, participation__state__in=COVERING,
        participation__provider__close_date__isnull=False, participation__service__paid_to=PaidTo.PRACTICE,
    )  # fmt: skip
    held = terms.values_list(
        "participation__provider_id", "participation__provider__code", "participation__provider__close_date",
        "participation__service_id", "valid",
    )  # fmt: skip
    submitted = with_something_entered(Submission.objects.filter(provider__in=practice_ids))
    given = set(submitted.values_list("provider_id", "service_id", "achievement_date"))
    days = _days({service for *_rest, service, _valid in held})
    return [
        (practice, OpenItem(_to_enter(day), _entry(day.service.code, day.date, code)))
        for practice, code, last, service, valid in held
        for day in days.get(service, ())
        if last and day.date <= last and valid.lower <= day.date < (valid.upper or date.max)
        if (practice, service, day.date) not in given
    ]


def _closing(practice_ids: Collection[int]) -> list[tuple[int, OpenItem]]:
    """The closing date itself, in place of its period's payment date."""
    return [
        (
            each.practice_id,
            OpenItem(
                f"{each.service.short_name}, up to {long_date(each.day)}: figures are to be entered",
                _entry(each.service.code, each.day, each.practice_code),
            ),
        )
        for each in closing_dates_to_enter(practice_ids)
    ]


def _to_enter(day: AchievementDate) -> str:
    return f"{day.service.short_name}, {month(day.date)}: figures are to be entered"


def _days(services: Collection[int]) -> dict[int, list[AchievementDate]]:
    """Service id -> its payment dates for which figures can be entered by hand still."""
    released = ServiceVersion.objects.released().filter(service=OuterRef("service"))
    rows = AchievementDate.objects.filter(service__in=services, is_payment_date=True, date__lte=clock.today())
    rows = rows.select_related("service").annotate(
        entry_mode=Subquery(released.values("definition__entry_mode")[:1]),
        open_for=Subquery(released.values("definition__entry_closes_after_days__value")[:1]),
    )
    found: dict[int, list[AchievementDate]] = {}
    for row in rows.exclude(entry_mode="automatic").order_by(F("date")):
        if row.date + (LOOKS_BACK if row.open_for is None else timedelta(days=row.open_for)) >= clock.today():
            found.setdefault(row.service_id, []).append(row)
    return found


def _entry(service: str, day: date, provider: str) -> str:
    asked = {"service": service, "date": day.isoformat(), "provider": provider}
    return f"{reverse('submission:record_provider_achievement')}?{urlencode(asked)}"
