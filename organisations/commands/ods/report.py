"""What a load says of itself, file by file: counts, corrections, and every row that was refused or needs a look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from core.changes import Effect
from organisations.formats import Layout, Refused
from organisations.states import RowKind


class Remark(NamedTuple):
    """A row that was taken and needs a look: which kind, the line (0 for none), the organisation, and what is odd."""

    kind: RowKind
    line: int
    code: str
    words: str


@dataclass
class FileReport:
    """One file: its layout, the day it is a picture of, counts in words, its refused rows and its remarks."""

    path: Path
    layout: Layout
    as_at: date
    digest: str
    counts: Counter[str] = field(default_factory=Counter)
    corrections: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    concerned: set[str] = field(default_factory=set)
    """Codes of the practices whose membership or list size is corrected."""
    published: date | None = None
    """Of list sizes: when they were published, or at the earliest; None where nothing says it."""

    @property
    def changed(self) -> bool:
        return any(self.corrections.values())

    def refuse(self, line: int, column: str, value: str, rule: str) -> None:
        self.refused.append(Refused(self.path.name, line, column, value, rule))

    def refuse_once(self, line: int, column: str, value: str, rule: str) -> None:
        """The same for a line that gives several rows, which follow each other."""
        if not self.refused or self.refused[-1].line != line:
            self.refuse(line, column, value, rule)

    def remark(self, kind: RowKind, line: int, code: str, words: str) -> None:
        self.remarks.append(Remark(kind, line, code, words))

    def all_counts(self) -> Counter[str]:
        """What the file says, and how many of its rows need a look, kind by kind."""
        kinds = Counter(remark.kind for remark in self.remarks)
        return self.counts + Counter({kind.label[0].lower() + kind.label[1:]: kinds[kind] for kind in RowKind})

    def rows(self) -> list[list[Any]]:
        """Refused rows, then remarks kind by kind, as plain values: kind, line, column, value, words; and of refused
        rows, whose."""
        refused: list[list[Any]] = [
            [RowKind.REFUSED, each.line, each.column, each.value, each.rule, each.whose] for each in self.refused
        ]
        remarks: list[list[Any]] = [[each.kind, each.line, "Org ID", each.code, each.words] for each in self.remarks]
        kinds = list(RowKind)
        return sorted(refused) + sorted(remarks, key=lambda row: (kinds.index(row[0]), row[1]))

    def lines(self) -> Iterator[str]:
        """The file's part of the summary."""
        yield f"{self.path.name}: {self.layout}, as at {self.as_at:%d/%m/%Y}"
        yield from (f"  {count:>9,}  {words}" for words, count in self.all_counts().items())
        if self.changed:
            yield from (f"  {count:>9,}  {words}" for words, count in self.corrections.items() if count)
        else:
            yield "  Nothing changed: all of it was known already."
        yield f"  {len(self.refused):>9,}  rows refused"
        yield from (f"    {refused}" for refused in self.refused)

    def as_plain(self) -> dict[str, Any]:
        """The report as JSON keeps it; a page draws it from there."""
        return {
            "file_name": self.path.name,
            "layout": self.layout.name.lower(),
            "as_at": self.as_at.isoformat(),
            "published": self.published.isoformat() if self.published else None,
            "counts": dict(self.all_counts()),
            "corrections": {words: count for words, count in self.corrections.items() if count},
            "rows": self.rows(),
        }


@dataclass(frozen=True)
class LoadReport:
    """One load: its files, the one commissioner it was limited to, and the effects in the apps above."""

    files: Sequence[FileReport]
    commissioner: str = ""
    effects: Sequence[Effect] = ()

    @property
    def changed(self) -> bool:
        return any(file.changed for file in self.files)

    @property
    def refused(self) -> list[Refused]:
        return [refused for file in self.files for refused in file.refused]

    def lines(self) -> Iterator[str]:
        """The summary, for a screen of text."""
        for file in self.files:
            yield from file.lines()
        yield from (effect.sentence for effect in self.effects)

    def as_plain(self) -> dict[str, Any]:
        return {
            "files": [file.as_plain() for file in self.files],
            "effects": [effect.as_plain() for effect in self.effects],
            "changed": self.changed,
            "organisations": sorted(set().union(*(file.concerned for file in self.files))),
        }
