"""One achievement, one network on one date, and the list of networks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from achievement.queries.addresses import network_href
from achievement.queries.declarations import on_behalf_words
from achievement.queries.details import NetworkDate
from achievement.queries.readiness import MemberLine, Readiness
from achievement.states import (
    AUTO_DECLARED,
    CALCULATED,
    CALCULATED_AND_DECLARED,
    NETWORK_AGGREGATED,
    NETWORK_LINE,
    NETWORK_TOTAL,
    PRACTICE_PAID,
    NilState,
    State,
)
from ui.components import Confirm, Event, Explanation, Term
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.tables import Column, Pager, Table
from ui.wording import long_date, moment, money, month, note_for


@dataclass(frozen=True)
class CannotDo:
    """Something that cannot be done to this now: why, and who can."""

    act: str
    why: str
    who_can: str


@dataclass(frozen=True)
class SettledLine:
    """A line that is settled as nil, or proposed to be: in a sentence, with who, when and why for whoever reads it."""

    sentence: str
    who: str
    href: str


@dataclass(frozen=True, kw_only=True)
class AchievementPage(Page):
    """A line or a practice-paid achievement: amount, explanation, what can be done, history."""

    status: str
    facts: Sequence[tuple[str, str]]
    explanation: Explanation | None
    actions: Sequence[Confirm]
    cannot: Sequence[CannotDo]
    events: Sequence[Event]
    network_link: Link | None
    settled: Sequence[SettledLine]
    declare_link: Link | None
    accepted: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class ComparePage(Page):
    """An achievement beside the period before: the difference, what differs, and how each was worked out."""

    lead_sentence: str
    table: Table
    explanations: Sequence[tuple[str, Explanation]]


@dataclass(frozen=True)
class InputRow:
    """One figure, then and now."""

    name: str
    then: str
    now: str


def inputs_table(inputs: Sequence[tuple[str, str, str]], then: str, now: str) -> Table:
    return Table(
        caption="What differs",
        columns=[
            Column(key="name", label="Figure"),
            Column(key="then", label=then),
            Column(key="now", label=now),
        ],
        rows=[InputRow(name[0].upper() + name[1:], *values) for name, *values in inputs],
        noun=("figure", "figures"),
        empty="Nothing that the amount is worked out from differs.",
    )


@dataclass(frozen=True, kw_only=True)
class NetworkPage(Page):
    """A network for a service and a date: its total or what it waits for, its lines, what can be done, history.

    `worked_out` tells how the total comes about, where lines are settled as nil; `settle` are the forms to settle one.
    """

    status: str
    lead_sentence: str
    why: Link | None
    facts: Sequence[tuple[str, str]]
    table: Table
    worked_out: Sequence[str]
    settled: Sequence[SettledLine]
    settle: Sequence[Link]
    actions: Sequence[Confirm]
    cannot: Sequence[CannotDo]
    events: Sequence[Event]


@dataclass(frozen=True, kw_only=True)
class NetworksPage(Page):
    """Network Declaration Management."""

    filters: PortalForm
    table: Table
    pager: Pager
    as_at: str


DONE = {
    transition.name: transition.done
    for table in (PRACTICE_PAID, AUTO_DECLARED, NETWORK_LINE, NETWORK_TOTAL)
    for transition in table.values()
}
CREATED = {
    (creation.name, creation.target): creation.done
    for creation in (CALCULATED, CALCULATED_AND_DECLARED, NETWORK_AGGREGATED)
}


def event_of(change: Any, *, pounds: bool) -> Event:
    who = change.by.name if change.by else "CQRS Portal"
    at = f", {change.organisation.name}" if change.organisation else ""
    amount = f", {money(change.amount)}" if pounds else ""
    done = CREATED.get((change.transition, change.to_state)) or DONE.get(change.transition, change.transition)
    return Event(change.at, f"{who}{at}", f"{done}{amount}", note_for(change.note, pounds=pounds))


def accepted_words(declarations: Iterable[Any]) -> list[str]:
    """ "Tamsin Dale, Portland Surgery, accepted version 2 of the declaration text on 8 December 2021, 14:02." """
    return [
        f"{each.name}, {each.organisation.name}, {_accepted(each)} on {moment(each.at)}{_on_behalf(each)}."
        for each in declarations
        if each.text_version is not None or each.closed_on
    ]


def _accepted(declaration: Any) -> str:
    if declaration.text_version is None:
        return "declared it"
    return f"accepted version {declaration.text_version} of the declaration text"


def _on_behalf(declaration: Any) -> str:
    if declaration.closed_on is None:
        return ""
    return f", {on_behalf_words(declaration.achievement.provider.name, declaration.closed_on)}"


def explained(
    amount: Decimal, subject: str, source: str, steps: Any, sentences: Sequence[str], links: Sequence[Link]
) -> Explanation:
    """From the calculation's own steps to the component: each step a term."""
    terms = [Term(step.sign.replace("x", "×"), *_value_and_words(step.text)) for step in steps]
    return Explanation(amount=amount, subject=subject, source=source, sums=[terms], sentences=sentences, links=links)


