"""Reads the Organisation Data Service's files: practices, commissioners, networks and who belongs to them."""

import re
from collections.abc import Container, Iterator
from datetime import date
from pathlib import Path

from organisations.formats.layouts import (
    ICB_HEADINGS,
    MEMBERSHIP_HEADINGS,
    NETWORK_HEADINGS,
    Layout,
    headed_records,
    plain_records,
    require,
    sheet_records,
)
from organisations.formats.records import (
    COMMISSIONER_CODE,
    NETWORK_CODE,
    PRACTICE_CODE,
    Once,
    Record,
    Repeated,
    Unfit,
    typed,
)
from organisations.formats.rows import (
    CommissionerKind,
    CommissionerRow,
    MembershipRow,
    NetworkRow,
    PracticeRow,
    PracticeStatus,
    Refused,
)
from organisations.formats.sources import MOST_ORGANISATIONS, csv_lines

GENERAL_PRACTICE = "4"  # prescribing setting, field 26 of the epraccur specification

# The 27 fields of the file specifications; "" for those that are not read.
_ADDRESS = tuple(f"Address Line {number}" for number in range(1, 6))
_PRACTICE_COLUMNS = (
    ("Organisation Code", "Name", "National Grouping", "High Level Health Geography", *_ADDRESS, "Postcode")
    + ("Open Date", "Close Date", "Status Code", "", "Commissioner", "Join Provider Date", "Left Provider Date")
    + ("",) * 8
    + ("Prescribing Setting", "")
)
_COMMISSIONER_COLUMNS = (
    ("Organisation Code", "Name", "National Grouping", "High Level Health Geography", *_ADDRESS, "Postcode")
    + ("Open Date", "Close Date", "", "Organisation Role")
    + ("",) * 13
)


def read_practices(path: Path, also: Container[str] = ()) -> Iterator[PracticeRow | Refused]:
    """Read epraccur: a row for each general practice (prescribing setting 4), and for each Org ID of `also`; other
    prescribers are left out."""
    require(path, Layout.PRACTICES)
    once = Once()

    def read(record: Record) -> PracticeRow | None:
        is_one = record.text("Prescribing Setting") == GENERAL_PRACTICE
        wanted = is_one or record.text("Organisation Code") in also
        return _practice(record, once, is_one) if wanted else None

    return typed(plain_records(path.name, csv_lines(path, MOST_ORGANISATIONS), _PRACTICE_COLUMNS), read)


def read_networks(path: Path) -> Iterator[NetworkRow | Refused]:
    """Read the networks of an ePCN workbook."""
    require(path, Layout.NETWORKS)
    once = Once()
    return typed(sheet_records(path, NETWORK_HEADINGS), lambda record: _network(record, once))


def read_memberships(path: Path) -> Iterator[MembershipRow | Refused]:
    """Read who belongs to which network in an ePCN workbook, one row for each spell.

    Spells of one practice in two networks may overlap, and are taken; spells in the same network may not.
    """
    require(path, Layout.NETWORKS)
    spells = _Spells()
    return typed(sheet_records(path, MEMBERSHIP_HEADINGS), lambda record: _membership(record, spells))


def read_commissioners(path: Path) -> Iterator[CommissionerRow | Refused]:
    """Read sub-ICB locations and CCGs (eccg), or the names of the ICBs: either file."""
    layout, once, lines = require(path, Layout.SUB_ICBS, Layout.ICBS), Once(), csv_lines(path, MOST_ORGANISATIONS)
    if layout is Layout.ICBS:
        return typed(headed_records(path.name, lines, ICB_HEADINGS), lambda record: _icb(record, once))
    return typed(plain_records(path.name, lines, _COMMISSIONER_COLUMNS), lambda record: _sub_icb(record, once))


def year_of_icbs(path: Path) -> date | None:
    """The first day of the year that the headings of a file of ICBs name: ICB24CD is of 2024."""
    headings = next((cells for _line, cells in csv_lines(path)), ())
    years = [int(found[1]) for cell in headings if (found := re.fullmatch(r"ICB(\d\d)CDH?", cell.strip().upper()))]
    return date(2000 + max(years), 1, 1) if years else None


