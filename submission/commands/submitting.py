"""*Submit Achievement Data*, and *Nil return*: figures count, and what they lead to is worked out at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.actors import Actor
from core.changes import Effect, publish
from core.commands import command, instant
from core.errors import Conflict, Invalid
from core.transitions import Transition
from submission.changes import Key, ValuesSubmitted
from submission.commands.begin import begun
from submission.commands.saving import apply, keep_drafts
from submission.commands.typed import Figures
from submission.formats import Path, Value, nothing
from submission.models import NOT_BEGUN, DraftValue, IndicatorValue, Submission
from submission.queries.checks import check
from submission.queries.entry import history_of
from submission.queries.sheets import Line, Sheet
from submission.rules import acts_on_behalf
from submission.states import BEGIN, NIL_RETURN, SUBMIT, ManualReason, Source
from ui.wording import in_sentence, listed, moment

NO_FIGURES = Figures()


@dataclass(frozen=True)
class Submitted:
    """What a submission did: how many values count anew, what is to be known of them, and what followed."""

    submission_id: int
    version: int
    values: int
    warnings: Sequence[str]
    effects: Sequence[Effect]


@command
def submit_achievement_data(
    key: Key, figures: Figures = NO_FIGURES, *, by: Actor, version: int | None = None, zero_fill: bool = False
) -> Submitted:
    """Submit a key's figures: what is in progress, and what is given here. They count from now on.

    `version` is the submission's as it was seen, NOT_BEGUN where there was none; `zero_fill` enters 0 for management
    information left empty. Raises Conflict where it has changed since, Invalid with everything that is missing or
    contradicts itself, and otherwise as `save_work_in_progress`. Then nothing is changed.
    """
    sheet = begun(key, by=by)
    _require_as_seen(sheet, version)
    sheet = keep_drafts(sheet, figures, by=by)
    if zero_fill:
        sheet = keep_drafts(sheet, Figures({line.path: 0 for line in check(sheet).fillable}), by=by)
    return _submit(sheet, SUBMIT, figures, by)


@command
def nil_return(key: Key, reason: ManualReason, note: str = "", *, by: Actor, version: int | None = None) -> Submitted:
    """Submit that there was nothing: 0 in every number, no in every yes or no (domain 5, *Nil return*, in one act).

    `version` is the submission's as it was seen, NOT_BEGUN where there was none. Raises Invalid where a day is
    required, which nothing can be said in; otherwise as `submit_achievement_data`.
    """
    sheet = begun(key, by=by)
    _require_as_seen(sheet, version)
    figures = Figures(_nothing_in(sheet), reason, note)
    return _submit(keep_drafts(sheet, figures, by=by), NIL_RETURN, figures, by)


def _require_as_seen(sheet: Sheet, version: int | None) -> None:
    if version is None or version == sheet.submission.version:
        return
    last = history_of(sheet.submission)[0]
    if version == NOT_BEGUN and last.transition == BEGIN.name:
        return
    who = last.by.name if last.by else "CQRS Portal"
    raise Conflict(f"{who} changed these figures on {moment(last.at)}, after you saw them. Nothing was submitted.")


def _nothing_in(sheet: Sheet) -> dict[Path, Value]:
    said = {line.path: nothing(line.field.kind) for line in sheet.lines.values()}
    unsayable = [
        sheet.lines[path].label for path, value in said.items() if value is None and sheet.lines[path].field.required
    ]
    if unsayable:
        raise Invalid(f"Nil return: {listed(unsayable)} must be entered, because a day is required.")
    return {path: value for path, value in said.items() if value is not None}


def _submit(sheet: Sheet, transition: Transition, figures: Figures, by: Actor) -> Submitted:
    figures = replace(figures, reason=figures.reason or _reason_in_progress(sheet))
    changed = [line for line in sheet.lines.values() if line.is_changed]
    warnings = _require_submittable(sheet, changed, figures)
    _append(sheet, changed, figures, by)
    note = sheet.submission.note if figures.note is None else figures.note
    apply(transition, sheet, by, note=note, values=_facts(sheet, by))
    key = sheet.submission.key
    effects = publish(ValuesSubmitted(by, frozenset({key})))
    version = Submission.objects.values_list("version", flat=True).get(pk=sheet.submission.pk)
    return Submitted(sheet.submission.pk, version, len(changed), warnings, effects)


def _reason_in_progress(sheet: Sheet) -> ManualReason | None:
    reason = sheet.submission.manual_reason
    return ManualReason(reason) if reason else None


def _require_submittable(sheet: Sheet, changed: Sequence[Line], figures: Figures) -> Sequence[str]:
    """What is to be known of figures that may be submitted. Raises Invalid with all that keeps them from it."""
    checked = check(sheet)
    problems = list(checked.problems)
    if checked.fillable:
        named = listed([in_sentence(line.label) for line in checked.fillable])
        problems.append(f"Enter {named}, or choose to enter 0 for management information left empty.")
    if figures.reason is None and (changed or problems):
        problems.append("Select why the figures are entered by hand.")
    if not changed and not problems:
        problems.append("Nothing has changed since the figures were last submitted.")
    if problems:
        raise Invalid(*problems)
    return checked.warnings


def _append(sheet: Sheet, changed: Sequence[Line], figures: Figures, by: Actor) -> None:
    """One row for each value that is new or another one; nothing is in progress any more."""
    IndicatorValue.objects.bulk_create(
        IndicatorValue(
            submission=sheet.submission,
            path=list(line.path),
            value=line.standing,
            source=Source.MANUAL,
            manual_reason=figures.reason,
            by_id=by.user_id,
            organisation_id=by.organisation_id,
            submitted_at=instant(),
        )
        for line in changed
    )
    DraftValue.objects.filter(submission=sheet.submission).delete()


def _facts(sheet: Sheet, by: Actor) -> Mapping[str, object]:
    return {
        "origin": Source.MANUAL,
        "on_behalf": acts_on_behalf(by, sheet.submission),
        "submitted_at": instant(),
        "note": "",
        "manual_reason": None,
    }