def _value_and_words(text: str) -> tuple[str, str]:
    """ "12,055 patients on ..." is shown with its figure strong."""
    value, _, words = text.partition(" ")
    return value, words


def network_table(lines: Sequence[MemberLine], *, pounds: bool, caption: str) -> Table:
    amount = [Column(key="amount", label="Achievement Amount", kind="money")] if pounds else []
    return Table(
        caption=caption,
        columns=[
            Column(key="code", label="Org ID", kind="code"),
            Column(key="name", label="Service Provider Name", href="href"),
            Column(key="status", label="Status", kind="status"),
            *amount,
            Column(key="missing", label="What is missing"),
        ],
        rows=[NetworkRow.of(line, pounds=pounds) for line in lines],
        noun=("practice", "practices"),
        empty="This network has no members on this date.",
        id="members",
    )


@dataclass(frozen=True)
class NetworkRow:
    """One practice of a network."""

    code: str
    name: str
    href: str
    status: str
    amount: Decimal | None
    missing: str

    @classmethod
    def of(cls, line: MemberLine, *, pounds: bool) -> NetworkRow:
        href = reverse("achievement:achievement", args=[line.line_id]) if line.line_id and pounds else ""
        missing = line.missing if line.expected else "It is not a member on this date."
        counts = Decimal(0) if line.is_settled_as_nil else line.amount
        return cls(line.code, line.name, href, line.status, counts if pounds else None, missing)


@dataclass(frozen=True)
class NetworkListRow:
    """One network of Network Declaration Management."""

    code: str
    name: str
    href: str
    ready: str
    status: str
    amount: Decimal | None


def network_list_row(
    network: Any, service_code: str, day: date, ready: Readiness, total: Any, *, pounds: bool
) -> NetworkListRow:
    state = State(total.state).label if total else waiting_words(ready)
    return NetworkListRow(
        code=network.code,
        name=network.name,
        href=network_href(network.code, service_code, day),
        ready=f"{ready.approved} of {ready.expected}{settled_words(ready.nil)}",
        status=state,
        amount=(total.amount if total else ready.pounds) if pounds else None,
    )


def settled_words(how_many: int) -> str:
    """`, 1 settled as nil`; empty where none is."""
    return f", {how_many:,} settled as nil" if how_many else ""


def waiting_words(ready: Readiness) -> str:
    if ready.expected == 0:
        return "No members"
    if ready.expected == ready.nil:
        return NilState.SETTLED.label
    if ready.approved:
        return State.AWAITING_NETWORK.label
    return State.AWAITING_COMMISSIONER.label if ready.lines else "Waiting"


def network_list_table(rows: Sequence[NetworkListRow], *, pounds: bool, count: int) -> Table:
    amount = [Column(key="amount", label="Approved so far, or total", kind="money")] if pounds else []
    return Table(
        caption="PCNs",
        columns=[
            Column(key="code", label="Org ID", kind="code"),
            Column(key="name", label="PCN", href="href"),
            Column(key="ready", label="Practices approved"),
            Column(key="status", label="Status", kind="status"),
            *amount,
        ],
        rows=rows,
        count=count,
        noun=("PCN", "PCNs"),
        empty="No PCN that you can see. Choose another Quality Service or Achievement Date.",
    )


def lead_sentence(found: NetworkDate, lines: Sequence[MemberLine], *, pounds: bool) -> str:
    """What this network's achievement stands at, in one sentence."""
    approved = sum(1 for line in lines if line.expected and line.is_approved)
    expected, nil = sum(1 for line in lines if line.expected), sum(1 for line in lines if line.is_settled_as_nil)
    when = month(found.achievement_date)
    if found.total and pounds:
        payee = (
            f" for {found.payee.name}, nominated payee on {long_date(found.achievement_date)}" if found.payee else ""
        )
        return f"{when} is {State(found.total.state).label}: {money(found.total.amount)}{payee}."
    if found.total:
        return f"{when} is {State(found.total.state).label}."
    if nil and nil == expected:
        return f"{when}: every line is settled as nil, so nothing is paid."
    if expected == approved + nil and expected:
        return f"{when}: every practice is approved{settled_words(nil)}. It is aggregated by itself."
    return f"{when} waits: {approved} of {expected} practices are approved{settled_words(nil)}."
