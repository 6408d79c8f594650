"""Org IDs that somebody pastes or uploads, each with its place."""

from __future__ import annotations

import re
from typing import NamedTuple

from participation.formats.csv_files import csv_rows

COLUMN = "ORG_ID"
SPELLINGS = (
    COLUMN,
    "Org ID",
    "Org code",
    "Organisation code",
    "Code",
    "PCN ID",
    "Practice code",
    "Service provider ID",
)
CODE = re.compile(r"(?=.*[0-9])[A-Z0-9]{3,12}", re.IGNORECASE)


class Given(NamedTuple):
    """A code, or a name, as it was given: the line it stands on, its column where it has one, and what it says."""

    line: int
    column: str
    value: str


def pasted_codes(text: str) -> list[Given]:
    """What was pasted: one on a line, or several between commas, semicolons, tabs; codes also between spaces."""
    found: list[Given] = []
    for line, words in enumerate(text.splitlines(), start=1):
        for part in re.split(r"[,;\t]", words):
            found += [Given(line, "", value) for value in _parts(part.strip().strip("\"'").strip()) if value]
    return found


def uploaded_codes(content: bytes, name: str) -> list[Given]:
    """The column ORG_ID of a CSV file. Raises Unreadable."""
    rows = csv_rows(content, name, {COLUMN: SPELLINGS})
    return [Given(row.line, COLUMN, row.values[COLUMN]) for row in rows]


def _parts(text: str) -> list[str]:
    words = text.split()
    return words if len(words) > 1 and all(CODE.fullmatch(word) for word in words) else [text]
