"""Allocations are set: on a form or by file, looked at first, and saved as they were seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.rules import Acting
from core.errors import Conflict, Invalid
from core.previews import Difference, LookAgain, save_as_seen, token_of
from core.selections import seen_in
from operations.idempotency import once
from participation import commands
from participation.commands import Setting
from participation.formats import AllocationRow, Problem
from participation.forms import ChosenForm
from participation.forms.allocations import (
    MOST_AT_ONCE,
    AllocationFileForm,
    SaveAllocationsForm,
    SetAllocationsForm,
    settings_in,
    settings_token,
)
from participation.presenters import allocations as shown
from participation.queries import allocations as queries
from participation.queries.allocations import AllocationFilters
from participation.views.allocations.lists import SELECTION, day_of, who_sets
from ui.answers import render
from ui.components import Confirm
from ui.previews import WouldChange
from ui.wording import count

if TYPE_CHECKING:
    from catalogue.models import QualityService

PURPOSE = "participation.allocations"


@require_http_methods(["GET", "POST"])
def set_allocations(request: HttpRequest, code: str) -> HttpResponse:
    """New amounts for the practices chosen; then what they would do. Without practices there is nothing to do here."""
    by = who_sets(request)
    service = queries.allocated_service(by, code)
    chosen = _chosen(request, by)
    practices = list(
        queries.allocated(by, service.pk, AllocationFilters(), day_of(service)).filter(pk__in=chosen).order_by("name")
    )
    if not practices or len(practices) > MOST_AT_ONCE:
        none = "Select at least one practice first. Nothing was changed."
        messages.error(
            request, none if not practices else f"Select {MOST_AT_ONCE} practices at most, or upload a file."
        )
        return redirect(shown.href(service))
    entered = request.POST.get("step") == "check"
    form = SetAllocationsForm(request.POST if entered else None, service=service, practices=practices)
    hidden = [("step", "check"), *(("seen", f"{each.pk}:1") for each in practices)]
    if form.is_valid():
        try:
            return _check(request, by, service, form.settings(), form.cleaned_data["reason"])
        except Invalid as refused:
            form.add_error(None, list(refused.sentences))
    return _form(request, service, form, "Set allocations", hidden)


@require_http_methods(["GET", "POST"])
def upload_allocations(request: HttpRequest, code: str) -> HttpResponse:
    """Allocations from a CSV file: each row that is wrong is named, and nothing is set; or what they would do."""
    by = who_sets(request)
    service = queries.allocated_service(by, code)
    form = AllocationFileForm(
        *((request.POST, request.FILES) if request.method == "POST" else (None,)), service=service
    )
    problems: Sequence[Problem] = ()
    if form.is_valid():
        rows, problems = form.rows()
        settings, unknown = _settings(by, service, rows, form.cleaned_data) if not form.errors else ([], [])
        problems = sorted([*problems, *unknown], key=lambda each: each.line)
        if not problems and not form.errors:
            try:
                return _check(request, by, service, settings, form.cleaned_data["reason"])
            except Invalid as refused:
                form.add_error(None, list(refused.sentences))
    return _form(request, service, form, "Upload allocations", [], problems)


@require_POST
def save_allocations(request: HttpRequest, code: str) -> HttpResponse:
    """What was checked is set, once, if it does what was seen."""
    by = who_sets(request)
    service = queries.allocated_service(by, code)
    form = SaveAllocationsForm(request.POST)
    if not form.is_valid():
        raise Conflict("What you entered could not be read. Go back to the allocations and enter it anew.")
    given = form.cleaned_data
    settings = settings_in(given["settings"], by)

    def do() -> list[str]:
        return save_as_seen(
            lambda: commands.correct_allocations(service.pk, settings, by=by, reason=given["reason"]),
            _compared,
            given["foreseen"],
            PURPOSE,
            by,
        ).sentences()

    try:
        what = {"service": service.pk, "settings": settings, "reason": given["reason"]}
        said = once(given["key"], what, do, by=by, action="participation.set_allocations")
    except LookAgain as again:
        return _check(request, by, service, settings, given["reason"], again.difference)
    messages.success(request, " ".join(said))
    return redirect(shown.href(service))


def _chosen(request: HttpRequest, by: Acting) -> list[int]:
    form = ChosenForm(request.POST)
    if not form.is_valid():
        return []
    token = form.cleaned_data["all_matching"]
    return [row.id for row in (seen_in(token, SELECTION, by) if token else form.cleaned_data["seen"])]


def _compared(done: commands.AllocationsSet) -> list[str]:
    """What a save is compared by: how many change, not what a worker may still have to work out."""
    return done.sentences()[: len(done.sentences()) - len(done.effects)]


def _settings(
    by: Acting, service: QualityService, rows: Sequence[AllocationRow], days: dict[str, Any]
) -> tuple[list[Setting], list[Problem]]:
    """Each row as a setting; those of nobody who is offered the service are problems."""
    found = queries.allocated(by, service.pk, AllocationFilters(), day_of(service))
    ids = dict(found.filter(code__in=[row.code for row in rows]).values_list("code", "pk"))
    rule = "is not offered this service by your organisation, or no organisation has this Org ID."
    unknown = [Problem(row.line, "ORG_ID", row.code, rule) for row in rows if row.code not in ids]
    settings = [
        Setting(ids[row.code], row.amount, row.start_date or days["start_date"], row.end_date or days["end_date"])
        for row in rows
        if row.code in ids
    ]
    return settings, [*unknown, *_outside(service, rows, days)]


def _outside(service: QualityService, rows: Sequence[AllocationRow], days: dict[str, Any]) -> list[Problem]:
    found = []
    for row in rows:
        start, end = row.start_date or days["start_date"], row.end_date or days["end_date"]
        if start < service.start_date or end > service.end_date:
            column = "START_DATE" if start < service.start_date else "END_DATE"
            value = f"{(start if column == 'START_DATE' else end):%d/%m/%Y}"
            found.append(Problem(row.line, column, value, "is outside the dates of the service."))
        elif end < start:
            found.append(Problem(row.line, "END_DATE", f"{end:%d/%m/%Y}", "is before the start date."))
    return found


def _check(
    request: HttpRequest,
    by: Acting,
    service: QualityService,
    settings: Sequence[Setting],
    reason: str,
    moved: Difference | None = None,
) -> HttpResponse:
    ahead = commands.preview_allocations(service.pk, settings, by=by, reason=reason)
    said = _compared(ahead.answer)
    confirm = Confirm(
        href=reverse("participation:save_allocations", args=[service.code]),
        button="Save allocations",
        cancel_href=shown.href(service),
        hidden=(
            ("settings", settings_token(settings, by)),
            ("reason", reason),
            ("foreseen", token_of(ahead.seen(_compared), PURPOSE, by)),
            ("key", uuid4().hex),
        ),
    )
    lead = f"If the allocations of {count(len(settings), *shown.PRACTICES)} are set so:"
    page = shown.CheckPage(
        title="What would change",
        subject=service.name,
        caption=service.name,
        breadcrumb=shown.breadcrumb(service),
        change=WouldChange.of(lead, said, ahead.answer.effects, ahead.expected, confirm, moved),
    )
    return render(request, "participation/check_allocations.jinja", {"page": page}, status=409 if moved else 0)


def _form(
    request: HttpRequest,
    service: QualityService,
    form: SetAllocationsForm | AllocationFileForm,
    title: str,
    hidden: Sequence[tuple[str, str]],
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    wrong = bool(form.errors or problems)
    page = shown.FormPage(
        title=title,
        subject=service.name,
        caption=service.name,
        in_error=wrong,
        breadcrumb=shown.breadcrumb(service),
        form=form,
        cancel_href=shown.href(service),
        hidden=hidden,
        problems=shown.problems_table(problems) if problems else None,
    )
    return render(request, "participation/set_allocations.jinja", {"page": page})
