"""Which day a page is about, and as recorded on which."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms

from core import clock
from ui.fields import DateField
from ui.forms import PortalForm


class RecordedOnForm(PortalForm):
    """The day of "Show as recorded on": until today, for nobody knows what will be recorded."""

    recorded_on = DateField(required=False, label="Recorded on", latest=clock.today)


class DayForm(PortalForm):
    """The day whose members are shown; keeps the day they were recorded on."""

    day = DateField(required=False, label="Members as of")
    recorded_on = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, asked: Mapping[str, str], recorded_on: str) -> None:
        super().__init__({**asked, "recorded_on": recorded_on})
