"""*Submit Achievement Data* and *Nil return*: checked, confirmed, done once, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from accounts.rules import PortalRequest
from catalogue.queries import definition_of
from core.errors import Conflict, Invalid, NotPermitted
from core.previews import look_ahead
from operations.idempotency import once
from submission import commands, queries, rules
from submission.changes import Key
from submission.commands import Submitted
from submission.forms import NilForm, SubmitForm
from submission.presenters import sheets as shown
from submission.presenters.record import nil_href
from submission.queries import checks, entry
from submission.queries.entry import usual_reason
from submission.states import ManualReason
from submission.views.record import day_at, key_at
from ui.answers import render
from ui.components import Confirm
from ui.frame import Link
from ui.wording import count, long_date

if TYPE_CHECKING:
    from submission.queries import Sheet

REMEMBERED = "submission.submitted"
NOTHING_CHANGED = "Nothing has changed since the figures were last submitted."


@require_http_methods(["GET", "POST"])
def check(request: PortalRequest, code: str, day: str, provider: str) -> HttpResponse:
    """What would be submitted, as it was saved; then it is."""
    sheet = queries.sheet_of(queries.submission_seen(request.actor, code, day_at(day), provider))
    form = SubmitForm(request.POST if request.method == "POST" else None, initial=_seen(sheet))
    if not form.is_valid():
        return _check(request, sheet, form)
    given = form.cleaned_data
    key = sheet.submission.key

    def do() -> dict[str, Any]:
        return _plain(
            request,
            commands.submit_achievement_data(
                key, by=request.actor, version=given["version"], zero_fill=given["zero_fill"]
            ),
        )

    try:
        return _done(request, sheet, do, given["key"], {**given, "of": key})
    except Invalid as refused:
        form.add_error(None, list(refused.sentences))
        return _check(request, sheet, form)
    except Conflict as meanwhile:
        for sentence in meanwhile.sentences:
            messages.error(request, sentence)
        sheet = queries.sheet_of(queries.submission_seen(request.actor, code, day_at(day), provider))
        return _check(request, sheet, SubmitForm(None, initial=_seen(sheet)), status=meanwhile.status)


@require_http_methods(["GET", "POST"])
def nil_return(request: PortalRequest, code: str, day: str, provider: str) -> HttpResponse:
    """There was nothing: said in one act, with the reason."""
    key = key_at(code, day, provider)
    sent, (version, _given) = request.POST if request.method == "POST" else None, entry.seen_of(key)
    form = NilForm(sent, reason=usual_reason(key.service_id), version=version)
    if not form.is_valid():
        return _nil(request, code, day, provider, form)
    given = form.cleaned_data

    def do() -> dict[str, Any]:
        reason = ManualReason(int(given["reason"]))
        done = commands.nil_return(key, reason, given["note"], by=request.actor, version=given["version"])
        return _plain(request, done)

    try:
        said = once(given["key"], {**given, "of": key}, do, by=request.actor, action="submission.nil_return")
    except Invalid as refused:
        form.add_error(None, list(refused.sentences))
        return _nil(request, code, day, provider, form)
    except Conflict as meanwhile:
        for sentence in meanwhile.sentences:
            messages.error(request, sentence)
        return _nil(request, code, day, provider, _as_it_is_now(form, key), status=409)
    return _remember(request, code, day, provider, said)


def _seen(sheet: Sheet) -> dict[str, Any]:
    return {"version": sheet.submission.version, "key": uuid4().hex}


def _done(
    request: PortalRequest, sheet: Sheet, do: Callable[[], dict[str, Any]], key: str, what: dict[str, Any]
) -> HttpResponse:
    said = once(key, what, do, by=request.actor, action="submission.submit")
    row = sheet.submission
    return _remember(request, row.service.code, row.achievement_date.isoformat(), row.provider.code, said)


def _plain(request: PortalRequest, done: Submitted) -> dict[str, Any]:
    """What came of it as plain JSON, which the session and the key keep."""
    effects = [effect.sentence for effect in done.effects]
    return {"values": done.values, "said": shown.said_of(effects, done.warnings, request.actor)}


def _remember(request: PortalRequest, code: str, day: str, provider: str, said: dict[str, Any]) -> HttpResponse:
    request.session[REMEMBERED] = {"at": [code, day, provider], **said}
    return redirect("submission:submitted", code, day, provider)


@require_GET
def submitted(request: PortalRequest, code: str, day: str, provider: str) -> HttpResponse:
    """The confirmation of the last submission of this session; reloading it submits nothing twice."""
    sheet = queries.sheet_of(queries.submission_seen(request.actor, code, day_at(day), provider))
    row, said = sheet.submission, request.session.get(REMEMBERED)
    if not said or said["at"] != [code, day, provider]:
        return redirect(shown.address("summary", row))
    page = shown.SubmittedPage(
        title="Achievement data submitted",
        **shown.heading_of(row),
        breadcrumb=shown.breadcrumb(row, request.actor),
        sentences=[f"{count(said['values'], 'value')} submitted for {long_date(row.achievement_date)}.", *said["said"]],
        next_steps=shown.next_steps_of(sheet, request.actor),
        summary_href=shown.address("summary", row),
        another_href=shown.list_of(row, request.actor)[1],
        forget=shown.keep_name(request.actor, row),
    )
    return render(request, "submission/submitted.jinja", {"page": page})


def _check(request: PortalRequest, sheet: Sheet, form: SubmitForm, *, status: int = 0) -> HttpResponse:
    row, found = sheet.submission, checks.check(sheet)
    changed = any(line.is_changed for line in sheet.lines.values()) or bool(found.problems)
    page = shown.CheckPage(
        title="Check before you submit",
        **shown.heading_of(row),
        in_error=form.is_bound,
        breadcrumb=shown.breadcrumb(row, request.actor),
        table=shown.figures_table(list(sheet.lines.values())),
        facts=_reason_and_note(sheet) if changed else (),
        problems=() if form.is_bound else found.problems,
        nothing="" if changed else NOTHING_CHANGED,
        warnings=found.warnings,
        form=form,
        offers_zero=bool(found.fillable),
        confirm=Confirm(
            href=shown.address("check", row),
            button="Submit Achievement Data",
            cancel_href=shown.address("summary", row),
        ),
    )
    return render(request, "submission/check.jinja", {"page": page}, status=status)


def _reason_and_note(sheet: Sheet) -> list[tuple[str, str]]:
    row = sheet.submission
    reason = ManualReason(row.manual_reason).label if row.manual_reason else "None given yet"
    return [("Reason for manual entry", reason), *([("Submission notes", row.note)] if row.note else [])]


def _as_it_is_now(form: NilForm, key: Key) -> NilForm:
    """What was typed, to be sent again once the figures that changed meanwhile were looked at."""
    data: QueryDict = form.data.copy()  # type: ignore[attr-defined]
    version, _entered = entry.seen_of(key)
    data["version"] = str(version)
    data["key"] = uuid4().hex
    return NilForm(data, reason=None, version=0)


def _why_not(request: PortalRequest, key: Key) -> Sequence[str]:
    """What keeps this person from entering figures of a key; where none are begun, that is tried and undone."""
    if found := entry.submission_at(key):
        return rules.why_not(found, definition_of(key.service_id), request.actor)
    try:
        look_ahead(lambda: commands.begin_submission(key, by=request.actor))
    except (Invalid, NotPermitted) as refused:
        return refused.sentences
    return ()


def _nil(
    request: PortalRequest, code: str, day: str, provider: str, form: NilForm, *, status: int = 422
) -> HttpResponse:
    key = key_at(code, day, provider)
    names, (_version, entered) = entry.names_seen(request.actor, key), entry.seen_of(key)
    replaced = f"It takes the place of what was entered: {count(entered, 'field')}."
    page = shown.NilPage(
        title="Nil return",
        subject=names.service,
        caption=f"{names.service}, {names.provider}",
        in_error=form.is_bound,
        breadcrumb=[*shown.home(), Link(*shown.list_at(code, provider, request.actor))],
        cannot=_why_not(request, key),
        form=form,
        confirm=Confirm(
            href=nil_href(code, day_at(day), provider),
            button="Submit nil return",
            cancel_href=shown.list_at(code, provider, request.actor)[1],
            effects=[
                f"There was nothing to claim for {long_date(day_at(day))}: 0 is submitted in every number.",
                *([replaced] if entered else []),
                "The calculation is done at once.",
            ],
        ),
    )
    return render(request, "submission/nil_return.jinja", {"page": page}, status=status if form.is_bound else 200)