class _Spells:
    """The spells seen of each practice in each network."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], list[tuple[date, date, int]]] = {}

    def check(self, row: MembershipRow) -> None:
        """Refuse a spell that shares a day with an earlier one; one of zero length has no day to share."""
        end = row.end_date or date.max
        seen = self._seen.setdefault((row.practice_code, row.network_code), [])
        for start, stop, line in seen:
            if (start, stop) == (row.start_date, end):
                raise Repeated("Partner Organisation Code", row.practice_code, f"was already on line {line}")
            if start != stop and not row.zero_length and start <= end and row.start_date <= stop:
                rule = f"is in {row.network_code} already on some of these days, by line {line}"
                raise Unfit("Start Date", f"{row.start_date:%Y%m%d}", rule)
        seen.append((row.start_date, end, row.line))


def _practice(record: Record, once: Once, general_practice: bool) -> PracticeRow:
    opened, joined = record.day("Open Date"), record.day_or_none("Join Provider Date")
    row = PracticeRow(
        line=record.line,
        code=record.code("Organisation Code", PRACTICE_CODE),
        name=record.needed("Name"),
        region_code=record.text("National Grouping"),
        icb_code=record.text("High Level Health Geography"),
        address=tuple(filter(None, map(record.text, _ADDRESS))),
        postcode=record.text("Postcode", most=10),
        open_date=opened,
        close_date=record.end_day("Close Date", opened, "Open Date"),
        status=_status(record),
        commissioner_code=record.code_or_blank("Commissioner", COMMISSIONER_CODE),
        commissioner_joined_date=joined,
        commissioner_left_date=record.end_day("Left Provider Date", joined, "Join Provider Date"),
        general_practice=general_practice,
    )
    once.check(record, "Organisation Code", row.code)
    return row


def _status(record: Record) -> PracticeStatus:
    value = record.needed("Status Code")
    try:
        return PracticeStatus(value)
    except ValueError:
        raise Unfit("Status Code", value, f"is one of {', '.join(PracticeStatus)}") from None


def _network(record: Record, once: Once) -> NetworkRow:
    opened = record.day("Open Date")
    row = NetworkRow(
        line=record.line,
        code=record.code("PCN Code", NETWORK_CODE),
        name=record.needed("PCN Name"),
        lead_code=record.code("Lead Code", COMMISSIONER_CODE),
        lead_name=record.text("Lead Name"),
        open_date=opened,
        close_date=record.end_day("Close Date", opened, "Open Date"),
        postcode=record.text("Postcode", most=10),
    )
    once.check(record, "PCN Code", row.code)
    return row


def _membership(record: Record, spells: _Spells) -> MembershipRow:
    start = record.day("Start Date")
    row = MembershipRow(
        line=record.line,
        practice_code=record.code("Partner Organisation Code", PRACTICE_CODE),
        practice_name=record.needed("Partner Name"),
        practice_parent_code=record.code_or_blank("Practice Parent Code", COMMISSIONER_CODE),
        network_code=record.code("PCN Code", NETWORK_CODE),
        network_name=record.needed("PCN Name"),
        network_lead_code=record.code_or_blank("PCN Parent Code", COMMISSIONER_CODE),
        start_date=start,
        end_date=record.end_day("End Date", start, "Start Date"),
    )
    spells.check(row)
    return row


def _sub_icb(record: Record, once: Once) -> CommissionerRow:
    opened = record.day("Open Date")
    row = CommissionerRow(
        line=record.line,
        code=record.code("Organisation Code", COMMISSIONER_CODE),
        name=record.needed("Name"),
        kind=CommissionerKind.SUB_ICB,
        parent_code=record.code_or_blank("High Level Health Geography", COMMISSIONER_CODE),
        region_code=record.text("National Grouping"),
        open_date=opened,
        close_date=record.end_day("Close Date", opened, "Open Date"),
        roles=tuple(filter(None, record.text("Organisation Role").split("|"))),
    )
    once.check(record, "Organisation Code", row.code)
    return row


def _icb(record: Record, once: Once) -> CommissionerRow:
    code = record.code("Code", COMMISSIONER_CODE)
    once.check(record, "Code", code)
    name = record.needed("Name")
    return CommissionerRow(record.line, code, name, CommissionerKind.ICB, "", "", None, None, ())
