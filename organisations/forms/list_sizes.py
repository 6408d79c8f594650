"""Which list sizes are looked for, and files of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from core import clock
from organisations.commands import Days
from organisations.formats import Layout
from organisations.forms.reference_files import GivenFile, PublishedField, ReferenceFile
from organisations.models import ListKind
from organisations.queries.list_sizes import CHANGED, MISSING, Asked
from organisations.states import Purpose
from ui.fields import DateField
from ui.forms import PortalForm
from ui.wording import long_date

KINDS = [(str(kind.value), f"{kind.label[:1].upper()}{kind.label[1:]}") for kind in ListKind]
SHOWN = (("", "All"), (CHANGED, "Changed by more than 5 %"), (MISSING, "Missing"))


class ListsFilter(PortalForm):
    """The filters of the list sizes, kept in the address."""

    kind = forms.ChoiceField(label="List", choices=KINDS)
    day = forms.ChoiceField(label="As at")
    text = forms.CharField(label="Org ID or name", required=False, max_length=100)
    show = forms.ChoiceField(label="Show", required=False, choices=SHOWN)
    recorded_on = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, asked: Any, kind: ListKind, days: Sequence[date], known_on: date | None) -> None:
        day = asked.get("day") if asked.get("day") in {each.isoformat() for each in days} else None
        filled = {
            "kind": str(kind.value),
            "day": day or (days[0].isoformat() if days else ""),
            "text": asked.get("text", ""),
            "show": asked.get("show", ""),
            "recorded_on": known_on.isoformat() if known_on else "",
        }
        super().__init__(filled)
        self.list_kind, self.days, self.known_on = kind, days, known_on
        choices = [(each.isoformat(), long_date(each)) for each in days] or [("", "None is known")]
        self.fields["day"].choices = choices  # type: ignore[attr-defined]
        self.fields["day"].required = bool(days)

    def asked(self) -> Asked | None:
        """What is looked for; None while no list size of the kind is known, or something is not valid."""
        if not self.days or not self.is_valid():
            return None
        given = self.cleaned_data
        return Asked(self.list_kind, date.fromisoformat(given["day"]), self.known_on, given["text"], given["show"])


def kind_asked(text: str) -> ListKind:
    """The kind of list in an address; the registered list where it names none."""
    return next((kind for kind in ListKind if str(kind.value) == text), ListKind.CRP)


class ListUploadForm(PortalForm):
    """A file of list sizes, and the day they are of where it does not say so itself."""

    lists = ReferenceFile(
        Purpose.LISTS,
        help_text="Payments to practices, registered patients by age, or a CSV file with the heads ORG_ID, LIST (CRP, "
        "WPLS, PCN_ADJUSTED or CARE_HOME_BEDS), AS_AT (2021-01-01) and SIZE. CSV or ZIP.",
    )
    lists_as_at = DateField(
        required=False,
        label="Day the list sizes are of",
        latest=clock.today,
        help_text="Only for the payments file, which does not say it. Often 1 January before the financial year",
    )

    lists_published = PublishedField()

    def given(self) -> list[GivenFile]:
        return [self.cleaned_data["lists"]]

    def days(self) -> Days:
        return Days(None, self.cleaned_data["lists_as_at"], self.cleaned_data["lists_published"])

    def clean(self) -> dict[str, Any]:
        file: GivenFile | None = self.cleaned_data.get("lists")
        if file is None and "lists" not in self.errors:
            self.add_error("lists", "Choose a file of list sizes.")
        says_its_day = file is None or file.snapshot.layout is not Layout.PAYMENTS
        if file and not says_its_day and not self.cleaned_data.get("lists_as_at") and "lists_as_at" not in self.errors:
            self.add_error("lists_as_at", f"{file.name} does not say which day its list sizes are. Enter the day.")
        return self.cleaned_data
