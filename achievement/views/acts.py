"""What is done to rows, as they were seen: approve, reject, undo, lift, give finance approval, return."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.rules import Acting, PortalRequest
from achievement import commands, rules
from achievement.commands.outcomes import Outcome
from achievement.forms import ActForm, ReasonForm
from achievement.presenters import declarations as shown
from achievement.queries import lists
from achievement.queries.readiness import readiness_of
from achievement.views.declarations import SELECTION, UNDO
from core.errors import Conflict
from core.selections import seen_in, token_of
from core.transitions import Seen
from operations.idempotency import digest_of, once
from operations.kept_texts import keep_texts, kept_texts
from ui.answers import render
from ui.components import Confirm
from ui.wording import count, money

CHECK_ABOVE = 200
NOUN = ("achievement", "achievements")
DOUBLE_CLICK = timedelta(seconds=20)


class Act(Protocol):
    def __call__(self, seen: list[Seen], *, by: Acting, note: str) -> Outcome: ...


ACTS: Mapping[tuple[str, bool], Act] = {
    (shown.APPROVE, False): commands.approve_achievements,
    (shown.REJECT, False): commands.reject_achievements,
    (shown.UNDO, False): commands.undo_approval,
    (shown.LIFT, False): commands.lift_hold,
    (shown.WITHDRAW, False): commands.withdraw_declarations,
    (shown.FINANCE_APPROVE, False): commands.approve_practice_payments,
    (shown.RETURN, False): commands.return_practice_payments,
    (shown.FINANCE_APPROVE, True): commands.give_finance_approval,
    (shown.RETURN, True): commands.return_network_achievements,
}


@dataclass(frozen=True)
class Asked:
    """What somebody asked for: the act, and the rows as they were seen."""

    action: str
    totals: bool
    seen: list[Seen]
    back: str
    key: str
    hidden: tuple[tuple[str, str], ...]


@require_POST
def act(request: PortalRequest) -> HttpResponse:
    by = request.actor
    form = ActForm(request.POST)
    back = _back(request)
    if not form.is_valid():
        for error in form.non_field_errors() or ["Nothing was changed: go back to the list and choose again."]:
            messages.error(request, str(error))
        return redirect(back)
    asked = _asked(by, form.cleaned_data, totals=bool(request.POST.get("totals")), back=back)
    if asked.action in shown.NEEDS_REASON:
        return _with_reason(request, by, asked)
    if not form.cleaned_data["confirmed"]:
        unlimited = _unlimited(by, asked)
        if unlimited or len(asked.seen) > CHECK_ABOVE:
            return render(request, "achievement/check.jinja", {"page": _check_page(by, asked, unlimited)})
    return _done(request, by, asked, note="")


def _unlimited(by: Acting, asked: Asked) -> str:
    """That some of these are paid without limit, as a sentence; the total of a network is of no allocation."""
    found = None if asked.totals else lists.without_allocation(by, asked.seen)
    if not found or not found.count:
        return ""
    pounds = f", {money(found.pounds)}" if rules.sees_pounds(by) else ""
    return f"No allocation limits {count(found.count, *NOUN)} of these{pounds}: all that was claimed is paid."


def _asked(by: Acting, given: Mapping[str, Any], *, totals: bool, back: str) -> Asked:
    action, token = given["action"], given["all_matching"]
    if (action, totals) not in ACTS:
        raise Conflict("This cannot be done to these rows. Nothing was changed.")
    key = given["key"]
    hidden = [("action", action), ("totals", "1" if totals else ""), ("back", back), ("key", key), ("confirmed", "1")]
    if token:
        return Asked(action, totals, seen_in(token, SELECTION, by), back, key, (*hidden, ("all_matching", token)))
    seen = list(given["seen"])
    return Asked(action, totals, seen, back, key, (*hidden, *(("seen", f"{row.id}:{row.version}") for row in seen)))


def _with_reason(request: PortalRequest, by: Acting, asked: Asked) -> HttpResponse:
    name = _reason_name(asked, [row.id for row in asked.seen])
    before = kept_texts([name], by=by).get(name, "")
    form = ReasonForm(request.POST if "reason" in request.POST else None, initial={"reason": before})
    if form.is_bound:
        keep_texts({name: request.POST["reason"]}, by=by)
    if form.is_valid():
        return _done(request, by, asked, note=form.cleaned_data["reason"])
    button = shown.ACTIONS[asked.action][0].rstrip(".")
    page = shown.ReasonPage(
        title=f"{button} {count(len(asked.seen), *NOUN)}",
        in_error=form.is_bound,
        breadcrumb=shown.breadcrumb(),
        confirm=_confirm(by, asked, button),
        form=form,
        put_back=shown.put_back_in_words(asked.action) if before and not form.is_bound else "",
    )
    return render(request, "achievement/reason.jinja", {"page": page})


def _check_page(by: Acting, asked: Asked, warning: str) -> shown.CheckPage:
    button = shown.ACTIONS[asked.action][0]
    title = f"Check before you {button[0].lower()}{button[1:]}"
    confirm = _confirm(by, asked, button, warning)
    return shown.CheckPage(title=title, breadcrumb=shown.breadcrumb(), confirm=confirm)


def _confirm(by: Acting, asked: Asked, button: str, warning: str = "") -> Confirm:
    found = lists.summary_of_seen(by, asked.seen, totals=asked.totals)
    pounds = f", {money(found.pounds)}" if rules.sees_pounds(by) else ""
    effects = [f"{count(found.count, *NOUN)}{pounds}."]
    return Confirm(
        href=reverse("achievement:act"),
        button=button,
        cancel_href=asked.back,
        effects=effects,
        warning=warning,
        hidden=asked.hidden,
    )


def _reason_name(asked: Asked, ids: Iterable[int]) -> str:
    """What a reason is kept under: these rows alone, so that it is not put back for others."""
    return f"achievement.reason.{digest_of({'act': asked.action, 'totals': asked.totals, 'rows': sorted(ids)})}"


def _done(request: PortalRequest, by: Acting, asked: Asked, *, note: str) -> HttpResponse:
    """Do it once: the same form sent twice is answered twice, and done once. A note is kept for the rows that were
    refused, and for no others."""
    what = {"action": asked.action, "totals": asked.totals, "seen": asked.seen, "note": note}
    key = f"{asked.key}:{digest_of(what)}" if asked.key else ""
    said = once(key, what, lambda: _act(by, asked, note), by=by, action="achievement.act", within=DOUBLE_CLICK)
    messages.add_message(request, said["level"], said["text"])
    if note:
        everything = _reason_name(asked, [row.id for row in asked.seen])
        keep_texts({everything: "", _reason_name(asked, said["refused"]): note if said["refused"] else ""}, by=by)
    if said["undo"]:
        request.session[UNDO] = {"token": said["undo"], "what": said["done"]}
    return redirect(asked.back)


def _act(by: Acting, asked: Asked, note: str) -> dict[str, Any]:
    outcome = ACTS[asked.action, asked.totals](asked.seen, by=by, note=note)
    names = lists.names_of(by, [row.id for row in outcome.refused], totals=asked.totals)
    sentences = shown.sentences_of(outcome, shown.ACTIONS[asked.action][1], names, NOUN)
    completed = _completed(outcome) if asked.action == shown.APPROVE else []
    level = messages.WARNING if outcome.refused else messages.SUCCESS
    return {
        "level": level,
        "text": " ".join([*sentences, *completed]),
        "done": count(outcome.moved, *NOUN),
        "refused": [row.id for row in outcome.refused],
        "undo": _undo_token(by, outcome) if asked.action == shown.APPROVE else "",
    }


def _undo_token(by: Acting, outcome: Outcome) -> str:
    """What was approved just now, as it stands now: what changes after this is not undone. Of very many, nothing."""
    if not 0 < outcome.moved <= CHECK_ABOVE:
        return ""
    return token_of(lists.as_they_stand(by, outcome.ids), SELECTION, by)


def _completed(outcome: Outcome) -> list[str]:
    """Networks that these approvals completed: they are aggregated by themselves, at once."""
    ready = [key for key, each in readiness_of(lists.keys_of(outcome.ids)).items() if each.is_complete]
    names = sorted(set(lists.network_names([network for _service, _day, network in ready]).values()))
    if not names:
        return []
    if len(names) > 3:
        return [f"{len(names)} networks are complete and are being aggregated."]
    return [f"{name} is complete and is being aggregated." for name in names]


def _back(request: PortalRequest) -> str:
    """Where to go afterwards: an address of this portal, or the list."""
    wanted = request.POST.get("back", "")
    local = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return wanted if local else reverse("achievement:declaration_management")
