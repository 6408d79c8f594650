"""A reference file as a whole: which layout it has, and of which day it is a picture."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from organisations.formats.layouts import Layout, layout_of
from organisations.formats.list_files import first_extract_date
from organisations.formats.organisation_files import read_commissioners, year_of_icbs
from organisations.formats.rows import CommissionerRow

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A file that is one of the known layouts; `date` is None where nothing says of which day it is."""

    path: Path
    layout: Layout
    date: date | None


def open_snapshot(path: Path, on: date | None = None) -> Snapshot:
    """Look at a file: its layout, and its date as given, else as its rows say, else as its name says.

    WrongFile if it is none of the known layouts, or cannot be opened.
    """
    layout = layout_of(path)
    return Snapshot(path, layout, on or first_extract_date(path, layout) or date_in_name(path.name))


def newest_day(path: Path, layout: Layout, until: date) -> date | None:
    """The newest day that a parents' file, which says of no day that it is of it, knows of: it is of that day at the
    earliest. Of sub-ICB locations the last that opened or closed until a day; of ICBs the year in its heading."""
    if layout is Layout.ICBS:
        return year_of_icbs(path)
    if layout is not Layout.SUB_ICBS:
        return None
    rows = [row for row in read_commissioners(path) if isinstance(row, CommissionerRow)]
    days = [day for row in rows for day in (row.open_date, row.close_date) if day and day <= until]
    return max(days, default=None)


def date_in_name(name: str) -> date | None:
    """Find a date in a file's name.

    2024-10-25 and 20241025 are that day; 2025-11 and dec_2024 are the 1st of the month, for the file may have been
    made on any day of it; the financial year 21-22 is its last day.
    """
    if found := re.search(r"(?<!\d)(20\d\d)[-_]?(\d\d)[-_]?(\d\d)(?!\d)", name):
        return _day(found[1], found[2], found[3])
    if found := re.search(r"(?<!\d)(20\d\d)[-_](\d\d)(?![\d])", name):
        return _day(found[1], found[2], "01")
    if found := re.search(rf"(?<![a-z])({MONTH})[-_ ]?(20\d\d)(?!\d)", name.lower()):
        return date(int(found[2]), [each[:3] for each in MONTHS].index(found[1][:3]) + 1, 1)
    found = re.search(r"(?<!\d)(\d\d)-(\d\d)(?!\d)", name)
    if found and (int(found[1]) + 1) % 100 == int(found[2]):
        return date(2000 + int(found[2]), 3, 31)
    return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
