"""One submission: its groups, one group, the check before it is submitted, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from accounts.rules import Acting
from accounts.states import SEES_POUNDS
from organisations.models import Kind
from submission.models import Submission, SubmissionChange
from submission.presenters.record import home, payment_of
from submission.queries.sheets import GroupSheet, Line, Sheet
from submission.rules import acts_on_behalf, closes_on
from submission.states import AMEND, LEAVE_UNCHANGED, NIL_RETURN, SAVE, SUBMISSION
from ui.components import Confirm, Event, Task
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.tables import Column, Table
from ui.wording import long_date, moment


@dataclass(frozen=True)
class FigureRow:
    """One field: what counts, and what is in progress."""

    label: str
    current: str
    new: str


@dataclass(frozen=True, kw_only=True)
class SummaryPage(Page):
    """Indicator groups as a task list, the figures, and what can be done.

    `forget` names what the browser kept of figures that have been sent, and need not keep any longer.
    """

    facts: Sequence[tuple[str, str]]
    warning: str
    tasks: Sequence[Task]
    table: Table
    check_href: str
    nil_href: str
    cannot: Sequence[str]
    events: Sequence[Event]
    forget: str


@dataclass(frozen=True)
class Part:
    """One indicator of a group, or its own fields: the names of the form's fields."""

    heading: str
    names: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class GroupPage(Page):
    """The fields of a group. `keep` names what the browser keeps of it, `version` the state it was drawn in.

    `cannot` says why somebody does not change them; `typed` is then what they sent all the same, to be read and copied.
    """

    form: PortalForm
    parts: Sequence[Part]
    asked: Sequence[str]
    href: str
    back_href: str
    check_href: str
    keep: str
    version: int
    cannot: Sequence[str]
    typed: Sequence[tuple[str, str]]
    table: Table


@dataclass(frozen=True)
class CheckedField:
    """What is said of one field when somebody leaves it (templates/submission/checked.jinja)."""

    problems: Sequence[str]
    remarks: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class CheckPage(Page):
    """What would be submitted; `problems` keep it from being submitted, and `nothing` says that there is nothing to."""

    table: Table
    facts: Sequence[tuple[str, str]]
    problems: Sequence[str]
    nothing: str
    warnings: Sequence[str]
    form: PortalForm
    offers_zero: bool
    confirm: Confirm


@dataclass(frozen=True, kw_only=True)
class NilPage(Page):
    """A nil return before it is made; or why it cannot be, by whoever looks."""

    cannot: Sequence[str]
    form: PortalForm
    confirm: Confirm


@dataclass(frozen=True, kw_only=True)
class SubmittedPage(Page):
    """What was submitted, the provisional payment, and what happens next."""

    sentences: Sequence[str]
    next_steps: Sequence[str]
    summary_href: str
    another_href: str
    forget: str


DID = {
    SAVE.name: "saved work in progress",
    AMEND.name: "saved work in progress",
    LEAVE_UNCHANGED.name: "saved, and left it unchanged",
    NIL_RETURN.name: "made a nil return",
}

FIGURES = (
    Column(key="label", label="Field"),
    Column(key="current", label="Current value"),
    Column(key="new", label="New value"),
)


def figures_table(lines: Sequence[Line], caption: str = "Figures") -> Table:
    return Table(caption=caption, columns=FIGURES, rows=[figure_row(line) for line in lines], noun=("field", "fields"))


def figure_row(line: Line) -> FigureRow:
    current = line.says(line.current.value) if line.current else "None yet"
    return FigureRow(line.label, current, line.says(line.draft.value) if line.draft else "No change")


def facts_of(sheet: Sheet, allocation: str) -> list[tuple[str, str]]:
    """What is to be known of a submission; what there is nothing to say of is left out."""
    row = sheet.submission
    closes = closes_on(sheet.definition, row.achievement_date)
    facts = [
        ("Service Provider", f"{row.provider.name} ({row.provider.code})"),
        ("Achievement Date", f"{long_date(row.achievement_date)}. {payment_of(sheet.is_payment_date)}."),
        ("Status", row.state_label),
        ("Last submitted", moment(row.submitted_at) if row.submitted_at else "Not yet"),
        ("Entry closes", long_date(closes)),
        ("Allocation", allocation),
        ("Submission notes", row.note),
    ]
    return [(what, said) for what, said in facts if said]


