"""Turns content that has passed the schema into typed parts."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from calculation.capitation import Basis, Rate
from calculation.periods import Days, PartPeriod, PaymentPeriod, period_ends
from catalogue.formats.definition import (
    AchievementDate,
    Capitation,
    CodeFigure,
    DatedFee,
    DatedRate,
    Declaration,
    Definition,
    Field,
    GoldenCase,
    Group,
    Indicator,
    Item,
    Limit,
    ListDate,
    NoPayment,
    Noun,
    Offers,
    Population,
)

Content = Mapping[str, Any]

_AS_THEY_ARE = [
    "code",
    "name",
    "short_name",
    "payment_type",
    "collection_frequency",
    "entry_mode",
    "paid_to",
    "aggregates",
    "co_commissioned",
    "no_declaration_required",
    "no_approval_required",
]


def build(content: Content, digest: str) -> Definition:
    """Make a definition; the content has passed the schema. A date that cannot be is a ValueError."""
    closes = content.get("entry_closes_after_days", {}).get("value")
    return Definition(
        **{name: content[name] for name in _AS_THEY_ARE},
        financial_years=tuple(content["financial_years"]),
        start_date=_date(content["start_date"]),
        end_date=_date(content["end_date"]),
        payment_period=PaymentPeriod(content["payment_period"]),
        entry_closes_after_days=_known(closes),
        expected_members=content.get("expected_members"),
        offers=Offers(**content["offers"]),
        achievement_dates=_achievement_dates(content),
        pay_code=_code_figure(content["pay_code"]),
        cost_centre=_code_figure(content["cost_centre"]),
        calculation=_calculation(content["calculation"]),
        indicator_groups=tuple(map(_group, content["indicator_groups"])),
        declaration=Declaration(**content["declaration"]) if content["declaration"] else None,
        golden_cases=tuple(map(_golden_case, content["golden_cases"])),
        content=content,
        digest=digest,
    )


def _known(value: Any) -> Any:
    return None if value == "unknown" else value


def _date(value: str) -> date:
    return date.fromisoformat(value)


def _money(value: str | int) -> Decimal | None:
    return None if value == "unknown" else Decimal(value)


def _code_figure(content: Content) -> CodeFigure:
    return CodeFigure(_known(content["value"]), content["source"])


def _achievement_dates(content: Content) -> tuple[AchievementDate, ...]:
    """List the dates as given, or every month end, of which those that end a payment period are payment dates."""
    listed = content["achievement_dates"].get("dates")
    if listed:
        return tuple(AchievementDate(_date(each["date"]), each["payment_date"]) for each in listed)
    start, end = _date(content["start_date"]), _date(content["end_date"])
    if end < start:
        return ()
    days = Days.inclusive(start, end)
    paid = set(period_ends(PaymentPeriod(content["payment_period"]), days))
    return tuple(AchievementDate(day, day in paid) for day in period_ends(PaymentPeriod.MONTHLY, days))


def _calculation(content: Content) -> Capitation | Item | NoPayment:
    if content["method"] == "capitation":
        rates = tuple(map(_rate, content["rates"]))
        return Capitation(_population(content["population"]), PartPeriod(content["part_period"]), rates)
    if content["method"] == "item":
        return Item(
            counts=Noun(**content["counts"]),
            counted_field=tuple(content["counted_field"]),
            priced_on=content["priced_on"],
            fees=tuple(map(_fee, content["fees"])),
            limit=_limit(content["limit"]),
        )
    return NoPayment()


def _population(content: Content) -> Population:
    dates = tuple(
        ListDate(each["financial_year"], _date(each["date"]) if _known(each["date"]) else None, each["source"])
        for each in content["dates"]
    )
    return Population(content["kind"], content["name"], Noun(**content["counts"]), dates)


def _rate(content: Content) -> DatedRate:
    amount = _money(content["amount"])
    rate = None if amount is None else Rate(amount, Basis(content["basis"]), content["divisor"])
    return DatedRate(_date(content["start_date"]), _date(content["end_date"]), rate, content["source"])


def _fee(content: Content) -> DatedFee:
    days = _date(content["start_date"]), _date(content["end_date"])
    return DatedFee(*days, _money(content["amount"]), content["source"])


def _limit(content: Content) -> Limit:
    return Limit(content["kind"], content.get("over"), tuple(content.get("field", ())), content.get("source", ""))


def _group(content: Content) -> Group:
    fields = tuple(Field(**each) for each in content["fields"])
    return Group(content["code"], content["name"], fields, tuple(map(_indicator, content["indicators"])))


def _indicator(content: Content) -> Indicator:
    fields = tuple(Field(**each) for each in content["fields"])
    return Indicator(content["code"], content["name"], content["class"], content["level_of_entry"], fields)


def _golden_case(content: Content) -> GoldenCase:
    population = content.get("population")
    return GoldenCase(
        name=content["name"],
        achievement_date=_date(content["achievement_date"]),
        population=None if population is None else Decimal(population),
        days=content.get("days"),
        count=content.get("count"),
        limit=content.get("limit"),
        expected=Decimal(content["expected"]),
        source=content["source"],
    )
