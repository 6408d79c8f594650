"""Opens files and gives their lines one by one: CSV and the sheets of a workbook, either of them in a zip too."""

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import IO, TypeAlias
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from organisations.formats.rows import WrongFile

_ENCRYPTED = 0x1
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, InvalidFileException, ParseError,
    KeyError, ValueError, TypeError, IndexError, AttributeError, OSError,
)  # fmt: skip
"""What openpyxl raises, in one place or another, over a file that is no whole workbook. It reads XML by way of
defusedxml, whose refusals of bombs are ValueErrors."""

Line: TypeAlias = tuple[int, Sequence[str]]

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_FORMULA = re.compile(rb"<f[ />]")
_CONTENT_TYPES = "[Content_Types].xml"
"""What every workbook holds, which is a zip itself."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CHUNK = 1 << 20

# What no reference file comes near, and what a file made to break the portal would pass (England's workbook unpacks to
# 5 MB and has 7,700 rows; its list sizes have 330,000 lines).
MOST_TEXT = 256 << 20  # bytes a zipped text may unpack to
MOST_WORKBOOK = 64 << 20  # bytes a workbook may unpack to, in all its parts
MOST_PARTS = 1_000
MOST_LINES = 2_000_000
MOST_ORGANISATIONS = 50_000  # lines of a file of organisations, which are compared as one; England's has 16,700
MOST_SHEET_ROWS = 50_000
MOST_SHEET_COLUMNS = 64


def is_workbook(path: Path) -> bool:
    """True for an .xlsx workbook, by content and not by name, and for a zip of one; an old .xls is a WrongFile."""
    start = _start_of(path)
    if start == _OLD_EXCEL:
        raise WrongFile(f"{path.name} looks like an old Excel workbook (.xls): save it as .xlsx first.")
    if start != _ZIP:
        return False
    parts = _parts(path)
    return any(part.filename == _CONTENT_TYPES for part in parts) or _zipped_workbook(path, parts) is not None


def _zipped_workbook(path: Path, parts: Sequence[zipfile.ZipInfo]) -> zipfile.ZipInfo | None:
    """The one workbook that a zip is of; None for a zip of something else. Several are a WrongFile."""
    if _named(parts, ".csv"):
        return None
    found = _named(parts, ".xlsx")
    if len(found) > 1:
        raise WrongFile(f"{path.name} holds {len(found)} workbooks, and not one.")
    return found[0] if found else None


def csv_lines(path: Path, most: int | None = None) -> Iterator[Line]:
    """Give each record of a CSV file, or of the one CSV file in a zip, with the number of the line it starts on.

    Blank lines are left out. Text that is not UTF-8 is read as Windows-1252, as the Organisation Data Service writes.
    """
    most = most or MOST_LINES
    with _opened(path) as file:
        encoding = _encoding_of(path, file)
    with _opened(path) as file, io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="") as text:
        reader, before = csv.reader(text), 0
        try:
            for cells in reader:
                if reader.line_num > most:
                    raise WrongFile(f"{path.name} has more than {most:,} lines.")
                if any(cells):
                    yield before + 1, cells
                before = reader.line_num
        except csv.Error as error:
            raise WrongFile(f"{path.name}, line {reader.line_num}, cannot be read as CSV: {error}.") from error


@contextmanager
def workbook_sheets(path: Path) -> Iterator[list[tuple[str, Callable[[], Iterator[Line]]]]]:
    """Open a workbook as (title, lines) for each sheet; lines are read as they are asked for."""
    with _workbook(path) as opened:
        _must_not_unpack_to_more(path, opened)
        _must_hold_no_formula(path, opened)
        with _broken_is_wrong(path):
            workbook = load_workbook(opened, read_only=True, data_only=True)
        try:
            yield [(sheet.title, _lines_of(path, sheet.iter_rows)) for sheet in workbook.worksheets]
        finally:
            workbook.close()


@contextmanager
def _workbook(path: Path) -> Iterator[IO[bytes]]:
    """The workbook as a file: the path's own, or the one in the zip, unpacked in memory to no more than it may be."""
    parts = _parts(path)
    inner = None if any(part.filename == _CONTENT_TYPES for part in parts) else _zipped_workbook(path, parts)
    if inner is None:
        with path.open("rb") as opened:
            yield opened
        return
    with _unzipped(path, inner, most=MOST_WORKBOOK) as packed:
        content = packed.read()
    with io.BytesIO(content) as unpacked:
        yield unpacked


