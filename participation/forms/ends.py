"""What ends participations: a last day, or none, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.dateparse import parse_date

from core.texts import REASON_LENGTH
from participation.commands import Ending
from ui.fields import DateField
from ui.forms import PortalForm

WHO_READS_IT = "The practices and the PCN read it."


class CancelForm(PortalForm):
    """Why a service is cancelled."""

    reason = forms.CharField(max_length=REASON_LENGTH, strip=True, widget=forms.Textarea, help_text=WHO_READS_IT)

    @property
    def ending(self) -> Ending:
        return Ending(None, self.cleaned_data["reason"])

    @property
    def said(self) -> tuple[tuple[str, str], ...]:
        """What the next step posts along."""
        return (("reason", self.cleaned_data["reason"]),)

    def refuse(self, sentences: Sequence[str]) -> None:
        """Say on the form what the command found."""
        self.add_error(None, [forms.ValidationError(sentence) for sentence in sentences])


def is_date(text: str) -> bool:
    """Whether a link names a day of the calendar, as 2022-03-31."""
    try:
        return parse_date(text) is not None
    except ValueError:
        return False


class EndDateForm(CancelForm):
    """The last day, and why."""

    end_date = DateField(
        label="End date", help_text="The last day it holds: this day is included. For example, 31 3 2022"
    )

    field_order = ("end_date", "reason")

    def __init__(self, data: Any, *, earliest: date, latest: date, suggested: str = "") -> None:
        super().__init__(data, initial={"end_date": parse_date(suggested)} if is_date(suggested) else None)
        self.fields["end_date"].earliest, self.fields["end_date"].latest = earliest, latest  # type: ignore[attr-defined]

    @property
    def ending(self) -> Ending:
        return Ending(self.cleaned_data["end_date"], self.cleaned_data["reason"])

    @property
    def said(self) -> tuple[tuple[str, str], ...]:
        return (("end_date", self.cleaned_data["end_date"].isoformat()), *super().said)

    def refuse(self, sentences: Sequence[str]) -> None:
        """Say on the date what the command found: which rows it does not fit, and why."""
        self.add_error("end_date", [forms.ValidationError(sentence) for sentence in sentences])


class ReasonForm(PortalForm):
    """Why an offer is rejected, an answer not approved, or a request declined."""

    reason = forms.CharField(max_length=REASON_LENGTH, strip=True, widget=forms.Textarea)

    def __init__(self, data: Any, *, who_reads_it: str) -> None:
        super().__init__(data)
        self.fields["reason"].help_text = who_reads_it
