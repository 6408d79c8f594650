"""What templates ask and cannot work out themselves: forms.jinja about a bound field, table.jinja about a cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms import BoundField
from markupsafe import Markup, escape

from ui import wording
from ui.fields import BOXES, DateBoxes
from ui.refusals import in_our_words
from ui.tables import Column


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


def option_tags(bound: BoundField) -> Markup:
    """The choices of a select, drawn as the design system draws them: a list may be filtered by hundreds, and a macro
    for each costs milliseconds."""
    return Markup("\n    ").join(map(_option, (choice.data for choice in bound.subwidgets)))


def _option(choice: Mapping[str, Any]) -> Markup:
    selected = " selected" if choice["selected"] else ""
    return Markup(f'<option value="{escape(choice["value"])}"{selected}>{escape(choice["label"])}</option>')  # noqa: S704


def is_plain(bound: BoundField) -> bool:
    """Whether a select or a box for text has nothing but its label: no error, no hint, and nothing of its own."""
    special = {"size", "prefix", "suffix", "inputmode", "autocomplete"} & bound.field.widget.attrs.keys()
    bare = not (bound.errors or bound.help_text or bound.field.disabled or special)
    return bare and bound.widget_type in ("select", "text")


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
    """What is wrong with a field. What a form that is not ours refuses is worded here."""
    worded = (in_our_words(error, bound.field, bound.label, bound.data) for error in bound.errors.as_data())
    return [str(message) for error in worded for message in error.messages]


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


def words_of(row: Any, column: Column) -> str | None:
    """A table's cell that is words alone, with its link; None for one that is drawn."""
    said = in_words(_named(row, column.key), column.kind)
    href = _named(row, column.href) if column.href else ""
    if said is None or not href:
        return said
    return Markup(f'<a href="{escape(href)}">{escape(said)}</a>')  # noqa: S704


def _named(row: Any, name: str) -> Any:
    """What a row has by this name, be it a mapping or an object."""
    return row.get(name) if isinstance(row, Mapping) else getattr(row, name)


def in_words(value: Any, kind: str) -> str | None:
    """What a table's cell says, of a kind (`ui.tables.Kind`) that is words alone; None for those that are drawn.

    A list has hundreds of cells, and a function is many times quicker than macros that call macros.
    """
    if value is None:
        return ""
    if kind == "money":
        negative = " app-money--negative" if value < 0 else ""  # as components/money.jinja draws it
        return Markup(f'<span class="app-money{negative}">{escape(wording.money(value))}</span>')  # noqa: S704
    if kind == "period":
        return wording.period(*value)
    say = _SAID.get(kind)
    return say(value) if say else None


_SAID: Mapping[str, Callable[[Any], str]] = {
    "text": lambda value: value if isinstance(value, str) else str(value),
    "code": lambda value: value if isinstance(value, str) else str(value),
    "number": wording.number,
    "date": wording.dense_date,
    "moment": wording.dense_moment,
    "month": wording.month,
}
