"""A list or report as a file: the same rows as CSV, XLSX and PDF. Text that a spreadsheet could run is made plain."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO

import xlsxwriter
from django.http import HttpResponse
from fpdf import FPDF
from fpdf.enums import TableCellFillMode
from fpdf.fonts import FontFace

from core.errors import Invalid, NotVisible
from ui.frame import Link

Cell = str | int | Decimal | date | None

_AIR = 0.5  # millimetres beside a word, or it is broken where it just fits
_BOLDER = 1.08  # how much wider a word of a head is than the same word of a row

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""A cell that begins so is a formula to some spreadsheet; the last four are =, +, - and @ in full width."""


@dataclass(frozen=True)
class Sheet:
    """A report: its title, what it is about (name, value), the heads of its columns, and its rows.

    `widths` are the columns' widths in characters; a column is right-aligned where its cells are numbers.
    """

    title: str
    about: Sequence[tuple[str, str]]
    heads: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[Cell]]


def to_csv(sheet: Sheet) -> bytes:
    """The heads and rows alone, UTF-8 with a byte order mark, so that Excel reads it right. Dates as 31/10/2021."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(sheet.heads)
    writer.writerows([[_plain(_text(cell)) if not isinstance(cell, Decimal | int) else str(cell) for cell in row]
                      for row in sheet.rows])  # fmt: skip
    return out.getvalue().encode("utf-8-sig")


def to_xlsx(sheet: Sheet) -> bytes:
    """A workbook of one sheet: amounts are numbers, dates are dates, text is never a formula."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet("Report")
    bold, money, day = (
        book.add_format({"bold": True}),
        book.add_format({"num_format": "£#,##0.00"}),
        book.add_format({"num_format": "dd/mm/yyyy"}),
    )
    page.write_string(0, 0, sheet.title, bold)
    for line, (name, value) in enumerate(sheet.about, start=1):
        page.write_string(line, 0, name)
        page.write_string(line, 1, value)
    first = len(sheet.about) + 2
    for column, (head, width) in enumerate(zip(sheet.heads, sheet.widths, strict=True)):
        page.write_string(first, column, head, bold)
        page.set_column(column, column, width)
    for line, row in enumerate(sheet.rows, start=first + 1):
        for column, cell in enumerate(row):
            _write(page, line, column, cell, money, day)
    page.freeze_panes(first + 1, 0)
    book.close()
    return out.getvalue()


def to_pdf(sheet: Sheet) -> bytes:
    """A4 across; the heads stand on every page, and each page has its number."""
    pdf = _Pages(sheet.title, orientation="landscape", format="A4")
    pdf.set_title(sheet.title)
    pdf.set_lang("en-GB")
    pdf.add_page()
    pdf.set_font("Helvetica", "B", 14)
    pdf.cell(text=_latin(sheet.title), new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", size=9)
    for name, value in sheet.about:
        pdf.cell(text=_latin(f"{name}: {value}"), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(3)
    pdf.set_font("Helvetica", size=8)
    aligned = tuple("RIGHT" if _is_number(sheet.rows, at) else "LEFT" for at in range(len(sheet.heads)))
    heads = FontFace(emphasis="BOLD", fill_color=(232, 237, 238))
    with pdf.table(
        col_widths=_widths(pdf, sheet), text_align=aligned, headings_style=heads, line_height=4.5,
        cell_fill_mode=TableCellFillMode.NONE,
    ) as table:  # fmt: skip
        for line in (sheet.heads, *sheet.rows):
            cells = table.row()
            for cell in line:
                cells.cell(_latin(_text(cell)))
    return bytes(pdf.output())


def _widths(pdf: FPDF, sheet: Sheet) -> tuple[float, ...]:
    """The columns' widths on the page: no narrower than their longest word, where the page is wide enough for that."""
    least = [_longest_word(pdf, sheet, at) + 2 * pdf.c_margin + _AIR for at in range(len(sheet.heads))]
    wanted = [pdf.epw * width / sum(sheet.widths) for width in sheet.widths]
    room = pdf.epw - sum(least)
    short = [max(0.0, want - need) for want, need in zip(wanted, least, strict=True)]
    if room <= 0 or not sum(short):
        return tuple(least)
    return tuple(need + room * more / sum(short) for need, more in zip(least, short, strict=True))


def _longest_word(pdf: FPDF, sheet: Sheet, at: int) -> float:
    in_rows = {word for row in sheet.rows for word in _latin(_text(row[at])).split()}
    heads = [pdf.get_string_width(word) * _BOLDER for word in _latin(sheet.heads[at]).split()]
    return max([*heads, *map(pdf.get_string_width, in_rows)], default=0.0)


FILES: Mapping[str, tuple[Callable[[Sheet], bytes], str]] = {
    "csv": (to_csv, "text/csv; charset=utf-8"),
    "xlsx": (to_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": (to_pdf, "application/pdf"),
}
"""Kind of file -> who writes it, and its content type."""


KINDS = (("csv", "CSV"), ("xlsx", "XLSX"), ("pdf", "PDF"))
"""Kinds of file, and how they are called on links."""

AT_MOST: Mapping[str, int] = {"csv": 100_000, "xlsx": 100_000, "pdf": 2_000}
"""Rows of a file; above it, what is asked for has to be narrowed."""


def must_be_a_file(kind: str, how_many: int, hint: str, back: Link) -> None:
    """Raises NotVisible for a kind of file that there is none of, Invalid for more rows than it may have: with a hint
    what to narrow, and the way back."""
    if kind not in FILES:
        raise NotVisible("There is no file of this kind.")
    if how_many > AT_MOST[kind]:
        refused = Invalid(f"{kind.upper()}: {how_many:,} rows are more than {AT_MOST[kind]:,}. {hint}")
        refused.ways_on = [back]  # type: ignore[attr-defined]
        raise refused


def as_download(sheet: Sheet, name: str, kind: str) -> HttpResponse:
    """The sheet as a file of this kind (a key of FILES), named `name`; nothing between here and the reader keeps it."""
    write, content_type = FILES[kind]
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"', "Cache-Control": "no-store"}
    return HttpResponse(write(sheet), content_type=content_type, headers=headers)


class _Pages(FPDF):
    """Pages with the report's title and their number below."""

    def __init__(self, title: str, **options: str) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.below = title

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font("Helvetica", size=7)
        self.cell(0, 6, _latin(f"{self.below}, page {self.page_no()} of {{nb}}"), align="R")


def _write(page: object, line: int, column: int, cell: Cell, money: object, day: object) -> None:
    if isinstance(cell, Decimal):
        page.write_number(line, column, cell, money)  # type: ignore[attr-defined]
    elif isinstance(cell, int):
        page.write_number(line, column, cell)  # type: ignore[attr-defined]
    elif isinstance(cell, date):
        page.write_datetime(line, column, cell, day)  # type: ignore[attr-defined]
    else:
        page.write_string(line, column, cell or "")  # type: ignore[attr-defined]


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"£{cell:,.2f}"
    return f"{cell:%d/%m/%Y}" if isinstance(cell, date) else str(cell)


def _plain(text: str) -> str:
    """With an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _latin(text: str) -> str:
    """The PDF's own fonts know Western European letters; others lose their accents, or become a question mark."""
    if not text.isascii():
        text = "".join(each if ord(each) < 256 else unicodedata.normalize("NFKD", each)[0] for each in text)
    return text.encode("latin-1", "replace").decode("latin-1")


def _is_number(rows: Iterable[Sequence[Cell]], at: int) -> bool:
    return any(isinstance(row[at], Decimal | int) for row in rows)
