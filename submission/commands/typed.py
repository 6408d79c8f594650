"""What somebody typed, read against the sheet it was typed on: values, refusals, and what changed meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from core.errors import Conflict, Invalid
from core.texts import SUBMISSION_NOTES_LENGTH
from submission.formats import Path, Unreadable, Value, read_value
from submission.models import Submission
from submission.queries.entry import history_of
from submission.queries.sheets import Glimpse, Line, Sheet, glimpse_of
from submission.states import ManualReason
from ui.wording import moment, too_long

NOTE, REASON = ("note",), ("reason",)
"""How clashes name the submission notes and the reason, which are no fields of the service."""


class WordsSeen(NamedTuple):
    """How note and reason looked: the note, the reason that was recorded, and the one that was shown as chosen."""

    note: str
    recorded: int | None
    chosen: int | None


@dataclass(frozen=True)
class Figures:
    """What somebody gives: path -> value, as typed or as an API sends it; None or "" for an empty box.

    An empty box takes a value in progress back; what was submitted keeps counting. `glimpses` say how the fields
    looked, `words` how note and reason did; without them nothing is compared, and what is given is taken. None as
    `reason` or `note` leaves it.
    """

    values: Mapping[Path, Any] = field(default_factory=dict)
    reason: ManualReason | None = None
    note: str | None = None
    glimpses: Mapping[Path, Glimpse] | None = None
    words: WordsSeen | None = None


@dataclass(frozen=True)
class Clash:
    """A field that two people changed: what it says now, by whom and since when, and what this person typed."""

    path: Path
    label: str
    theirs: str
    mine: str
    by: str
    at: datetime | None

    @property
    def sentence(self) -> str:
        since = f", {moment(self.at)}" if self.at else ""
        theirs, mine = self.theirs or "empty", self.mine or "nothing"
        return f"{self.label}: {self.by} changed it to {theirs}{since}. You typed {mine}."


class ChangedMeanwhile(Conflict):
    """Others changed what this person typed over; nothing was saved. `clashes` say what, and by whom.

    `untouched` are the paths of what this person left as it was drawn, so that theirs stands there; `kept_theirs` says
    so of what others changed among them.
    """

    def __init__(
        self, clashes: Sequence[Clash], untouched: Collection[Path] = (), kept_theirs: Sequence[str] = ()
    ) -> None:
        super().__init__(*(clash.sentence for clash in clashes))
        self.clashes = tuple(clashes)
        self.untouched = frozenset(untouched)
        self.kept_theirs = tuple(kept_theirs)


def read_figures(sheet: Sheet, figures: Figures) -> dict[Path, Value | None]:
    """The values typed, by path. Raises Invalid with every field that is unknown or cannot hold what was typed."""
    said: list[str] = []
    values: dict[Path, Value | None] = {}
    for path, given in figures.values.items():
        line = sheet.lines.get(path)
        if line is None:
            said.append(f"{'.'.join(path)} is not a field that {sheet.submission.provider.name} gives.")
            continue
        try:
            values[path] = None if given is None or given == "" else read_value(line.field.kind, line.label, given)
        except Unreadable as refused:
            said.append(str(refused))
    if figures.note is not None and len(figures.note) > SUBMISSION_NOTES_LENGTH:
        said.append(too_long("Submission notes", SUBMISSION_NOTES_LENGTH, len(figures.note)))
    if said:
        raise Invalid(*said)
    return values


def own_changes(sheet: Sheet, figures: Figures) -> dict[Path, Value | None]:
    """What this person changed: values that differ from what stood in their boxes.

    What others changed meanwhile, and this person did not touch, stays theirs. Raises Invalid as `read_figures`,
    ChangedMeanwhile where both changed one field, the notes or the reason, to something different.
    """
    values, glimpses = read_figures(sheet, figures), figures.glimpses
    if glimpses is None:
        return values
    changes = {path: value for path, value in values.items() if path not in glimpses or value != glimpses[path].in_box}
    clashes = [
        _clash(sheet.lines[path], value)
        for path, value in changes.items()
        if path in glimpses and _moved(sheet.lines[path], glimpses[path]) and value != sheet.lines[path].standing
    ]
    clashes += clashes_of_words(sheet.submission, figures)
    if clashes:
        mine = own_words(sheet.submission, figures)
        words = {NOTE: mine.note, REASON: mine.reason}
        untouched = {path for path in sheet.lines if path not in changes} | {
            path for path, word in words.items() if word is None
        }
        raise ChangedMeanwhile(clashes, untouched, kept_theirs(sheet, figures))
    return changes


def own_words(submission: Submission, figures: Figures) -> Figures:
    """The figures, with the note and the reason only where this person changed them: what others did stays theirs."""
    seen = figures.words
    if seen is None:
        return figures
    note = None if figures.note == seen.note else figures.note
    is_theirs = figures.reason == seen.chosen and submission.manual_reason is not None
    return replace(figures, note=note, reason=None if is_theirs else figures.reason)


def clashes_of_words(submission: Submission, figures: Figures) -> list[Clash]:
    """The note and the reason, where others changed them since they were seen and this person did, too."""
    seen, mine = figures.words, own_words(submission, figures)
    if seen is None:
        return []
    last = history_of(submission)[0]
    who = last.by.name if last.by else "CQRS Portal"
    clashes = []
    if mine.note is not None and submission.note not in (seen.note, mine.note):
        clashes.append(Clash(NOTE, "Submission notes", _quoted(submission.note), _quoted(mine.note), who, last.at))
    if mine.reason is not None and submission.manual_reason not in (None, seen.recorded, mine.reason):
        theirs = ManualReason(submission.manual_reason).label
        clashes.append(Clash(REASON, "Reason for manual entry", theirs, mine.reason.label, who, last.at))
    return clashes


def _quoted(note: str) -> str:
    return f"“{note}”" if note else ""


def _kept_words(submission: Submission, figures: Figures) -> list[str]:
    seen, mine = figures.words, own_words(submission, figures)
    if seen is None:
        return []
    last = history_of(submission)[0]
    who = last.by.name if last.by else "CQRS Portal"
    note_is_theirs = mine.note is None and submission.note != seen.note
    reason_is_theirs = mine.reason is None and submission.manual_reason not in (None, seen.recorded)
    return [
        *([f"Submission notes: {who} changed them meanwhile; they were kept."] if note_is_theirs else []),
        *([f"Reason for manual entry: {who} changed it meanwhile; it was kept."] if reason_is_theirs else []),
    ]


def kept_theirs(sheet: Sheet, figures: Figures) -> list[str]:
    """What others changed since it was seen, and this person left as it had been: sentences."""
    values, glimpses = read_figures(sheet, figures), figures.glimpses or {}
    return _kept_words(sheet.submission, figures) + [
        f"{line.label}: {line.updated_by} changed it to {line.says(line.standing)} meanwhile; it was kept."
        for path, line in sheet.lines.items()
        if path in values and path in glimpses and values[path] == glimpses[path].in_box
        if _moved(line, glimpses[path]) and line.standing is not None
    ]


def _moved(line: Line, glimpse: Glimpse) -> bool:
    now = glimpse_of(line)
    return (now.draft, now.value) != (glimpse.draft, glimpse.value)


def _clash(line: Line, mine: Value | None) -> Clash:
    return Clash(line.path, line.label, line.says(line.standing), line.says(mine), line.updated_by, line.updated_at)
