"""What is wrong with a definition: where, what stands there, and the rule it breaks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jsonschema import ValidationError

_LONGEST_VALUE = 80


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal: `path` as calculation.rates[0].amount, the value found there, and the rule in words."""

    path: str
    value: str
    rule: str

    def __str__(self) -> str:
        return (
            f"{self.path or 'the definition'}: {self.value}: {self.rule}" if self.value else f"{self.path}: {self.rule}"
        )


class DefinitionRefused(Exception):
    """The text is not a definition that can be used; `problems` holds every reason, not only the first."""

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.name = name
        self.problems = tuple(problems)
        super().__init__("\n".join([f"{name} is refused:", *(f"  {problem}" for problem in self.problems)]))


def path_of(steps: Iterable[str | int]) -> str:
    """Write a place in a definition: calculation.rates[0].amount."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")


def shown(value: object) -> str:
    """Write a value found in a definition, cut where it is long."""
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def problem_of(error: ValidationError) -> Problem:
    """Put a schema refusal into our words."""
    steps = list(error.absolute_path)
    if error.validator == "required":
        return Problem(path_of([*steps, _named_in(error)]), "", "is missing")
    if error.validator == "additionalProperties":
        unknown = sorted(set(_mapping(error.instance)) - set(_mapping(error.schema).get("properties", {})))
        return Problem(path_of([*steps, *unknown[:1]]), "", f"is not a known name: {', '.join(unknown)}")
    return Problem(path_of(steps), shown(error.instance), _rule(error))


def _rule(error: ValidationError) -> str:
    described = _mapping(error.schema).get("description")
    wanted: Any = error.validator_value
    if error.validator == "enum":
        return f"is one of {', '.join(map(str, wanted))}"
    if described:
        return f"is {described}"
    if error.validator == "type":
        return f"is {wanted if isinstance(wanted, str) else ' or '.join(wanted)}"
    return error.message


def _named_in(error: ValidationError) -> str:
    named = re.match(r"'([^']+)'", error.message)
    return named[1] if named else "?"


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
