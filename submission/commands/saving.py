"""*Save Work in Progress*: what was typed is kept, and counts for nothing yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.actors import Actor
from core.commands import command, instant
from core.transitions import Transition
from submission.changes import Key
from submission.commands.begin import begun
from submission.commands.typed import Figures, kept_theirs, own_changes, own_words
from submission.formats import Value
from submission.models import DraftValue, Submission
from submission.queries.sheets import Line, Sheet, sheet_of
from submission.states import AMEND, LEAVE_UNCHANGED, SAVE, State


@dataclass(frozen=True)
class Saved:
    """What a save did: the submission and its version now, how many fields are in progress, and what others changed
    meanwhile and was left as theirs."""

    submission_id: int
    version: int
    in_progress: int
    kept_theirs: Sequence[str]


@command
def save_work_in_progress(key: Key, figures: Figures, *, by: Actor) -> Saved:
    """Keep what was typed for a key as work in progress; what was submitted before counts on.

    Raises Invalid with every field that cannot hold what was typed, ChangedMeanwhile where somebody else changed the
    same field, the notes or the reason since they were seen, NotPermitted with every reason, NotVisible as
    `begin_submission`. Then nothing is saved.
    """
    before = begun(key, by=by)
    theirs = kept_theirs(before, figures)
    after = keep_drafts(before, figures, by=by)
    _move(after, own_words(before.submission, figures), by)
    version = Submission.objects.values_list("version", flat=True).get(pk=after.submission.pk)
    in_progress = sum(line.draft is not None for line in after.lines.values())
    return Saved(after.submission.pk, version, in_progress, theirs)


def keep_drafts(sheet: Sheet, figures: Figures, *, by: Actor) -> Sheet:
    """Write what this person changed; answer the sheet as it stands then. For commands, in theirs."""
    for path, value in own_changes(sheet, figures).items():
        _write(sheet.lines[path], value, sheet.submission, by)
    return sheet_of(sheet.submission)


def _write(line: Line, value: Value | None, submission: Submission, by: Actor) -> None:
    """A value in progress; one that is empty, or equals the value that counts, is in progress no more."""
    rows = DraftValue.objects.filter(submission=submission, path=list(line.path))
    if value is None or (line.current and line.current.value == value):
        rows.delete()
    elif line.draft is None or line.draft.value != value:
        # Higher than any version this field has had: a value taken back and typed again is another one.
        said = {"value": value, "version": submission.version + 1, "by_id": by.user_id, "saved_at": instant()}
        if not rows.update(**said):
            DraftValue.objects.create(submission=submission, path=list(line.path), **said)


def _move(sheet: Sheet, figures: Figures, by: Actor) -> None:
    values = {"note": figures.note, "manual_reason": figures.reason}
    given = {name: value for name, value in values.items() if value is not None}
    apply(_transition(sheet), sheet, by, note=figures.note or "", values=given)


def _transition(sheet: Sheet) -> Transition:
    if sheet.submission.state == State.IN_PROGRESS:
        return SAVE
    return AMEND if sheet.has_drafts else LEAVE_UNCHANGED


def apply(transition: Transition, sheet: Sheet, by: Actor, *, note: str, values: Mapping[str, object]) -> None:
    """Move the one submission of a sheet; what refuses it was asked before, under the same lock."""
    rows = Submission.objects.filter(pk=sheet.submission.pk)
    moved = transition.apply(rows, by=by, note=note, values=values)
    if not moved:
        raise AssertionError(f"{transition.name} was allowed, and then refused: {moved.refused}")