@contextmanager
def _broken_is_wrong(path: Path) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise WrongFile(f"{path.name} cannot be read as a workbook: it is damaged, or no workbook.") from error


def _must_not_unpack_to_more(path: Path, workbook: IO[bytes]) -> None:
    """A small file can be made to unpack to more than any machine has. The sizes it states are the most it can give:
    whatever is longer is cut off there, and fails its checksum."""
    parts = _parts(path, workbook)
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_WORKBOOK:
        raise WrongFile(f"{path.name} unpacks to more than {MOST_WORKBOOK >> 20} MB: a reference file is smaller.")


def _must_hold_no_formula(path: Path, workbook: IO[bytes]) -> None:
    """A formula that no program has worked out reads as a blank cell, and a blank End Date as "it lasts"."""
    with _broken_is_wrong(path), zipfile.ZipFile(workbook) as packed:
        for part in packed.infolist():
            if part.filename.startswith("xl/worksheets/") and _FORMULA.search(packed.read(part)):
                raise WrongFile(f"{path.name} holds formulas: save a copy of it with their values alone.")


def _lines_of(path: Path, rows: Callable[..., Iterable[Sequence[object]]]) -> Callable[[], Iterator[Line]]:
    def lines() -> Iterator[Line]:
        within = {"max_row": MOST_SHEET_ROWS + 1, "max_col": MOST_SHEET_COLUMNS, "values_only": True}
        with _broken_is_wrong(path):
            for number, row in enumerate(rows(**within), start=1):
                if number > MOST_SHEET_ROWS:
                    raise WrongFile(f"{path.name} has a sheet of more than {MOST_SHEET_ROWS:,} rows.")
                cells = list(map(_cell_text, row))
                if any(cells):
                    yield number, cells

    return lines


def _cell_text(value: object) -> str:
    """Write a cell as a CSV file would: dates YYYYMMDD, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return f"{value:%Y%m%d}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _start_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4)
    except OSError as error:
        raise WrongFile(f"{path.name} cannot be opened: {error.strerror}.") from error


def _parts(path: Path, content: IO[bytes] | None = None) -> list[zipfile.ZipInfo]:
    """What a zip holds: the one of this path, or one that was taken out of it."""
    try:
        with zipfile.ZipFile(content or path) as archive:
            return archive.infolist()
    except zipfile.BadZipFile as error:
        raise WrongFile(f"{path.name} is a damaged zip file.") from error


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    if _start_of(path) != _ZIP:
        with path.open("rb") as file:
            yield file
        return
    found = _named(_parts(path), ".csv")
    if len(found) != 1:
        raise WrongFile(f"{path.name} holds {len(found)} CSV files, and not one.")
    with _unzipped(path, found[0], most=MOST_TEXT) as file:
        yield file


@contextmanager
def _unzipped(path: Path, part: zipfile.ZipInfo, *, most: int) -> Iterator[IO[bytes]]:
    """One part of a zip, that unpacks to no more than `most` bytes: what it states is the most that it gives."""
    if part.file_size > most:
        raise WrongFile(f"{path.name} unpacks to more than {most >> 20} MB: a reference file is smaller.")
    if part.flag_bits & _ENCRYPTED:
        raise WrongFile(f"{path.name} is locked with a password.")
    with zipfile.ZipFile(path) as archive, _damaged_is_wrong(path), archive.open(part) as file:
        yield file


@contextmanager
def _damaged_is_wrong(path: Path) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise WrongFile(f"{path.name} is a damaged zip file.") from error


def _named(parts: Iterable[zipfile.ZipInfo], ending: str) -> list[zipfile.ZipInfo]:
    """The files of a zip whose names end so; not what a Mac packs beside each of them."""
    found = [part for part in parts if part.filename.lower().endswith(ending)]
    return [part for part in found if not re.search(r"(^|/)(__MACOSX/|\._[^/]*$)", part.filename)]


def _encoding_of(path: Path, file: IO[bytes]) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(_CHUNK):
            if chunk.startswith(_UTF_16) or chunk.count(0) * 3 > len(chunk):
                raise WrongFile(f"{path.name} is written in UTF-16, and not in UTF-8. Save it as CSV UTF-8.")
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"
