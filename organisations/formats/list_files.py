"""Reads list sizes, and where practices stood: the payments file, the registered patients publication, and the
portal's own layout."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import groupby
from pathlib import Path

from organisations.formats.layouts import (
    LIST_HEADINGS,
    OWN_LIST_HEADINGS,
    PAYMENT_HEADINGS,
    PLACEMENT_HEADINGS,
    Layout,
    headed_records,
    require,
)
from organisations.formats.records import COMMISSIONER_CODE, NETWORK_CODE, PRACTICE_CODE, Once, Record, Unfit, typed
from organisations.formats.rows import ListKind, ListSizeRow, PlacementRow, Refused
from organisations.formats.sources import csv_lines

DATED = {
    Layout.LISTS_BY_AGE: (LIST_HEADINGS, "EXTRACT_DATE"),
    Layout.PLACEMENTS: (PLACEMENT_HEADINGS, "EXTRACT_DATE"),
    Layout.LISTS: (OWN_LIST_HEADINGS, "AS_AT"),
}
"""Layouts whose rows say their day, and the column that does."""

_KINDS = {kind.value: kind for kind in ListKind}
_NO_NETWORK = {"", "U", "Unknown or no PCN"}
_ALL = "ALL"


def read_list_sizes(path: Path) -> Iterator[ListSizeRow | Refused]:
    """Read list sizes from the payments file (registered and weighted), from registered patients by age, or from the
    portal's own layout, which has any list of a practice or PCN, a row each."""
    layout = require(path, Layout.PAYMENTS, Layout.LISTS_BY_AGE, Layout.LISTS)
    if layout is Layout.LISTS_BY_AGE:
        return _lists_by_age(path)
    if layout is Layout.LISTS:
        return _own_lists(path)
    records = headed_records(path.name, csv_lines(path), PAYMENT_HEADINGS)
    registered = _paid_list("Registered Patients", ListKind.CRP)
    return typed(records, registered, _paid_list("Weighted Patients", ListKind.WPLS))


def read_placements(path: Path) -> Iterator[PlacementRow | Refused]:
    """Read each practice's network and commissioner from the payments file or the registered patients mapping."""
    layout, once = require(path, Layout.PAYMENTS, Layout.PLACEMENTS), Once()
    headings = PAYMENT_HEADINGS if layout is Layout.PAYMENTS else PLACEMENT_HEADINGS
    records = headed_records(path.name, csv_lines(path), headings)
    return typed(records, lambda record: _placement(record, once))


def first_extract_date(path: Path, layout: Layout) -> date | None:
    """Give the date of the first row of a file whose rows say on which day they were counted; None for other files."""
    if layout not in DATED:
        return None
    headings, column = DATED[layout]
    for record in headed_records(path.name, csv_lines(path), headings):
        if isinstance(record, Record):
            return _date_or_none(record, column)
    return None


def _date_or_none(record: Record, column: str) -> date | None:
    try:
        return record.published_day(column)
    except Unfit:
        return None


def _own_lists(path: Path) -> Iterator[ListSizeRow | Refused]:
    once = Once()

    def read(record: Record) -> ListSizeRow:
        name = record.needed("LIST").upper()
        if name not in _KINDS:
            raise Unfit("LIST", name, f"is one of {', '.join(_KINDS)}")
        shape = NETWORK_CODE if _KINDS[name] is ListKind.PCN_ADJUSTED else PRACTICE_CODE
        code, day = record.code("ORG_ID", shape), record.published_day("AS_AT")
        row = ListSizeRow(record.line, code, _KINDS[name], record.size("SIZE"), day)
        once.check(record, "ORG_ID", code, (code, name))
        return row

    return typed(headed_records(path.name, csv_lines(path), OWN_LIST_HEADINGS), read)


def _paid_list(column: str, kind: ListKind) -> Callable[[Record], ListSizeRow]:
    once = Once()

    def read(record: Record) -> ListSizeRow:
        code = record.code("Practice Code", PRACTICE_CODE)
        row = ListSizeRow(record.line, code, kind, record.size(column), None)
        once.check(record, "Practice Code", code)
        return row

    return read


def _placement(record: Record, once: Once) -> PlacementRow:
    unplaced = record.text("PCN Code") in _NO_NETWORK
    row = PlacementRow(
        line=record.line,
        practice_code=record.code("Practice Code", PRACTICE_CODE),
        practice_name=record.needed("Practice Name"),
        network_code="" if unplaced else record.code("PCN Code", NETWORK_CODE),
        network_name="" if unplaced else record.text("PCN Name"),
        commissioner_code=record.code("Commissioner Code", COMMISSIONER_CODE),
        commissioner_name=record.text("Commissioner Name"),
        region_code=record.text("Region Code"),
        region_name=record.text("Region Name"),
    )
    once.check(record, "Practice Code", row.practice_code)
    return row


def _lists_by_age(path: Path) -> Iterator[ListSizeRow | Refused]:
    """Add up each practice's age bands; its rows stand together, so one practice is held at a time."""
    once = Once()
    records = headed_records(path.name, csv_lines(path), LIST_HEADINGS)
    for code, group in groupby(records, key=_practice_code):
        if code is None:
            yield from (each for each in group if isinstance(each, Refused))
        else:
            bands = [each for each in group if isinstance(each, Record)]
            yield from typed(bands[:1], partial(_added_up, records=bands, once=once))


def _practice_code(record: Record | Refused) -> str | None:
    """The practice a record is of, None for larger areas and for lines that cannot be read."""
    try:
        return record.text("ORG_CODE") if isinstance(record, Record) and record.text("ORG_TYPE") == "GP" else None
    except Unfit:
        return ""


def _added_up(first: Record, records: list[Record], once: Once) -> ListSizeRow:
    """Take the published total, which its age bands must add up to; without one, what they add up to."""
    code = first.code("ORG_CODE", PRACTICE_CODE)
    once.check(first, "ORG_CODE", code)
    sizes = [(record.text("SEX"), record.text("AGE_GROUP_5"), record.size("NUMBER_OF_PATIENTS")) for record in records]
    bands = sum((size for sex, age, size in sizes if sex != _ALL and age != _ALL), Decimal(0))
    total = next((size for sex, age, size in sizes if sex == age == _ALL), bands)
    if total != bands:
        raise Unfit("NUMBER_OF_PATIENTS", f"{total}", f"is not the {bands} that the practice's age bands add up to")
    return ListSizeRow(first.line, code, ListKind.CRP, total, first.published_day("EXTRACT_DATE"))
