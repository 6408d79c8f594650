"""*My Services*: offers to answer, services held, what is past; and the answer to an offer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.queries import who_can
from accounts.rules import Acting, PortalRequest
from accounts.states import Role
from catalogue.queries import definitions_of
from core import clock
from core.errors import NotVisible
from core.transitions import Seen
from operations.idempotency import digest_of, once
from participation import commands, rules
from participation.forms import ChosenForm, ReasonForm
from participation.presenters import mine as shown
from participation.presenters.answers import ACCEPT, REJECT, SHOWN_REFUSALS, done
from participation.queries import mine as queries
from participation.queries.offered import names_of
from participation.views.choosing import back_to
from ui.answers import render
from ui.components import Confirm
from ui.frame import Link
from ui.tables import Address, Order, Pager, Table

ANSWERED = "offers_answered"
DOUBLE_CLICK = timedelta(seconds=20)


@require_GET
def my_services(request: PortalRequest) -> HttpResponse:
    by, address = request.actor, Address.of(request)
    for_practice, may = rules.acts_for_practice(by), rules.may_answer(by)
    offers = [shown.offer_row(each, clock.today()) for each in queries.offers_to_answer(by)]
    selection = shown.answering(address) if offers and may else None
    past = queries.count_of_own(by, queries.PAST)
    held, pager = _list(by, address, queries.HELD, "Services held", HELD_NONE)
    page = shown.MyServicesPage(
        title="My Services",
        breadcrumb=shown.breadcrumb(),
        to_answer=shown.offers_table(offers, selection, for_practice=for_practice),
        selection=selection,
        may_not=_why_not(by) if offers and not may else (),
        held=held,
        pager=pager,
        history=Link(f"History: {past:,} past", reverse("participation:my_services_history")),
    )
    return render(request, "participation/my_services.jinja", {"page": page})


@require_GET
def my_services_history(request: PortalRequest) -> HttpResponse:
    table, pager = _list(request.actor, Address.of(request), queries.PAST, "History", PAST_NONE)
    page = shown.HistoryPage(
        title="History of My Services", breadcrumb=shown.breadcrumb(below=True), table=table, pager=pager
    )
    return render(request, "participation/my_services_history.jinja", {"page": page})


HELD_NONE = "You take part in no quality service at present. When one is offered to you, it is listed on this page."
PAST_NONE = "Nothing is past: no offer was rejected, expired or cancelled, and no service has ended."


def _list(by: Acting, address: Address, states: Sequence[Any], caption: str, empty: str) -> tuple[Table, Pager]:
    pager = Pager.sized(address)
    order = Order.parse(address.get("sort"), tuple(queries.ORDERS), queries.NEWEST_FIRST)
    found = queries.page_of_own(
        by, states, order=order.key, descending=order.descending, after=address.get("after"), size=pager.size
    )
    table = Table(
        caption=caption,
        columns=shown.COLUMNS,
        rows=[shown.row_of(each) for each in found.rows],
        empty=empty,
        noun=shown.NOUN,
        count=queries.count_of_own(by, states),
        order=order,
        address=address,
    )
    return table, pager.followed_by(found.next_cursor)


def _why_not(by: Acting) -> Sequence[str]:
    """Who only looks is told who answers."""
    needed = f"You can look, and not answer: that needs the role {Role.SERVICE_MANAGEMENT.label} in the practice."
    practice = rules.practice_of(by)
    return [needed, *who_can(Role.SERVICE_MANAGEMENT, practice)] if practice else [needed]


@require_POST
def answer(request: PortalRequest) -> HttpResponse:
    """*Accept* and *Reject*: what it means, why where it asks, and then the answer, once."""
    back = back_to(request, reverse("participation:my_services"))
    form, action = ChosenForm(request.POST), request.POST.get("action", "")
    if not form.is_valid() or action not in (ACCEPT, REJECT):
        messages.error(request, "Select at least one offer first. Nothing was changed.")
        return redirect(back)
    seen: list[Seen] = form.cleaned_data["seen"]
    rows = queries.offers_chosen(request.actor, seen)
    if not rows:
        raise NotVisible("You may not be able to see these offers, or they do not exist.")
    typed = request.POST if action == REJECT and "reason" in request.POST else None
    given = ReasonForm(typed, who_reads_it=shown.WHO_READS_IT)
    if action == ACCEPT and request.POST.get("confirmed"):
        return _answered(request, seen, action)
    if action == REJECT and given.is_valid():
        return _answered(request, seen, action, given.cleaned_data["reason"])
    return _ask(request, rows, seen, action, back, given if action == REJECT else None)


def _ask(
    request: PortalRequest, rows: Sequence[Any], seen: Sequence[Seen], action: str, back: str, form: ReasonForm | None
) -> HttpResponse:
    definitions = definitions_of([row.service_id for row in rows])
    approvals = [definitions[row.service_id].offers.approval_required for row in rows]
    chosen = (("seen", f"{each.id}:{each.version}") for each in seen)
    hidden = (("action", action), ("confirmed", "1"), ("back", back), ("key", uuid4().hex), *chosen)
    accepts = action == ACCEPT
    page = shown.AnswerPage(
        title=shown.accept_title(len(rows)) if accepts else shown.reject_title(len(rows)),
        in_error=bool(form and form.is_bound),
        breadcrumb=shown.breadcrumb(below=True),
        table=Table(
            caption="Offers chosen",
            columns=[shown.OFFER_COLUMNS[0], *shown.OFFER_COLUMNS[4:]],
            rows=[shown.offer_row(each, clock.today()) for each in rows],
            noun=shown.OFFERS,
            detail="remarks",
        ),
        confirm=Confirm(
            href=reverse("participation:answer"),
            button="Accept" if accepts else "Reject",
            cancel_href=back,
            effects=shown.accepting(rows, approvals) if accepts else shown.WHAT_REJECTING_MEANS,
            style="primary" if accepts else "warning",
            hidden=hidden,
        ),
        form=form,
    )
    return render(request, "participation/answer.jinja", {"page": page})


def _answered(request: PortalRequest, seen: Sequence[Seen], action: str, reason: str = "") -> HttpResponse:
    """Once: the same form sent twice is answered twice, and done once."""
    what, sent = {"action": action, "seen": list(seen), "reason": reason}, request.POST.get("key", "")
    said = once(
        f"{sent}:{digest_of(what)}" if sent else "", what, lambda: _answer(request.actor, seen, action, reason),
        by=request.actor, action="participation.answer", within=DOUBLE_CLICK,
    )  # fmt: skip
    if not said["moved"]:
        messages.warning(request, said["text"])
        return redirect("participation:my_services")
    request.session[ANSWERED] = said
    return redirect("participation:answered")


def _answer(by: Acting, seen: Sequence[Seen], action: str, reason: str) -> dict[str, Any]:
    run = commands.accept_offers(seen, by=by) if action == ACCEPT else commands.reject_offers(seen, reason, by=by)
    names = names_of(by, [row.id for row in run.refused][:SHOWN_REFUSALS])
    rows = queries.offers_chosen(by, [Seen(id, 0) for id in run.ids])
    return {
        "moved": list(run.ids),
        "text": done(action, run, names, noun=shown.OFFERS),
        "services": sorted({row.service.name for row in rows}),
        "next": shown.happens_next(rows),
    }


@require_GET
def answered(request: PortalRequest) -> HttpResponse:
    """The confirmation of the last answer of this session, and what happens next."""
    said = request.session.get(ANSWERED)
    if not said:
        return redirect("participation:my_services")
    page = shown.AnsweredPage(
        title="Answer given",
        breadcrumb=shown.breadcrumb(below=True),
        sentences=[said["text"], *(f"{name}." for name in said["services"]), *said["next"]],
        services_href=reverse("participation:my_services"),
    )
    return render(request, "participation/answered.jinja", {"page": page})
