"""Why one network waits: what to put right, what is right already, what happens then, and what has gone on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse

from accounts.states import Role
from achievement.presenters.declarations import network_href as network_date_href
from achievement.presenters.waiting.findings import Finding, who_can
from achievement.presenters.waiting.nil import left_out
from achievement.presenters.waiting.right import already_right
from achievement.queries.causes import Cause, Known, Waiting
from achievement.states import State
from core import clock
from ui.frame import Link, Page
from ui.tables import Column, Table
from ui.wording import count, listed, long_date, money, month

SHOWN = 5


@dataclass(frozen=True)
class FindingShown:
    """One numbered cause of the page. `more_evidence` is what is opened, where there is much of it."""

    number: int
    anchor: str
    heading: str
    cause: str
    when: str
    evidence: Sequence[str]
    more_evidence: Sequence[str]
    who: str
    you_can: bool
    links: Sequence[Link]
    measure: str


@dataclass(frozen=True, kw_only=True)
class WaitingNetworkPage(Page):
    """Why is this network waiting? `remark` says whose part of it is shown, where it is not the whole."""

    lead_sentence: str
    remark: str
    summary: Sequence[str]
    unknown: str
    findings: Sequence[FindingShown]
    together: Link | None
    already_right: Sequence[str]
    then: str
    table: Table
    paid: Table | None
    escalate_href: str
    help_desk: str


@dataclass(frozen=True)
class KeyRow:
    """One service and date that waits."""

    name: str
    href: str
    ready: str
    days: int
    held: Decimal | None
    causes: Sequence[str]


@dataclass(frozen=True)
class PaidRow:
    """One total that is made: where it stands now."""

    name: str
    href: str
    status: str
    amount: Decimal | None
    next: str


def waiting_network_page(
    found: Sequence[Waiting], told: Sequence[Finding], known: Known, *, roles: frozenset[str],
    organisation_id: int | None, pounds: bool, in_part: bool, help_desk: str, escalate_href: str,
    breadcrumb: Sequence[Link],
) -> WaitingNetworkPage:  # fmt: skip
    """`in_part`: the network is another's, and what is shown is about the reader's practices alone."""
    network = known.network
    return WaitingNetworkPage(
        title="Why is this network waiting?",
        subject=network.name,
        caption=f"{network.name} ({network.code})",
        breadcrumb=breadcrumb,
        lead_sentence=_lead(found, pounds=pounds, in_part=in_part),
        remark=_in_part(known) if in_part else "",
        summary=list(_by_service(found, known)),
        unknown=_unknown(told),
        findings=[
            _shown(number, each, known, roles, organisation_id, pounds=pounds)
            for number, each in enumerate(told, start=1)
        ],
        together=_together(told, known, roles, organisation_id),
        already_right=[] if in_part else list(already_right(found, known)),
        then=_then(found, told),
        table=_key_table(found, known, pounds=pounds, in_part=in_part),
        paid=None if in_part else _paid_table(known, pounds=pounds),
        escalate_href=escalate_href,
        help_desk=help_desk,
    )


def _in_part(known: Known) -> str:
    whose = f"{known.lead.name} leads this PCN" if known.lead else "No commissioning organisation leads this PCN today"
    return (
        f"{whose}. You see what keeps the practices whose Parent Organisation is yours, and not the other practices or "
        "the PCN's pounds."
    )


def _lead(found: Sequence[Waiting], *, pounds: bool, in_part: bool) -> str:
    """`3 months waiting, £8,252.01 approved and held.`"""
    if not found and in_part:
        return "None of your practices keeps this network waiting."
    if not found:
        return "This network waits for nothing: every payment date that has come has its total."
    days = {each.key.achievement_date for each in found}
    held = sum((each.held for each in found), Decimal(0))
    waits = f"{count(len(found), 'total')} waiting, on {count(len(days), 'achievement date')}"
    return f"{waits}{f', {money(held)} approved and held' if pounds else ''}."


def _by_service(found: Sequence[Waiting], known: Known) -> Iterator[str]:
    """`Clinical Director payment: September 2021 (72 days), ...; 5 of 7 practices ready in each.`"""
    today = clock.today()
    for service_id in dict.fromkeys(each.key.service_id for each in found):
        mine = [each for each in found if each.key.service_id == service_id]
        days = [
            f"{month(each.key.achievement_date)} ({(today - each.key.achievement_date).days} days)" for each in mine
        ]
        ready = {(each.ready, each.expected) for each in mine}
        how_far = [f"{of[0]} of {count(of[1], 'practice')} ready{' in each' if len(mine) > 1 else ''}" for of in ready]
        more = f" and {len(days) - 6} more" if len(days) > 6 else ""
        name = known.services[service_id].short_name
        yield (
            f"{name}: {listed(days[:6]) if not more else ', '.join(days[:6]) + more}"
            f"{'; ' + how_far[0] if len(how_far) == 1 else ''}."
        )


JOINERS = frozenset({Cause.NEVER_OFFERED, Cause.STARTS_LATE, Cause.HANGS_ELSEWHERE})


def _together(told: Sequence[Finding], known: Known, roles: frozenset[str], organisation_id: int | None) -> Link | None:
    """Where several joiners are put right in one step, for whoever can."""
    mine = [each for each in told if each.cause in JOINERS and _can(each, roles, organisation_id)]
    practices = {practice.pk for each in mine for practice in each.practices}
    if len(practices) < 2:
        return None
    label = "Offer both in one step" if len(practices) == 2 else f"Offer all {len(practices)} in one step"
    return Link(label, reverse("participation:joiners_of", args=[known.network.code]))


def _can(each: Finding, roles: frozenset[str], organisation_id: int | None) -> bool:
    return each.role is not None and each.role in roles and each.acts_at == organisation_id


def _unknown(told: Sequence[Finding]) -> str:
    if any(each.cause == Cause.UNKNOWN for each in told):
        return (
            "Something here is in a state that none of the known causes explains. Escalate it with the evidence: "
            "the help desk looks into it."
        )
    return ""


def _ask(each: Finding, known: Known, roles: frozenset[str], organisation_id: int | None) -> Sequence[Link]:
    """Whoever commissions for the lead may ask ODS, and correct one list."""
    leads = known.lead is not None and known.lead.pk == organisation_id
    return each.for_lead if leads and Role.COMMISSIONING_MANAGEMENT in roles else ()


def _settle(each: Finding, known: Known, roles: frozenset[str], organisation_id: int | None) -> Sequence[Link]:
    """Whoever approves for the lead may settle a line as nil, so that it holds up nobody else."""
    leads = known.lead is not None and known.lead.pk == organisation_id
    return each.settle if leads and Role.APPROVAL_MANAGEMENT in roles else ()


def _shown(
    number: int, each: Finding, known: Known, roles: frozenset[str], organisation_id: int | None, *, pounds: bool
) -> FindingShown:
    you_can = _can(each, roles, organisation_id)
    held = f", {money(each.held)} approved and held" if pounds and each.held else ""
    services = f"{listed(each.services)}: " if len(each.services) <= 4 else f"{len(each.services)} services: "
    return FindingShown(
        number=number,
        anchor=f"cause-{number}",
        heading=each.title,
        cause=each.cause.label,
        when=f"{services}{each.when}",
        evidence=each.evidence[:SHOWN],
        more_evidence=each.evidence[SHOWN:],
        who=each.who,
        you_can=you_can,
        links=(
            *(each.links if you_can else ()),
            *_ask(each, known, roles, organisation_id),
            *_settle(each, known, roles, organisation_id),
        ),
        measure=f"{count(each.days, 'day')}{held}.",
    )


BEFORE_APPROVAL = frozenset(Cause) - {
    Cause.COMMISSIONER, Cause.HELD, Cause.NOBODY, Cause.DECLARATION, Cause.RECALCULATION, Cause.UNKNOWN,
}  # fmt: skip


def _then(found: Sequence[Waiting], told: Sequence[Finding]) -> str:
    if not found:
        return ""
    days = [month(day) for day in sorted({each.key.achievement_date for each in found})]
    periods = listed(days) if len(days) <= 4 else f"{days[0]} to {days[-1]}"
    if any(each.cause in BEFORE_APPROVAL for each in told):
        return (
            f"Then {periods} {'are' if len(days) > 1 else 'is'} worked out for whoever was missing and "
            f"{'await' if len(days) > 1 else 'awaits'} approval; the network is aggregated by itself."
        )
    return "Then the network is aggregated by itself, within a second of the last approval."


def _key_table(found: Sequence[Waiting], known: Known, *, pounds: bool, in_part: bool) -> Table:
    held = [Column(key="held", label="Approved and held", kind="money")] if pounds else []
    return Table(
        caption="Totals that wait",
        columns=[
            Column(key="name", label="Quality Service and Date of Achievement", href="href"),
            Column(key="ready", label="Practices ready"),
            Column(key="days", label="Days", kind="number"),
            *held,
            Column(key="causes", label="Causes", kind="lines"),
        ],
        rows=[_key_row(each, known, pounds=pounds, in_part=in_part) for each in found],
        noun=("total", "totals"),
        total=sum((each.held for each in found), Decimal(0)) if pounds else None,
        empty="Nothing waits.",
        id="keys",
    )


def _key_row(each: Waiting, known: Known, *, pounds: bool, in_part: bool) -> KeyRow:
    service, day = known.services[each.key.service_id], each.key.achievement_date
    return KeyRow(
        name=f"{service.short_name}, {long_date(day)}",
        href="" if in_part else network_date_href(known.network.code, service.code, day),
        ready=f"{each.ready} of {each.expected}",
        days=(clock.today() - day).days,
        held=each.held if pounds else None,
        causes=[cause.label for cause in each.causes],
    )


def _paid_table(known: Known, *, pounds: bool) -> Table:
    amount = [Column(key="amount", label="Total", kind="money")] if pounds else []
    return Table(
        caption="What has gone on",
        columns=[
            Column(key="name", label="Quality Service and Date of Achievement", href="href"),
            Column(key="status", label="Status", kind="status"),
            *amount,
            Column(key="next", label="What comes next"),
        ],
        rows=[_paid_row(total, known, pounds=pounds) for total in known.paid],
        noun=("total", "totals"),
        empty="No total of this network has been made in the last year.",
        id="paid",
    )


def _paid_row(total: object, known: Known, *, pounds: bool) -> PaidRow:
    service, day, state = total.service, total.achievement_date, State(total.state)  # type: ignore[attr-defined]
    payee = known.payee.name if known.payee else "a payee that is still to be nominated"
    if state == State.AGGREGATED:
        said = f"Finance approval: {who_can(Role.FINANCE_MANAGEMENT, known.lead, known)}"
    else:
        said = f"A payment run pays {payee}."
    said += left_out(known, total)
    return PaidRow(
        name=f"{service.short_name}, {long_date(day)}",
        href=network_date_href(known.network.code, service.code, day),
        status=state.label,
        amount=total.amount if pounds else None,  # type: ignore[attr-defined]
        next=said,
    )


def breadcrumb(*, listing: bool) -> list[Link]:
    links = [Link("Home", reverse("home:home"))]
    return [*links, Link("Networks waiting", reverse("achievement:waiting"))] if listing else links
