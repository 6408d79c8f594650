"""The first day of an offer, and why it is corrected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.dateparse import parse_date

from core.texts import REASON_LENGTH
from participation.forms.ends import WHO_READS_IT, is_date
from ui.fields import DateField
from ui.forms import PortalForm


class StartDateForm(PortalForm):
    """The first day, and why."""

    start_date = DateField(label="Start date", help_text="The first day it holds. For example, 16 9 2021")
    reason = forms.CharField(max_length=REASON_LENGTH, strip=True, widget=forms.Textarea, help_text=WHO_READS_IT)

    def __init__(self, data: Any, *, earliest: date, latest: date, suggested: str = "") -> None:
        super().__init__(data, initial={"start_date": parse_date(suggested)} if is_date(suggested) else None)
        field: Any = self.fields["start_date"]
        field.earliest, field.latest = earliest, latest

    def refuse(self, sentences: Sequence[str]) -> None:
        """Say on the date what the command found."""
        self.add_error("start_date", [forms.ValidationError(sentence) for sentence in sentences])
