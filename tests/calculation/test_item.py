from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculation.item import ItemInputs, calculate

FEE = Decimal("11.50")


def test_items_above_the_allocation_are_shown_and_not_paid():
    result = calculate(ItemInputs(37, FEE, allocation=30))

    assert (result.payable, result.above_allocation, str(result.amount)) == (30, 7, "345.00")


def test_items_without_an_allocation_are_all_paid():
    result = calculate(ItemInputs(37, FEE))

    assert (result.payable, result.above_allocation, str(result.amount)) == (37, 0, "425.50")


@given(count=st.integers(0, 10**6), allocation=st.none() | st.integers(0, 10**6))
def test_what_is_paid_and_what_is_not_make_up_the_claim(count, allocation):
    result = calculate(ItemInputs(count, FEE, allocation))

    assert result.payable + result.above_allocation == count
    assert result.unrounded == result.payable * Fraction(FEE)


@pytest.mark.parametrize(
    "inputs, error",
    [
        (ItemInputs(-1, FEE), ValueError),
        (ItemInputs(1, FEE, -1), ValueError),
        (ItemInputs(1.0, FEE), TypeError),
        (ItemInputs(True, FEE), TypeError),
        (ItemInputs(1, 11.5), TypeError),
    ],
)
def test_a_claim_that_cannot_be_paid_is_refused(inputs, error):
    with pytest.raises(error):
        calculate(inputs)
