"""Exact pounds: whole numbers all the way, one division and one rounding at the end."""

from collections.abc import Iterable
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from typing import TypeAlias

Exact: TypeAlias = int | Decimal | Fraction

# scaleb() rounds to the context it is given: this one is wide, and raises rather than losing a digit.
_WIDE = Context(prec=200, traps=[Inexact])


def ratio(value: Exact) -> tuple[int, int]:
    """Give an exact number as (numerator, denominator), the denominator above zero.

    A float or a bool is a TypeError: a float has already lost pennies. NaN and infinity are a ValueError.
    """
    if isinstance(value, bool) or not isinstance(value, int | Decimal | Fraction):
        raise TypeError(f"{value!r} is a {type(value).__name__}: money and counts are int, Decimal or Fraction.")
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError(f"{value} is not a number.")
    return value.as_integer_ratio()


def nearest(numerator: int, denominator: int) -> int:
    """Divide once and round once to a whole number; a tie goes away from zero, below zero too.

    Source: `domain.md`, "never a float": PostgreSQL's `round(numeric, 2)` and Python's ROUND_HALF_UP agree with it.
    """
    if denominator <= 0:
        raise ValueError(f"The divisor must be above zero, not {denominator}.")
    doubled = (2 * abs(numerator) + denominator) // (2 * denominator)
    return doubled if numerator >= 0 else -doubled


def from_pennies(pennies: int) -> Decimal:
    """Give whole pennies as pounds with two places: 73536 is 735.36."""
    return Decimal(pennies).scaleb(-2, _WIDE)


def pounds(numerator: Exact, denominator: Exact = 1) -> Decimal:
    """Give `numerator / denominator` pounds to the penny, rounded once, ties away from zero.

    A denominator of nought or less is a ValueError, a float a TypeError.
    """
    above, above_scale = ratio(numerator)
    below, below_scale = ratio(denominator)
    return from_pennies(nearest(100 * above * below_scale, above_scale * below))


def to_pennies(amount: Decimal) -> int:
    """Give pounds as whole pennies; an amount with a part of a penny is a ValueError."""
    numerator, denominator = ratio(amount)
    pennies, part = divmod(100 * numerator, denominator)
    if part:
        raise ValueError(f"{amount} is not a whole number of pennies: round each line before adding.")
    return pennies


def sum_pounds(amounts: Iterable[Decimal]) -> Decimal:
    """Add amounts that are each already rounded to the penny; nothing is rounded here."""
    return from_pennies(sum(map(to_pennies, amounts)))
