"""Allocations: what the list is narrowed by, new amounts for the practices chosen, and a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core import signing

from catalogue.models import QualityService
from core.actors import Actor
from core.errors import Conflict
from core.texts import REASON_LENGTH
from organisations.models import Organisation
from participation.commands import Setting
from participation.formats import AllocationRow, Problem, Unreadable, read_allocations
from participation.queries.allocations import WITH, WITHOUT, AllocationFilters
from ui.fields import DateField, WholeNumberField
from ui.forms import PortalForm, name_field, refuse_end_before_start

MOST_AT_ONCE = 250
"""Practices on one form; more are given as a file."""


class AllocationsForm(PortalForm):
    """The filters of a service's allocations, kept in the address."""

    text = forms.CharField(label="Org ID or name", required=False, max_length=100)
    show = forms.ChoiceField(
        required=False, choices=[("", "All"), (WITH, "With an allocation"), (WITHOUT, "Without an allocation")]
    )

    def filters(self) -> AllocationFilters:
        """What is asked for; what is not valid is left out, and the form says so."""
        given = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return AllocationFilters(given.get("text", ""), given.get("show", ""))


class _Days(PortalForm):
    """From which day to which day, and why."""

    start_date = DateField(label="Start date", help_text="The first day it holds. For example, 1 7 2021")
    end_date = DateField(label="End date", help_text="The last day it holds: this day is included")
    reason = forms.CharField(max_length=REASON_LENGTH, widget=forms.Textarea, help_text="It is kept with the history.")

    def __init__(self, data: Any, files: Any = None, *, service: QualityService) -> None:
        days = {"start_date": service.start_date, "end_date": service.end_date}
        super().__init__(data, files, initial=days)
        for name in days:
            self.fields[name].earliest, self.fields[name].latest = service.start_date, service.end_date  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        refuse_end_before_start(self)
        return self.cleaned_data


class SetAllocationsForm(_Days):
    """An amount for each practice chosen; an empty one takes the allocation away."""

    def __init__(self, data: Any, *, service: QualityService, practices: Sequence[Organisation]) -> None:
        super().__init__(data, service=service)
        self.practices = {f"amount_{practice.pk}": practice for practice in practices}
        for name, practice in self.practices.items():
            field = WholeNumberField(label=f"Allocation of {practice.name} ({practice.code})", required=False)
            field.initial = practice.allocation  # type: ignore[attr-defined]
            name_field(field, name)
            self.fields[name] = field
        first = {name: self.fields[name] for name in self.practices}
        self.fields = first | {name: each for name, each in self.fields.items() if name not in first}

    def settings(self) -> list[Setting]:
        """What each practice is to be allowed; those with a problem of their own are refused by the form."""
        given = self.cleaned_data
        return [
            Setting(practice.pk, given.get(name), given["start_date"], given["end_date"])
            for name, practice in self.practices.items()
        ]


class AllocationFileForm(_Days):
    """A CSV file, and the days of rows that give none."""

    file = forms.FileField(
        label="CSV file",
        help_text="With columns ORG_ID and ALLOCATION, and START_DATE and END_DATE where a row has days of its own. "
        "A row without an allocation is left as it is; NONE takes an allocation away.",
        error_messages={"empty": "The CSV file is empty."},
    )

    def rows(self) -> tuple[list[AllocationRow], list[Problem]]:
        """What the file says, and what is wrong with its rows; one that cannot be read is refused on its field."""
        file = self.cleaned_data["file"]
        try:
            rows, problems = read_allocations(file.read(), file.name)
        except Unreadable as wrong:
            self.add_error("file", str(wrong))
            return [], []
        if not rows and not problems:
            self.add_error("file", f"{file.name} sets no allocation: its rows are empty in the column ALLOCATION.")
        return rows, problems


class SaveAllocationsForm(PortalForm):
    """What was checked, signed; what was foreseen of it; and the key of the request."""

    settings = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(max_length=REASON_LENGTH, widget=forms.HiddenInput)
    foreseen = forms.CharField(required=False, widget=forms.HiddenInput)
    key = forms.CharField(max_length=100, widget=forms.HiddenInput)


def settings_token(settings: Sequence[Setting], by: Actor) -> str:
    """What is to be set, as text that nobody can alter and nobody else can send."""
    plain = [
        [each.provider_id, each.amount, each.start_date.isoformat(), each.end_date.isoformat()] for each in settings
    ]
    return signing.dumps(plain, salt=_salt(by), compress=True)


def settings_in(token: str, by: Actor) -> list[Setting]:
    """The settings of a token. Raises Conflict for one that was altered, or made for somebody else."""
    try:
        rows = signing.loads(token, salt=_salt(by))
    except signing.BadSignature:
        raise Conflict("What you entered could not be read. Go back to the allocations and enter it anew.") from None
    return [Setting(id, amount, date.fromisoformat(start), date.fromisoformat(end)) for id, amount, start, end in rows]


def _salt(by: Actor) -> str:
    return f"participation.allocations.{by.user_id}.{by.organisation_id}"
