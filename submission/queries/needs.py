"""What of data submission waits for somebody: the lines of Home."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from accounts.rules import Acting
from accounts.states import Role
from catalogue.models import AchievementDate, ServiceVersion
from core import clock
from core.needs import Need
from organisations.models import Kind, Organisation
from participation.models import Participation
from submission.models import DraftValue, Submission
from submission.queries.closing import LOOKS_BACK, closing_dates_to_enter
from submission.states import State
from ui.wording import long_date, month

OPEN = (State.IN_PROGRESS, State.BEING_CHANGED)


def needs_of(by: Acting) -> list[Need]:
    """Figures that this person's practice has begun and not submitted, and payment dates whose entry is still open.

    One query, because Home asks every app, and a few more for a practice that closed. Of what was not begun, only
    services that are entered by hand are told.
    """
    if by.organisation is None or by.organisation.kind != Kind.PRACTICE:
        return []
    if not by.is_shown_tasks_of(Role.ACHIEVEMENT_ENTRY):
        return []
    return [*_needs(_days_of(by.organisation), by.organisation), *_of_closing(by.organisation)]


def with_something_entered(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    """Without those that somebody opened and left empty: nothing of these is entered yet."""
    typed = Q(Exists(DraftValue.objects.filter(submission=OuterRef("pk")))) | ~Q(note="")
    return rows.filter(typed | ~Q(state=State.IN_PROGRESS))


def _days_of(practice: Organisation) -> QuerySet[AchievementDate, Any]:
    """Its recent payment dates, and those with figures in progress: with the `state` of these, and how its service is
    entered."""
    given = with_something_entered(
        Submission.objects.filter(provider=practice, service=OuterRef("service"), achievement_date=OuterRef("date"))
    )
    released = ServiceVersion.objects.released().filter(service=OuterRef("service"))
    taken_part = Participation.objects.filter(provider=practice).covering(clock.today()).values("service")
    recent = Q(service__in=taken_part, is_payment_date=True, date__range=(clock.today() - LOOKS_BACK, clock.today()))
    days = AchievementDate.objects.select_related("service").annotate(
        state=Subquery(given.values("state")[:1]),
        entry_mode=Subquery(released.values("definition__entry_mode")[:1]),
        open_for=Subquery(released.values("definition__entry_closes_after_days__value")[:1]),
    )
    return days.filter(recent | Q(state__in=OPEN)).order_by("date", "service__name")


def _needs(days: QuerySet[AchievementDate, Any], practice: Organisation) -> Iterator[Need]:
    for each in days:
        what = f"{each.service.short_name}, {month(each.date)}"
        if each.state in OPEN:
            args = [each.service.code, each.date.isoformat(), practice.code]
            yield Need(f"{what}: entered and not submitted", None, reverse("submission:summary", args=args))
        elif each.state is None and each.open_for is not None and each.entry_mode != "automatic":
            closes: date = each.date + timedelta(days=each.open_for)
            if closes >= clock.today():
                query = urlencode({"service": each.service.code, "date": each.date.isoformat()})
                href = f"{reverse('submission:record_achievement')}?{query}"
                yield Need(f"{what}: enter figures by {long_date(closes)}", None, href)


def _of_closing(practice: Organisation) -> Iterator[Need]:
    """Of a practice that closed: what it did up to its closing date is entered for that day."""
    if practice.close_date is None:
        return
    for each in closing_dates_to_enter([practice.pk]):
        query = urlencode({"service": each.service.code, "date": each.day.isoformat()})
        said = f"{each.service.short_name}, up to {long_date(each.day)}: enter figures by {long_date(each.until)}"
        yield Need(said, None, f"{reverse('submission:record_achievement')}?{query}")
