"""Lines settled as nil: the proposal of one, and one with what can be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse

from achievement.models import NilSettlement
from achievement.presenters.adjustments import list_href
from achievement.presenters.details import CannotDo
from achievement.queries.addresses import network_href
from achievement.queries.nil import NilLine
from achievement.states import (
    CONFIRM_NIL,
    DECLINE_NIL,
    LIFT_NIL,
    NIL_SETTLEMENT,
    PROPOSE_NIL,
    WITHDRAW_NIL,
    NilState,
)
from core.changes import Effect
from core.previews import Difference
from core.transitions import Transition
from ui.components import Confirm, Event
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.previews import WouldChange
from ui.wording import long_date, moment, money, month, note_for

DONE = {move.name: move.done for move in NIL_SETTLEMENT.values()} | {PROPOSE_NIL.name: PROPOSE_NIL.done}
NAMES = {
    CONFIRM_NIL: "confirm_nil", DECLINE_NIL: "decline_nil", WITHDRAW_NIL: "withdraw_nil", LIFT_NIL: "lift_nil",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ProposeNilPage(Page):
    """Where a line is proposed to be settled as nil: what would follow, and why it is."""

    form: PortalForm
    facts: Sequence[tuple[str, str]]
    change: WouldChange


@dataclass(frozen=True)
class ReasonShown:
    """A move that asks why: its form, where it is sent, and its button."""

    heading: str
    form: PortalForm
    href: str
    button: str
    hidden: Sequence[tuple[str, str]]
    is_lift: bool


@dataclass(frozen=True)
class Change:
    """What would follow from a move: with a button of its own, or (of a lift) above the form that asks why."""

    confirms: bool
    change: WouldChange
    token: str


@dataclass(frozen=True, kw_only=True)
class NilSettlementPage(Page):
    """One settlement."""

    status: str
    lead_sentence: str
    facts: Sequence[tuple[str, str]]
    change: Change | None
    problem: Sequence[str]
    forms: Sequence[ReasonShown]
    cannot: Sequence[CannotDo]
    events: Sequence[Event]
    links: Sequence[Link]


def propose_page(
    line: NilLine, form: PortalForm, sentences: Sequence[str], confirm: Confirm, moved: Difference | None
) -> ProposeNilPage:
    when = month(line.achievement_date)
    return ProposeNilPage(
        title=f"Settle this line as nil for {when}",
        subject=line.practice.name,
        caption=f"{line.practice.name} ({line.practice.code})",
        in_error=bool(form.errors),
        breadcrumb=[*breadcrumb(), Link(line.network.name, network_href_of(line))],
        form=form,
        facts=_facts_of_line(line),
        change=WouldChange.of("If another person confirms it:", sentences, (), (), confirm, moved),
    )


def settlement_page(
    found: NilSettlement, *, forms: Sequence[ReasonShown], change: Change | None, problem: Sequence[str],
    cannot: Sequence[CannotDo], due: Decimal | None, history: Iterable[Any], pounds: bool, opens_network: bool,
) -> NilSettlementPage:  # fmt: skip
    return NilSettlementPage(
        title=f"Nil settlement for {month(found.achievement_date)}",
        subject=found.provider.name,
        caption=f"{found.provider.name} ({found.provider.code})",
        in_error=any(each.form.errors for each in forms),
        breadcrumb=[*breadcrumb(), Link("Nil settlements", reverse("achievement:nil_settlements"))],
        status=found.state_label,
        lead_sentence=_lead(found),
        facts=_facts(found, due, pounds=pounds),
        change=change,
        problem=problem,
        forms=forms,
        cannot=cannot,
        events=[event_of(each, pounds=pounds) for each in history],
        links=_links(found, opens_network=opens_network, adjusted=bool(pounds and due)),
    )


def _links(found: NilSettlement, *, opens_network: bool, adjusted: bool) -> list[Link]:
    """Its network on the date; and what is to be adjusted of its practice, where something is."""
    href = network_href(found.network.code, found.service.code, found.achievement_date)
    network = Link(f"{found.network.name}, {long_date(found.achievement_date)}", href)
    listed = Link("To be adjusted", list_href(service=found.service_id, text=found.provider.code))
    return [*([network] if opens_network else []), *([listed] if adjusted else [])]


def reason_form(found: NilSettlement, move: Transition, form: PortalForm) -> ReasonShown:
    headings = {
        DECLINE_NIL: "Or decline", WITHDRAW_NIL: "Withdraw this proposal", LIFT_NIL: "Lift this settlement",
    }  # fmt: skip
    href = reverse(f"achievement:{NAMES[move]}", args=[found.pk])
    return ReasonShown(headings[move], form, href, move.button, _version(found), is_lift=move is LIFT_NIL)


def change_of(
    found: NilSettlement, effects: Sequence[Effect], token: str, moved: Difference | None, *, confirms: bool
) -> Change:
    confirm = Confirm(
        href=reverse(f"achievement:{NAMES[CONFIRM_NIL if confirms else LIFT_NIL]}", args=[found.pk]),
        button=CONFIRM_NIL.button if confirms else LIFT_NIL.button,
        cancel_href=reverse("achievement:nil_settlements"),
        style="primary" if confirms else "warning",
        hidden=(("token", token), *_version(found)),
    )
    lead = "If you confirm it:" if confirms else "If you lift it:"
    return Change(confirms, WouldChange.of(lead, (), effects, (), confirm, moved), token)


def cannot(refused: Mapping[Transition, Sequence[str]], who: Callable[[Transition], Sequence[str]]) -> list[CannotDo]:
    """What its status allows and this person is refused; of two ways out of a proposal the one that is theirs is not
    told as the other."""
    barred = [(move, why) for move, why in refused.items() if why]
    if len(barred) < len(refused):
        barred = [(move, why) for move, why in barred if move is CONFIRM_NIL]
    return [CannotDo(move.button, " ".join(why), " ".join(who(move))) for move, why in barred]


def event_of(change: Any, *, pounds: bool) -> Event:
    who = change.by.name if change.by else "CQRS Portal"
    at = f", {change.organisation.name}" if change.organisation else ""
    return Event(change.at, f"{who}{at}", DONE[change.transition], note_for(change.note, pounds=pounds))


def done(found: NilSettlement) -> str:
    """What became of it, in a sentence."""
    name, when = found.provider.name, month(found.achievement_date)
    return {
        NilState.SETTLED: f"{name}'s line is settled as nil for {when}.",
        NilState.LIFTED: f"{name}'s line for {when} is awaited again.",
        NilState.DECLINED: "Declined. Nothing was changed, and whoever proposed it is told.",
        NilState.WITHDRAWN: "Withdrawn. Nothing was changed.",
    }.get(NilState(found.state), f"It is {found.state_label}.")


def network_href_of(line: NilLine) -> str:
    return network_href(line.network.code, line.service.code, line.achievement_date)


def breadcrumb() -> list[Link]:
    return [Link("Home", reverse("home:home"))]


def _version(found: NilSettlement) -> tuple[tuple[str, str], ...]:
    return (("version", str(found.version)),)


def _facts_of_line(line: NilLine) -> list[tuple[str, str]]:
    own = line.own()
    return [
        ("PCN", str(line.network)),
        ("Quality Service", line.service.name),
        ("Date of Achievement", long_date(line.achievement_date)),
        ("Its line now", own.status if own else "None"),
    ]


def _facts(found: NilSettlement, due: Decimal | None, *, pounds: bool) -> list[tuple[str, str]]:
    by = found.confirmed_by
    confirmed = [("Confirmed by", f"{by.name}, {moment(found.confirmed_at)}")] if by else []
    return [
        ("PCN", str(found.network)),
        ("Quality Service", found.service.name),
        ("Date of Achievement", long_date(found.achievement_date)),
        ("Reason", note_for(found.reason, pounds=pounds)),
        ("Proposed by", f"{found.proposed_by.name}, {moment(found.proposed_at)}"),
        *confirmed,
        *([("To be adjusted", _adjusted(due))] if pounds and found.state == NilState.COMPLETE else []),
    ]


def _adjusted(due: Decimal | None) -> str:
    what = money(due) if due else "Nothing"
    return f"{what} is due for its line here as things stand today, by its membership, participation, list and payments"


def _lead(found: NilSettlement) -> str:
    name, network, when = found.provider.name, found.network.name, month(found.achievement_date)
    return {
        NilState.PROPOSED: f"Nothing changes before another person confirms it: {network} waits for {name}.",
        NilState.SETTLED: (
            f"{name}'s line counts as £0.00 for {when} alone, so {network} does not wait for it. It is replaced when "
            "the line is approved."
        ),
        NilState.COMPLETE: (
            f"{name}'s line counted as £0.00 for {when} when {network}'s total had finance approval. What is due for "
            "it is put right by adjustment."
        ),
        NilState.DECLINED: f"{network} waits for {name} as before.",
        NilState.WITHDRAWN: f"{network} waits for {name} as before.",
        NilState.LIFTED: f"{name}'s line for {when} is awaited again.",
        NilState.REPLACED: f"{name}'s line for {when} was approved, and counts instead.",
    }[NilState(found.state)]
