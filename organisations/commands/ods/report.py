"""What a load says of itself, file by file: counts, corrections, and every row it did not take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from core.changes import Effect
from organisations.formats import Layout, Refused


@dataclass
class FileReport:
    """One file: its layout, the day it is a picture of, counts in words, and its refused rows."""

    path: Path
    layout: Layout
    as_at: date
    digest: str
    counts: Counter[str] = field(default_factory=Counter)
    corrections: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return any(self.corrections.values())

    def refuse(self, line: int, column: str, value: str, rule: str) -> None:
        self.refused.append(Refused(self.path.name, line, column, value, rule))

    def refuse_once(self, line: int, column: str, value: str, rule: str) -> None:
        """The same for a line that gives several rows, which follow each other."""
        if not self.refused or self.refused[-1].line != line:
            self.refuse(line, column, value, rule)

    def lines(self) -> Iterator[str]:
        """The file's part of the summary."""
        yield f"{self.path.name}: {self.layout}, as at {self.as_at:%d/%m/%Y}"
        yield from (f"  {count:>9,}  {words}" for words, count in self.counts.items())
        if self.changed:
            yield from (f"  {count:>9,}  {words}" for words, count in self.corrections.items() if count)
        else:
            yield "  Nothing changed: all of it was known already."
        yield f"  {len(self.refused):>9,}  rows refused"
        yield from (f"    {refused}" for refused in self.refused)


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
