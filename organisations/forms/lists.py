"""A list size that is corrected by hand."""

from __future__ import annotations

from typing import Any

from django import forms

from core import clock
from core.texts import REASON_LENGTH
from organisations.models import ListKind
from ui.fields import DateField, WholeNumberField
from ui.forms import PortalForm


class ListSizeForm(PortalForm):
    """Which list, as at which day, its size, and why."""

    kind = forms.TypedChoiceField(label="List", choices=ListKind.choices, coerce=lambda value: ListKind(int(value)))
    as_at = DateField(
        label="As at", help_text="The day that the figure is of. For example, 1 1 2021", latest=clock.today
    )
    size = WholeNumberField(required=False, help_text="How many. Leave it empty where none is known after all.")
    reason = forms.CharField(
        max_length=REASON_LENGTH, strip=True, widget=forms.Textarea, help_text="Whoever looks at the payment reads it."
    )

    def refuse(self, sentences: Any) -> None:
        """Say on the size what the command found."""
        self.add_error("size", [forms.ValidationError(sentence) for sentence in sentences])
