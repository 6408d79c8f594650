"""Opens files and gives their lines one by one: CSV, CSV in a zip, and the sheets of a workbook."""

import codecs
import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import IO, TypeAlias

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from organisations.formats.rows import WrongFile

Line: TypeAlias = tuple[int, Sequence[str]]

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_CHUNK = 1 << 20
_MOST_TEXT = 1 << 30  # bytes a zipped file may unpack to


def is_workbook(path: Path) -> bool:
    """True for an .xlsx workbook, by content and not by name; an old .xls is a WrongFile."""
    start = _start_of(path)
    if start == _OLD_EXCEL:
        raise WrongFile(f"{path.name} looks like an old Excel workbook (.xls): save it as .xlsx first.")
    return start == _ZIP and "[Content_Types].xml" in _members(path)


def csv_lines(path: Path) -> Iterator[Line]:
    """Give each record of a CSV file, or of the one CSV file in a zip, with the number of the line it starts on.

    Blank lines are left out. Text that is not UTF-8 is read as Windows-1252, as the Organisation Data Service writes.
    """
    with _opened(path) as file:
        encoding = _encoding_of(file)
    with _opened(path) as file, io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="") as text:
        reader, before = csv.reader(text), 0
        try:
            for cells in reader:
                if any(cells):
                    yield before + 1, cells
                before = reader.line_num
        except csv.Error as error:
            raise WrongFile(f"{path.name}, line {reader.line_num}, cannot be read as CSV: {error}.") from error


@contextmanager
def workbook_sheets(path: Path) -> Iterator[list[tuple[str, Callable[[], Iterator[Line]]]]]:
    """Open a workbook as (title, lines) for each sheet; lines are read as they are asked for."""
    try:
        workbook = load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise WrongFile(f"{path.name} cannot be read as a workbook: {error}.") from error
    try:
        yield [(sheet.title, _lines_of(sheet.iter_rows)) for sheet in workbook.worksheets]
    finally:
        workbook.close()


def _lines_of(rows: Callable[..., Iterable[Sequence[object]]]) -> Callable[[], Iterator[Line]]:
    def lines() -> Iterator[Line]:
        for number, row in enumerate(rows(values_only=True), start=1):
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


def _members(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except zipfile.BadZipFile as error:
        raise WrongFile(f"{path.name} is a damaged zip file.") from error


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    if _start_of(path) != _ZIP:
        with path.open("rb") as file:
            yield file
        return
    names = [name for name in _members(path) if name.lower().endswith(".csv")]
    if len(names) != 1:
        raise WrongFile(f"{path.name} holds {len(names)} CSV files, and not one.")
    with zipfile.ZipFile(path) as archive:
        if archive.getinfo(names[0]).file_size > _MOST_TEXT:
            raise WrongFile(f"{path.name} unpacks to more than {_MOST_TEXT >> 20} MB.")
        with archive.open(names[0]) as file:
            yield file


def _encoding_of(file: IO[bytes]) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    except zipfile.BadZipFile as error:
        raise WrongFile(f"The zip file is damaged: {error}.") from error
    return "utf-8-sig"
