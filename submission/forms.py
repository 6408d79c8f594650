"""What people send: which figures they look for, and what they type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.core import signing
from django.http import QueryDict
from django.utils.html import escape

from core.errors import Conflict
from core.texts import SUBMISSION_NOTES_LENGTH
from submission.commands import NOTE, REASON, ChangedMeanwhile, Clash, Figures, WordsSeen
from submission.formats import WHOLE_NUMBERS, Path
from submission.queries.network_achievement import STATUSES
from submission.queries.sheets import Glimpse, GroupSheet, Line, glimpse_of
from submission.states import ManualReason
from ui.fields import DateField, MoneyField, WholeNumberField
from ui.forms import PortalForm
from ui.wording import moment

Choices = Sequence[tuple[str, str]]
SALT = "submission.glimpses"
MINE, THEIRS = "mine", "theirs"
WORDS = ("note", "reason")
"""Fields of the form beside those of the service."""


class RecordForm(PortalForm):
    """The filters of Record Achievement, kept in the address; each narrows the next."""

    year = forms.ChoiceField(label="Financial Year", required=False)
    service = forms.ChoiceField(label="Quality Service", required=False)
    provider = forms.ChoiceField(label="Service Provider", required=False)
    date = forms.ChoiceField(label="Achievement Date", required=False)

    def __init__(
        self, data: Any, *, years: Choices, services: Choices, providers: Choices | None, dates: Choices
    ) -> None:
        super().__init__(data)
        self.fields["year"].choices = years  # type: ignore[attr-defined]
        self.fields["service"].choices = [("", "Select a service"), *services]  # type: ignore[attr-defined]
        self.fields["date"].choices = [("", "All"), *dates]  # type: ignore[attr-defined]
        if providers is None:
            del self.fields["provider"]
        else:
            self.fields["provider"].choices = [("", "Select a provider"), *providers]  # type: ignore[attr-defined]


class NetworkAchievementForm(PortalForm):
    """The filters of Network Achievement, kept in the address; each narrows the next."""

    year = forms.ChoiceField(label="Financial Year", required=False)
    service = forms.ChoiceField(label="Quality Service", required=False)
    date = forms.ChoiceField(label="Achievement Date", required=False)
    status = forms.ChoiceField(required=False, choices=[("", "All"), *((str(n), said) for n, said in STATUSES.items())])

    def __init__(self, data: Any, *, years: Choices, services: Choices, dates: Choices) -> None:
        super().__init__(data)
        self.fields["year"].choices = years or [("", "No year yet")]  # type: ignore[attr-defined]
        self.fields["service"].choices = [("", "Select a service"), *services]  # type: ignore[attr-defined]
        self.fields["date"].choices = dates or [("", "Select a service first")]  # type: ignore[attr-defined]


class AddForm(PortalForm):
    """For which service, date and provider figures are begun."""

    service = forms.CharField(max_length=80)
    date = forms.DateField()
    provider = forms.CharField(max_length=20)


def reason_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Reason for manual entry",
        required=False,
        widget=forms.RadioSelect,
        choices=[(str(reason.value), reason.label) for reason in ManualReason],
        help_text="Figures are entered by hand only where they cannot be extracted.",
    )


def note_field() -> forms.CharField:
    return forms.CharField(
        label="Submission notes", required=False, max_length=SUBMISSION_NOTES_LENGTH, widget=forms.Textarea, strip=True
    )


class GroupForm(PortalForm):
    """The fields of one indicator group, the notes and the reason; and how the fields looked when it was drawn.

    `asked` are names of fields that two people changed: whose value is kept is asked beside them. `words` are the note
    and the reason as they are recorded, and the reason that is shown as chosen; `here` is the organisation acted for.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: Any, *, group: GroupSheet, words: WordsSeen, here: int | None, clashes: Sequence[Clash] = ()
    ) -> None:
        named, self.here = dict(_named(group)), here
        initial = {"note": words.note, "reason": str(words.chosen or ""), "seen": signed(group, words, here)}
        super().__init__(data, initial=initial | {name: _in_box(line) for name, line in named.items()})
        self.asked = [name for name in data.getlist("asked") if name in {*named, *WORDS}] if data else []
        self.paths = {name: line.path for name, line in named.items()}
        for name, line in named.items():
            self.fields[name] = _field_for(line)
            if name in self.asked:
                self.fields[f"keep_{name}"] = _keep_field(line, data.get(name, ""))
        self.fields["note"], self.fields["reason"] = note_field(), reason_field()
        for name in set(self.asked) & set(WORDS):
            self.fields[f"keep_{name}"] = _keep_words(name, words, clashes)

    def clean(self) -> dict[str, Any]:
        for name in self.asked:
            if not self.cleaned_data.get(f"keep_{name}"):
                said = self.fields[f"keep_{name}"].label
                self.add_error(f"keep_{name}", f"{said}: select whose value is kept.")
        return self.cleaned_data

    @property
    def said(self) -> list[tuple[str, str]]:
        """What stands in the boxes that were filled, each with its label, as it was sent."""
        given = [(bound, bound.value()) for bound in self.visible_fields()] if self.is_bound else []
        texts = ((bound, "/".join(filter(None, value)) if isinstance(value, list) else value) for bound, value in given)
        return [(str(bound.label), _chosen(bound.field, str(text))) for bound, text in texts if text]

    @property
    def typed(self) -> dict[Path, Any]:
        """What can be read of what was typed, by path."""
        return {path: _plain(self.cleaned_data[name]) for name, path in self.paths.items() if name in self.cleaned_data}

    @property
    def figures(self) -> Figures:
        """What was typed, with what the fields looked like; what others typed is left where it is to be kept."""
        given = self.cleaned_data
        mine = {name: path for name, path in self.paths.items() if given.get(f"keep_{name}") != THEIRS}
        reason = ManualReason(int(given["reason"])) if given["reason"] else None
        glimpses, words = seen_in(given["seen"], self.here) if given["seen"] else (None, None)
        return Figures(
            values={path: _plain(given[name]) for name, path in mine.items()},
            reason=None if given.get("keep_reason") == THEIRS else reason,
            note=None if given.get("keep_note") == THEIRS else given["note"],
            glimpses=glimpses,
            words=words,
        )