def task_of(group: GroupSheet, row: Submission) -> Task:
    last = group.last
    hint = f"Last updated {moment(last.updated_at)}, by {last.updated_by}" if last else ""
    return Task(group.group.name, group.status, group_href(row, group.group.code), hint)


def event_of(change: SubmissionChange) -> Event:
    """What somebody did, and for whom where it was on behalf."""
    move = SUBMISSION.get(change.transition)
    on_behalf = change.organisation is not None and change.organisation.kind == Kind.COMMISSIONER
    did = DID.get(change.transition, f"{move.done} it" if move else "began to enter figures")
    return Event(
        at=change.at,
        who=change.by.name if change.by else "CQRS Portal",
        did=f"{did}{', on behalf' if on_behalf else ''}",
        note=change.note,
    )


def parts_of(group: GroupSheet, names: dict[tuple[str, ...], str], asked: Sequence[str]) -> list[Part]:
    """The form's fields under the indicator they belong to, those of the group itself first."""
    found: dict[str, list[str]] = {}
    for line in group.lines:
        heading = line.indicator.name if line.indicator else ""
        name = names[line.path]
        found.setdefault(heading, []).extend([name, *([f"keep_{name}"] if name in asked else [])])
    return [Part(heading, own) for heading, own in found.items()]


def keep_name(by: Acting, row: Submission, group_code: str = "") -> str:
    """Under which name the browser keeps what is typed: of one person, in one group of one submission."""
    return f"cqrs-portal:{by.user_id}:{row.pk}:{group_code}"


def said_of(effects: Sequence[str], warnings: Sequence[str], by: Acting) -> list[str]:
    """What followed, as this person may read it: amounts only for those who see pounds (domain 2)."""
    if not by.roles().isdisjoint(SEES_POUNDS):
        return [*(effects or warnings)]
    without = [sentence for sentence in effects if "£" not in sentence]
    if len(without) == len(effects):
        return [*(effects or warnings)]
    return [*without, "The payment was worked out. You see pounds with the role Finance View.", *warnings]


def next_steps_of(sheet: Sheet, by: Acting) -> list[str]:
    """What happens next; and how long this person can still change it (domain 5, who may change)."""
    if not sheet.is_payment_date:
        return ["Nothing follows: figures for this date yield no payment."]
    closes = closes_on(sheet.definition, sheet.submission.achievement_date)
    until = f" until entry closes on {long_date(closes)}" if closes else ""
    declared = "" if sheet.definition.no_declaration_required else "Somebody with Declaration Management declares it. "
    approves = f"{declared}Then the commissioning organisation approves it."
    if acts_on_behalf(by, sheet.submission):
        return [approves, "Until finance approval, you can change the figures; the provider cannot."]
    return [
        approves,
        f"Until it is approved, you can change the figures{until}.",
    ]


def address(name: str, row: Submission, *further: str) -> str:
    args = [row.service.code, row.achievement_date.isoformat(), row.provider.code, *further]
    return reverse(f"submission:{name}", args=args)


def group_href(row: Submission, code: str) -> str:
    return address("group", row, code)


def breadcrumb(row: Submission, by: Acting, *, deep: bool = True) -> Sequence[Link]:
    """From Home to the list and, on pages below it, the summary."""
    links = [*home(), Link(*list_of(row, by))]
    if deep:
        links.append(Link(long_date(row.achievement_date), address("summary", row)))
    return links


def list_of(row: Submission, by: Acting) -> tuple[str, str]:
    """The list a submission is in: its name and its address, filtered on the service."""
    return list_at(row.service.code, row.provider.code, by)


def list_at(code: str, provider_code: str, by: Acting) -> tuple[str, str]:
    """The same for a service's code and a provider's Org ID."""
    if by.organisation is not None and by.organisation.kind == Kind.COMMISSIONER:
        query = urlencode({"service": code, "provider": provider_code})
        return "Record Provider Achievement", f"{reverse('submission:record_provider_achievement')}?{query}"
    return "Record Achievement", f"{reverse('submission:record_achievement')}?{urlencode({'service': code})}"


def heading_of(row: Submission) -> dict[str, Any]:
    """Subject and caption of a submission's pages."""
    return {"subject": row.service.short_name, "caption": f"{row.service.name}, {row.provider.name}"}
