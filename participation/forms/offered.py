"""The filters of services offered and of one service's offers, and rows as they were seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from core import clock
from core.dates import FinancialYear
from participation.queries.offered import ENDS_EARLY, LEFT, Filters, ServiceFilters
from participation.states import State
from ui.fields import DateField, SeenField
from ui.forms import PortalForm

Choices = Sequence[tuple[Any, str]]


ONLY = [("", "All"), (ENDS_EARLY, "Ends before the service"), (LEFT, "Left the network")]


class ServicesForm(PortalForm):
    """The filters of the services offered, kept in the address."""

    year = forms.ChoiceField(label="Financial Year", required=False)
    text = forms.CharField(label="Quality Service", required=False, max_length=100)

    def __init__(self, data: Any, *, years: Sequence[FinancialYear]) -> None:
        super().__init__(data)
        self.years = {str(year): year for year in years}
        self.fields["year"].choices = [("", "All"), *((year, year) for year in self.years)]  # type: ignore[attr-defined]

    def filters(self) -> ServiceFilters:
        """What is asked for; what is not valid is left out, and the form says so."""
        given = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return ServiceFilters(self.years.get(given.get("year", "")), given.get("text", ""))


class OfferedForm(PortalForm):
    """The filters of one service's offers, kept in the address."""

    status = forms.ChoiceField(required=False, choices=[("", "All"), *State.choices])
    network = forms.ChoiceField(label="PCN", required=False)
    parent = forms.ChoiceField(label="Parent Organisation", required=False)
    only = forms.ChoiceField(label="Only", required=False, choices=ONLY)
    text = forms.CharField(label="Org ID or name", required=False, max_length=100)

    def __init__(self, data: Any, *, networks: Choices, parents: Choices) -> None:
        super().__init__(data)
        self.fields["parent"].choices = [("", "All"), *parents]  # type: ignore[attr-defined]
        self.fields["network"].choices = [("", "All"), *networks]  # type: ignore[attr-defined]

    def filters(self) -> Filters:
        """What is asked for; what is not valid is left out, and the form says so."""
        given = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return Filters(
            state=State(int(given["status"])) if given.get("status") else None,
            network_id=int(given["network"]) if given.get("network") else None,
            parent_id=int(given["parent"]) if given.get("parent") else None,
            only=given.get("only", ""),
            text=given.get("text", ""),
        )


class ChosenForm(PortalForm):
    """Which rows: those ticked, or everything that matched (a signed token)."""

    NOBODY = "Select at least one practice first. Nothing was changed."

    seen = SeenField(required=False)
    all_matching = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("seen") and not cleaned.get("all_matching"):
            raise forms.ValidationError(self.NOBODY)
        return cleaned


class RecordedOnForm(PortalForm):
    """The day whose records a page shows; none is the present, and one that cannot be is refused."""

    recorded_on = DateField(required=False, latest=clock.today)

    def day(self) -> date | None:
        """The day asked for; None where it is none. Raises Invalid."""
        self.require()
        found: date | None = self.cleaned_data["recorded_on"]
        return found
