"""Method M2: a rate for each patient on a list, for each payment period."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from calculation.periods import WHOLE, Share
from calculation.rounding import from_pennies, nearest, ratio

Key = TypeVar("Key")


class Basis(StrEnum):
    """What a rate is printed for. One is never worked out from the other: printed month rates are rounded."""

    MONTH = "month"
    ANNUAL = "annual"


@dataclass(frozen=True, slots=True)
class Rate:
    """Pounds a patient, as published.

    `divisor` is how many payment periods share the amount: 1 for a month rate paid monthly, 12 for an annual rate
    paid monthly, 4 for one paid quarterly. A month rate with another divisor than 1 is a ValueError.
    """

    amount: Decimal
    basis: Basis
    divisor: int = 1

    def __post_init__(self) -> None:
        ratio(self.amount)
        if type(self.divisor) is not int:
            raise TypeError(f"The divisor of a rate is a whole number, not {self.divisor!r}.")
        if self.divisor < 1:
            raise ValueError(f"The divisor of a rate is 1 or more, not {self.divisor}.")
        if self.basis is Basis.MONTH and self.divisor != 1:
            raise ValueError(f"A month rate is paid as printed: its divisor is 1, not {self.divisor}.")


@dataclass(frozen=True, slots=True)
class CapitationInputs:
    """One line's figures: the list size, the rate, and the share of the period that is paid."""

    population: Decimal
    rate: Rate
    share: Share = WHOLE


@dataclass(frozen=True, slots=True)
class CapitationResult:
    """One line's amount in pounds, rounded once, beside the exact figure it was rounded from and its inputs."""

    inputs: CapitationInputs
    unrounded: Fraction
    amount: Decimal


def calculate(inputs: CapitationInputs) -> CapitationResult:
    """Work out one line: population x rate / divisor x share, one division, one rounding to the penny.

    A list size below nought is a ValueError; a float anywhere is a TypeError.
    Source: `calculation.md` sections 3 and 8; 12,055 x 0.061 is 735.355 and is paid as 735.36.
    """
    numerator, denominator = _exact(_factor(inputs.rate), inputs.population, inputs.share)
    return CapitationResult(inputs, Fraction(numerator, denominator), _rounded(numerator, denominator))


def calculate_many(rate: Rate, lines: Iterable[tuple[Key, Decimal, Share]]) -> Iterator[tuple[Key, Decimal]]:
    """Work out many lines at one rate, each (key, population, share) giving (key, amount), one at a time, in order.

    The same arithmetic as `calculate`, without the explanation: for all England at once.
    """
    factor = _factor(rate)
    for key, population, share in lines:
        yield key, _rounded(*_exact(factor, population, share))


def _factor(rate: Rate) -> tuple[int, int]:
    numerator, denominator = ratio(rate.amount)
    return numerator, denominator * rate.divisor


def _exact(factor: tuple[int, int], population: Decimal, share: Share) -> tuple[int, int]:
    """Multiply everything above the line and everything below it; nothing is divided yet."""
    patients, scale = ratio(population)
    if patients < 0:
        raise ValueError(f"A list size is nought or more, not {population}.")
    return patients * factor[0] * share.days, scale * factor[1] * share.of


def _rounded(numerator: int, denominator: int) -> Decimal:
    return from_pennies(nearest(100 * numerator, denominator))