def asking(form: GroupForm, clash: ChangedMeanwhile, group: GroupSheet, words: WordsSeen) -> GroupForm:
    """The form again, on fields as they look now: what this person typed as it was sent, with the question whose value
    is kept where others typed too; what they left alone as the others have left it."""
    data: QueryDict = form.data.copy()  # type: ignore[attr-defined]
    clashes = clash.clashes
    names = {path: name for name, path in form.paths.items()} | {NOTE: "note", REASON: "reason"}
    data.setlist("asked", [names[clash.path] for clash in clashes])
    data["seen"] = signed(group, words, form.here)
    for each in clashes:
        data.pop(f"keep_{names[each.path]}", None)
    boxes = {line.path: _in_box(line) for line in group.lines} | {NOTE: words.note, REASON: words.chosen}
    for path in clash.untouched & names.keys():
        data[names[path]] = "" if boxes[path] is None else str(boxes[path])
    return GroupForm(data, group=group, words=words, here=form.here, clashes=clashes)


def signed(group: GroupSheet, words: WordsSeen, here: int | None) -> str:
    """How the fields of a group, the note and the reason look now, and for whom they were opened, as text that nobody
    can alter."""
    fields = [[list(line.path), *glimpse_of(line)] for line in group.lines]
    return signing.dumps([fields, list(words), here], salt=SALT, compress=True)


def seen_in(token: str, here: int | None) -> tuple[dict[Path, Glimpse], WordsSeen]:
    """The glimpses of a text, and note and reason. Raises Conflict for one that was altered, and for one that was
    opened while acting for another organisation: what is entered for a provider and on its behalf are two things."""
    try:
        fields, words, opened_for = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise Conflict("This form could not be read. Open the page again and enter the figures anew.") from None
    if opened_for != here:
        raise Conflict(
            "You opened this form while you acted for another organisation. Act for that one again, or open the page "
            "anew: what you typed is put back."
        )
    return {tuple(path): Glimpse(*rest) for path, *rest in fields}, WordsSeen(*words)


