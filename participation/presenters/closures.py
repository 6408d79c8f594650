"""Practices that closed: the list, what follows one closure, and what was proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from organisations.models import ClosureProposal, Succession
from organisations.states import CLOSURE, PROPOSE_CLOSURE
from participation.commands.closures import ClosuresSettled
from participation.models import Participation
from participation.queries.closures import (
    AWAITING,
    DROPPED,
    SETTLED,
    TO_SETTLE,
    Closure,
    closure_href,
    names_of,
    offer_href,
)
from ui.components import Event
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.previews import WouldChange
from ui.sheets import Sheet
from ui.tables import Column, Pager, Table
from ui.wording import count, dense_date, listed, long_date, number, whole

PRACTICES = ("practice", "practices")
SAID = 5
"""How many changes are named in the notice of a save; the rest is counted."""
SAVE, ASK = "Save what follows", "Ask for confirmation"
TWO_PEOPLE = (
    "Lists and debts move money, and what was approved is not taken back by one: another person with Commissioning "
    "Management must confirm it. Nothing changes until they do."
)
LABELS = {
    TO_SETTLE: "To settle",
    AWAITING: "Awaiting confirmation",
    SETTLED: "Settled",
    DROPPED: "Its list is nobody's",
}


@dataclass(frozen=True)
class Row:
    """One practice in the list."""

    code: str
    name: str
    href: str
    last_day: date
    follows: str
    patients: str
    open: int
    status: str


@dataclass(frozen=True)
class EndingRow:
    """One participation that goes on after the last day, and who ends it."""

    service: str
    href: str
    pcn: str
    days: tuple[date, date]
    becomes: str
    who: str


@dataclass(frozen=True, kw_only=True)
class ClosuresPage(Page):
    """Practices that closed, those to be settled and those that were."""

    filters: PortalForm
    table: Table
    pager: Pager


@dataclass(frozen=True, kw_only=True)
class ClosurePage(Page):
    """What follows one closure: how things stand, what is to be decided, and what it would change."""

    facts: Sequence[tuple[str, str]]
    remarks: Sequence[str]
    waiting: Link | None
    ends: Table | None
    items: Sequence[Link]
    nothing_open: str
    put_right: Sequence[Link]
    change: WouldChange | None
    form: PortalForm | None
    form_open: bool
    form_href: str
    back: Link
    may_not: Sequence[str]


COLUMNS = (
    Column(key="name", label="Service Provider Name", href="href", sort="name"),
    Column(key="code", label="Org ID", kind="code", sort="code"),
    Column(key="last_day", label="Last day", kind="date", sort="last_day"),
    Column(key="follows", label="Who follows"),
    Column(key="patients", label="Patients on its last list"),
    Column(key="open", label="Open items", kind="number", sort="open"),
    Column(key="status", label="Status", kind="status"),
)
DONE = {move.name: move.done for move in CLOSURE.values()} | {PROPOSE_CLOSURE.name: PROPOSE_CLOSURE.done}


def row_of(closure: Closure) -> Row:
    return Row(
        code=closure.practice.code,
        name=closure.practice.name,
        href=closure_href(closure.practice),
        last_day=closure.last_day,
        follows=follows_words(closure.succession),
        patients=patients_of(closure),
        open=len(closure.items),
        status=LABELS[closure.state],
    )


def follows_words(succession: Succession | None) -> str:
    """ "Viking Medical Practice (V66334), with its list", "Nobody", "Not decided"."""
    if succession is None:
        return "Not decided"
    if succession.successor is None:
        return "Nobody"
    taken = listed([word for word, is_taken in (("its list", succession.takes_list), ("what it owes",
                   succession.takes_debts)) if is_taken])  # fmt: skip
    return f"{succession.successor}, with {taken}" if taken else f"{succession.successor}"


def patients_of(closure: Closure) -> str:
    """ "12,055, nobody's", "12,055", "None"."""
    size = closure.last_list.size if closure.last_list else Decimal(0)
    if not size:
        return "None"
    said = number(whole(size))
    return f"{said}, nobody's" if closure.list_is_dropped else said


def sheet_of(closures: Sequence[Closure]) -> Sheet:
    """One line for each practice that closed."""
    return Sheet(
        title="Practices that closed",
        about=(),
        heads=("Org ID", "Service Provider Name", "Last day", "Who follows", "From", "List taken over",
               "Debts taken over", "Patients on its last list", "List as at", "Open items", "Status"),
        widths=(10, 30, 12, 40, 12, 12, 12, 14, 12, 10, 22),
        rows=[_line(each) for each in closures],
    )  # fmt: skip


def _line(closure: Closure) -> tuple[Any, ...]:
    decided, lists = closure.succession, closure.last_list
    return (
        closure.practice.code, closure.practice.name, closure.last_day, follows_words(decided),
        decided.start_date if decided else None, _yes(decided.takes_list if decided else False),
        _yes(decided.takes_debts if decided else False), whole(lists.size) if lists else None,
        lists.start_date if lists else None, len(closure.items), LABELS[closure.state],
    )  # fmt: skip


def _yes(is_so: bool) -> str:
    return "Yes" if is_so else "No"


def facts_of(closure: Closure) -> list[tuple[str, str]]:
    """How things stand."""
    decided, lists = closure.succession, closure.last_list
    as_at = f" patients as at {long_date(lists.start_date)}" if lists else ""
    facts = [
        ("Org ID", closure.practice.code),
        ("Last day", long_date(closure.last_day)),
        ("Last list", f"{number(whole(lists.size))}{as_at}" if lists else "In no file of list sizes"),
        ("Who follows", follows_words(decided)),
    ]
    if decided:
        two = decided.proposal
        confirmed = f", confirmed by {two.decided_by.name}" if two and two.decided_by else ""
        facts += [
            ("From", long_date(decided.start_date)),
            ("Decided by", f"{decided.by.name}{confirmed}"),
            ("Reason", decided.reason),
        ]
    return facts


def remarks_of(closure: Closure) -> list[str]:
    """What to look at: a list that nobody has, a list taken over before the closing date that is known now."""
    said = []
    if closure.list_is_dropped and closure.last_list:
        size = number(whole(closure.last_list.size))
        said.append(
            f"{size} patients are on a list that nobody has taken over: no payment counts them after the last day."
        )
    start = closure.succession.start_date if closure.succession else None
    if start and start <= closure.last_day:
        said.append(
            f"ODS gives {long_date(closure.last_day)} as the last day now, which is not before {long_date(start)}, "
            "from when it is followed. Decide it again."
        )
    return said


def ends_table(closure: Closure, here: int | None) -> Table | None:
    """Participations that go on after the last day; None where none does."""
    rows = [_ending(each, closure, here) for each in closure.going_on]
    columns = (
        Column(key="service", label="Quality Service", href="href"),
        Column(key="pcn", label="PCN"),
        Column(key="days", label="Offered for", kind="period"),
        Column(key="becomes", label="What becomes of it"),
        Column(key="who", label="Who does it"),
    )
    noun = ("participation", "participations")
    return Table(caption="What goes on after the last day", columns=columns, rows=rows, noun=noun) if rows else None


def _ending(row: Participation, closure: Closure, here: int | None) -> EndingRow:
    late = row.start_date > closure.last_day
    return EndingRow(
        service=row.service.name,
        href=offer_href(row),
        pcn=row.network.name if row.network else "",
        days=(row.start_date, row.end_date),
        becomes="Cancelled: it begins after the last day" if late else f"Ends on {long_date(closure.last_day)}",
        who="Your organisation" if row.commissioner_id == here else f"{row.commissioner.name}, which sees it too",
    )


def ask_ods_links(closure: Closure) -> list[Link]:
    """Requests to ODS, filled in, where it has the practice as a member after its last day."""
    return [_ask_ods(closure, each.network) for each in closure.memberships]


def _ask_ods(closure: Closure, network: Any) -> Link:
    said = (
        f"{closure.practice} closed on {long_date(closure.last_day)} and is still recorded as a member of {network}. "
        "Please end its membership on the closing date."
    )
    query = urlencode({"practice": closure.practice.code, "text": said})
    href = f"{reverse('organisations:ods_requests', args=[network.code])}?{query}"
    return Link(f"ODS has it as a member of {network.name} still: ask ODS, with the request filled in", href)


def title_of_step(closure: Closure, today: date) -> str:
    """ "Portland Surgery closed: what follows"; "closes" until its last day has passed."""
    return f"{closure.practice.name} {'closed' if closure.last_day < today else 'closes'}: what follows"


def lead_of(names: Sequence[str]) -> str:
    return f"If this follows the closure of {listed(names)}:"


def done_sentence(settled: ClosuresSettled) -> str:
    """What a save did: the first things that followed, and how many more there are."""
    said = [sentence.replace(" would end ", " ended ").replace(" would be ", " were ") for sentence in settled.said]
    more = len(settled.followed) - SAID
    rest = [f"And {count(more, 'more change')}."] if more > 0 else []
    return " ".join(["Saved.", *said, *settled.followed[:SAID], *rest])


def proposal_facts(proposal: ClosureProposal) -> list[tuple[str, str]]:
    return [
        ("Closed", listed([str(each) for each in proposal.practices.all()])),
        ("Who follows", str(proposal.successor or "Nobody")),
        ("From", long_date(proposal.from_date)),
        ("List taken over", _yes(proposal.takes_list)),
        ("Debts taken over", _yes(proposal.takes_debts)),
        ("Reason", proposal.reason),
        ("Proposed by", proposal.proposed_by.name),
        *([("Decided by", proposal.decided_by.name)] if proposal.decided_by else []),
    ]


def title_of(proposal: ClosureProposal) -> str:
    return f"Closure of {names_of(proposal)}"


def event_of(change: Any) -> Event:
    return Event(change.at, change.by.name if change.by else "CQRS Portal", DONE[change.transition], change.note)


def proposal_link(proposal: ClosureProposal) -> Link:
    said = f"{proposal.proposed_by.name} proposed what follows on {dense_date(proposal.proposed_at.date())}"
    return Link(f"{said}: it awaits another person", reverse("participation:closure_proposal", args=[proposal.pk]))


def breadcrumb() -> Sequence[Link]:
    return (Link("Home", reverse("home:home")), Link("Practices that closed", reverse("participation:closures")))
