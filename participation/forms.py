"""What people send: filters in the address, end dates for rows as seen, and offers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from participation.models import REASON_LENGTH
from participation.queries.lists import Filters
from participation.states import State
from ui.fields import DateField, SeenField
from ui.forms import PortalForm, refuse_end_before_start
from ui.wording import count

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


class CreateOffersForm(PortalForm):
    """A service, the networks it is offered to, and from when to when."""

    service = forms.ChoiceField(label="Quality Service")
    start_date = DateField(label="Start date", help_text="The first day it holds. For example, 1 4 2021")
    end_date = DateField(label="End date", help_text="The last day it holds: this day is included")
    all_networks = forms.BooleanField(required=False)
    networks = forms.MultipleChoiceField(
        label="PCNs",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Every member practice is included.",
    )

    def __init__(self, data: Any, *, services: Choices, networks: Choices) -> None:
        super().__init__(data)
        self.fields["service"].choices = [("", "Select a service"), *services]  # type: ignore[attr-defined]
        self.fields["networks"].choices = networks  # type: ignore[attr-defined]
        self.fields[
            "all_networks"
        ].label = f"Select All: the {count(len(networks), 'PCN', 'PCNs')} that your organisation leads"
        self.every = [id for id, _name in networks]

    def clean(self) -> dict[str, Any]:
        refuse_end_before_start(self)
        if not self.network_ids:
            self.add_error("networks", "Select at least one PCN.")
        return self.cleaned_data

    @property
    def network_ids(self) -> list[int]:
        given = self.every if self.cleaned_data.get("all_networks") else self.cleaned_data.get("networks", [])
        return [int(id) for id in given]
