"""What Home and Help show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from achievement.models import Achievement, NetworkAchievement
from achievement.queries.addresses import network_href
from achievement.states import State
from core.needs import Happening, Need
from core.paging import Slice
from organisations.models import Organisation
from organisations.presenters.through_time import page_href
from ui import components
from ui.components import Event
from ui.frame import Page
from ui.tables import Column, Pager, Table
from ui.wording import money


@dataclass(frozen=True, kw_only=True)
class HomePage(Page):
    """Home (templates/home/home.jinja)."""

    needs: Sequence[components.Need]
    nothing_needed: str
    happenings: Sequence[Event]


@dataclass(frozen=True)
class FoundRow:
    """One practice or PCN that was found."""

    code: str
    name: str
    href: str
    kind: str
    closed: date | None


@dataclass(frozen=True, kw_only=True)
class SearchPage(Page):
    """What was found (templates/home/search.jinja)."""

    table: Table
    pager: Pager


@dataclass(frozen=True)
class Meaning:
    """A word on the screen, and what it means."""

    word: str
    meaning: str


@dataclass(frozen=True, kw_only=True)
class HelpPage(Page):
    """Help (templates/home/help.jinja)."""

    statuses: Sequence[Meaning]
    steps: Sequence[Meaning]
    whom_to_ask: str
    help_desk: str


FOUND_COLUMNS = (
    Column(key="code", label="Org ID", kind="code"),
    Column(key="name", label="Name", href="href"),
    Column(key="kind", label="What it is"),
    Column(key="closed", label="Closed", kind="date"),
)

MEANINGS: dict[State, str] = {
    State.AWAITING_DATA: "Figures are still to come: from an extract, or entered by hand.",
    State.AWAITING_PROVIDER: "The figures are in and worked out. The practice or PCN declares them.",
    State.AWAITING_COMMISSIONER: "Declared, or declared automatically. The commissioning organisation approves it.",
    State.AWAITING_FINANCE: "Approved. Another person at the commissioning organisation gives finance approval.",
    State.FINANCE_APPROVED: "Finance approval was given. It never changes again; it goes into a payment run.",
    State.AWAITING_NETWORK: "Approved. It waits until every practice of its PCN is approved for this date.",
    State.AGGREGATED: "Every practice of the PCN is approved. The total awaits finance approval.",
    State.AGGREGATED_COMPLETE: "The PCN's total has finance approval. It never changes again.",
    State.HELD: "Rejected by the commissioning organisation. It waits until its figures change or the hold is lifted.",
    State.WITHDRAWN: "Taken back, with the reason in its history. It pays nothing.",
}

STEPS = (
    Meaning(
        "Offer",
        "The lead commissioning organisation offers a quality service; a PCN's practices take part by membership.",
    ),
    Meaning("Figures", "List sizes, extracts and what is entered by hand come in for each achievement date."),
    Meaning("Calculation", "Each practice's amount is worked out, and rounded once. Every amount shows how."),
    Meaning("Declaration", "The provider confirms the figures; a service that needs no declaration skips this."),
    Meaning(
        "Approval",
        "Somebody at the commissioning organisation approves what they saw. What changed since is not approved.",
    ),
    Meaning(
        "Aggregation", "When the last practice of a PCN is approved, its total is made at once; if not, overnight."
    ),
    Meaning("Finance approval", "Another person approves the payment. One person acts in one stage of a payment only."),
)


def home_page(needs: Sequence[Need], happenings: Sequence[Happening], *, acts: bool) -> HomePage:
    """`acts` is False for somebody without a role anywhere."""
    return HomePage(
        title="Home",
        needs=[components.Need(need.sentence, need.href, need.pounds, need.remark) for need in needs],
        nothing_needed="Nothing needs you today."
        if acts
        else "You hold no role in any organisation yet, so nothing is shown.",
        happenings=[_event(happening) for happening in happenings],
    )


def search_page(text: str, found: Slice, how_many: int, pager: Pager) -> SearchPage:
    empty = f"Nothing you can see is called “{text}”. Try the beginning of an Org ID, part of a name, or a reference."
    return SearchPage(
        title="Search",
        subject=text,
        table=Table(
            caption=f"Practices and PCNs for “{text}”" if text else "Practices and PCNs",
            columns=FOUND_COLUMNS,
            rows=[_found_row(each) for each in found.rows],
            count=how_many,
            empty=empty
            if text
            else "Enter the beginning of an Org ID, part of a name, or a reference, in the box above.",
            noun=("organisation", "organisations"),
        ),
        pager=pager.followed_by(found.next_cursor),
    )


def payment_href(row: Achievement | NetworkAchievement) -> str:
    """The page of what a reference names."""
    if isinstance(row, Achievement):
        return reverse("achievement:achievement", args=[row.pk])
    return network_href(row.network.code, row.service.code, row.achievement_date)


def _found_row(organisation: Organisation) -> FoundRow:
    kind = organisation.get_kind_display()
    return FoundRow(organisation.code, organisation.name, page_href(organisation), kind, organisation.close_date)


def help_page(whom_to_ask: str, help_desk: str) -> HelpPage:
    return HelpPage(
        title="Help",
        caption="",
        statuses=[Meaning(state.label, MEANINGS[state]) for state in State],
        steps=STEPS,
        whom_to_ask=whom_to_ask,
        help_desk=help_desk,
    )


def _event(happening: Happening) -> Event:
    note = ", ".join(part for part in (money(happening.pounds), happening.by and f"by {happening.by}") if part)
    return Event(happening.at, happening.whose, happening.what, note, happening.href)
