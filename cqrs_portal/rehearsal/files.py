"""The published files, read a second time and in another way, for the proof: nothing of the portal's is used."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path, PurePath
from typing import Any

import openpyxl

SIZE = "Number of Registered Patients (Last Known Figure)"


@dataclass(frozen=True)
class Spell:
    """One line of the workbook: a practice in a network, both days included; `end` None while it lasts."""

    practice: str
    network: str
    start: date
    end: date | None

    def holds_on(self, day: date) -> bool:
        """A spell that ends on the day it starts never held."""
        return self.start <= day and self.start != self.end and (self.end is None or day <= self.end)


def spells_in(path: Path) -> list[Spell]:
    """The memberships of an ePCN workbook."""
    book = openpyxl.load_workbook(_unzipped(path, ".xlsx"), read_only=True)
    sheet = next(each for each in book.worksheets if "partner" in each.title.lower())
    rows = sheet.iter_rows(values_only=True)
    head = [" ".join(str(cell).split()).lower() for cell in next(rows)]
    at = [_column(head, words) for words in ("partner organisation code", "pcn code", "start date", "end date")]
    return [_spell([row[column] for column in at]) for row in rows if row[at[0]]]


def _column(head: Sequence[str], words: str) -> int:
    return next(place for place, heading in enumerate(head) if heading.endswith(words))


def _spell(cells: Sequence[Any]) -> Spell:
    practice, network, start, end = cells
    return Spell(str(practice).strip(), str(network).strip(), _day(start), _day(end) if end else None)


def _day(cell: Any) -> date:
    """From a date, or from 20210401, or from 2021-04-01."""
    text = str(cell).strip()[:10]
    return date(int(text[:4]), int(text[4:6]), int(text[6:8])) if text.isdigit() else date.fromisoformat(text)


def lists_in(path: Path) -> dict[str, Fraction]:
    """Practice -> registered patients, from a file of payments to general practice."""
    with io.TextIOWrapper(_unzipped(path, ".csv"), encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        return {row["Practice Code"].strip(): Fraction(row[SIZE].replace(",", "")) for row in rows if row[SIZE].strip()}


def _unzipped(path: Path, ending: str) -> io.BytesIO:
    """The file, or the one of this kind in a zip; a workbook is a zip itself. Not what a Mac packs beside it."""
    if not zipfile.is_zipfile(path):
        return io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        if "[Content_Types].xml" in archive.namelist():
            return io.BytesIO(path.read_bytes())
        found = [name for name in archive.namelist() if name.lower().endswith(ending) and "__MACOSX/" not in name]
        (name,) = [name for name in found if not PurePath(name).name.startswith("._")]
        return io.BytesIO(archive.read(name))


def members_on(day: date, spells: Sequence[Spell]) -> dict[str, set[str]]:
    """Network -> its practices on a day. One that is in two counts in the one it joined later."""
    latest: dict[str, Spell] = {}
    for spell in spells:
        if spell.holds_on(day) and (spell.practice not in latest or latest[spell.practice].start <= spell.start):
            latest[spell.practice] = spell
    members: dict[str, set[str]] = {}
    for spell in latest.values():
        members.setdefault(spell.network, set()).add(spell.practice)
    return members
