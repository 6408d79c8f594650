"""*Save End Date*: the date and the reason for the rows chosen, what would change, and then the save."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from accounts.rules import Acting
from core import clock
from core.errors import Invalid, NotVisible
from core.selections import seen_in
from core.transitions import Refused, Seen
from participation import commands
from participation.forms import ChosenForm, EndDateForm
from participation.presenters import offered as shown
from participation.queries import lists
from participation.views.offered import SELECTION
from ui.components import Confirm
from ui.tables import Table
from ui.wording import count, long_date

if TYPE_CHECKING:
    from catalogue.models import QualityService

SHOWN_ROWS = 50
ENTER, CHECK, SAVE = "enter", "check", "save"


@dataclass(frozen=True)
class Chosen:
    """The rows as they were seen, and what the next step posts along."""

    service: QualityService
    seen: Sequence[Seen]
    back: str
    hidden: tuple[tuple[str, str], ...]


@require_http_methods(["GET", "POST"])
def save_end_date(request: HttpRequest, code: str) -> HttpResponse:
    """Three steps of one address: enter, check what would change, save. Without rows there is nothing to do here."""
    by: Acting = request.actor  # type: ignore[attr-defined]
    service = lists.offered_service(by, code)
    chosen_form, back = ChosenForm(request.POST), _back(request, service)
    if not chosen_form.is_valid():
        messages.error(request, "Select at least one practice first. Nothing was changed.")
        return redirect(back)
    chosen = _chosen(by, service, chosen_form, back)
    step = request.POST.get("step", ENTER)
    form = EndDateForm(None if step == ENTER else request.POST, earliest=service.start_date, latest=service.end_date)
    if not form.is_valid():
        return _enter(request, by, chosen, form)
    return _check_or_save(request, by, chosen, form, save=step == SAVE)


def _chosen(by: Acting, service: QualityService, form: ChosenForm, back: str) -> Chosen:
    token, seen = form.cleaned_data["all_matching"], form.cleaned_data["seen"]
    if not token:
        return Chosen(service, seen, back, (("back", back), *(("seen", f"{row.id}:{row.version}") for row in seen)))
    return Chosen(service, seen_in(token, SELECTION, by), back, (("back", back), ("all_matching", token)))


def _check_or_save(request: HttpRequest, by: Acting, chosen: Chosen, form: EndDateForm, *, save: bool) -> HttpResponse:
    end_date, reason = form.cleaned_data["end_date"], form.cleaned_data["reason"]
    run = commands.save_end_date if save else commands.preview_end_date
    try:
        saved = run(chosen.seen, end_date, reason, by=by)
    except Invalid as refused:
        form.refuse(refused.sentences)
        return _enter(request, by, chosen, form)
    names = lists.names_of(_named(saved.refused))
    if not save:
        return _check(request, chosen, form, shown.would_change(saved, end_date, names))
    say = messages.warning if saved.refused else messages.success
    say(request, shown.done(saved, end_date, names))
    return redirect(chosen.back)


def _enter(request: HttpRequest, by: Acting, chosen: Chosen, form: EndDateForm) -> HttpResponse:
    rows = lists.rows_of(by, [row.id for row in chosen.seen])
    if not rows:
        raise NotVisible("You may not be able to see these participations, or they do not exist.")
    page = shown.EndDatePage(
        title="Save End Date",
        subject=chosen.service.name,
        caption=chosen.service.name,
        in_error=bool(form.errors),
        breadcrumb=shown.breadcrumb(chosen.service),
        form=form,
        table=Table(
            caption="Practices chosen",
            columns=shown.COLUMNS,
            rows=[shown.row_of(each, clock.today()) for each in rows[:SHOWN_ROWS]],
            noun=shown.PRACTICES,
            count=len(rows),
            detail="remarks",
        ),
        href=_href(chosen.service),
        cancel_href=chosen.back,
        hidden=(("step", CHECK), *chosen.hidden),
    )
    return render(request, "participation/save_end_date.jinja", {"page": page})


def _check(request: HttpRequest, chosen: Chosen, form: EndDateForm, effects: Sequence[str]) -> HttpResponse:
    end_date: date = form.cleaned_data["end_date"]
    said = (("end_date", end_date.isoformat()), ("reason", form.cleaned_data["reason"]))
    page = shown.WhatWouldChangePage(
        title="What would change",
        subject=chosen.service.name,
        caption=chosen.service.name,
        breadcrumb=shown.breadcrumb(chosen.service),
        lead_sentence=f"If the end date of {count(len(chosen.seen), *shown.PRACTICES)} becomes {long_date(end_date)}:",
        confirm=Confirm(
            href=_href(chosen.service),
            button="Save End Date",
            cancel_href=chosen.back,
            effects=effects,
            hidden=(("step", SAVE), *said, *chosen.hidden),
        ),
    )
    return render(request, "participation/what_would_change.jinja", {"page": page})


def _href(service: QualityService) -> str:
    return reverse("participation:save_end_date", args=[service.code])


def _named(refused: Collection[Refused]) -> list[int]:
    return [row.id for row in refused][: shown.SHOWN_REFUSALS]


def _back(request: HttpRequest, service: QualityService) -> str:
    """Where to go afterwards: an address of this portal, or the service's list."""
    wanted = request.POST.get("back", "")
    local = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return wanted if local else shown.service_href(service)
