"""One achievement, one network on one date, the list of networks, and the overnight runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from achievement.presenters.declarations import network_href
from achievement.queries.details import NetworkDate
from achievement.queries.readiness import MemberLine, Readiness
from achievement.states import (
    CALCULATED_AND_DECLARED,
    NETWORK_AGGREGATED,
    NETWORK_LINE,
    NETWORK_TOTAL,
    PRACTICE_PAID,
    State,
)
from ui.components import Confirm, Event, Explanation, Term
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.tables import Column, Pager, Table
from ui.wording import long_date, money, month


@dataclass(frozen=True)
class CannotDo:
    """Something that cannot be done to this now: why, and who can."""

    act: str
    why: str
    who_can: str


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


@dataclass(frozen=True, kw_only=True)
class NetworkPage(Page):
    """A network for a service and a date: its total or what it waits for, its lines, what can be done, history."""

    status: str
    lead_sentence: str
    facts: Sequence[tuple[str, str]]
    table: Table
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


@dataclass(frozen=True, kw_only=True)
class RunsPage(Page):
    """The overnight runs, newest first; the one chosen with its shards."""

    table: Table
    shards: Table | None


DONE = {
    transition.name: transition.done
    for table in (PRACTICE_PAID, NETWORK_LINE, NETWORK_TOTAL)
    for transition in table.values()
}
DONE |= {CALCULATED_AND_DECLARED.name: CALCULATED_AND_DECLARED.done, NETWORK_AGGREGATED.name: NETWORK_AGGREGATED.done}


def event_of(change: Any, *, pounds: bool) -> Event:
    who = change.by.name if change.by else "CQRS Portal"
    at = f", {change.organisation.name}" if change.organisation else ""
    amount = f", {money(change.amount)}" if pounds else ""
    return Event(change.at, f"{who}{at}", f"{DONE.get(change.transition, change.transition)}{amount}", change.note)


def explained(
    amount: Decimal, subject: str, source: str, steps: Any, sentences: Sequence[str], json_href: str
) -> Explanation:
    """From the calculation's own steps to the component: each step a term."""
    terms = [Term(step.sign.replace("x", "×"), *_value_and_words(step.text)) for step in steps]
    links = [Link("Download as JSON", json_href)]
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
        return cls(line.code, line.name, href, line.status, line.amount if pounds else None, missing)


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
        ready=f"{ready.approved} of {ready.expected}",
        status=state,
        amount=(total.amount if total else ready.pounds) if pounds else None,
    )


def waiting_words(ready: Readiness) -> str:
    if ready.expected == 0:
        return "No members"
    return State.AWAITING_NETWORK.label if ready.approved else State.AWAITING_COMMISSIONER.label


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
    expected = sum(1 for line in lines if line.expected)
    when = month(found.achievement_date)
    if found.total and pounds:
        payee = (
            f" for {found.payee.name}, nominated payee on {long_date(found.achievement_date)}" if found.payee else ""
        )
        return f"{when} is {State(found.total.state).label}: {money(found.total.amount)}{payee}."
    if found.total:
        return f"{when} is {State(found.total.state).label}."
    if expected == approved and expected:
        return f"{when}: every practice is approved. It is aggregated by itself."
    return f"{when} waits: {approved} of {expected} practices are approved."


def runs_table(runs: Sequence[Any]) -> Table:
    return Table(
        caption="Overnight runs",
        columns=[
            Column(key="day", label="Business date", kind="date", href="href"),
            Column(key="started_at", label="Started", kind="moment"),
            Column(key="finished_at", label="Finished", kind="moment"),
            Column(key="networks", label="Networks aggregated", kind="number"),
            Column(key="lines", label="Lines moved", kind="number"),
            Column(key="pounds", label="Pounds", kind="money"),
            Column(key="waiting", label="Networks waiting", kind="number"),
            Column(key="status", label="Result", kind="status"),
        ],
        rows=[RunRow.of(run) for run in runs],
        noun=("run", "runs"),
        empty="No overnight run yet. The first one starts by itself.",
    )


@dataclass(frozen=True)
class RunRow:
    """One overnight run."""

    day: date
    href: str
    started_at: Any
    finished_at: Any
    networks: int
    lines: int
    pounds: Decimal
    waiting: int
    status: str

    @classmethod
    def of(cls, run: Any) -> RunRow:
        href = reverse("achievement:overnight_run", args=[run.pk])
        totals = (run.networks or 0, run.lines or 0, run.pounds or Decimal(0), run.waiting or 0)
        return cls(run.business_date, href, run.started_at, run.finished_at, *totals, run.get_state_display())


def shards_table(run_date: date, shards: Sequence[Any]) -> Table:
    return Table(
        caption=f"Shards of {long_date(run_date)}",
        columns=[
            Column(key="name", label="Commissioning Organisation"),
            Column(key="status", label="Result", kind="status"),
            Column(key="networks_aggregated", label="Networks aggregated", kind="number"),
            Column(key="lines_moved", label="Lines moved", kind="number"),
            Column(key="amount", label="Pounds", kind="money"),
            Column(key="waiting", label="Networks waiting", kind="number"),
            Column(key="error", label="Error"),
        ],
        rows=[ShardRow.of(shard) for shard in shards],
        noun=("shard", "shards"),
        empty="Nobody leads a network yet.",
        id="shards",
    )


@dataclass(frozen=True)
class ShardRow:
    """One commissioner's part of a run."""

    name: str
    status: str
    networks_aggregated: int
    lines_moved: int
    amount: Decimal
    waiting: int
    error: str

    @classmethod
    def of(cls, shard: Any) -> ShardRow:
        figures = (shard.networks_aggregated, shard.lines_moved, shard.amount, shard.waiting, shard.error)
        return cls(shard.commissioner.name, shard.get_state_display(), *figures)
