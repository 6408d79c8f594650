"""Method M9: a network's amount is the exact sum of its rounded practice lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from calculation.rounding import from_pennies, to_pennies


@dataclass(frozen=True, slots=True)
class NetworkTotal:
    """How many lines were added, and what they come to in pounds."""

    lines: int
    amount: Decimal


def network_total(lines: Iterable[Decimal]) -> NetworkTotal:
    """Add a network's practice lines, each already rounded to the penny.

    The sum itself is never rounded: lines of 552.06 + 754.52 + 595.42 are 1,902.00, though the network's whole list
    at the same rate would round to 1,902.01. A line with part of a penny is a ValueError, a float a TypeError.
    Source: the published commissioner guide, where the lines of one network are 735.36, 996.98 and 518.44.
    """
    pennies = [to_pennies(amount) for amount in lines]
    return NetworkTotal(len(pennies), from_pennies(sum(pennies)))
