"""Allocations as a CSV file: one practice to a row."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from participation.formats.csv_files import CsvRow, Problem, csv_rows

COLUMNS = {
    "ORG_ID": ("ORG_ID", "Practice code", "Code"),
    "ALLOCATION": ("ALLOCATION", "Amount"),
    "START_DATE": ("START_DATE", "From"),
    "END_DATE": ("END_DATE", "To"),
}
NONE = "NONE"
"""Written instead of a number: the allocation is taken away."""


class AllocationRow(NamedTuple):
    """One row: the practice's Org ID, the amount (None takes it away), and its own days where it gives them."""

    line: int
    code: str
    amount: int | None
    start_date: date | None
    end_date: date | None


def read_allocations(content: bytes, name: str) -> tuple[list[AllocationRow], list[Problem]]:
    """The rows of a file, and what is wrong with the others. A row without an allocation is left out: nothing is set.

    Raises Unreadable.
    """
    rows: list[AllocationRow] = []
    problems: list[Problem] = []
    lines: dict[str, int] = {}
    for row in csv_rows(content, name, COLUMNS, optional=("START_DATE", "END_DATE")):
        if not row.values["ALLOCATION"]:
            continue
        wrong = list(_problems(row))
        code = row.values["ORG_ID"].upper()
        if not wrong and code in lines:
            wrong = [Problem(row.line, "ORG_ID", code, f"is named twice: it stands in row {lines[code]} too.")]
        problems += wrong
        if not wrong:
            lines[code] = row.line
            rows.append(_row(row))
    return rows, problems


def _row(row: CsvRow) -> AllocationRow:
    given = row.values
    amount = None if given["ALLOCATION"].upper() == NONE else int(given["ALLOCATION"].replace(",", ""))
    days = (_day(given.get(name, "")) for name in ("START_DATE", "END_DATE"))
    return AllocationRow(row.line, given["ORG_ID"].upper(), amount, *days)


def _problems(row: CsvRow) -> list[Problem]:
    given, found = row.values, []
    if not given["ORG_ID"]:
        found.append(Problem(row.line, "ORG_ID", "", "is missing: each row needs an Org ID."))
    if given["ALLOCATION"].upper() != NONE and not re.fullmatch(r"\d{1,3}(,\d{3})*|\d{1,9}", given["ALLOCATION"]):
        rule = f"must be a whole number, 0 or more, or {NONE} to take it away."
        found.append(Problem(row.line, "ALLOCATION", given["ALLOCATION"], rule))
    for name in ("START_DATE", "END_DATE"):
        if given.get(name) and _day(given[name]) is None:
            found.append(Problem(row.line, name, given[name], "must be a real date, such as 31/10/2021."))
    return found


def _day(text: str) -> date | None:
    """A day as 31/10/2021 or 2021-10-31; None for what is neither."""
    spoken = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    try:
        return date(int(spoken[3]), int(spoken[2]), int(spoken[1])) if spoken else date.fromisoformat(text)
    except ValueError:
        return None
