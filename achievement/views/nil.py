"""Lines settled as nil: their list; one is proposed, confirmed, declined, withdrawn and lifted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.rules import Acting, PortalRequest
from achievement import commands, rules
from achievement.forms import NilListForm, NilReasonForm
from achievement.presenters import nil as shown
from achievement.queries import details
from achievement.queries import nil as queries
from achievement.queries.adjustments import due_for_settlements
from achievement.states import CONFIRM_NIL, DECLINE_NIL, LIFT_NIL, WITHDRAW_NIL
from core.errors import Conflict, NotVisible, PortalError
from core.previews import Difference, LookAgain, foreseen, rolled_back, save_as_seen, token_of
from core.selections import version_seen
from core.transitions import Seen, Transition
from ui.answers import render
from ui.components import Confirm
from ui.tables import Address, Pager, Table

if TYPE_CHECKING:
    from achievement.commands.nil import Settled
    from achievement.models import NilSettlement

PROPOSE, CONFIRM, LIFT = "achievement.propose-nil", "achievement.confirm-nil", "achievement.lift-nil"
WHO_CONFIRMS = "Whoever confirms it reads it, and so do the practice and its PCN."
WHO_PROPOSED, WHO_CONCERNED = "Whoever proposed it reads it.", "Those who settled it read it, and so does the practice."


@require_GET
def nil_settlements(request: PortalRequest) -> HttpResponse:
    """Those of the organisation acted for, newest first."""
    by, address = request.actor, Address.of(request)
    form = NilListForm(request.GET)
    filters, pager = form.filters(), Pager.sized(address)
    found = queries.page_of_settlements(by, filters, after=address.get("after"), size=pager.size)
    pounds = rules.sees_pounds(by)
    due = due_for_settlements(found.rows) if pounds else {}
    page = shown.NilSettlementsPage(
        title="Nil settlements",
        breadcrumb=shown.breadcrumb(),
        filters=form,
        table=Table(
            caption="Lines settled as nil",
            columns=shown.columns(pounds=pounds),
            rows=[shown.row_of(each, due.get(each.pk)) for each in found.rows],
            empty=shown.empty(narrowed=bool(filters.state or filters.text)),
            noun=("settlement", "settlements"),
            count=queries.matching(by, filters).count(),
            address=address,
        ),
        pager=pager.followed_by(found.next_cursor),
    )
    return render(request, "achievement/nil_settlements.jinja", {"page": page})


@require_http_methods(["GET", "POST"])
def propose_nil(request: PortalRequest, code: str, service_code: str, day: str, practice_code: str) -> HttpResponse:
    """What would follow, and why: a reason that the address may bring along. What is refused leads back to where one
    came from."""
    back = _back(request)
    line = None
    try:
        line = queries.line_named(request.actor, code, service_code, _day(day), practice_code)
        return _propose(request, line, back)
    except PortalError as refused:
        refused.ways_on = shown.ways_back(line, back)  # type: ignore[attr-defined]
        raise


def _back(request: PortalRequest) -> str:
    """Where one came from: an address of this portal; empty for none."""
    wanted = request.POST.get("back", "") or request.GET.get("back", "")
    local = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return wanted if local else ""


def _propose(request: PortalRequest, line: queries.NilLine, back: str) -> HttpResponse:
    by = request.actor
    posted = request.POST if request.method == "POST" else None
    form = NilReasonForm(posted, who_reads_it=WHO_CONFIRMS, reason=request.GET.get("reason", ""))
    moved, status = None, 422 if posted is not None else 200
    if form.is_valid():
        try:
            return _proposed(request, line, form.cleaned_data["reason"])
        except LookAgain as again:
            moved, status = again.difference, 409
    sentences = [effect.sentence for effect in commands.preview_nil(line, by=by)]
    confirm = Confirm(
        href=request.path,
        button="Propose to settle as nil",
        cancel_href=back or shown.network_href_of(line),
        hidden=(("token", token_of(foreseen(sentences), PROPOSE, by)), ("back", back)),
    )
    page = shown.propose_page(line, form, sentences, confirm, moved)
    return render(request, "achievement/propose_nil.jinja", {"page": page}, status=status)


def _proposed(request: PortalRequest, line: queries.NilLine, reason: str) -> HttpResponse:
    by = request.actor
    made = save_as_seen(
        lambda: commands.propose_nil(line, reason, by=by), lambda made: made.sentences, request.POST.get("token", ""),
        PROPOSE, by,
    )  # fmt: skip
    messages.success(request, "Proposed. Nothing changes before another person confirms it.")
    return redirect("achievement:nil_settlement", made.settlement_id)


@require_GET
def nil_settlement(request: PortalRequest, settlement_id: int) -> HttpResponse:
    """One settlement: what it says, what would follow, what can be done, and its history."""
    return _page(request, settlement_id)


@require_POST
def confirm_nil(request: PortalRequest, settlement_id: int) -> HttpResponse:
    """As it was seen, or not at all."""
    by = request.actor
    found = queries.settlement_seen_by(by, settlement_id)
    seen = _seen(request, found)
    return _as_seen(request, settlement_id, CONFIRM, lambda: commands.confirm_nil(seen, by=by))


@require_POST
def decline_nil(request: PortalRequest, settlement_id: int) -> HttpResponse:
    return _with_reason(request, settlement_id, DECLINE_NIL)


@require_POST
def withdraw_nil(request: PortalRequest, settlement_id: int) -> HttpResponse:
    return _with_reason(request, settlement_id, WITHDRAW_NIL)


@require_POST
def lift_nil(request: PortalRequest, settlement_id: int) -> HttpResponse:
    return _with_reason(request, settlement_id, LIFT_NIL)


def _with_reason(request: PortalRequest, settlement_id: int, move: Transition) -> HttpResponse:
    by = request.actor
    found = queries.settlement_seen_by(by, settlement_id)
    form = NilReasonForm(request.POST, who_reads_it=_who_reads(move))
    if not form.is_valid():
        return _page(request, settlement_id, given=(move, form), status=422)
    seen, reason = _seen(request, found), form.cleaned_data["reason"]
    if move is LIFT_NIL:
        return _as_seen(request, settlement_id, LIFT, lambda: commands.lift_nil(seen, reason, by=by), (move, form))
    run = commands.decline_nil if move is DECLINE_NIL else commands.withdraw_nil
    return _done(request, run(seen, reason, by=by))


Given = tuple[Transition, NilReasonForm]


def _as_seen(
    request: PortalRequest, settlement_id: int, purpose: str, run: Callable[[], Settled], given: Given | None = None
) -> HttpResponse:
    token = request.POST.get("token", "")
    try:
        return _done(request, save_as_seen(run, lambda done: done.sentences, token, purpose, request.actor))
    except LookAgain as again:
        if again.difference is None:
            rolled_back(run)  # whoever may not is refused, and looks at nothing
        return _page(request, settlement_id, given=given, moved=again.difference, status=409)


def _done(request: PortalRequest, settled: Settled) -> HttpResponse:
    messages.success(request, " ".join([shown.done(settled.settlement), *settled.sentences]))
    return redirect("achievement:nil_settlement", settled.settlement.pk)


def _seen(request: PortalRequest, settlement: NilSettlement) -> Seen:
    return version_seen(settlement.pk, request.POST.get("version", ""))


def _who_reads(move: Transition) -> str:
    return WHO_PROPOSED if move is DECLINE_NIL else WHO_CONCERNED


@dataclass(frozen=True)
class _Ahead:
    """What a move would do now; or why it cannot be done."""

    settled: Settled | None = None
    problem: Sequence[str] = ()


def _ahead(run: Callable[[], Settled]) -> _Ahead:
    try:
        return _Ahead(run())
    except Conflict as conflict:
        return _Ahead(problem=conflict.sentences)


def _page(
    request: PortalRequest, settlement_id: int, *, given: Given | None = None, moved: Difference | None = None,
    status: int = 0,
) -> HttpResponse:  # fmt: skip
    by = request.actor
    found = queries.settlement_seen_by(by, settlement_id)
    refused = queries.refusals(found, by)
    can = [move for move, why in refused.items() if not why]
    ahead = _Ahead()
    if CONFIRM_NIL in can:
        ahead = _ahead(lambda: commands.preview_confirmation(found.pk, by=by))
    elif LIFT_NIL in can:
        ahead = _ahead(lambda: commands.preview_lift(found.pk, by=by))
    can = [move for move in can if not (ahead.problem and move in (CONFIRM_NIL, LIFT_NIL))]
    pounds = rules.sees_pounds(by)
    page = shown.settlement_page(
        found,
        forms=[_form(found, move, given) for move in can if move.needs_reason],
        change=_change(by, found, can, ahead, moved),
        problem=ahead.problem,
        cannot=shown.cannot(refused, lambda move: queries.who_can_move(found, move)),
        due=due_for_settlements([found]).get(found.pk) if pounds else None,
        history=queries.history_of(found),
        pounds=pounds,
        opens_network=details.opens_network(by, found.network),
    )
    return render(request, "achievement/nil_settlement.jinja", {"page": page}, status=status)


def _form(found: NilSettlement, move: Transition, given: Given | None) -> shown.ReasonShown:
    form = given[1] if given and given[0] is move else NilReasonForm(None, who_reads_it=_who_reads(move))
    return shown.reason_form(found, move, form)


def _change(
    by: Acting, found: NilSettlement, can: Sequence[Transition], ahead: _Ahead, moved: Difference | None
) -> shown.Change | None:
    if ahead.settled is None:
        return None
    confirms = CONFIRM_NIL in can
    token = token_of(foreseen(ahead.settled.sentences), CONFIRM if confirms else LIFT, by)
    return shown.change_of(found, ahead.settled.effects, token, moved, confirms=confirms)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotVisible(details.UNSEEN) from None
