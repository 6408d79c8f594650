"""What templates/ui/forms.jinja asks about a bound field and cannot work out itself."""

from __future__ import annotations

from typing import Any

from django.forms import BoundField

from ui.fields import BOXES, DateBoxes
from ui.forms import asks_for


def options(bound: BoundField) -> list[dict[str, Any]]:
    """The choices of a select, radios or checkboxes, as the design system's macros take them."""
    return [
        {
            "value": str(choice.data["value"]),
            "text": str(choice.data["label"]),
            "selected": choice.data["selected"],
            "checked": choice.data["selected"],
        }
        for choice in bound.subwidgets
    ]


def date_boxes(bound: BoundField) -> list[dict[str, Any]]:
    """Day, month and year: name, what stands in the box, and whether it is what is wrong."""
    given = bound.value()
    values = given if isinstance(given, list) else DateBoxes().decompress(given)
    wrong = _boxes_in_error(bound)
    return [{"name": box, "value": value, "wrong": box in wrong} for box, value in zip(BOXES, values, strict=True)]


def shown_value(bound: BoundField) -> str:
    value = bound.value()
    return "" if value is None else str(value)


def sentences(bound: BoundField) -> list[str]:
    """What is wrong with a field. A form that is not ours says "This field is required.": here it is named."""
    return [
        asks_for(bound.field, bound.label) if error.code == "required" else str(message)
        for error in bound.errors.as_data()
        for message in error.messages
    ]


def anchor(bound: BoundField) -> str:
    """The id an error summary links to: the field's box, or the first of its boxes that is wrong."""
    if isinstance(bound.field.widget, DateBoxes):
        return f"{bound.auto_id}_{(_boxes_in_error(bound) or BOXES)[0]}"
    return str(bound.auto_id)


def _boxes_in_error(bound: BoundField) -> tuple[str, ...]:
    if not bound.errors:
        return ()
    first = bound.errors.as_data()[0]
    return tuple((getattr(first, "params", None) or {}).get("boxes") or BOXES)
