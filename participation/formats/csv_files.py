"""A small CSV file that somebody uploads: its named columns, row by row; what cannot be read says why."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

MOST_BYTES = 2 << 20
MOST_ROWS = 10_000


class Unreadable(ValueError):
    """A file that is no such list; the message is the sentence to say."""


@dataclass(frozen=True)
class CsvRow:
    """One row: the line it starts on, and its values by the name that was asked for."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class Problem:
    """What is wrong with one value: where it stands, what it is, and the rule it breaks, as a sentence."""

    line: int
    column: str
    value: str
    rule: str

    def __str__(self) -> str:
        where = f"Row {self.line}, {self.column}" if self.column else f"Line {self.line}"
        return f"{where}: {f'“{self.value}” ' if self.value else ''}{self.rule}"


def csv_rows(
    content: bytes, name: str, columns: Mapping[str, Sequence[str]], *, optional: Sequence[str] = ()
) -> list[CsvRow]:
    """The rows of a CSV file that are not empty. `columns` are the names asked for -> how their heading may be spelled,
    in any case, with spaces or underscores; the first spelling is the one to say.

    Raises Unreadable: too large, no CSV, or a column missing that is not optional.
    """
    lines = _lines(content, name)
    if not lines:
        raise Unreadable(f"{name} is empty.")
    places = _places(lines[0][1], name, columns, optional)
    rows = [CsvRow(line, _values(cells, places)) for line, cells in lines[1:]]
    if not rows:
        raise Unreadable(f"{name} has headings and no rows.")
    return rows


def _lines(content: bytes, name: str) -> list[tuple[int, list[str]]]:
    if len(content) > MOST_BYTES:
        raise Unreadable(f"{name} is larger than {MOST_BYTES >> 20} MB.")
    reader = csv.reader(StringIO(_text(content, name), newline=""), strict=True)
    found: list[tuple[int, list[str]]] = []
    before = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((before + 1, [cell.strip() for cell in cells]))
            before = reader.line_num
    except csv.Error as error:
        raise Unreadable(f"{name}, line {reader.line_num}, cannot be read as CSV: {error}.") from error
    if len(found) > MOST_ROWS + 1:
        raise Unreadable(f"{name} has more than {MOST_ROWS:,} rows.")
    return found


def _text(content: bytes, name: str) -> str:
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) or b"\0" in content:
        raise Unreadable(f"{name} is no CSV file. In a spreadsheet, save it as CSV first.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _places(
    headings: Sequence[str], name: str, columns: Mapping[str, Sequence[str]], optional: Sequence[str]
) -> dict[str, int]:
    known = {_plain(heading): at for at, heading in reversed(list(enumerate(headings)))}
    places = {
        asked: next((known[_plain(each)] for each in spellings if _plain(each) in known), -1)
        for asked, spellings in columns.items()
    }
    missing = [columns[asked][0] for asked, at in places.items() if at < 0 and asked not in optional]
    if missing:
        raise Unreadable(f"{name} needs a column {', '.join(missing)}. It has: {', '.join(headings)[:200]}.")
    return {asked: at for asked, at in places.items() if at >= 0}


def _values(cells: Sequence[str], places: Mapping[str, int]) -> dict[str, str]:
    return {asked: cells[at] if at < len(cells) else "" for asked, at in places.items()}


def _plain(heading: str) -> str:
    return heading.strip().lower().replace("_", " ")
