"""The base of the portal's forms: every field has a label, and every refusal names it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import pretty_name

from core.errors import Invalid
from ui.fields import BOXES
from ui.refusals import asks_for, in_our_words
from ui.wording import in_sentence, long_date


class PortalForm(forms.Form):
    """A form drawn by the design system: labels for all, and what is refused in the portal's words (`ui.refusals`).

    `size` of a widget's attributes (2, 3, 4, 5, 10, 20 or 30) is its width in characters, `prefix` and `suffix`
    stand beside the box.
    """

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            name_field(field, name)

    def full_clean(self) -> None:
        for name, field in self.fields.items():
            name_field(field, name)  # those that a form adds itself too
        super().full_clean()

    def add_error(self, field: str | None, error: Any) -> None:
        """Also what the fields themselves refuse comes by here."""
        if field is None or field not in self.fields:
            return super().add_error(field, error)
        bound = self[field]
        refused = error if isinstance(error, ValidationError) else ValidationError(error)
        worded = [in_our_words(each, bound.field, bound.label, bound.data) for each in refused.error_list]
        return super().add_error(field, ValidationError(worded))

    def require(self) -> None:
        """For a file, on which nobody would see that what they asked for is left out. Raises Invalid with all that is
        refused."""
        if not self.is_valid():
            raise Invalid(*(str(sentence) for sentences in self.errors.values() for sentence in sentences))


def name_field(field: forms.Field, name: str) -> None:
    """Give a field the label its name suggests, if it has none, and a required message that says it."""
    if field.label is None:
        field.label = pretty_name(name)
    if "required" in field.error_messages:
        field.error_messages["required"] = asks_for(field)


def refuse_end_before_start(form: forms.Form, start: str = "start_date", end: str = "end_date") -> None:
    """In `clean`: an end before the start is refused on the end, with both dates; both days are included."""
    first, last = form.cleaned_data.get(start), form.cleaned_data.get(end)
    if not (isinstance(first, date) and isinstance(last, date) and last < first):
        return
    sentence = (
        f"{form.fields[end].label} must be on or after {in_sentence(form.fields[start].label)}, {long_date(first)}: "
        f"it is {long_date(last)}. Both days are included."
    )
    form.add_error(end, ValidationError(sentence, params={"boxes": BOXES}))
