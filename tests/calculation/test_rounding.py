from decimal import ROUND_HALF_UP, Decimal, getcontext, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculation.rounding import from_pennies, nearest, pounds, ratio, sum_pounds, to_pennies

exact_numbers = st.one_of(
    st.integers(min_value=-(10**12), max_value=10**12),
    st.decimals(min_value=-(10**9), max_value=10**9, places=5, allow_nan=False),
    st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=10**6),
)


@pytest.mark.parametrize(
    "exact, amount",
    [
        ("735.355", "735.36"),
        ("996.984", "996.98"),
        ("0.005", "0.01"),
        ("0.015", "0.02"),
        ("0.025", "0.03"),
        ("0.00499", "0.00"),
        ("2", "2.00"),
    ],
)
def test_pounds_are_rounded_once_to_the_penny_with_ties_up(exact, amount):
    assert str(pounds(Decimal(exact))) == amount


@pytest.mark.parametrize("exact, amount", [("-0.005", "-0.01"), ("-735.355", "-735.36"), ("-0.0149", "-0.01")])
def test_ties_below_zero_go_away_from_zero(exact, amount):
    assert str(pounds(Decimal(exact))) == amount


def test_less_than_half_a_penny_below_zero_is_nought_without_a_sign():
    assert str(pounds(Decimal("-0.004"))) == "0.00"


@given(numerator=exact_numbers, denominator=exact_numbers.filter(lambda value: value > 0))
def test_pounds_agree_with_a_fraction_oracle(numerator, denominator):
    exact = Fraction(numerator) / Fraction(denominator)

    amount = pounds(numerator, denominator)

    assert abs(Fraction(amount) - exact) <= Fraction(1, 200)
    assert amount.as_tuple().exponent == -2
    if abs(Fraction(amount) - exact) == Fraction(1, 200):
        assert abs(Fraction(amount)) > abs(exact)


@given(value=st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False))
def test_pounds_agree_with_round_half_up(value):
    assert pounds(value) == value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_a_narrow_decimal_context_changes_no_penny():
    with localcontext() as context:
        context.prec = 3
        amount = pounds(Decimal("123456789012.345"))

    assert str(amount) == "123456789012.35"
    assert getcontext().prec != 3


@pytest.mark.parametrize("value", [735.355, True, "735.355", None])
def test_what_is_not_exact_is_refused(value):
    with pytest.raises(TypeError, match="int, Decimal or Fraction"):
        ratio(value)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_what_is_not_a_number_is_refused(value):
    with pytest.raises(ValueError, match="is not a number"):
        ratio(Decimal(value))


@pytest.mark.parametrize("divisor", [0, -12])
def test_a_divisor_of_nought_or_less_is_refused(divisor):
    with pytest.raises(ValueError, match="above zero"):
        pounds(1, divisor)


@given(numerator=st.integers(), denominator=st.integers(min_value=1))
def test_the_nearest_whole_number_is_at_most_a_half_away(numerator, denominator):
    whole = nearest(numerator, denominator)

    assert abs(Fraction(numerator, denominator) - whole) <= Fraction(1, 2)


@given(pennies=st.integers(min_value=-(10**18), max_value=10**18))
def test_pennies_and_pounds_are_the_same_money(pennies):
    assert to_pennies(from_pennies(pennies)) == pennies


def test_a_part_of_a_penny_is_not_an_amount():
    with pytest.raises(ValueError, match="round each line"):
        to_pennies(Decimal("735.355"))


def test_amounts_are_added_without_rounding():
    total = sum_pounds([Decimal("0.01"), Decimal("-0.02"), Decimal("10")])

    assert str(total) == "9.99"
