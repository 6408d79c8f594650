"""Tells the known layouts apart by what is in a file, never by its name or by where a column stands."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import islice
from pathlib import Path

from organisations.formats.records import Record
from organisations.formats.rows import Refused, WrongFile, visible
from organisations.formats.sources import Line, csv_lines, is_workbook, workbook_sheets

Headings = dict[str, tuple[str, ...]]  # column name -> the headings it goes by, in small letters, newest first


class Layout(StrEnum):
    """The files that are known, in words for a message."""

    PRACTICES = "a list of practices (epraccur)"
    SUB_ICBS = "a list of sub-ICB locations or CCGs (eccg)"
    ICBS = "a list of integrated care boards"
    NETWORKS = "a workbook of primary care networks (ePCN)"
    PAYMENTS = "a file of NHS payments to general practice"
    LISTS_BY_AGE = "a file of registered patients by age"
    LISTS = "a file of list sizes (ORG_ID, LIST, AS_AT, SIZE)"
    PLACEMENTS = "a file of practices by network and commissioner"


NETWORK_HEADINGS: Headings = {
    "PCN Code": ("pcn code",),
    "PCN Name": ("pcn name",),
    "Lead Code": ("current sub icb loc code", "current ccg code", "current clinical commissioning group code"),
    "Lead Name": ("sub icb location", "ccg", "ccg name", "clinical commissioning group name"),
    "Open Date": ("open date",),
    "Close Date": ("close date",),
    "Postcode": ("postcode",),
}
MEMBERSHIP_HEADINGS: Headings = {
    "Partner Organisation Code": ("partner organisation code",),
    "Partner Name": ("partner name",),
    "Practice Parent Code": ("practice parent sub icb loc code", "practice parent ccg code"),
    "PCN Code": ("pcn code",),
    "PCN Name": ("pcn name",),
    "PCN Parent Code": ("pcn parent sub icb loc code", "pcn parent ccg code"),
    "Start Date": ("practice to pcn relationship start date",),
    "End Date": ("practice to pcn relationship end date",),
}
PAYMENT_HEADINGS: Headings = {
    "Region Code": ("nhs england (region) code",),
    "Region Name": ("nhs england (region) name",),
    "Commissioner Code": ("ccg code", "sub icb code", "sub icb location code"),
    "Commissioner Name": ("ccg name", "sub icb name", "sub icb location name"),
    "PCN Code": ("pcn code",),
    "PCN Name": ("pcn name",),
    "Practice Code": ("practice code",),
    "Practice Name": ("practice name",),
    "Registered Patients": ("number of registered patients (last known figure)",),
    "Weighted Patients": ("number of weighted patients (last known figure)",),
}
LIST_HEADINGS: Headings = {
    "EXTRACT_DATE": ("extract_date",),
    "ORG_TYPE": ("org_type",),
    "ORG_CODE": ("org_code",),
    "SEX": ("sex",),
    "AGE_GROUP_5": ("age_group_5",),
    "NUMBER_OF_PATIENTS": ("number_of_patients",),
}
OWN_LIST_HEADINGS: Headings = {"ORG_ID": ("org_id",), "LIST": ("list",), "AS_AT": ("as_at",), "SIZE": ("size",)}
PLACEMENT_HEADINGS: Headings = {
    "EXTRACT_DATE": ("extract_date",),
    "Practice Code": ("practice_code",),
    "Practice Name": ("practice_name",),
    "PCN Code": ("pcn_code",),
    "PCN Name": ("pcn_name",),
    "Commissioner Code": ("sub_icb_location_code", "ccg_code"),
    "Commissioner Name": ("sub_icb_location_name", "ccg_name"),
    "Region Code": ("comm_region_code",),
    "Region Name": ("comm_region_name",),
}
ICB_HEADINGS: Headings = {"ONS Code": ("icb##cd",), "Code": ("icb##cdh",), "Name": ("icb##nm",)}

_HEADED = {
    Layout.PAYMENTS: PAYMENT_HEADINGS,
    Layout.LISTS_BY_AGE: LIST_HEADINGS,
    Layout.LISTS: OWN_LIST_HEADINGS,
    Layout.PLACEMENTS: PLACEMENT_HEADINGS,
    Layout.ICBS: ICB_HEADINGS,
}
_WITHOUT_HEADER = 27  # columns of every such file of the Organisation Data Service
_STATUS_COLUMN = 12
_SUB_ICB_CODE = re.compile(r"\d\d[A-Z]|[A-Z]\d[A-Z]\d[A-Z]")
_LOOKED_AT = 50
_SEPARATORS = 3  # the narrowest layout has four columns


def layout_of(path: Path) -> Layout:
    """Say which of the known files this is; WrongFile if none."""
    if is_workbook(path):
        return _workbook_layout(path)
    lines = [cells for _, cells in islice(csv_lines(path), _LOOKED_AT)]
    if not lines:
        raise WrongFile(f"{path.name} is empty.")
    for layout, headings in _HEADED.items():
        if _places(lines[0], headings):
            return layout
    return _layout_without_header(path, lines)


def require(path: Path, *wanted: Layout) -> Layout:
    """Give the file's layout if it is one of those wanted; otherwise WrongFile says what it is and what is needed."""
    found = layout_of(path)
    if found not in wanted:
        raise WrongFile(f"{path.name} looks like {found}. What is needed is {' or '.join(wanted)}.")
    return found


