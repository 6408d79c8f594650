"""*Declare*: a provider confirms what was worked out, under the text of its service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.queries import who_can
from accounts.rules import Acting, PortalRequest
from accounts.states import Role
from achievement import commands
from achievement.forms import DeclareForm, notes_in
from achievement.presenters import declarations as lists_shown
from achievement.presenters import declare as shown
from achievement.queries import compare, declarations, lists, sent_back
from core.errors import NotPermitted
from core.paging import page_of
from operations.idempotency import digest_of, once
from operations.kept_texts import keep_texts, kept_texts
from ui.answers import render
from ui.tables import Address, Pager

NEWEST_FIRST = ("-achievement_date", "-id")


@require_http_methods(["GET", "POST"])
def declare(request: PortalRequest) -> HttpResponse:
    by = request.actor
    _require_role(by)
    form = _form(request, by)
    valid = form.is_valid()
    if form.is_bound and request.POST.get("action") == shown.SAVE_NOTES:
        messages.success(request, "Your notes are saved. Nothing was declared.")
        return _answer(request, by, form, status=200)
    if not valid:
        for error in [*form.errors.get("seen", []), *form.non_field_errors()]:
            messages.error(request, str(error))
        return _answer(request, by, form, status=422 if form.is_bound else 200)
    said = _declared_once(by, form)
    keep_texts({_note_name(id): "" for id in said["declared"]}, by=by)
    left = len(_kept_notes(by)) if not said["refused"] else 0
    messages.add_message(request, said["level"], " ".join([said["text"], *shown.kept_in_words(left)]))
    return _answer(request, by, form, status=409) if said["refused"] else redirect("achievement:declare")


def _form(request: PortalRequest, by: Acting) -> DeclareForm:
    """The form as it was sent, whose notes are kept whatever becomes of it; or with the notes that were kept before."""
    if request.method != "POST":
        return DeclareForm(kept=_kept_notes(by))
    pending = declarations.ids_to_declare(by)
    keep_texts({_note_name(id): note for id, note in notes_in(request.POST).items() if id in pending}, by=by)
    return DeclareForm(request.POST, kept=_kept_notes(by))


def _kept_notes(by: Acting) -> dict[int, str]:
    """Row id -> the note that this person typed before, of what still awaits the declaration."""
    names = {_note_name(id): id for id in declarations.ids_to_declare(by)}
    return {names[name]: note for name, note in kept_texts(names, by=by).items()}


def _note_name(id: int) -> str:
    return f"achievement.declare.note.{id}"


def _answer(request: PortalRequest, by: Acting, form: DeclareForm, *, status: int) -> HttpResponse:
    """The list, with the notes and the ticks of a form that was refused."""
    return render(request, "achievement/declare.jinja", {"page": _page(request, by, form)}, status=status)


def _require_role(by: Acting) -> None:
    if not by.holds(Role.DECLARATION_MANAGEMENT):
        can = who_can(Role.DECLARATION_MANAGEMENT, by.organisation) if by.organisation else ()
        sentence = f"Declaring needs the role {Role.DECLARATION_MANAGEMENT.label} at the service provider."
        raise NotPermitted(sentence, who_can=can)


def _declared_once(by: Acting, form: DeclareForm) -> dict[str, Any]:
    """The same form sent twice is answered twice, and done once."""
    chosen, key = form.chosen(), form.cleaned_data["key"]
    what = {"chosen": chosen}
    once_key = f"{key}:{digest_of(what)}" if key else ""
    answer: dict[str, Any] = once(once_key, what, lambda: _declared(by, chosen), by=by, action="achievement.declare")
    return answer


def _declared(by: Acting, chosen: list[declarations.ToDeclare]) -> dict[str, Any]:
    outcome = commands.declare_achievements(chosen, by=by)
    names = lists.names_of(by, [row.id for row in outcome.refused], totals=False)
    sentences = lists_shown.sentences_of(outcome, shown.DECLARED, names, shown.NOUN)
    next_step = ["The commissioning organisation approves it next."] if outcome.moved else []
    level = messages.WARNING if outcome.refused else messages.SUCCESS
    return {
        "level": level,
        "text": " ".join(sentences + next_step),
        "refused": len(outcome.refused),
        "declared": list(outcome.ids),
    }


def _reason(row: Any, reasons: Mapping[int, str]) -> list[str]:
    """Why it came back, if it did."""
    return [reasons[row.pk]] if row.pk in reasons else []


def _on_behalf(row: Any, by: Acting) -> list[str]:
    """What is declared for a practice that closed says so."""
    if row.provider_id == by.organisation_id:
        return []
    return [f"You declare it {declarations.on_behalf_words(row.provider.name, row.provider.close_date)}."]


def _page(request: PortalRequest, by: Acting, form: DeclareForm) -> shown.DeclarePage:
    address = Address.of(request)
    pager = Pager.sized(address)
    rows = list(declarations.to_declare(by))
    texts = declarations.texts_of(row.service_id for row in rows)
    remarks, reasons = compare.remarks_of(rows, declarations.marks_of(rows)), sent_back.reasons_of(rows)
    past = page_of(declarations.payment_history(by), NEWEST_FIRST, after=address.get("after"), size=pager.size)
    too_long = form.too_long
    shown_rows = [
        shown.declare_row(
            row,
            [*_on_behalf(row, by), *_reason(row, reasons), *remarks[row.pk]],
            by.organisation_id,
            note=form.note(row.pk),
            too_long=too_long.get(row.pk, 0),
        )
        for row in rows
    ]
    return shown.DeclarePage(
        title="Declare",
        breadcrumb=shown.breadcrumb(),
        table=shown.pending_table(shown_rows, choosing=bool(rows), ticked=form.ticked),
        selection=shown.selection(rows, texts, uuid4().hex),
        texts=shown.texts_shown(rows, texts),
        declared_as=f"{by.name}, {by.organisation.name if by.organisation else ''}",
        report_href=reverse("reports:achievement_summary"),
        history=shown.history_table([shown.history_row(row, by.organisation_id) for row in past.rows], address),
        pager=pager.followed_by(past.next_cursor),
    )
