"""The fields of one indicator group: saved as work in progress, or saved and then checked to be submitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.rules import PortalRequest
from core.errors import Invalid, NotPermitted, NotVisible
from submission import commands, queries, rules
from submission.commands import ChangedMeanwhile, Saved, WordsSeen
from submission.forms import GroupForm, asking
from submission.presenters import sheets as shown
from submission.queries import checks
from submission.queries.entry import usual_reason
from submission.views.record import day_at
from ui.answers import render
from ui.wording import count

if TYPE_CHECKING:
    from submission.queries import Sheet

SUBMIT = "submit"


@require_http_methods(["GET", "POST"])
def group(request: PortalRequest, code: str, day: str, provider: str, group_code: str) -> HttpResponse:
    """Enter figures. Two buttons: *Save Work in Progress*, and *Submit Achievement Data*, which is checked first."""
    sheet = queries.sheet_of(queries.submission_seen(request.actor, code, day_at(day), provider))
    form = _form(request, sheet, group_code)
    if not form.is_valid():
        return _answer(request, sheet, group_code, form, status=422 if form.is_bound else 200)
    try:
        saved = commands.save_work_in_progress(sheet.submission.key, form.figures, by=request.actor)
    except ChangedMeanwhile as clash:
        # On the fields as they look now: nothing was saved.
        sheet = queries.sheet_of(queries.submission_seen(request.actor, code, day_at(day), provider))
        for sentence in clash.kept_theirs:
            messages.info(request, sentence)
        again = asking(form, clash, sheet.group(group_code), _words(sheet))
        return _answer(request, sheet, group_code, again, status=409)
    except NotPermitted as refused:
        sheet = queries.sheet_of(queries.submission_seen(request.actor, code, day_at(day), provider))
        return _answer(request, sheet, group_code, form, status=refused.status)
    except Invalid as refused:
        form.add_error(None, list(refused.sentences))
        return _answer(request, sheet, group_code, form, status=422)
    for sentence in saved.kept_theirs:
        messages.info(request, sentence)
    if request.POST.get("act") == SUBMIT:
        return redirect(shown.address("check", sheet.submission))
    messages.success(request, _said(saved))
    return redirect(shown.address("summary", sheet.submission))


@require_POST
def check_field(request: PortalRequest, code: str, day: str, provider: str, group_code: str) -> HttpResponse:
    """What is to be said of one field that somebody has just left; nothing is saved."""
    sheet = queries.sheet_of(queries.submission_seen(request.actor, code, day_at(day), provider))
    form, name = _form(request, sheet, group_code), request.POST.get("field", "")
    if name not in form.paths:
        raise NotVisible("There is no such field.")
    form.is_valid()
    if name in form.errors:
        page = shown.CheckedField([str(each) for each in form.errors[name]], ())
    else:
        found = checks.check_field(sheet, form.paths[name], form.typed)
        page = shown.CheckedField(found.problems, found.remarks)
    return render(request, "submission/checked.jinja", {"page": page})


def _form(request: PortalRequest, sheet: Sheet, group_code: str) -> GroupForm:
    data = request.POST if request.method == "POST" else None
    here = request.actor.organisation_id
    return GroupForm(data, group=sheet.group(group_code), words=_words(sheet), here=here)


def _words(sheet: Sheet) -> WordsSeen:
    """The note and the reason as they stand, and the reason that is offered where none is recorded yet."""
    row = sheet.submission
    return WordsSeen(row.note, row.manual_reason, row.manual_reason or usual_reason(row.service_id))


def _said(saved: Saved) -> str:
    if not saved.in_progress:
        return "Saved. Nothing is in progress."
    return f"Work in progress saved: {count(saved.in_progress, 'value')}. It is not submitted yet."


def _answer(request: PortalRequest, sheet: Sheet, group_code: str, form: GroupForm, *, status: int) -> HttpResponse:
    row, of = sheet.submission, sheet.group(group_code)
    names = {path: name for name, path in form.paths.items()}
    page = shown.GroupPage(
        title=of.group.name,
        **shown.heading_of(row),
        in_error=form.is_bound,
        breadcrumb=shown.breadcrumb(row, request.actor),
        form=form,
        parts=shown.parts_of(of, names, form.asked),
        asked=form.asked,
        href=shown.group_href(row, group_code),
        back_href=shown.address("summary", row),
        check_href=shown.address("check_field", row, group_code),
        keep=shown.keep_name(request.actor, row, group_code),
        version=row.version,
        cannot=rules.why_not(row, sheet.definition, request.actor),
        typed=form.said,
        table=shown.figures_table(of.lines),
    )
    return render(request, "submission/group.jinja", {"page": page}, status=status)
