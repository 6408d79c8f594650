"""Lists page by keyset: the next page starts after the last row seen, whatever came or went before it. Never OFFSET."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Model, Q, QuerySet
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan

from core.texts import is_text


@dataclass(frozen=True)
class Slice:
    """One page of rows, and the cursor that the next one starts after; empty on the last page."""

    rows: list[Any]
    next_cursor: str = ""


def page_of(rows: QuerySet[Any], order: Sequence[str], *, after: str, size: int) -> Slice:
    """The page of `size` rows after a cursor, in an order of columns ("-amount") whose last is unique.

    A column may be one that the query adds to its rows, if it is never null. A cursor that is not one starts at the
    beginning.
    """
    ordered = rows.order_by(*order)
    found = list(_after(ordered, order, _read(after, rows, order))[: size + 1])
    page = found[:size]
    return Slice(page, _cursor(page[-1], order) if len(found) > size else "")


def _after(rows: QuerySet[Any], order: Sequence[str], values: list[Any] | None) -> QuerySet[Any]:
    if values is None:
        return rows
    descending = [name.startswith("-") for name in order]
    names = [name.removeprefix("-") for name in order]
    if len(set(descending)) == 1:
        lookup = TupleLessThan if descending[0] else TupleGreaterThan
        return rows.filter(lookup(tuple(F(name) for name in names), tuple(values)))
    condition = Q()
    for at, name in enumerate(names):
        equal = Q(**{names[before]: values[before] for before in range(at)})
        condition |= equal & Q(**{f"{name}__{'lt' if descending[at] else 'gt'}": values[at]})
    return rows.filter(condition)


def _cursor(row: Any, order: Sequence[str]) -> str:
    values = [_value(row, name.removeprefix("-")) for name in order]
    return urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")


def _value(row: Any, path: str) -> Any:
    for part in path.split("__"):
        row = getattr(row, part)
    return row


def _read(cursor: str, rows: QuerySet[Any], order: Sequence[str]) -> list[Any] | None:
    """The values a page starts after; None where the text is no cursor of such a list."""
    try:
        values = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        return None
    plain = isinstance(values, list) and all(type(value) in (str, int) for value in values)
    if not plain or len(values) != len(order):
        return None
    fields = [_field(rows, name.removeprefix("-")) for name in order]
    fits = all(_fits(field, value) for field, value in zip(fields, values, strict=True))
    return values if fits else None


def _fits(field: Any, value: str | int) -> bool:
    """Whether a column can hold the value: one that somebody made up must not become an error of the database."""
    if not is_text(str(value)):
        return False
    try:
        if field is not None:
            field.run_validators(field.to_python(value))
    except (ValidationError, TypeError):  # a number where a day stands
        return False
    return True


def _field(rows: QuerySet[Any], path: str) -> Any:
    """The field at the end of a path, or what a query adds to its rows is like; None where nobody knows."""
    model: type[Model] = rows.model
    added = rows.query.annotations.get(path)
    if added is not None:
        return getattr(added, "output_field", None)
    try:
        for part in path.split("__"):
            field: Any = model._meta.get_field(part)
            model = field.related_model or model
    except FieldDoesNotExist:
        return None
    return field.target_field if field.is_relation else field
