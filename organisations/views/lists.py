"""A list size is corrected by hand: what is asked for, what would change, and then the save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from core.actors import Actor
from core.errors import Invalid
from core.previews import Difference, LookAgain, look_ahead, save_as_seen, token_of
from organisations import commands, queries
from organisations.commands import ListCorrected
from organisations.forms import ListSizeForm
from organisations.presenters import lists as shown
from organisations.presenters import practices as practices_shown
from organisations.rules import CORRECT_LISTS, who_corrects_lists
from ui.answers import render
from ui.components import Confirm
from ui.previews import WouldChange

if TYPE_CHECKING:
    from organisations.models import Organisation

PURPOSE = "organisations.list-size"


@require_http_methods(["GET", "POST"])
def correct_list_size(request: HttpRequest, code: str) -> HttpResponse:
    """Three steps of one address; a link may fill it in: `?kind=1&as_at=2021-01-01&size=12055`."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    practice = queries.practice_seen_by(by, code)
    CORRECT_LISTS.require(practice, by, who_can=who_corrects_lists())
    posted = request.method == "POST"
    form = ListSizeForm(request.POST if posted else None, initial=None if posted else request.GET.dict())
    if not form.is_valid():
        return _page(request, practice, form, None)
    try:
        if request.POST.get("step") == "save":
            return _save(request, by, practice, form)
        return _page(request, practice, None, _change(request, by, practice, form))
    except Invalid as refused:
        form.refuse(refused.sentences)
        return _page(request, practice, form, None)


def _save(request: HttpRequest, by: Actor, practice: Organisation, form: ListSizeForm) -> HttpResponse:
    try:
        corrected = save_as_seen(lambda: _do(by, practice, form), _says, request.POST.get("token", ""), PURPOSE, by)
    except LookAgain as again:
        return _page(request, practice, None, _change(request, by, practice, form, again.difference))
    messages.success(request, shown.done(corrected))
    return redirect(shown.practice_href(practice))


def _do(by: Actor, practice: Organisation, form: ListSizeForm) -> ListCorrected:
    given = form.cleaned_data
    return commands.correct_list_size(practice, given["kind"], given["as_at"], given["size"], given["reason"], by=by)


def _says(corrected: ListCorrected) -> list[str]:
    return corrected.sentences


def _change(
    request: HttpRequest, by: Actor, practice: Organisation, form: ListSizeForm, moved: Difference | None = None
) -> WouldChange:
    ahead = look_ahead(lambda: _do(by, practice, form))
    given, said = form.cleaned_data, ahead.answer.sentences
    confirm = Confirm(
        href=reverse("organisations:correct_list_size", args=[practice.code]),
        button="Save list size",
        cancel_href=shown.practice_href(practice),
        hidden=(
            ("step", "save"),
            ("kind", str(int(given["kind"]))),
            ("as_at", given["as_at"].isoformat()),
            ("size", "" if given["size"] is None else str(given["size"])),
            ("reason", given["reason"]),
            ("token", token_of(ahead.seen(_says), PURPOSE, by)),
        ),
    )
    lead = f"If the list size of {practice.name} is corrected:"
    return WouldChange.of(lead, said[:1], ahead.answer.effects, ahead.expected, confirm, moved)


def _page(
    request: HttpRequest, practice: Organisation, form: ListSizeForm | None, change: WouldChange | None
) -> HttpResponse:
    page = shown.ListSizePage(
        title="Correct a list size",
        subject=practice.name,
        caption=f"{practice.name} ({practice.code})",
        in_error=bool(form and form.errors),
        breadcrumb=shown.breadcrumb(practice),
        form=form,
        change=change,
        cancel_href=shown.practice_href(practice),
        lists=practices_shown.lists_table(list(queries.list_sizes_of(practice))),
    )
    return render(
        request, "organisations/list_size.jinja", {"page": page}, status=409 if change and change.moved else 0
    )
