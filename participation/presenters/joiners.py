"""Joiners and movers: the list, and what is to be put right for one network or practice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from organisations.models import Organisation
from participation.commands import JoinersSettled
from participation.queries.joiners import HangingOffer, Joining, joiners_href
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.previews import WouldChange
from ui.sheets import Sheet
from ui.tables import Column, Pager, Table
from ui.wording import count, dense_date, listed, long_date

PRACTICES = ("practice", "practices")
OFFER, OFFER_AND_END, END = "Offer", "Offer, and end the old offers", "End the old offers"


@dataclass(frozen=True)
class Row:
    """One practice in the list."""

    pcn: str
    code: str
    name: str
    href: str
    joined: date | None
    missing: int
    former: str


@dataclass(frozen=True, kw_only=True)
class JoinersPage(Page):
    """The practices that joined and were not offered, or moved and hang on a former network."""

    filters: PortalForm
    table: Table
    pager: Pager
    network_link: Link | None


@dataclass(frozen=True)
class OfferedRow:
    """One offer that is proposed."""

    name: str
    service: str
    start_date: date
    end_date: date
    remarks: Sequence[str]


@dataclass(frozen=True)
class HangingRow:
    """One offer that hangs on a former network, what becomes of it, and who can do it."""

    name: str
    pcn: str
    service: str
    days: tuple[date, date]
    becomes: str
    who: str


@dataclass(frozen=True, kw_only=True)
class ProposalPage(Page):
    """What is to be put right, what it would change, and the form to change what is proposed."""

    back: Link
    sentences: Sequence[str]
    nothing: str
    refused: Sequence[str]
    asked: Sequence[Link]
    offered: Table | None
    hanging: Table | None
    change: WouldChange | None
    form: PortalForm | None
    form_open: bool
    form_href: str
    hidden: Sequence[tuple[str, str]]
    may_not: str


COLUMNS = (
    Column(key="pcn", label="PCN", sort="pcn"),
    Column(key="code", label="Org ID", kind="code", sort="code"),
    Column(key="name", label="Service Provider Name", href="href", sort="name"),
    Column(key="joined", label="Member from", kind="date", sort="joined"),
    Column(key="missing", label="Services not offered", kind="number"),
    Column(key="former", label="Offers hang on"),
)


def row_of(joining: Joining) -> Row:
    return Row(
        pcn=joining.network.name,
        code=joining.practice.code,
        name=joining.practice.name,
        href=joiners_href(joining),
        joined=joining.joined,
        missing=len({each.service.pk for each in joining.missing}),
        former=listed([each.name for each in joining.former]),
    )


def sheet_of(joinings: Sequence[Joining]) -> Sheet:
    """One line for each service that is missing, and each offer that hangs."""
    rows = [line for joining in joinings for line in _lines(joining)]
    return Sheet(
        title="Joiners and movers",
        about=(),
        heads=("PCN", "PCN Org ID", "Org ID", "Service Provider Name", "Member from", "Quality Service", "What",
               "Start Date", "End Date"),
        widths=(30, 12, 10, 30, 12, 50, 40, 12, 12),
        rows=rows,
    )  # fmt: skip


def _lines(joining: Joining) -> Iterator[tuple[str | date | None, ...]]:
    network, practice = joining.network, joining.practice
    whose = (network.name, network.code, practice.code, practice.name, joining.joined)
    for each in joining.missing:
        yield (*whose, each.service.name, "Not offered", each.start_date, each.end_date)
    for offer in joining.hanging:
        what = f"Hangs on {offer.former.name}"
        yield (*whose, offer.service.name, what, offer.row.start_date, offer.row.end_date)


def offered_table(joinings: Sequence[Joining]) -> Table | None:
    rows = [
        OfferedRow(
            f"{joining.practice.name} ({joining.practice.code})",
            each.service.name,
            each.start_date,
            each.end_date,
            [f"The service goes on until {dense_date(each.service.end_date)}."]
            if each.end_date < each.service.end_date and each.left is None
            else [],
        )
        for joining in joinings
        for each in joining.missing
    ]
    columns = (
        Column(key="name", label="Service Provider"),
        Column(key="service", label="Quality Service"),
        Column(key="start_date", label="Start Date", kind="date"),
        Column(key="end_date", label="End Date", kind="date"),
    )
    caption = "Offers that are missing"
    table = Table(caption=caption, columns=columns, rows=rows, noun=("offer", "offers"), detail="remarks", id="missing")
    return table if rows else None


def hanging_table(joinings: Sequence[Joining], own: Sequence[HangingOffer]) -> Table | None:
    mine = {each.row.participation_id for each in own}
    rows = [
        HangingRow(
            f"{joining.practice.name} ({joining.practice.code})",
            each.former.name,
            each.service.name,
            (each.row.start_date, each.row.end_date),
            f"Ends on {long_date(each.row.last_day)}" if each.row.last_day else "Cancelled: it never held",
            "Your organisation"
            if each.row.participation_id in mine
            else f"{each.commissioner.name}, which sees it too",
        )
        for joining in joinings
        for each in joining.hanging
    ]
    columns = (
        Column(key="name", label="Service Provider"),
        Column(key="pcn", label="Former PCN"),
        Column(key="service", label="Quality Service"),
        Column(key="days", label="Offered for", kind="period"),
        Column(key="becomes", label="What becomes of it"),
        Column(key="who", label="Who does it"),
    )
    caption = "Offers that hang on a former PCN"
    table = Table(caption=caption, columns=columns, rows=rows, noun=("offer", "offers"), id="hanging")
    return table if rows else None


def said_of(settled: JoinersSettled, *, done: bool) -> list[str]:
    """What the step does, or did, of itself."""
    be = ("was", "were") if done else ("would be", "would be")
    to_answer = len(settled.offered) - settled.taken_up
    parts = (
        (settled.taken_up, "made and taken up by membership"),
        (to_answer, f"made, to be answered by the {'practice' if to_answer == 1 else 'practices'}"),
        (len(settled.ended), "ended on the day before the move"),
        (len(settled.cancelled), "cancelled"),
    )
    return [f"{count(how_many, 'offer')} {be[how_many != 1]} {what}." for how_many, what in parts if how_many]


def all_said(settled: JoinersSettled) -> list[str]:
    """What it would do, and what would follow from it; what is expected beside it is not in here."""
    return [*said_of(settled, done=False), *(effect.sentence for effect in settled.effects)]


def done_sentence(settled: JoinersSettled) -> str:
    """What it did, and what followed."""
    return " ".join([*said_of(settled, done=True), *(effect.sentence for effect in settled.effects)])


def titles(network: Organisation, joinings: Sequence[Joining], practice: str) -> tuple[str, str]:
    """The page's title and its subject."""
    if practice and joinings:
        return f"{joinings[0].practice.name} in {network.name}", "Joiners and movers"
    return "Joiners and movers", network.name


def nothing_of(network: Organisation, practice: str, known: Organisation | None = None) -> str:
    """`practice` is the Org ID asked for, empty for all of the network; `known` the practice of it, if there is one."""
    if known and known.close_date:
        last = long_date(known.close_date)
        return f"{known} closed on {last}. It is offered nothing after that day, and nothing is missing until then."
    if practice:
        return f"Nothing is missing for this practice in {network.name}, and no offer of it hangs on a former PCN."
    return f"Nothing is missing in {network.name}: every member has been offered what it holds."


def lead_of(offers: int, leaves: int) -> str:
    """ "If 2 offers are made and 1 old offer ends:" """
    made = [f"{count(offers, 'offer')} {'is' if offers == 1 else 'are'} made"] if offers else []
    left = [f"{count(leaves, 'old offer')} {'ends' if leaves == 1 else 'end'}"] if leaves else []
    return f"If {listed([*made, *left])}:"


def button_of(offers: int, leaves: int) -> str:
    if not leaves:
        return OFFER
    return OFFER_AND_END if offers else END


def breadcrumb() -> Sequence[Link]:
    return (Link("Home", reverse("home:home")), Link("Joiners and movers", joiners_href()))
