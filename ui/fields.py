"""Form fields of the portal: dates in three boxes, money, whole numbers. Each refusal names field, value and rule.

A field needs its label for that; `ui.forms.PortalForm` gives one to every field that has none.
"""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.transitions import Seen
from ui.wording import MOST_DIGITS, brief, digits_told, in_sentence, listed, long_date, money, number

BOXES = ("day", "month", "year")
MONTHS = {name[:3].lower(): at for at, name in enumerate(month_name) if name}
LARGEST = 99_999_999
MOST_POUNDS = Decimal("9999999999.99")
Limit = date | Callable[[], date] | None


class DateBoxes(forms.MultiWidget):
    """Day, month and year in three boxes: posts `name_day`, `name_month`, `name_year`; also takes `name=2021-10-31`."""

    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({box: forms.TextInput(attrs={"inputmode": "numeric"}) for box in BOXES}, attrs)

    def decompress(self, value: date | str | None) -> list[str]:
        if isinstance(value, str):
            value = _iso(value)
        return [str(value.day), str(value.month), str(value.year)] if value else ["", "", ""]

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:
        if data.get(name):
            whole = str(data[name])
            return self.decompress(whole) if _iso(whole) else [whole, "", ""]
        return [(data.get(f"{name}_{box}") or "").strip() for box in BOXES]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and all(f"{name}_{box}" not in data for box in BOXES)


class DateField(forms.Field):
    """A calendar day, as people say it: a day given as an end is included.

    `earliest` and `latest` are inclusive limits (a date, or a function giving one). The month may be a number or a
    name. Gives a `date`, or None when it is not required and left empty.
    """

    widget = DateBoxes

    def __init__(self, *, earliest: Limit = None, latest: Limit = None, **options: Any) -> None:
        self.earliest, self.latest = earliest, latest
        super().__init__(**options)

    def clean(self, value: Sequence[str] | date | None) -> date | None:
        if isinstance(value, date):
            return self._within_limits(value)
        boxes = dict(zip(BOXES, value or ["", "", ""], strict=True))
        if not (any(boxes.values()) or self.required):
            return None
        return self._within_limits(self._real_date(boxes))

    def has_changed(self, initial: date | None, data: Sequence[str] | None) -> bool:
        try:
            return self.clean(data) != initial
        except ValidationError:
            return True

    def _real_date(self, boxes: dict[str, str]) -> date:
        missing = [box for box in BOXES if not boxes[box]]
        if len(missing) == len(BOXES):
            raise _refusal(f"Enter {in_sentence(self.label)}", BOXES)
        if missing:
            raise _refusal(f"{self.label} must include a {listed(missing)}", missing)
        try:
            return date(_year(boxes["year"]), _month(boxes["month"]), _day(boxes["day"]))
        except ValueError:
            typed = "/".join(map(brief, boxes.values()))
            raise _refusal(f"{self.label} must be a real date, such as 31/10/2021: {typed} is not one", BOXES) from None

    def _within_limits(self, day: date) -> date:
        earliest, latest = _limit(self.earliest), _limit(self.latest)
        if earliest and day < earliest:
            raise _refusal(f"{self.label} must be {long_date(earliest)} or later: it is {long_date(day)}", BOXES)
        if latest and day > latest:
            raise _refusal(f"{self.label} must be {long_date(latest)} or earlier: it is {long_date(day)}", BOXES)
        return day


class MoneyField(forms.Field):
    """Pounds, to the penny: takes `1234.56`, `1,234.56`, `£1,234.56`, with a minus where `lowest` allows it."""

    def __init__(self, *, lowest: Decimal = Decimal(0), highest: Decimal = MOST_POUNDS, **options: Any) -> None:
        self.lowest, self.highest = lowest, highest
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "prefix": "£", "size": "10"}))
        super().__init__(**options)

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values:
            return None
        typed = brief(value)
        return _decimal(value, f"{self.label} must be an amount in pounds, such as 1234.56: '{typed}' is not one", 2)

    def validate(self, value: Any) -> None:
        if value is None:
            return super().validate(value)
        if value < self.lowest:
            raise _refusal(f"{self.label} must be {money(self.lowest)} or more: {_pounds_told(value)}")
        if value > self.highest:
            raise _refusal(f"{self.label} must be {money(self.highest)} or less: {_pounds_told(value)}")
        return None


class WholeNumberField(forms.Field):
    """A count: takes `12055` and `12,055`; gives an int. `lowest` and `highest` are included."""

    def __init__(self, *, lowest: int = 0, highest: int = LARGEST, **options: Any) -> None:
        self.lowest, self.highest = lowest, highest
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "size": "5"}))
        super().__init__(**options)

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        found = _decimal(value, f"{self.label} must be a whole number: '{brief(value)}' is not one", 0)
        if abs(found) > LARGEST:
            self.validate(found)
        return int(found)

    def validate(self, value: Any) -> None:
        if value is None:
            return super().validate(value)
        if value < self.lowest:
            raise _refusal(f"{self.label} must be {number(self.lowest)} or more: {digits_told(value)}")
        if value > self.highest:
            raise _refusal(f"{self.label} must be {number(self.highest)} or less: {digits_told(value)}")
        return None


class SeenField(forms.MultipleChoiceField):
    """Ticked rows, each "id:version" as it was seen; gives a list of Seen."""

    widget = forms.MultipleHiddenInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"label": "Selected rows"} | options)

    def valid_value(self, value: str) -> bool:
        return re.fullmatch(r"[0-9]{1,18}:[0-9]{1,9}", value) is not None

    def clean(self, value: Any) -> list[Seen]:
        return [Seen(*map(int, each.split(":"))) for each in super().clean(value or [])]


def _refusal(sentence: str, boxes: Sequence[str] = ()) -> ValidationError:
    return ValidationError(f"{sentence}.", params={"boxes": tuple(boxes)})


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _limit(limit: Limit) -> date | None:
    return limit() if callable(limit) else limit


def _year(text: str) -> int:
    if not re.fullmatch(r"[12][0-9]{3}", text):
        raise ValueError(text)
    return int(text)


def _month(text: str) -> int:
    return MONTHS[text[:3].lower()] if text[:3].lower() in MONTHS else _day(text)


def _day(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,2}", text):
        raise ValueError(text)
    return int(text)


def _decimal(value: Any, refusal: str, places: int) -> Decimal:
    """The exact number typed, however long, with at most so many decimal places; commas between thousands allowed."""
    text = str(value).strip().replace("\u2212", "-").replace("£", "", 1)
    typed = re.fullmatch(r"(-?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]+))?", text)
    if typed is None or len((typed[3] or "").rstrip("0")) > places:
        raise _refusal(refusal)
    return Decimal(f"{typed[1]}{typed[2].replace(',', '')}.{(typed[3] or '')[:places]}")


def _pounds_told(value: Decimal) -> str:
    return f"it is {money(value)}" if value.adjusted() < MOST_DIGITS else digits_told(value)
