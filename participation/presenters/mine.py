"""My Services: offers to answer, services held, and what is past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from participation.presenters.answers import ACCEPT, REJECT
from ui.components import Confirm
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.tables import Action, Address, Choosing, Column, Pager, Selection, Table
from ui.wording import count, long_date

NOUN = ("participation", "participations")
OFFERS = ("offer", "offers")
WHO_READS_IT = "The commissioning organisation reads it."
WHAT_REJECTING_MEANS = (
    "You take no part in the service, and are not paid for it. The commissioning organisation can offer it anew.",
)


@dataclass(frozen=True)
class Row:
    """One offer or participation."""

    token: str
    service: str
    href: str
    pcn: str
    code: str
    name: str
    start_date: date | None
    end_date: date | None
    respond_by: date | None
    status: str
    remarks: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class MyServicesPage(Page):
    """A practice's own, or those of a network's members: to answer, held, and a way to what is past."""

    to_answer: Table
    selection: Selection | None
    may_not: Sequence[str]
    held: Table
    pager: Pager
    history: Link


@dataclass(frozen=True, kw_only=True)
class HistoryPage(Page):
    """What is past: rejected, expired, not approved, ended, cancelled."""

    table: Table
    pager: Pager


@dataclass(frozen=True, kw_only=True)
class AnswerPage(Page):
    """Before an answer is given: which offers, and what happens next."""

    table: Table
    confirm: Confirm
    form: PortalForm | None


@dataclass(frozen=True, kw_only=True)
class AnsweredPage(Page):
    """What was answered, and what happens next."""

    sentences: Sequence[str]
    services_href: str


SERVICE = Column(key="service", label="Quality Service", href="href", sort="service")
WHOSE = (
    Column(key="pcn", label="PCN"),
    Column(key="code", label="Org ID", kind="code", sort="code"),
    Column(key="name", label="Service Provider Name", sort="name"),
)
DAYS = (
    Column(key="start_date", label="Start Date", kind="date", sort="start"),
    Column(key="end_date", label="End Date", kind="date", sort="end"),
)
COLUMNS = (SERVICE, *WHOSE, *DAYS, Column(key="status", label="Status", kind="status", sort="status"))
OFFER_COLUMNS = (
    Column(key="service", label="Quality Service", href="href"),
    *WHOSE,
    *DAYS,
    Column(key="respond_by", label="Respond by", kind="date"),
)


def row_of(each: Any) -> Row:
    return Row(
        token=f"{each.pk}:{each.version}",
        service=each.service.name,
        href=reverse("participation:offer", args=[each.pk]),
        pcn=each.network.name if each.network else "",
        code=each.provider.code,
        name=each.provider.name,
        start_date=each.start_date,
        end_date=each.end_date,
        respond_by=each.respond_by,
        status=each.state_label,
        remarks=(),
    )


def offer_row(each: Any, today: date) -> Row:
    """An offer, with what its date of answer says today."""
    row = row_of(each)
    return Row(**{**row.__dict__, "remarks": tuple(_until(each, today))})


def _until(each: Any, today: date) -> list[str]:
    if each.respond_by is None:
        return []
    days = (each.respond_by - today).days
    if days < 0:
        return [f"It was to be answered by {long_date(each.respond_by)}: it expires overnight."]
    return [f"{count(days, 'day')} left to answer." if days else "Answer today: it expires overnight."]


def offers_table(rows: Sequence[Row], selection: Selection | None, *, for_practice: bool) -> Table:
    nothing = "No offer awaits your answer." if for_practice else "No offer to your practices awaits an answer."
    return Table(
        caption="Offers to answer",
        columns=[Column(key=each.key, label=each.label, kind=each.kind, href=each.href) for each in OFFER_COLUMNS],
        rows=rows,
        empty=nothing,
        noun=OFFERS,
        detail="remarks",
        choosing=Choosing(value="token", label="service", form="answers") if selection else None,
        id="offers",
    )


def answering(address: Address) -> Selection:
    """The buttons of whoever may answer."""
    return Selection(
        href=reverse("participation:answer"),
        actions=[Action(ACCEPT, "Accept"), Action(REJECT, "Reject", "secondary")],
        table="offers",
        form="answers",
        hidden={"back": str(address)},
    )


def accept_title(how_many: int) -> str:
    return f"Accept {count(how_many, *OFFERS)}"


def reject_title(how_many: int) -> str:
    return f"Reject {count(how_many, *OFFERS)}"


def accepting(rows: Sequence[Any], approvals: Sequence[bool]) -> list[str]:
    """What accepting means; `approvals` says of each row whether its service asks for approval."""
    said = ["You take part in the service on the days offered, and give what it asks for: figures, declarations."]
    commissioners = sorted({row.commissioner.name for row, asked in zip(rows, approvals, strict=True) if asked})
    said += [f"{name} approves it next." for name in commissioners]
    return said if all(approvals) else [*said, "A service that asks for no approval begins at once."]


def happens_next(answered: Sequence[Any]) -> list[str]:
    """Of each status that the answers led to, what comes next."""
    commissioners = sorted({row.commissioner.name for row in answered})
    by_label = {row.state_label: row for row in answered}
    said = {
        "Accepted": f"{' and '.join(commissioners)} approves it next. You are told by e-mail.",
        "Approved": "You take part from the start date. What is due is in Data Submission and on Home.",
        "Rejected": f"{' and '.join(commissioners)} has been told, with your reason.",
    }
    return [said[label] for label in by_label if label in said]


def breadcrumb(*, below: bool = False) -> Sequence[Link]:
    links = [Link("Home", reverse("home:home"))]
    return [*links, Link("My Services", reverse("participation:my_services"))] if below else links