def headed_records(file: str, lines: Iterable[Line], headings: Headings) -> Iterator[Record | Refused]:
    """Give the lines below the header as records; one with more or fewer cells than the header is refused."""
    rest = iter(lines)
    for _, header in rest:
        if places := _places(header, headings):
            yield from _records(file, rest, places, len(header))
            return


def plain_records(file: str, lines: Iterable[Line], columns: Sequence[str]) -> Iterator[Record | Refused]:
    """Give the lines of a file without a header as records."""
    places = {name: place for place, name in enumerate(columns) if name}
    return _records(file, lines, places, len(columns))


def sheet_records(path: Path, headings: Headings) -> Iterator[Record | Refused]:
    """Give the records of the one sheet that has these headings, wherever it stands and whatever it is called."""
    with workbook_sheets(path) as sheets:
        for title, lines in sheets:
            first = list(islice(lines(), _LOOKED_AT))
            if any(_places(cells, headings) for _, cells in first):
                yield from headed_records(f"{path.name} [{title}]", lines(), headings)
                return


def _workbook_layout(path: Path) -> Layout:
    with workbook_sheets(path) as sheets:
        first = [cells for _, lines in sheets for _, cells in islice(lines(), _LOOKED_AT)]
    missing = [
        what
        for what, headings in {"networks": NETWORK_HEADINGS, "memberships": MEMBERSHIP_HEADINGS}.items()
        if not any(_places(cells, headings) for cells in first)
    ]
    if missing:
        raise WrongFile(f"{path.name} is a workbook without a sheet of {' and of '.join(missing)}: ePCN has both.")
    return Layout.NETWORKS


def _layout_without_header(path: Path, lines: list[Sequence[str]]) -> Layout:
    """Tell the headerless files apart by what most of their first rows hold: a status, or a sub-ICB's code."""
    whole = [cells for cells in lines if len(cells) == _WITHOUT_HEADER]
    holds = Counter(
        Layout.PRACTICES if cells[_STATUS_COLUMN] else Layout.SUB_ICBS
        for cells in whole
        if cells[_STATUS_COLUMN] in {"A", "C", "D", "P"} or _SUB_ICB_CODE.fullmatch(cells[0])
    )
    if len(whole) * 2 >= len(lines) and holds.total() * 2 > len(whole):
        return holds.most_common(1)[0][0]
    begins = visible(", ".join(lines[0]))[:60]
    _must_be_separated_by_commas(path, lines[0])
    raise WrongFile(f"{path.name} is none of the files known here. It begins: {begins}")


def _must_be_separated_by_commas(path: Path, cells: Sequence[str]) -> None:
    """Other programs write other separators, so that every line is one cell."""
    first = ",".join(cells)
    for separator, words in {";": "semicolons", "\t": "tabs", "|": "vertical bars"}.items():
        if first.count(separator) >= _SEPARATORS and first.count(separator) > first.count(","):
            raise WrongFile(f"{path.name} is separated by {words}, and not by commas. Save it as CSV with commas.")


def _places(header: Sequence[str], headings: Headings) -> dict[str, int] | None:
    """Find each column by its heading; None unless all are there."""
    known = {_heading(text): place for place, text in reversed(list(enumerate(header)))}
    found = {column: [known[text] for text in texts if text in known] for column, texts in headings.items()}
    return {column: places[0] for column, places in found.items()} if all(found.values()) else None


def _heading(text: str) -> str:
    """Write a heading in small letters on one line, with ## for the year in ICB24CD."""
    return re.sub(r"^icb\d\d(?=cd|nm)", "icb##", " ".join(text.lower().split()))


def _records(file: str, lines: Iterable[Line], places: dict[str, int], columns: int) -> Iterator[Record | Refused]:
    for number, cells in lines:
        if len(cells) < columns or any(cells[columns:]):
            yield Refused(file, number, "", f"{len(cells)} columns", f"are not the {columns} of this layout")
        else:
            yield Record(file, number, cells, places)
