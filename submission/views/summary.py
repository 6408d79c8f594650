"""One submission: its indicator groups, its figures, and what can be done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.rules import PortalRequest
from submission import queries, rules
from submission.presenters import sheets as shown
from submission.queries import entry
from submission.queries.checks import no_payment
from submission.views.record import day_at
from ui.answers import render

if TYPE_CHECKING:
    from submission.models import Submission


@require_GET
def summary(request: PortalRequest, code: str, day: str, provider: str) -> HttpResponse:
    by = request.actor
    row: Submission = queries.submission_seen(by, code, day_at(day), provider)
    sheet = queries.sheet_of(row)
    cannot = rules.why_not(row, sheet.definition, by)
    allocation = entry.says_allocation(entry.allocation_on(sheet), sheet.definition)
    page = shown.SummaryPage(
        title=f"Achievement at {shown.long_date(row.achievement_date)}",
        **shown.heading_of(row),
        breadcrumb=shown.breadcrumb(row, by, deep=False),
        facts=shown.facts_of(sheet, allocation),
        warning="" if sheet.is_payment_date else no_payment(sheet),
        tasks=[shown.task_of(each, row) for each in sheet.groups],
        table=shown.figures_table(list(sheet.lines.values())),
        check_href=shown.address("check", row) if sheet.has_drafts and not cannot else "",
        nil_href="" if cannot else shown.address("nil_return", row),
        cannot=cannot,
        events=[shown.event_of(each) for each in entry.history_of(row)],
        forget=shown.keep_name(by, row),
    )
    return render(request, "submission/summary.jinja", {"page": page})
