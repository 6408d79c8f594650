"""Practices that closed: the list, the guided step of one closure, and what a second person decides."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.rules import PortalRequest
from core import clock
from core.errors import Invalid, NotPermitted, NotVisible
from core.open_items import what_waits_for
from core.previews import Difference, LookAgain, save_as_seen, token_of
from organisations.commands import Decision
from organisations.queries import practice_seen_by
from organisations.rules import SETTLE_CLOSURE, who_settles_closures
from participation import commands
from participation.commands import ClosureProposed, ClosuresSettled, TwoPeopleNeeded
from participation.forms import ClosureForm, ClosuresForm
from participation.presenters import closures as shown
from participation.queries import closures as queries
from participation.queries.closures import Closure
from participation.rules import looks_after_networks
from ui.answers import render
from ui.components import Confirm
from ui.frame import Link
from ui.previews import WouldChange
from ui.sheets import as_download
from ui.tables import Address, Order, Pager, Table

PURPOSE = "participation.closure"
CHECK, SAVE, ASK = "check", "save", "ask"
ORDERS = {
    "last_day": lambda each: (each.last_day, each.practice.name, each.practice.code),
    "name": lambda each: (each.practice.name, each.practice.code),
    "code": lambda each: (each.practice.code,),
    "open": lambda each: (len(each.items), each.practice.name, each.practice.code),
}
NOTHING = "No practice of yours that took part in a service has closed."


@require_GET
def closures(request: PortalRequest) -> HttpResponse:
    """Those that closed; kept in the address, and as a file."""
    by, address = request.actor, Address.of(request)
    _must_look_after_networks(request)
    every = queries.closures_of(list(queries.concerning(by)))
    form = ClosuresForm(request.GET)
    order = Order.parse(address.get("sort"), tuple(ORDERS), "-last_day")
    found = sorted(_matching(every, form), key=ORDERS[order.key], reverse=order.descending)
    if address.get("as") in ("csv", "xlsx"):
        form.require()
        return as_download(shown.sheet_of(found), "practices-that-closed", address.get("as"))
    pager = Pager.sized(address)
    codes = [each.practice.code for each in found]
    after = address.get("after")
    start = codes.index(after) + 1 if after in codes else 0
    rows = found[start : start + pager.size]
    page = shown.ClosuresPage(
        title="Practices that closed",
        breadcrumb=shown.breadcrumb()[:1],
        filters=form,
        table=Table(
            caption="Practices that closed",
            columns=shown.COLUMNS,
            rows=[shown.row_of(each) for each in rows],
            empty="No practice matches these filters." if every else NOTHING,
            noun=shown.PRACTICES,
            count=len(found),
            order=order,
            address=address,
            exports=[Link(kind.upper(), str(address.with_(**{"as": kind}))) for kind in ("csv", "xlsx")]
            if found
            else (),
        ),
        pager=pager.followed_by(rows[-1].practice.code if start + pager.size < len(found) else ""),
    )
    return render(request, "participation/closures.jinja", {"page": page})


def _must_look_after_networks(request: PortalRequest) -> None:
    if not looks_after_networks(request.actor):
        said = "What follows a closure is the commissioning organisation's to say."
        raise NotPermitted(said, who_can=who_settles_closures())


def _matching(every: Sequence[Closure], form: ClosuresForm) -> list[Closure]:
    status, text = form.asked("status"), form.asked("text")
    return [
        each
        for each in every
        if (not status or each.state == status or (status == queries.DROPPED and each.list_is_dropped))
        and (text.upper() in each.practice.code or text.lower() in each.practice.name.lower())
    ]


@require_http_methods(["GET", "POST"])
def closure(request: PortalRequest, code: str) -> HttpResponse:
    """One closure: how things stand, what is to follow, what it would change, and then the save."""
    _must_look_after_networks(request)
    step = _Step(request, code)
    form = step.form(request.POST if request.method == "POST" else None)
    if request.method == "GET" or not form.is_valid():
        return step.page(form, None)
    decision = form.decision(step.replaces)
    try:
        if request.POST.get("step") in (SAVE, ASK):
            return _save(request, step, form, decision)
        return step.page(form, _change(request, step, form, decision))
    except Invalid as refused:
        form.refuse(refused.sentences, refused.field)
        return step.page(form, None)
    except TwoPeopleNeeded:
        return step.page(form, _change(request, step, form, decision))


class _Step:
    """One closure, and the form about it."""

    def __init__(self, request: PortalRequest, code: str) -> None:
        self.request = request
        practice = practice_seen_by(request.actor, code)
        if practice.close_date is None:
            raise NotVisible("This practice has not closed: ODS gives no closing date.")
        (self.closure,) = queries.closures_of([practice])
        self.why_not = SETTLE_CLOSURE.why_not(practice, request.actor)
        self.others = [] if self.why_not else queries.closed_with(self.closure, request.actor)
        self.href = queries.closure_href(practice)

    @property
    def replaces(self) -> frozenset[int]:
        """The succession that was on the screen; as things stand, where none was."""
        seen = self.request.POST.get("replaces", "")
        if self.request.POST.get("step") in (SAVE, ASK):
            return frozenset(int(each) for each in seen.split(",") if each.isdecimal())
        return self.believed

    @property
    def believed(self) -> frozenset[int]:
        return frozenset({self.closure.succession.pk} if self.closure.succession else ())

    def form(self, data: object) -> ClosureForm:
        return ClosureForm(data, self.closure.practice, self.others, self.closure.succession)

    def page(self, form: ClosureForm, change: WouldChange | None) -> HttpResponse:
        closure, here = self.closure, self.request.actor.organisation_id
        waits = what_waits_for([closure.practice.pk]).get(closure.practice.pk, ())
        status = 409 if change and change.moved and not form.errors else 0
        page = shown.ClosurePage(
            title=shown.title_of_step(closure, clock.today()),
            subject=closure.practice.name,
            caption="Practices that closed",
            in_error=bool(form.errors),
            breadcrumb=shown.breadcrumb(),
            facts=shown.facts_of(closure),
            remarks=shown.remarks_of(closure),
            waiting=shown.proposal_link(closure.proposal) if closure.proposal else None,
            ends=shown.ends_table(closure, here),
            items=[Link(each.sentence, each.href) for each in closure.items],
            nothing_open="Nothing of it is open.",
            put_right=[*shown.ask_ods_links(closure), *(Link(each.sentence, each.href) for each in waits)],
            change=change,
            form=None if self.why_not or closure.proposal else form,
            form_open=not change,
            form_href=self.href,
            back=Link("Practices that closed", reverse("participation:closures")),
            may_not=[*self.why_not, *(who_settles_closures() if self.why_not else ())],
        )
        return render(self.request, "participation/closure.jinja", {"page": page}, status=status)


def _save(request: PortalRequest, step: _Step, form: ClosureForm, decision: Decision) -> HttpResponse:
    """As it was seen, or not at all: what has moved since is shown, and nothing is saved."""
    by, token = request.actor, request.POST.get("token", "")
    try:
        if request.POST["step"] == ASK:
            asked = save_as_seen(
                lambda: commands.propose_closures(decision, by=by), _says, token, PURPOSE, by,
                ahead_of=attrgetter("ahead"),
            )  # fmt: skip
            messages.success(request, "Asked for. It is done once another person has confirmed it.")
            return redirect("participation:closure_proposal", asked.proposal_id)
        settled = save_as_seen(lambda: commands.settle_closures(decision, by=by), _says, token, PURPOSE, by)
    except LookAgain as again:
        return step.page(form, _change(request, step, form, decision, again.difference))
    messages.success(request, shown.done_sentence(settled))
    return redirect(step.href)


def _says(answer: ClosuresSettled | ClosureProposed) -> Sequence[str]:
    return (answer.settled if isinstance(answer, ClosureProposed) else answer).sentences


def _change(
    request: PortalRequest, step: _Step, form: ClosureForm, decision: Decision, moved: Difference | None = None
) -> WouldChange:
    ahead = commands.preview_closures(decision, by=request.actor)
    settled = ahead.answer
    asks = settled.takes_two
    replaces = ",".join(str(each) for each in sorted(decision.replaces))
    confirm = Confirm(
        href=step.href,
        button=shown.ASK if asks else shown.SAVE,
        cancel_href=step.href,
        warning=shown.TWO_PEOPLE if asks else "",
        hidden=(
            ("step", ASK if asks else SAVE),
            ("token", token_of(ahead.seen(_says), PURPOSE, request.actor)),
            ("replaces", replaces),
            *form.said,
        ),
    )
    lead = shown.lead_of([step.closure.practice.name, *form.cleaned_data.get("also", ())])
    said = [*settled.said, *settled.warnings]
    return WouldChange.of(lead, said, settled.effects, ahead.expected, confirm, moved)
