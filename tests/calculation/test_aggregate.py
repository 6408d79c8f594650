from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculation.aggregate import NetworkTotal, network_total
from calculation.capitation import Basis, CapitationInputs, Rate, calculate


def test_the_published_network_is_the_sum_of_its_lines():
    lines = [Decimal("735.36"), Decimal("996.98"), Decimal("518.44")]

    total = network_total(lines)

    assert total == NetworkTotal(3, Decimal("2250.78"))


def test_lines_are_rounded_and_the_network_is_not():
    rate = Rate(Decimal("0.736"), Basis.ANNUAL, 12)
    lists = [Decimal(9001), Decimal(12302), Decimal(9708)]

    total = network_total(calculate(CapitationInputs(size, rate)).amount for size in lists)
    whole = calculate(CapitationInputs(sum(lists, Decimal(0)), rate)).amount

    assert (total.amount, whole) == (Decimal("1902.00"), Decimal("1902.01"))


def test_a_network_without_lines_comes_to_nought():
    assert network_total([]) == NetworkTotal(0, Decimal("0.00"))


def test_a_line_that_was_not_rounded_is_refused():
    with pytest.raises(ValueError, match="735.355"):
        network_total([Decimal("735.355")])


def test_a_float_line_is_refused():
    with pytest.raises(TypeError, match="float"):
        network_total([735.36])


@given(st.lists(st.decimals(min_value=-(10**7), max_value=10**7, places=2, allow_nan=False)))
def test_the_total_is_the_exact_sum(amounts):
    assert Fraction(network_total(amounts).amount) == sum(map(Fraction, amounts))
