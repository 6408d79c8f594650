"""Declaration Management, its check and reason pages, and the sentences that answer an act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from achievement.commands.outcomes import Outcome
from achievement.queries.addresses import network_href
from achievement.queries.lists import PayCodeTotal
from achievement.states import State
from catalogue.queries import period_containing
from ui.components import Confirm
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.tables import Action, Choosing, Column, Pager, Selection, Table
from ui.wording import count, money

APPROVE, REJECT, UNDO, LIFT = "approve", "reject", "undo", "lift"
FINANCE_APPROVE, RETURN = "finance_approve", "return"
WITHDRAW = "withdraw"

ACTIONS: Mapping[str, tuple[str, str]] = {
    APPROVE: ("Approve", "approved"),
    REJECT: ("Reject...", "rejected"),
    UNDO: ("Undo approval...", "sent back to await approval"),
    LIFT: ("Lift hold...", "no longer held"),
    FINANCE_APPROVE: ("Give finance approval", "financially approved"),
    RETURN: ("Return...", "returned"),
    WITHDRAW: ("Withdraw declaration...", "withdrawn from approval"),
}
NEEDS_REASON = frozenset({REJECT, UNDO, LIFT, RETURN, WITHDRAW})

OFFERED: Mapping[State, tuple[str, ...]] = {
    State.AWAITING_COMMISSIONER: (APPROVE, REJECT),
    State.HELD: (LIFT,),
    State.AWAITING_NETWORK: (UNDO,),
    State.AWAITING_FINANCE: (FINANCE_APPROVE, RETURN, UNDO),
    State.AGGREGATED: (FINANCE_APPROVE, RETURN),
}
FINANCES = frozenset({FINANCE_APPROVE, RETURN})


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    token: str
    href: str
    code: str
    name: str
    service: str
    period: tuple[date, date | None] | None
    achievement_date: date
    status: str
    amount: Decimal | None
    notes: str
    remarks: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class DeclarationsPage(Page):
    """The list with its filters, its selection and its pages."""

    filters: PortalForm
    table: Table
    pager: Pager
    selection: Selection | None
    may_not: str = ""
    pay_codes: Table | None = None
    undo: Confirm | None = None


@dataclass(frozen=True, kw_only=True)
class CheckPage(Page):
    """Many rows at once: how many, how much, and one button."""

    confirm: Confirm


@dataclass(frozen=True, kw_only=True)
class ReasonPage(Page):
    """Why: asked before an act that sends something back; `put_back` where it was typed before, and is not done yet."""

    confirm: Confirm
    form: PortalForm
    put_back: str


def put_back_in_words(action: str) -> str:
    """That a reason is the one that was given before."""
    done = ACTIONS[action][1]
    return f"You gave this reason before, and not everything you chose then was {done}. It has been put back."


def columns(*, totals: bool, pounds: bool, statuses: bool) -> list[Column]:
    """The columns of the list; with a status of each row where the list is of every status."""
    amount = [Column(key="amount", label="Achievement Amount", kind="money", sort="amount")] if pounds else []
    return [
        Column(key="code", label="Org ID", kind="code", sort="code"),
        Column(key="name", label="PCN" if totals else "Name", href="href", sort="name"),
        Column(key="service", label="Quality Service"),
        Column(key="period", label="Payment Period", kind="period"),
        Column(key="achievement_date", label="Date of Achievement", kind="date", sort="date"),
        *([Column(key="status", label="Status", kind="status")] if statuses else []),
        *amount,
        Column(key="notes", label="Notes"),
    ]


def row_of(
    each: Any, *, totals: bool, periods: Mapping[tuple[int, date], tuple[date, date]], notes: Mapping[int, int],
    pounds: bool, remarks: Sequence[str] = (),
) -> Row:  # fmt: skip
    subject = each.network if totals else each.provider
    return Row(
        token=f"{each.pk}:{each.version}",
        href=href_of(each, totals=totals),
        code=subject.code,
        name=subject.name,
        service=each.service.short_name,
        period=period_containing(periods, each.service_id, each.achievement_date),
        achievement_date=each.achievement_date,
        status=each.state_label,
        amount=each.amount if pounds else None,
        notes=count(noted, "note", "notes") if (noted := notes.get(each.pk, 0)) else "",
        remarks=remarks,
    )


def pay_code_table(totals: Sequence[PayCodeTotal]) -> Table:
    """What awaits finance approval, by pay code."""
    return Table(
        caption="By pay code",
        columns=[
            Column(key="pay_code", label="Pay code", kind="code"),
            Column(key="service", label="Quality Service"),
            Column(key="count", label="Achievements", kind="number"),
            Column(key="pounds", label="Achievement Amount", kind="money"),
        ],
        rows=totals,
        noun=("pay code", "pay codes"),
        count=len({each.pay_code for each in totals}),
        total=sum((each.pounds for each in totals), Decimal(0)),
        id="pay-codes",
    )


def href_of(each: Any, *, totals: bool) -> str:
    if totals:
        return network_href(each.network.code, each.service.code, each.achievement_date)
    return reverse("achievement:achievement", args=[each.pk])


def choosing(*, pounds: bool) -> Choosing:
    return Choosing(value="token", label="name", amount="amount" if pounds else "")


def offered(state: State | None, *, approves: bool, finances: bool) -> list[Action]:
    """The buttons of a status, for what the person may do at all."""
    may = [each for each in (OFFERED.get(state, ()) if state else ()) if (finances if each in FINANCES else approves)]
    return [
        Action(each, ACTIONS[each][0], "primary" if each in (APPROVE, FINANCE_APPROVE) else "secondary") for each in may
    ]


def sentences_of(outcome: Outcome, done: str, names: Mapping[int, str], noun: tuple[str, str]) -> list[str]:
    """ "2 approved, £1,732.34." and, for each row that did not move, its name and why."""
    first = (
        f"{count(outcome.moved, *noun)} {done}, {money(outcome.pounds)}." if outcome.moved else f"Nothing was {done}."
    )
    shown = outcome.refused[:20]
    rest = len(outcome.refused) - len(shown)
    said = [f"{names.get(row.id, 'One row')}: {' '.join(row.reasons)}" for row in shown]
    if outcome.replaced:
        said.insert(0, f"{count(outcome.replaced, 'nil settlement')} replaced by what is approved now.")
    return [first, *said, *([f"And {rest:,} more that could not be {done}."] if rest else [])]


def breadcrumb(*, results: bool = False) -> Sequence[Link]:
    """From Home to *Declaration Management*; for whoever earns, to *Achievement Results*."""
    management = Link("Declaration Management", reverse("achievement:declaration_management"))
    own = Link("Achievement Results", reverse("achievement:achievement_results"))
    return (Link("Home", reverse("home:home")), own if results else management)
