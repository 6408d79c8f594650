"""A reference file as a whole: which layout it has, and of which day it is a picture."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from organisations.formats.layouts import Layout, layout_of
from organisations.formats.list_files import first_extract_date


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


def date_in_name(name: str) -> date | None:
    """Find a date in a file's name.

    2024-10-25 and 20241025 are that day; 2025-11 is the 1st of the month, for the file may have been made on any day
    of it; the financial year 21-22 is its last day.
    """
    if found := re.search(r"(?<!\d)(20\d\d)[-_]?(\d\d)[-_]?(\d\d)(?!\d)", name):
        return _day(found[1], found[2], found[3])
    if found := re.search(r"(?<!\d)(20\d\d)[-_](\d\d)(?![\d])", name):
        return _day(found[1], found[2], "01")
    found = re.search(r"(?<!\d)(\d\d)-(\d\d)(?!\d)", name)
    if found and (int(found[1]) + 1) % 100 == int(found[2]):
        return date(2000 + int(found[2]), 3, 31)
    return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
