"""The base of the portal's forms: every field has a label, and every refusal names it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.forms.utils import pretty_name

from ui.fields import BOXES
from ui.wording import in_sentence, long_date

CHOOSING = (forms.Select, forms.SelectMultiple, forms.RadioSelect, forms.CheckboxSelectMultiple)


class PortalForm(forms.Form):
    """A form drawn by the design system: labels for all, "Enter end date" instead of "This field is required".

    `size` of a widget's attributes (2, 3, 4, 5, 10, 20 or 30) is its width in characters, `prefix` and `suffix`
    stand beside the box.
    """

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            name_field(field, name)


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
    form.add_error(end, forms.ValidationError(sentence, params={"boxes": BOXES}))


def asks_for(field: forms.Field, label: object = None) -> str:
    """What is said when a required field is empty: "Enter end date.", "Select provider."."""
    label = field.label if label is None else label
    if isinstance(field.widget, forms.CheckboxInput):
        return f"Tick the box: {label}."
    verb = "Select" if isinstance(field.widget, CHOOSING) else "Enter"
    return f"{verb} {in_sentence(label)}."
