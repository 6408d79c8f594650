"""What is entered to make offers, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from catalogue.models import PaidTo, QualityService
from core import clock
from core.dates import FinancialYear
from participation.formats import Given, Unreadable, pasted_codes, uploaded_codes
from participation.forms.offered import ChosenForm
from participation.queries.offerable import CHOICE, OFFERS, PARTLY, OfferableFilters
from ui.fields import DateField
from ui.forms import PortalForm, refuse_end_before_start
from ui.wording import long_date, period

Choices = Sequence[tuple[Any, str]]
MOST_PASTED = 200_000


class ServiceFilterForm(PortalForm):
    """Which services there are to choose from, kept in the address."""

    payment_type = forms.ChoiceField(label="Payment type", required=False)
    year = forms.ChoiceField(label="Financial Year", required=False)

    def __init__(self, data: Any, *, payment_types: Sequence[str], years: Sequence[FinancialYear]) -> None:
        super().__init__(data)
        self.years = {str(year): year for year in years}
        self.fields["payment_type"].choices = [("", "All"), *((each, each) for each in payment_types)]  # type: ignore[attr-defined]
        self.fields["year"].choices = [("", "All"), *((each, each) for each in self.years)]  # type: ignore[attr-defined]

    def kind_asked(self) -> str:
        return str(self._given().get("payment_type", ""))

    def year_asked(self) -> FinancialYear | None:
        return self.years.get(str(self._given().get("year", "")))

    def _given(self) -> dict[str, Any]:
        return self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})


class ServiceForm(PortalForm):
    """The service that is offered."""

    service = forms.ChoiceField(label="Quality Service", widget=forms.RadioSelect)

    def __init__(self, data: Any, *, services: Sequence[QualityService], chosen: int | None = None) -> None:
        super().__init__(data, initial={"service": chosen and str(chosen)})
        self.fields["service"].choices = [(str(each.pk), _worded(each)) for each in services]  # type: ignore[attr-defined]


def _worded(service: QualityService) -> str:
    paid_to = "PCNs" if service.paid_to == PaidTo.NETWORK else "practices"
    return f"{service.name}: {period(service.start_date, service.end_date)}, paid to {paid_to}"


class DatesForm(PortalForm):
    """The days of the offers, within the service's; and until when they may be answered, where they are."""

    start_date = DateField(label="Start date", help_text="The first day it holds. For example, 1 4 2021")
    end_date = DateField(
        label="End date", help_text="The last day it holds: this day is included. For example, 31 3 2022"
    )
    respond_by = DateField(
        label="Respond by",
        required=False,
        earliest=clock.today,
        help_text="The last day on which practices may answer. Overnight after it, what is unanswered expires. "
        "They are reminded before. Leave it empty if there is no such day",
    )

    def __init__(self, data: Any, *, service: QualityService, answered: bool, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        for name in ("start_date", "end_date"):
            self.fields[name].earliest, self.fields[name].latest = service.start_date, service.end_date  # type: ignore[attr-defined]
        if not answered:
            del self.fields["respond_by"]

    def clean(self) -> dict[str, Any]:
        refuse_end_before_start(self)
        end, respond_by = self.cleaned_data.get("end_date"), self.cleaned_data.get("respond_by")
        if end and respond_by and respond_by > end:
            said = f"Respond by must be on or before end date, {long_date(end)}: it is {long_date(respond_by)}."
            self.add_error("respond_by", said)
        return self.cleaned_data


class OfferableForm(PortalForm):
    """The filters of those who can be offered the service, kept in the address."""

    text = forms.CharField(label="Org ID or name", required=False, max_length=100)
    network = forms.ChoiceField(label="PCN", required=False)
    commissioner = forms.ChoiceField(required=False)
    offers = forms.ChoiceField(label="Offered", required=False)
    show = forms.ChoiceField(label="Show", required=False, choices=[("", "All"), *CHOICE])

    def __init__(self, data: Any, *, to_networks: bool, networks: Choices, commissioners: Choices) -> None:
        super().__init__(data)
        commissioner, offers = self.fields["commissioner"], self.fields["offers"]
        commissioner.label = "Parent Organisation" if to_networks else "Lead of its PCN"
        commissioner.choices = [("", "All"), *commissioners]  # type: ignore[attr-defined]
        offers.choices = [("", "All"), *((key, label) for key, label in OFFERS if to_networks or key != PARTLY)]  # type: ignore[attr-defined]
        self.fields["network"].choices = [("", "All"), *networks]  # type: ignore[attr-defined]
        if to_networks:
            del self.fields["network"]

    def filters(self) -> OfferableFilters:
        """What is asked for; what is not valid is left out, and the form says so."""
        given = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return OfferableFilters(
            text=given.get("text", ""),
            network_id=int(given["network"]) if given.get("network") else None,
            commissioner_id=int(given["commissioner"]) if given.get("commissioner") else None,
            offers=given.get("offers", ""),
            choice=given.get("show", ""),
        )


class ChosenProvidersForm(ChosenForm):
    """Which providers: those ticked, or everything that matched; and what is done with them."""

    action = forms.ChoiceField(choices=[("add", "Add"), ("remove", "Remove")])
    NOBODY = "Select at least one first. Nothing was changed."


class CodesForm(PortalForm):
    """Org IDs, pasted or as a CSV file."""

    codes = forms.CharField(
        label="Org IDs",
        required=False,
        max_length=MOST_PASTED,
        strip=False,
        widget=forms.Textarea(attrs={"rows": "8"}),
        help_text="One on a line, or separated by commas. A whole name is understood too.",
    )
    file = forms.FileField(
        label="Or a CSV file",
        required=False,
        help_text="With a column ORG_ID; its other columns are not read.",
        error_messages={"empty": "The CSV file is empty."},
    )

    def clean(self) -> dict[str, Any]:
        codes, file = self.cleaned_data.get("codes", ""), self.cleaned_data.get("file")
        if not (codes.strip() or file or self.errors):
            self.add_error("codes", "Paste at least one Org ID, or choose a CSV file.")
        if codes.strip() and file:
            self.add_error("file", "Paste Org IDs or choose a CSV file: one of the two at a time.")
        return self.cleaned_data

    def given(self) -> list[Given]:
        """What was given, each with its place; a file that cannot be read is refused on its field, and gives none."""
        file = self.cleaned_data.get("file")
        if not file:
            return pasted_codes(self.cleaned_data["codes"])
        try:
            return uploaded_codes(file.read(), file.name)
        except Unreadable as wrong:
            self.add_error("file", str(wrong))
            return []


class WrongCodesForm(PortalForm):
    """Codes that were not understood, with their places, to be listed in a file."""

    wrong = forms.JSONField(widget=forms.HiddenInput)

    def clean_wrong(self) -> list[Given]:
        try:
            return [Given(int(line), str(column), str(value)) for line, column, value in self.cleaned_data["wrong"]]
        except (TypeError, ValueError):
            raise forms.ValidationError("What was not understood could not be read. Give the codes again.") from None


class MakeOffersForm(PortalForm):
    """The draft's version as it was reviewed, and what was foreseen of it, signed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    foreseen = forms.CharField(widget=forms.HiddenInput)
