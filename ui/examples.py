"""What the style page shows: every component, with the people and places of the training data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from ui import example_amounts as amounts
from ui import example_changes as changes
from ui import example_progress as long_work
from ui.components import (
    Bars,
    Confirm,
    Event,
    Explanation,
    Grid,
    Need,
    Progress,
    RecordedOn,
    Step,
    Task,
    Timeline,
)
from ui.fields import DateField, MoneyField, WholeNumberField
from ui.forms import PortalForm, refuse_end_before_start
from ui.frame import Frame, Link, Page, Tab
from ui.previews import WouldChange
from ui.tables import Action, Address, Choosing, Column, Matching, Order, Pager, Selection, Table

SERVICE = "Primary Care Networks calculations 2020/22 - Clinical Director payment"
STATUSES = (
    "Awaiting Data",
    "Awaiting Service Provider Approval",
    "Awaiting Commissioning Organisation Approval",
    "Awaiting Financial Approval",
    "Awaiting Network Achievement",
    "Aggregated",
    "Aggregated Complete",
    "Financially Approved",
    "Held",
    "Rejected",
    "Withdrawn",
)


@dataclass(frozen=True)
class Line:
    """A row of the example list."""

    token: str
    code: str
    name: str
    href: str
    period: tuple[date, date]
    achieved: date
    status: str
    list_size: int
    amount: Decimal
    remarks: Sequence[str] = ()


@dataclass(frozen=True)
class Barred:
    """What cannot be done, why, and who can."""

    act: str
    why: str
    who_can: str


@dataclass(frozen=True, kw_only=True)
class StylePage(Page):
    """All that templates/ui/style.jinja draws."""

    filters: PortalForm
    table: Table
    selection: Selection
    pager: Pager
    empty_table: Table
    form: PortalForm
    wrong_form: PortalForm
    explanation: Explanation
    events: Sequence[Event]
    tasks: Sequence[Task]
    needs: Sequence[Need]
    confirm: Confirm
    asked: Sequence[Link]
    change: WouldChange
    progress: Progress
    steps: Sequence[Step]
    grid: Grid
    bars: Bars
    timeline: Timeline
    recorded: RecordedOn
    facts: Sequence[tuple[str, str]]
    acts: Sequence[Confirm]

    def __post_init__(self) -> None:
        """Not in error: the form that refuses something shows how that looks."""

    barred: Sequence[Barred]
    statuses: Sequence[str]
    amounts: Sequence[Decimal]


class LineFilter(PortalForm):
    """The filters of the example list."""

    status = forms.ChoiceField(required=False, choices=[("", "All"), *((each, each) for each in STATUSES)])
    service = forms.ChoiceField(required=False, label="Quality Service", choices=[("", "All"), ("cd", SERVICE)])
    organisation = forms.CharField(required=False, label="Org ID or name")


class ExampleForm(PortalForm):
    """One field of each kind."""

    start_date = DateField(help_text="The first day it holds. For example, 1 4 2021")
    end_date = DateField(help_text="The last day it holds: this day is included", latest=date(2022, 3, 31))
    referrals = WholeNumberField(highest=500)
    limit = MoneyField(required=False)
    provider = forms.ChoiceField(choices=[("", "Select a practice"), ("V37647", "Portland Surgery")])
    reason = forms.ChoiceField(
        widget=forms.RadioSelect, choices=[("late", "It arrived late"), ("wrong", "It was wrong")]
    )
    practices = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[("V66334", "Viking Medical Practice"), ("V89123", "Wight Health Centre")],
    )
    note = forms.CharField(widget=forms.Textarea, required=False)
    confirmed = forms.BooleanField(label="I have checked these dates with the network")

    def clean(self) -> dict[str, Any]:
        refuse_end_before_start(self)
        return self.cleaned_data


def style_page(address: Address, given: Mapping[str, Any] | None = None) -> StylePage:
    """The style page at its address; `given` is what was typed into the example form."""
    return StylePage(
        title="Components",
        subject="Style",
        caption="NHS Biscay CCG",
        frame=_frame(),
        breadcrumb=(Link("Home", "#"), Link("Help", "#")),
        filters=LineFilter(dict(address.pairs)),
        **_list_parts(address),
        form=ExampleForm(given) if given else ExampleForm(),
        wrong_form=ExampleForm(_wrong(), prefix="wrong"),
        **_small_parts(),
    )


def _frame() -> Frame:
    names = (
        "Home",
        "Participation Management",
        "Data Submission",
        "Achievement",
        "Reports",
        "Administrative Tasks",
        "Help",
    )
    return Frame(
        user_name="Ada Marsh",
        organisation="NHS Biscay CCG",
        change_organisation_href="#",
        account_href="#",
        sign_out_href="#",
        search_href="#",
        tabs=[Tab(name, "#", current=name == "Achievement") for name in names],
        sub_tabs=[
            Link("Achievement Results", "#"),
            Link("Declaration Management", "#", current=True),
            Link("Network Declaration Management", "#"),
        ],
        banner="Training: today is 11 December 2021. Nothing here is real.",
        footer_links=[Link("Help", "#"), Link("Accessibility", "#")],
    )


def _lines() -> list[Line]:
    october = (
        (date(2021, 10, 1), date(2021, 10, 31)),
        date(2021, 10, 31),
        "Awaiting Commissioning Organisation Approval",
    )
    more = ("£412.06 more than September: list size 12,055, was 5,300.", "Entered and declared by one person.")
    return [
        Line("1:1", "V37647", "Portland Surgery", "#", *october, 12_055, Decimal("735.36"), more),
        Line("2:1", "V66334", "Viking Medical Practice", "#", *october, 16_344, Decimal("996.98")),
        Line("3:4", "V89123", "Wight Health Centre", "#", *october, 8_499, Decimal("518.44")),
        Line("4:1", "V10112", "Malin Practice", "#", *october[:2], "Held", 7_300, Decimal("-445.30")),
    ]


COLUMNS = (
    Column(key="code", label="Org ID", kind="code", sort="org"),
    Column(key="name", label="Name", href="href", sort="name"),
    Column(key="period", label="Payment Period", kind="period"),
    Column(key="achieved", label="Date of Achievement", kind="date", sort="date"),
    Column(key="status", label="Status", kind="status"),
    Column(key="list_size", label="List size", kind="number"),
    Column(key="amount", label="Achievement Amount", kind="money", sort="amount"),
)


def _list_parts(address: Address) -> dict[str, Any]:
    table = Table(
        caption="Achievements to approve",
        columns=COLUMNS,
        rows=_lines(),
        noun=("achievement", "achievements"),
        count=412,
        total=Decimal("318204.11"),
        detail="remarks",
        order=Order.parse(address.get("sort"), ("org", "name", "date", "amount"), "-amount"),
        address=address,
        choosing=Choosing(amount="amount"),
        exports=(Link("CSV", "#"), Link("XLSX", "#")),
    )
    nothing = "Nothing awaits your approval. Next: declarations for December, by 10 January."
    empty = Table(id="nothing", caption="Network achievements", columns=COLUMNS, rows=(), empty=nothing)
    return {
        "table": table,
        "empty_table": empty,
        "selection": _selection(),
        "pager": Pager.sized(address).followed_by("2021-10-31,4"),
    }


def _selection() -> Selection:
    actions = (Action("approve", "Approve"), Action("reject", "Reject…", "secondary"))
    matching = Matching(count=412, total=Decimal("318204.11"), token="example")  # noqa: S106 (not a secret)
    return Selection(href="#", actions=actions, matching=matching)


def _small_parts() -> dict[str, Any]:
    return {
        "explanation": amounts.explanation(),
        "events": amounts.events(),
        "tasks": long_work.tasks(),
        "needs": long_work.needs(),
        "confirm": changes.confirm(),
        "asked": (Link("End of Portland Surgery’s participation on 31 December 2021", "#"),),
        "change": changes.change(),
        "progress": long_work.progress(),
        "grid": long_work.grid(),
        "steps": (Step("Service", "done", "#"), Step("Dates", "current", "#"), Step("Review", "to do")),
        "bars": long_work.bars(),
        "timeline": long_work.timeline(),
        "recorded": RecordedOn(day=date(2021, 12, 5), href="/ui/", now_href="/ui/", kept=(("view", "50"),)),
        "facts": (("Payee", "Viking Medical Practice"), ("Period", "01/10/2021 - 31/10/2021")),
        "acts": (Confirm(href="#", button="Approve", cancel_href=""),),
        "barred": (Barred("Give finance approval", "You approved it yourself.", "Grace Holm can."),),
        "statuses": STATUSES,
        "amounts": (Decimal("1234.56"), Decimal("-12.00"), Decimal("0.00")),
    }


def _wrong() -> dict[str, str]:
    typed = {"start_date": ("1", "4", "2021"), "end_date": ("31", "3", "2021")}
    boxes = {
        f"wrong-{name}_{box}": text
        for name, texts in typed.items()
        for box, text in zip(("day", "month", "year"), texts, strict=True)
    }
    return {**boxes, "wrong-referrals": "12.5", "wrong-limit": "-5", "wrong-reason": "late"}
