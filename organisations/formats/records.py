"""One line of a file as named cells, read one value at a time; a value that does not fit names its rule."""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from organisations.formats.rows import Refused, has_control

Row = TypeVar("Row")

_YEARS = range(1900, 2100)
MOST_CHARACTERS = 200
_SIZE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")


class Unfit(Exception):
    """A value that breaks a rule; `column` is "" where the row as a whole does."""

    def __init__(self, column: str, value: str, rule: str) -> None:
        super().__init__(column, value, rule)
        self.column, self.value, self.rule = column, value, rule


class Repeated(Unfit):
    """A row that an earlier line has already, word for word: that one stands."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of a code, and its rule in words."""

    pattern: re.Pattern[str]
    rule: str


PRACTICE_CODE = Shape(re.compile(r"[A-Z][0-9]{5}"), "is a capital letter and five digits")
PRACTICE_COLUMNS = ("Partner Organisation Code", "Practice Code", "Organisation Code")
NETWORK_COLUMNS = ("PCN Code",)
# U in the Organisation Data Service's file; Z in the service's own training material.
NETWORK_CODE = Shape(re.compile(r"[UZ][0-9]{5}"), "is U (or Z in training) and five digits")
COMMISSIONER_CODE = Shape(re.compile(r"[A-Z0-9]{3}([A-Z0-9]{2})?"), "is three or five capital letters and digits")


class Record:
    """The cells of one line, found by the names of their columns."""

    __slots__ = ("_cells", "_places", "file", "line")

    def __init__(self, file: str, line: int, cells: Sequence[str], places: Mapping[str, int]) -> None:
        self.file, self.line = file, line
        self._cells, self._places = cells, places

    def text(self, column: str, most: int = MOST_CHARACTERS) -> str:
        """The cell's words without spaces around them, "" for none; control characters are refused, and more than
        `most` characters."""
        value = self._cells[self._places[column]].strip()
        if len(value) > most:
            raise Unfit(column, f"{value[:40]}…", f"is longer than {most} characters")
        if has_control(value):
            raise Unfit(column, value, "holds a character that is not text")
        return value

    @property
    def practice(self) -> str:
        """The code of the practice that the line is about; "" for none, or for what is no such code."""
        return self._code_if_any(PRACTICE_COLUMNS, PRACTICE_CODE)

    @property
    def network(self) -> str:
        """The code of the PCN that the line is about; "" for none, or for what is no such code."""
        return self._code_if_any(NETWORK_COLUMNS, NETWORK_CODE)

    def _code_if_any(self, columns: Sequence[str], shape: Shape) -> str:
        column = next((each for each in columns if each in self._places), "")
        value = self._cells[self._places[column]].strip() if column else ""
        return value if shape.pattern.fullmatch(value) else ""

    def needed(self, column: str) -> str:
        """The cell's words; a blank cell is refused."""
        return self.text(column) or self._refuse(column, "", "is blank")

    def code(self, column: str, shape: Shape) -> str:
        """A code of the shape; anything else is refused."""
        value = self.needed(column)
        return value if shape.pattern.fullmatch(value) else self._refuse(column, value, shape.rule)

    def code_or_blank(self, column: str, shape: Shape) -> str:
        """A code of the shape, or "" for a blank cell."""
        return self.code(column, shape) if self.text(column) else ""

    def day(self, column: str) -> date:
        """A date written YYYYMMDD; a blank cell is refused."""
        value = self.needed(column)
        if not re.fullmatch(r"[0-9]{8}", value):
            raise Unfit(column, value, "is a date, as 20211031")
        return self._day(column, value, "%Y%m%d")

    def day_or_none(self, column: str) -> date | None:
        """A date written YYYYMMDD, None for a blank cell."""
        return self.day(column) if self.text(column) else None

    def end_day(self, column: str, start: date | None, started: str) -> date | None:
        """A date that is not before the one in the column `started`, None for a blank cell."""
        end = self.day_or_none(column)
        if end and start and end < start:
            raise Unfit(column, f"{end:%Y%m%d}", f"is before {started}, {start:%Y%m%d}")
        return end

    def published_day(self, column: str) -> date:
        """A date as publications write it: 2026-07-01 or 01Jul2026."""
        value = self.needed(column)
        return self._day(column, value, "%Y-%m-%d" if "-" in value else "%d%b%Y")

    def size(self, column: str) -> Decimal:
        """A list size: digits, with a decimal point and one or two more where there are parts of a patient."""
        value = self.needed(column)
        if not _SIZE.fullmatch(value):
            raise Unfit(column, value, "must be a number, nought or more, of two decimal places at most")
        return Decimal(value)

    def _day(self, column: str, value: str, form: str) -> date:
        try:
            day = datetime.strptime(value, form).date()
        except ValueError:
            raise Unfit(column, value, "is not a day of the calendar") from None
        if day.year not in _YEARS:
            raise Unfit(column, value, f"is a date from {_YEARS[0]} to {_YEARS[-1]}")
        return day

    def _refuse(self, column: str, value: str, rule: str) -> str:
        raise Unfit(column, value, rule)


class Once:
    """Remembers on which line each key stood, and refuses it a second time."""

    def __init__(self) -> None:
        self._lines: dict[Hashable, int] = {}

    def check(self, record: Record, column: str, value: str, key: Hashable | None = None) -> None:
        """Refuse the record if its key (the value, where none is given) was on an earlier line."""
        first = self._lines.setdefault(value if key is None else key, record.line)
        if first != record.line:
            raise Unfit(column, value, f"was already on line {first}")


def typed(records: Iterable[Record | Refused], *readers: Callable[[Record], Row | None]) -> Iterator[Row | Refused]:
    """Turn records into rows, each by every reader; None is left out, and a refusal is given once for a record."""
    for record in records:
        if isinstance(record, Refused):
            yield record
        else:
            yield from _read(record, readers)


def _read(record: Record, readers: Iterable[Callable[[Record], Row | None]]) -> Iterator[Row | Refused]:
    refused = []
    for read in readers:
        try:
            row = read(record)
        except Unfit as unfit:
            whose = (record.practice, "" if isinstance(unfit, Repeated) else record.network)
            refused.append(Refused(record.file, record.line, unfit.column, unfit.value, unfit.rule, *whose))
        else:
            if row is not None:
                yield row
    yield from dict.fromkeys(refused)
