"""The parameters of administrative reports: the days they are about, and as recorded on which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from core import clock
from core.dates import FinancialYear
from ui.fields import DateField
from ui.forms import PortalForm, refuse_end_before_start


@dataclass(frozen=True)
class Period:
    """The days that a report is about, both included; `known_on` None is as known now."""

    start: date
    end: date
    known_on: date | None = None


class PeriodForm(PortalForm):
    """*Select Parameters*: *Start Date\\** and *End Date\\**; until somebody says otherwise, this financial year."""

    start_date = DateField(label="Start Date")
    end_date = DateField(label="End Date")
    recorded_on = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, asked: Mapping[str, str], known_on: date | None) -> None:
        year = FinancialYear.of(clock.today())
        days = {"start_date": year.start.isoformat(), "end_date": year.end.isoformat()}
        given = any(name.startswith(("start_date", "end_date")) for name in asked)
        super().__init__({**({} if given else days), **asked, "recorded_on": known_on.isoformat() if known_on else ""})
        self.known_on = known_on
        for name in days:
            self.fields[name].marked = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        refuse_end_before_start(self)
        return self.cleaned_data

    def period(self) -> Period | None:
        """What is asked for; None where it is not valid, which the form says."""
        return self.asked_period() if self.is_valid() else None

    def asked_period(self) -> Period:
        """What is asked for. Raises Invalid."""
        self.require()
        return Period(self.cleaned_data["start_date"], self.cleaned_data["end_date"], self.known_on)
