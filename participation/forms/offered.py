"""The filters of one service's offers, rows as they were seen, and their end dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from participation.models import REASON_LENGTH
from participation.queries.lists import Filters
from participation.states import State
from ui.fields import DateField, SeenField
from ui.forms import PortalForm

Choices = Sequence[tuple[Any, str]]


class OfferedForm(PortalForm):
    """The filters of one service's offers, kept in the address."""

    status = forms.ChoiceField(required=False, choices=[("", "All"), *State.choices])
    network = forms.ChoiceField(label="PCN", required=False)
    text = forms.CharField(label="Org ID or name", required=False, max_length=100)

    def __init__(self, data: Any, *, networks: Choices) -> None:
        super().__init__(data)
        self.fields["network"].choices = [("", "All"), *networks]  # type: ignore[attr-defined]

    def filters(self) -> Filters:
        """What is asked for; what is not valid is left out, and the form says so."""
        given = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return Filters(
            state=State(int(given["status"])) if given.get("status") else None,
            network_id=int(given["network"]) if given.get("network") else None,
            text=given.get("text", ""),
        )


class ChosenForm(PortalForm):
    """Which rows: those ticked, or everything that matched (a signed token)."""

    seen = SeenField(required=False)
    all_matching = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("seen") and not cleaned.get("all_matching"):
            raise forms.ValidationError("Select at least one practice first. Nothing was changed.")
        return cleaned


class EndDateForm(PortalForm):
    """The last day, and why."""

    end_date = DateField(
        label="End date", help_text="The last day it holds: this day is included. For example, 31 3 2022"
    )
    reason = forms.CharField(
        max_length=REASON_LENGTH, strip=True, widget=forms.Textarea, help_text="The practices and the PCN read it."
    )

    def __init__(self, data: Any, *, earliest: date, latest: date) -> None:
        super().__init__(data)
        self.fields["end_date"].earliest, self.fields["end_date"].latest = earliest, latest  # type: ignore[attr-defined]

    def refuse(self, sentences: Sequence[str]) -> None:
        """Say on the date what the command found: which rows it does not fit, and why."""
        self.add_error("end_date", [forms.ValidationError(sentence) for sentence in sentences])
