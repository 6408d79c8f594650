"""The parameters of the Achievement Summary Report."""

from __future__ import annotations

from typing import Any

from django import forms

from core.dates import FinancialYear
from reports.queries.summary import SummaryFilters
from ui.forms import PortalForm


class SummaryForm(PortalForm):
    """*Select Parameters* of the Achievement Summary Report."""

    year = forms.ChoiceField(label="Financial Year", required=False)
    service = forms.ChoiceField(label="Quality Service", required=False)

    def __init__(self, data: Any, *, years: list[FinancialYear], services: list[tuple[int, str]]) -> None:
        self.years = years
        super().__init__({"year": data.get("year") or str(years[0]), "service": data.get("service", "")})
        self.fields["year"].choices = [(str(year), str(year)) for year in years]  # type: ignore[attr-defined]
        self.fields["service"].choices = [("", "All"), *services]  # type: ignore[attr-defined]

    def filters(self) -> SummaryFilters:
        """What is asked for; what is not valid is left out, and the form says so."""
        given = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        year = next((each for each in self.years if str(each) == given.get("year")), self.years[0])
        return SummaryFilters(year, int(given["service"]) if given.get("service") else None)
