"""Create Offers, the third step: whom the service is offered to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from participation.formats import Problem
from participation.presenters.drafts import noun_of
from participation.queries.codes import Meant
from participation.queries.offerable import Offered
from ui.components import Step
from ui.forms import PortalForm
from ui.frame import Page
from ui.sheets import Sheet
from ui.tables import Action, Address, Choosing, Column, Order, Pager, Selection, Table
from ui.wording import count

SHOWN_PROBLEMS = 100


@dataclass(frozen=True)
class Row:
    """One network or practice that the service can be offered to."""

    token: str
    name: str
    code: str
    beside: str
    practices: int
    offered: str
    chosen: str


@dataclass(frozen=True, kw_only=True)
class ProvidersPage(Page):
    """Who can be chosen, and how many are."""

    steps: Sequence[Step]
    chosen: str
    chosen_href: str
    codes_href: str
    filters: PortalForm
    table: Table
    pager: Pager
    selection: Selection | None
    review_href: str
    back_href: str


@dataclass(frozen=True, kw_only=True)
class CodesPage(Page):
    """Org IDs are pasted or uploaded; what is wrong with some of them, and how to go on with the others."""

    steps: Sequence[Step]
    form: PortalForm
    back_href: str
    problems: Table | None
    add_label: str
    token: str
    wrong: str
    """All that was not understood, to be sent for the file; empty where all of it is shown."""


NETWORK_COLUMNS = (
    Column(key="name", label="PCN", sort="name"),
    Column(key="code", label="Org ID", kind="code", sort="code"),
    Column(key="practices", label="Practices", kind="number"),
    Column(key="offered", label="Offered already"),
    Column(key="beside", label="Parent Organisation"),
    Column(key="chosen", label="Chosen"),
)
PRACTICE_COLUMNS = (
    Column(key="name", label="Service Provider Name", sort="name"),
    Column(key="code", label="Org ID", kind="code", sort="code"),
    Column(key="beside", label="PCN"),
    Column(key="offered", label="Offered already"),
    Column(key="chosen", label="Chosen"),
)
PROBLEM_COLUMNS = (
    Column(key="line", label="Row", kind="number"),
    Column(key="column", label="Column"),
    Column(key="value", label="Value"),
    Column(key="rule", label="What is wrong"),
)


def row_of(each: Any, standing: Offered | None, *, to_networks: bool) -> Row:
    return Row(
        token=f"{each.pk}:1",
        name=each.name,
        code=each.code,
        beside=(standing.beside if standing else "") or ("None known" if to_networks else "In no PCN"),
        practices=standing.practices if standing else 0,
        offered=_offered(standing, to_networks=to_networks),
        chosen="Yes" if each.is_chosen else "No",
    )


def _offered(standing: Offered | None, *, to_networks: bool) -> str:
    if standing is None:
        return "No practices on these days"
    if not standing.offered:
        return "Not yet"
    if not to_networks:
        return standing.last
    if standing.offered >= standing.practices:
        return "All practices"
    return f"{standing.offered} of {count(standing.practices, 'practice')}"


def providers_table(
    rows: Sequence[Row], draft: Any, *, how_many: int, order: Order, address: Address, anybody: bool
) -> Table:
    one, many = noun_of(draft)
    to_networks = one == "PCN"
    nobody = f"There are no {many} that your organisation {'leads' if to_networks else 'is the parent of'} today."
    return Table(
        caption=f"{many[0].upper()}{many[1:]} that can be chosen",
        columns=NETWORK_COLUMNS if to_networks else PRACTICE_COLUMNS,
        rows=rows,
        empty=f"No {one} matches these filters." if anybody else nobody,
        noun=(one, many),
        count=how_many,
        order=order,
        address=address,
        choosing=Choosing(value="token", label="name"),
    )


ACTIONS = (Action("add", "Add", "secondary"), Action("remove", "Remove", "secondary"))


def problems_table(problems: Sequence[Problem]) -> Table:
    """What is wrong with codes, each with its place; of pasted ones there is no column."""
    uploaded = any(problem.column for problem in problems)
    columns = [each for each in PROBLEM_COLUMNS if uploaded or each.key != "column"]
    if not uploaded:
        columns[0] = Column(key="line", label="Line", kind="number")
    more = len(problems) - SHOWN_PROBLEMS
    return Table(
        caption="Not understood" if more <= 0 else f"Not understood, the first {SHOWN_PROBLEMS}",
        columns=columns,
        rows=problems[:SHOWN_PROBLEMS],
        noun=("value", "values"),
        count=len(problems),
        id="problems",
    )


def wrong_of(problems: Sequence[Problem]) -> str:
    """What was not understood, as text that is sent for the file of all of it; empty where all of it is shown."""
    if len(problems) <= SHOWN_PROBLEMS:
        return ""
    return json.dumps([[each.line, each.column, each.value] for each in problems])


def problems_sheet(problems: Sequence[Problem]) -> Sheet:
    return Sheet(
        title="Org IDs that were not understood",
        about=[],
        heads=("ROW", "COLUMN", "VALUE", "WHAT_IS_WRONG"),
        widths=(8, 12, 24, 80),
        rows=[(each.line, each.column, each.value, each.rule) for each in problems],
    )


def added_sentence(added: int, meant: Meant, noun: tuple[str, str]) -> str:
    """What was added, and what was there already or came twice."""
    already = len(meant.ids) - added
    said = [f"{count(added, *noun)} added."]
    said += [f"{count(already, *noun)} had been chosen already."] if already else []
    said += [f"{count(meant.twice, 'value')} named the same again." if meant.twice else ""]
    return " ".join(sentence for sentence in said if sentence)


def acted_sentence(action: str, changed: int, chosen: int, noun: tuple[str, str]) -> str:
    """What came of adding or removing what was ticked."""
    done = "added" if action == "add" else "removed"
    rest = chosen - changed
    was = "were chosen already" if action == "add" else "were not chosen"
    return f"{count(changed, *noun)} {done}." + (f" {count(rest, *noun)} {was}." if rest > 0 else "")
