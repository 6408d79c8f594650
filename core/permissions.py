"""A permission is a list of named refusals: each a sentence for the screen and a condition for sets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.db.models import BooleanField, Case, Model, Q, QuerySet, Value, When

from core.actors import Actor
from core.errors import NotPermitted

_permissions: dict[str, Permission] = {}

ALL = Q()
NONE = Q(pk__in=())


class Refusal:
    """One reason why not: a sentence for the screen, and the condition of the rows that it does not refuse.

    Made from a sentence and a function, or subclassed with `allowed` and `says` of its own.
    """

    def __init__(self, sentence: str, allowed: Callable[[Actor], Q] | None = None) -> None:
        self.sentence = sentence
        self._condition = allowed

    def allowed(self, by: Actor) -> Q:
        """The condition of the rows that this does not refuse to this actor."""
        if self._condition is None:
            raise NotImplementedError
        return self._condition(by)

    def says(self, by: Actor) -> str:
        return self.sentence


class Permission:
    """What may be done to rows of one model, as named refusals. The portal itself is never refused."""

    def __init__(self, name: str, *refusals: Refusal) -> None:
        if name in _permissions:
            raise ValueError(f"The permission {name} is defined twice.")
        self.name = name
        self.refusals = refusals
        _permissions[name] = self

    def __repr__(self) -> str:
        return f"Permission({self.name})"

    def allowed(self, by: Actor) -> Q:
        """The condition of the rows that nobody refuses; for `filter`."""
        if by.is_system:
            return ALL
        condition = ALL
        for refusal in self.refusals:
            condition &= refusal.allowed(by)
        return condition

    def refusals_for(self, rows: QuerySet[Any], by: Actor) -> dict[int, list[str]]:
        """Row id -> the sentences of all refusals that hold for it; rows that nothing refuses are left out."""
        if by.is_system or not self.refusals:
            return {}
        flags = {f"refused_{n}": _flag(~refusal.allowed(by)) for n, refusal in enumerate(self.refusals)}
        found: dict[int, list[str]] = {}
        for row in rows.annotate(**flags).values("pk", *flags):
            said = [refusal.says(by) for n, refusal in enumerate(self.refusals) if row[f"refused_{n}"]]
            if said:
                found[row["pk"]] = said
        return found

    def why_not(self, row: Model, by: Actor) -> list[str]:
        """The sentences that refuse this row to this actor; empty when it may be done."""
        return self.refusals_for(_only(row), by).get(row.pk, [])

    def has(self, row: Model, by: Actor) -> bool:
        return _only(row).filter(self.allowed(by)).exists()

    def require(self, row: Model, by: Actor, who_can: Sequence[str] = ()) -> None:
        """Raise NotPermitted, with every sentence that refuses."""
        sentences = self.why_not(row, by)
        if sentences:
            raise NotPermitted(*sentences, who_can=who_can)


def why_not_any(row: Model, by: Actor, permissions: Collection[Permission]) -> dict[str, list[str]]:
    """Name of permission -> the sentences that refuse the row by it; for several permissions in one question."""
    if by.is_system:
        return {each.name: [] for each in permissions}
    asked = {each.name: each for each in permissions}.values()
    flags = {
        f"refused_{at}_{n}": _flag(~refusal.allowed(by))
        for at, each in enumerate(asked)
        for n, refusal in enumerate(each.refusals)
    }
    found = _only(row).annotate(**flags).values(*flags).first() or {}
    return {
        each.name: [refusal.says(by) for n, refusal in enumerate(each.refusals) if found.get(f"refused_{at}_{n}")]
        for at, each in enumerate(asked)
    }


def permission(name: str) -> Permission:
    """The permission an app's rules.py defines under this name; transition tables name theirs."""
    return _permissions[name]


SYSTEM_ONLY = Permission(
    "core.system_only", Refusal("The portal does this by itself; nobody does it by hand.", lambda by: NONE)
)


def _flag(condition: Q) -> Case | Value:
    """The condition as a column; an empty one (ALL, or its opposite) is no condition that SQL could ask."""
    if not condition:
        return Value(not condition.negated, output_field=BooleanField())
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def _only(row: Model) -> QuerySet[Any]:
    return type(row)._default_manager.filter(pk=row.pk)
