"""Method M1: a fee for each item, up to an allocation."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from calculation.rounding import pounds, ratio


@dataclass(frozen=True, slots=True)
class ItemInputs:
    """How many items were claimed, the fee for one in pounds, and the allocation, None where there is none."""

    count: int
    fee: Decimal
    allocation: int | None = None


@dataclass(frozen=True, slots=True)
class ItemResult:
    """The amount in pounds, the items it pays for, and those above the allocation: shown, never dropped."""

    inputs: ItemInputs
    payable: int
    above_allocation: int
    unrounded: Fraction
    amount: Decimal


def calculate(inputs: ItemInputs) -> ItemResult:
    """Work out min(count, allocation) x fee, rounded once to the penny.

    A count or allocation below nought is a ValueError; one that is not a whole number, or a float fee, a TypeError.
    Source: `calculation.md` section 5; 37 referrals at 11.50 against an allocation of 30 are 345.00.
    """
    count, allocation = _whole("count", inputs.count), inputs.allocation
    payable = count if allocation is None else min(count, _whole("allocation", allocation))
    unrounded = payable * Fraction(*ratio(inputs.fee))
    return ItemResult(inputs, payable, count - payable, unrounded, pounds(unrounded))


def _whole(name: str, value: int) -> int:
    if type(value) is not int:
        raise TypeError(f"The {name} is a whole number, not {value!r}.")
    if value < 0:
        raise ValueError(f"The {name} is nought or more, not {value}.")
    return value
