"""What is entered to make offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from ui.fields import DateField
from ui.forms import PortalForm, refuse_end_before_start
from ui.wording import count

Choices = Sequence[tuple[Any, str]]


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
