"""What a form's fields refuse, in the portal's words: which field, what was given, and the rule.

The framework's own sentences ("Ensure this value has at most 500 characters") name neither field nor value. They are
worded here, by their code, for every form: `ui.forms.PortalForm` does so as it refuses, and `ui.drawing` where the form
is not ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise

from ui.wording import brief, in_sentence, number, too_long, too_short

CHOOSING = (forms.Select, forms.SelectMultiple, forms.RadioSelect, forms.CheckboxSelectMultiple)
UNTOLD = (forms.PasswordInput, forms.FileInput)
"""Boxes whose content no sentence quotes."""


@dataclass(frozen=True)
class Refused:
    """What is refused: the field, as it is called, what was given, and the numbers of the rule."""

    field: forms.Field
    label: str
    given: Any
    params: Mapping[str, Any]

    def must(self, rule: str, but: str = "is not") -> str:
        """ "Provider must be one of those offered: 'x' is not." What is secret, or nothing, is not quoted."""
        told = f": '{brief(self.given)}' {but}" if self._is_told else ""
        return f"{self.label} must {rule}{told}."

    @property
    def _is_told(self) -> bool:
        return self.given not in (None, "", [], ()) and not isinstance(self.field.widget, UNTOLD)

    def limit(self, name: str = "limit_value") -> str:
        value = self.params.get(name, "")
        return number(value) if isinstance(value, int | Decimal) else str(value)

    @property
    def length(self) -> int:
        return int(self.params.get("show_value", self.params.get("length", len(str(self.given or "")))))

    @property
    def most(self) -> int:
        return int(self.params.get("limit_value", self.params.get("max", 0)))


def asks_for(field: forms.Field, label: object = None) -> str:
    """What is said when a required field is empty: "Enter end date.", "Select provider."."""
    label = field.label if label is None else label
    if isinstance(field.widget, forms.CheckboxInput):
        return f"Tick the box: {label}."
    verb = "Select" if isinstance(field.widget, CHOOSING) else "Enter"
    return f"{verb} {in_sentence(label)}."


KINDS: Mapping[type[forms.Field], str] = {
    forms.DateTimeField: "be a real date and time, such as 31/10/2021 14:02",
    forms.DateField: "be a real date, such as 31/10/2021",
    forms.TimeField: "be a time, such as 14:02",
    forms.DurationField: "be a length of time, such as 00:30",
    forms.FloatField: "be a number",
    forms.DecimalField: "be a number",
    forms.IntegerField: "be a whole number",
    forms.EmailField: "be an address, such as name@example.nhs.uk",
    forms.URLField: "be an address, such as https://www.example.nhs.uk",
    forms.UUIDField: "be an identifier that there is",
    forms.GenericIPAddressField: "be an address, such as 127.0.0.1",
    forms.SlugField: "be letters, digits, hyphens and underscores only",
    forms.JSONField: "be as the page sent it",
    forms.FileField: "be a file",
}
"""Kind of field -> what it must be; of one that inherits from another, the nearer counts."""


def _kind(refused: Refused) -> str:
    nearest = next((kind for kind in type(refused.field).__mro__ if kind in KINDS), None)
    return refused.must(KINDS[nearest] if nearest else "be written as is said beside it")


def _too_long(refused: Refused) -> str:
    name = f"The name of {in_sentence(refused.label)}" if "max" in refused.params else refused.label
    return too_long(name, refused.most, refused.length)


WORDS: Mapping[str, Callable[[Refused], str]] = {
    "required": lambda it: asks_for(it.field, it.label),
    "invalid": _kind,
    "invalid_date": lambda it: it.must(KINDS[forms.DateField]),
    "invalid_time": lambda it: it.must(KINDS[forms.TimeField]),
    "invalid_choice": lambda it: it.must("be one of those offered"),
    "invalid_list": lambda it: it.must("be chosen from those offered"),
    "invalid_pk_value": lambda it: it.must("be one of those offered"),
    "list": lambda it: it.must("be chosen from those offered"),
    "incomplete": lambda it: f"{it.label} must be whole: a part of it is missing.",
    "max_length": _too_long,
    "min_length": lambda it: too_short(it.label, it.most, it.length),
    "null_characters_not_allowed": lambda it: it.must("be text without invisible characters", "has one"),
    "max_value": lambda it: it.must(f"be {it.limit()} or less"),
    "min_value": lambda it: it.must(f"be {it.limit()} or more"),
    "limit_value": lambda it: it.must(f"be {it.limit()}"),
    "step_size": lambda it: it.must(f"be a multiple of {it.limit()}"),
    "max_digits": lambda it: it.must(f"have {it.limit('max')} digits or fewer", "has more"),
    "max_decimal_places": lambda it: it.must(f"have {it.limit('max')} decimal places or fewer", "has more"),
    "max_whole_digits": lambda it: it.must(f"have {it.limit('max')} digits or fewer before the point", "has more"),
    "overflow": lambda it: it.must("be a shorter length of time", "is too long"),
    "missing": lambda it: f"Select a file: {in_sentence(it.label)} came without one.",
    "empty": lambda it: f"{it.label} must have something in it: this file is empty.",
    "contradiction": lambda it: f"{it.label}: select a file, or tick the box that takes it away, and not both.",
    "invalid_image": lambda it: f"{it.label} must be a picture: this file is none, or is damaged.",
    "invalid_extension": lambda it: f"{it.label} must be a file of these kinds: {it.limit('allowed_extensions')}.",
    "password_too_short": lambda it: f"{it.label} must be {it.limit('min_length')} characters or more.",
    "password_too_long": lambda it: f"{it.label} must be {it.limit('max_length')} characters or fewer.",
    "password_too_common": lambda it: f"{it.label} must be one that few people use: this one is easy to guess.",
    "password_too_similar": lambda it: f"{it.label} must be unlike your name and your email address.",
    "password_entirely_numeric": lambda it: f"{it.label} must have something beside digits.",
}  # fmt: skip
"""The framework's code -> the portal's sentence."""


def is_framework_s(error: ValidationError) -> bool:
    """Whether a refusal is worded by the framework: its sentences are translated late, and ours are text. It translates
    what it says of passwords at once."""
    return isinstance(error.message, Promise) or (error.code or "").startswith("password_")


def in_our_words(error: ValidationError, field: forms.Field, label: object, given: Any) -> ValidationError:
    """One refusal of a field: the framework's worded anew, any other as it is, those of the sign-in too."""
    words = WORDS.get(error.code or "")
    if words is None or not is_framework_s(error):
        return error
    params = error.params or {}
    quoted = params.get("value", given) if error.code == "invalid_choice" else given
    refused = Refused(field, str(label), quoted, params)
    return ValidationError(words(refused), code=error.code)