class NilForm(PortalForm):
    """A nil return: the reason for entering it by hand, and notes; `version` is the submission's as it was seen."""

    reason = reason_field()
    note = note_field()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, data: Any, *, reason: ManualReason | None, version: int) -> None:
        chosen = str(reason.value) if reason else ""
        super().__init__(data, initial={"reason": chosen, "version": version, "key": uuid4().hex})
        self.fields["reason"].required = True


class SubmitForm(PortalForm):
    """The figures as they were checked: the submission's version, and the key that makes one form one effect."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)
    zero_fill = forms.BooleanField(required=False, label="Enter 0 for the management information left empty")


def _named(group: GroupSheet) -> list[tuple[str, Line]]:
    """A name for each field, from its codes."""
    return [
        (f"value_{at}_{re.sub('[^a-z0-9]+', '_', '_'.join(line.path[1:]).lower())}", line)
        for at, line in enumerate(group.lines)
    ]


def _field_for(line: Line) -> forms.Field:
    hint: Any = {"required": False, "help_text": escape(_hint(line)), "label": line.label}
    if line.field.kind in WHOLE_NUMBERS:
        return WholeNumberField(**hint, widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "10"}))
    if line.field.kind == "money":
        return MoneyField(**hint)
    if line.field.kind == "date":
        return DateField(**hint)
    return forms.ChoiceField(**hint, widget=forms.RadioSelect, choices=[("yes", "Yes"), ("no", "No")])


def _hint(line: Line) -> str:
    needed = "" if line.field.required else " Not required."
    if line.current is None:
        return f"Current value: none yet.{needed}"
    return f"Current value: {line.says(line.current.value)}, submitted by {line.current_by}.{needed}"


def _in_box(line: Line) -> Any:
    """What stands in the box: the value in progress, as it is typed."""
    if line.draft is None:
        return None
    if line.field.kind == "yes_no":
        return "yes" if line.draft.value else "no"
    return date.fromisoformat(str(line.draft.value)) if line.field.kind == "date" else line.draft.value


def _chosen(field: forms.Field, text: str) -> str:
    """What was chosen, in the words of the choice."""
    return str(dict(getattr(field, "choices", ())).get(text, text))


def _plain(value: Any) -> Any:
    return None if value in (None, "") else value


def _keep_words(name: str, words: WordsSeen, clashes: Sequence[Clash]) -> forms.ChoiceField:
    """Whose note, or whose reason, is kept; `clashes` say by whom it was changed, where that was found just now."""
    said = {"note": "Submission notes have", "reason": "Reason for manual entry has"}[name]
    theirs = {"note": words.note, "reason": ManualReason(words.recorded).label if words.recorded else ""}[name]
    clash = next((each for each in clashes if each.path == (name,)), None)
    return forms.ChoiceField(
        label=f"{said} changed meanwhile",
        required=False,
        widget=forms.RadioSelect,
        choices=[(MINE, "Keep mine, as it stands here"), (THEIRS, f"Take theirs: {theirs or 'empty'}")],
        help_text=escape(f"{clash.by} changed it{f' on {moment(clash.at)}' if clash.at else ''}." if clash else ""),
    )


def _keep_field(line: Line, mine: str) -> forms.ChoiceField:
    theirs = line.says(line.standing) or "empty"
    since = f" on {moment(line.updated_at)}" if line.updated_at else ""
    return forms.ChoiceField(
        label=f"{line.label} has changed meanwhile",
        required=False,
        widget=forms.RadioSelect,
        choices=[(MINE, f"Keep mine: {mine or 'empty'}"), (THEIRS, f"Take theirs: {theirs}")],
        help_text=escape(f"{line.updated_by} changed it to {theirs}{since}. You typed {mine or 'nothing'}."),
    )
