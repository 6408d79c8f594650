"""Tries a definition's golden cases on the arithmetic that pays."""

from dataclasses import dataclass
from decimal import Decimal

from calculation import capitation, item
from calculation.periods import WHOLE, Days, Share
from catalogue.formats.definition import Capitation, Definition, GoldenCase, Item


@dataclass(frozen=True, slots=True)
class Failure:
    """A golden case that did not come out: what was expected and what was got, in pounds, or why nothing was."""

    case: str
    expected: Decimal
    got: Decimal | None
    reason: str


def check_golden_cases(definition: Definition) -> list[Failure]:
    """Work out every golden case; an empty list means that all came out to the penny."""
    failures = [_failure(definition, case) for case in definition.golden_cases]
    return [failure for failure in failures if failure]


def _failure(definition: Definition, case: GoldenCase) -> Failure | None:
    try:
        got = _amount(definition, case)
    except ValueError as error:
        return Failure(case.name, case.expected, None, str(error))
    if got is None:
        return Failure(case.name, case.expected, None, f"No rate is known on {case.achievement_date}.")
    if got != case.expected:
        return Failure(case.name, case.expected, got, f"£{got} is not the £{case.expected} expected.")
    return None


def _amount(definition: Definition, case: GoldenCase) -> Decimal | None:
    calculation = definition.calculation
    if isinstance(calculation, Capitation) and case.population is not None:
        rate = calculation.rate_on(case.achievement_date)
        if rate is None:
            return None
        share = _share(case.days, definition.period_of(case.achievement_date))
        return capitation.calculate(capitation.CapitationInputs(case.population, rate, share)).amount
    if isinstance(calculation, Item) and case.count is not None:
        fee = calculation.fee_on(case.achievement_date)
        return None if fee is None else item.calculate(item.ItemInputs(case.count, fee, case.limit)).amount
    return None


def _share(days: int | None, period: Days) -> Share:
    if days is None or period.start is None or period.end is None:
        return WHOLE
    return Share(days, (period.end - period.start).days)
