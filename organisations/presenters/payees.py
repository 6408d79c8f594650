"""Who receives networks' money: the list, and one network through time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from organisations.models import Organisation, Payee, PayeeProposal
from organisations.rules import who_settles_payees
from ui.components import Confirm, RecordedOn
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.tables import Address, Column, Order, Pager, Table

NETWORKS, NOMINATIONS, PROPOSALS = ("PCN", "PCNs"), ("nomination", "nominations"), ("proposal", "proposals")
LIST_COLUMNS = (
    Column(key="code", label="Org ID", kind="code", sort="code"),
    Column(key="name", label="PCN", href="href", sort="name"),
    Column(key="payee", label="Nominated Payee"),
    Column(key="since", label="Since", kind="date"),
    Column(key="pending", label="Awaiting confirmation", kind="number"),
)
NOMINATION_COLUMNS = (
    Column(key="payee", label="Nominated Payee"),
    Column(key="start_date", label="Start Date", kind="date"),
    Column(key="end_date", label="End Date", kind="date"),
    Column(key="set_by", label="Set by"),
    Column(key="confirmed_by", label="Confirmed by"),
)
PROPOSAL_COLUMNS = (
    Column(key="payee", label="Proposed payee", href="href"),
    Column(key="start_date", label="Start Date", kind="date"),
    Column(key="end_date", label="End Date", kind="date"),
    Column(key="status", label="Status", kind="status"),
    Column(key="proposed_by", label="Proposed by"),
    Column(key="proposed_at", label="Proposed", kind="moment"),
    Column(key="settled_by", label="Settled by"),
)


@dataclass(frozen=True)
class NetworkRow:
    """One network with today's payee."""

    code: str
    name: str
    href: str
    payee: str
    since: date | None
    pending: int


@dataclass(frozen=True)
class NominationRow:
    """One payee on its days, both included."""

    payee: str
    start_date: date | None
    end_date: date | None
    set_by: str
    confirmed_by: str


@dataclass(frozen=True)
class ProposalRow:
    """One proposal, and what became of it."""

    payee: str
    href: str
    start_date: date
    end_date: date | None
    status: str
    proposed_by: str
    proposed_at: datetime
    settled_by: str


@dataclass(frozen=True)
class Barred:
    """What cannot be done, why, and who can."""

    act: str
    why: str
    who_can: str


@dataclass(frozen=True, kw_only=True)
class PayeesPage(Page):
    """The networks one leads, with today's payees and what awaits confirmation."""

    filters: PortalForm
    table: Table
    pager: Pager


@dataclass(frozen=True, kw_only=True)
class NetworkPayeesPage(Page):
    """The payees of one network through time, and what is proposed.

    `refused` are sentences about a day of recording that is not one; `note` the act that takes note of a change.
    """

    nominations: Table
    proposals: Table
    recorded: RecordedOn
    refused: Sequence[str]
    propose_href: str
    cannot: Sequence[Barred]
    note: Confirm | None


def noted_sentence(network: Organisation) -> str:
    return f"Noted: the change of payee of {network.name}."


def payees_table(rows: Iterable[Any], how_many: int, address: Address, order: Order, *, filtered: bool) -> Table:
    empty = "No PCN matches these filters." if filtered else "Your organisation leads no PCN today."
    return Table(
        caption="PCNs and their payees today",
        columns=LIST_COLUMNS,
        rows=[_network_row(row) for row in rows],
        count=how_many,
        empty=empty,
        noun=NETWORKS,
        order=order,
        address=address,
    )


def _network_row(row: Any) -> NetworkRow:
    payee = f"{row.payee_name} ({row.payee_code})" if row.payee_code else "Nobody is nominated"
    return NetworkRow(row.code, row.name, network_href(row.code), payee, row.since, row.pending)


def nominations_table(rows: Iterable[Payee]) -> Table:
    return Table(
        id="nominations",
        caption="Nominated Payees through time",
        columns=NOMINATION_COLUMNS,
        rows=[_nomination_row(row) for row in rows],
        empty="Nobody is or was nominated.",
        noun=NOMINATIONS,
    )


def _nomination_row(row: Payee) -> NominationRow:
    set_by, confirmed_by = set_and_confirmed_by(row)
    return NominationRow(str(row.payee), row.start_date, row.end_date, set_by, confirmed_by)


def set_and_confirmed_by(row: Payee) -> tuple[str, str]:
    """Who proposed and who confirmed a nomination; the portal itself for what it took in."""
    if row.proposal is None:
        return "CQRS Portal", ""
    confirmed = row.proposal.settled_by
    return row.proposal.proposed_by.name, confirmed.name if confirmed else ""


def proposals_table(rows: Iterable[PayeeProposal]) -> Table:
    return Table(
        id="proposals",
        caption="Proposals",
        columns=PROPOSAL_COLUMNS,
        rows=[_proposal_row(row) for row in rows],
        empty="No change of payee has been proposed.",
        noun=PROPOSALS,
    )


def _proposal_row(row: PayeeProposal) -> ProposalRow:
    return ProposalRow(
        payee=str(row.payee),
        href=reverse("organisations:payee_proposal", args=[row.pk]),
        start_date=row.start_date,
        end_date=row.end_date,
        status=row.state_label,
        proposed_by=row.proposed_by.name,
        proposed_at=row.proposed_at,
        settled_by=row.settled_by.name if row.settled_by else "",
    )


def cannot(act: str, why: Sequence[str], lead: Organisation | None) -> list[Barred]:
    """An act that somebody may not do, as a list of one; empty where nothing refuses it."""
    return [Barred(act, " ".join(why), " ".join(who_settles_payees(lead)))] if why else []


def note_of(network: Organisation) -> Confirm:
    """The act that takes note of a change that one's organisation was told of."""
    return Confirm(
        href=reverse("organisations:note_payee_change", args=[network.code]),
        button="Noted",
        cancel_href="",
        effects=[f"Your organisation was told of a change of payee of {network.name}. Take it off Home by noting it."],
    )


def network_href(code: str) -> str:
    return reverse("organisations:payees_of_network", args=[code])


def breadcrumb(network: Organisation | None = None, *, payees: bool = False) -> list[Link]:
    links = [Link("Home", reverse("home:home"))]
    if network:
        links.append(Link(network.name, reverse("organisations:network", args=[network.code])))
    if network and payees:
        links.append(Link("Nominated Payees", network_href(network.code)))
    return links
