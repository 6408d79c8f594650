"""Reference files that were loaded: the list of them, and one with what it changed and its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from organisations.formats import Layout
from organisations.models import OdsLoad
from organisations.states import RowKind
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.tables import Address, Column, Pager, Table
from ui.wording import count, long_date, moment, number

LOAD_COLUMNS = (
    Column(key="name", label="File", href="href"),
    Column(key="layout", label="What it is"),
    Column(key="as_at", label="As at", kind="date"),
    Column(key="loaded_at", label="Loaded", kind="moment"),
    Column(key="loaded_by", label="By"),
    Column(key="changed", label="What it changed", kind="lines"),
    Column(key="refused", label="Rows refused", kind="number"),
)
COUNT_COLUMNS = (Column(key="words", label="What"), Column(key="count", label="How many", kind="number"))
ROW_COLUMNS = (
    Column(key="kind", label="Why it is listed"),
    Column(key="line", label="Line", kind="number"),
    Column(key="column", label="Column"),
    Column(key="value", label="Value", kind="code"),
    Column(key="words", label="What was found"),
)
ROWS = ("row", "rows")
NOTHING_CHANGED = "Nothing: all of it was known already."


@dataclass(frozen=True)
class LoadRow:
    """One file in the list of loads."""

    name: str
    href: str
    layout: str
    as_at: date
    loaded_at: datetime
    loaded_by: str
    changed: Sequence[str]
    refused: int


@dataclass(frozen=True)
class CountRow:
    """How many of what."""

    words: str
    count: int


@dataclass(frozen=True)
class FileRow:
    """One row of a file that was refused, or needs a look. `file` where several files stand in one list."""

    kind: str
    line: int | None
    column: str
    value: str
    words: str
    file: str = ""


@dataclass(frozen=True, kw_only=True)
class LoadsPage(Page):
    """What waits to be loaded, and what was loaded, newest first."""

    upload_href: str
    under_way: Table | None
    table: Table
    pager: Pager


@dataclass(frozen=True, kw_only=True)
class LoadPage(Page):
    """One file that was loaded: what it said, what it changed, what followed, and its rows."""

    facts: Sequence[tuple[str, str]]
    effects: Sequence[str]
    corrections: Table
    counts: Table
    form: PortalForm
    address: Address
    rows: Table
    pager: Pager


def loads_table(loads: Iterable[OdsLoad]) -> Table:
    return Table(
        caption="Files loaded",
        columns=LOAD_COLUMNS,
        rows=[_load_row(load) for load in loads],
        empty="No reference file has been loaded yet.",
        noun=("file", "files"),
    )


def _load_row(load: OdsLoad) -> LoadRow:
    return LoadRow(
        name=load.file_name,
        href=reverse("organisations:ods_load", args=[load.pk]),
        layout=layout_words(load.layout),
        as_at=load.as_at,
        loaded_at=load.loaded_at,
        loaded_by=load.loaded_by.name if load.loaded_by else "CQRS Portal",
        changed=changed_lines(load.corrections),
        refused=load.refused_rows,
    )


def changed_lines(corrections: Mapping[str, int]) -> list[str]:
    return [f"{number(how_many)} {words}" for words, how_many in corrections.items()] or [NOTHING_CHANGED]


def layout_words(name: str) -> str:
    """ "A list of practices (epraccur)"."""
    words = str(Layout[name.upper()])
    return words[:1].upper() + words[1:]


def facts_of(load: OdsLoad) -> list[tuple[str, str]]:
    facts = [
        ("What it is", layout_words(load.layout)),
        ("As at", long_date(load.as_at)),
        *([("Published", long_date(load.published))] if load.published else []),
        ("Loaded", f"{moment(load.loaded_at)}, by {load.loaded_by.name if load.loaded_by else 'CQRS Portal'}"),
        ("Rows refused", number(load.refused_rows)),
        ("Digest (SHA-256)", load.digest),
    ]
    return facts + ([("Only for", load.scope)] if load.scope else [])


def corrections_table(corrections: Mapping[str, int], caption: str, id: str = "corrections") -> Table:
    return Table(
        id=id,
        caption=caption,
        columns=COUNT_COLUMNS,
        rows=[CountRow(words, how_many) for words, how_many in corrections.items()],
        empty=NOTHING_CHANGED,
        noun=("kind", "kinds"),
    )


def counts_table(counts: Mapping[str, int], caption: str, id: str = "counts") -> Table:
    return Table(
        id=id,
        caption=caption,
        columns=COUNT_COLUMNS,
        rows=[CountRow(words, how_many) for words, how_many in counts.items()],
        empty="No row of it could be taken.",
        noun=("kind", "kinds"),
    )


def rows_table(rows: Sequence[FileRow], total: int, csv_href: str, columns: Sequence[Column] = ROW_COLUMNS) -> Table:
    """Rows that were refused or need a look: those of this page, of `total`."""
    return Table(
        id="rows",
        caption="Rows refused, or taken and worth a look",
        columns=columns,
        rows=rows,
        count=total,
        empty="None.",
        noun=ROWS,
        exports=(Link("CSV", csv_href),),
    )


def file_rows(rows: Iterable[Sequence[Any]], file: str = "") -> Iterator[FileRow]:
    """Rows as a report keeps them: [kind, line, column, value, words], and of refused ones whose; line 0: of no row."""
    for kind, line, column, value, words, *_whose in rows:
        yield FileRow(RowKind(kind).label, line or None, column, value, f"{words}.", file)


def row_total(shown: int, total: int) -> str:
    return f"The first {number(shown)} of {count(total, *ROWS)}." if shown < total else ""
