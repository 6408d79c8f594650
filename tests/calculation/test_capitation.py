from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculation.capitation import Basis, CapitationInputs, Rate, calculate, calculate_many
from calculation.periods import NOTHING, WHOLE, Share
from calculation.rounding import pounds

CLINICAL_DIRECTOR = Rate(Decimal("0.061"), Basis.MONTH)

sizes = st.decimals(min_value=0, max_value=10**6, places=2, allow_nan=False)
shares = st.integers(min_value=1, max_value=31).flatmap(
    lambda of: st.integers(min_value=0, max_value=of).map(lambda days: Share(days, of))
)
rates = st.one_of(
    st.builds(Rate, st.decimals(min_value=-50, max_value=50, places=4, allow_nan=False), st.just(Basis.MONTH)),
    st.builds(
        Rate,
        st.decimals(min_value=-50, max_value=50, places=4, allow_nan=False),
        st.just(Basis.ANNUAL),
        st.sampled_from([1, 4, 12]),
    ),
)


@pytest.mark.parametrize(
    "size, amount",
    [
        (12055, "735.36"),
        (16344, "996.98"),
        (8499, "518.44"),
        (9120, "556.32"),
        (11384, "694.42"),
        (6702, "408.82"),
        (8051, "491.11"),
        (9836, "600.00"),
        (7440, "453.84"),
        (5218, "318.30"),
        (10000, "610.00"),
        (8200, "500.20"),
        (7300, "445.30"),
        (9400, "573.40"),
        (6600, "402.60"),
    ],
)
def test_each_line_of_the_specification_comes_out_to_the_penny(size, amount):
    result = calculate(CapitationInputs(Decimal(size), CLINICAL_DIRECTOR))

    assert str(result.amount) == amount


def test_the_exact_figure_stays_beside_the_rounded_one():
    result = calculate(CapitationInputs(Decimal(12055), CLINICAL_DIRECTOR))

    assert result.unrounded == Fraction("735.355")


@pytest.mark.parametrize(
    "rate, amount",
    [
        (Rate(Decimal("1.761"), Basis.ANNUAL, 12), "1467.50"),
        (Rate(Decimal("0.147"), Basis.MONTH), "1470.00"),
    ],
)
def test_an_annual_rate_and_its_printed_month_rate_pay_differently(rate, amount):
    result = calculate(CapitationInputs(Decimal(10000), rate))

    assert str(result.amount) == amount


def test_a_list_with_parts_of_a_patient_is_taken_exactly():
    result = calculate(CapitationInputs(Decimal("4060.75"), CLINICAL_DIRECTOR))

    assert (result.unrounded, result.amount) == (Fraction("247.70575"), Decimal("247.71"))


def test_a_part_of_a_period_is_multiplied_before_the_one_rounding():
    result = calculate(CapitationInputs(Decimal(12055), CLINICAL_DIRECTOR, Share(15, 30)))

    assert (result.unrounded, result.amount) == (Fraction("367.6775"), Decimal("367.68"))


def test_no_share_pays_nothing():
    result = calculate(CapitationInputs(Decimal(12055), CLINICAL_DIRECTOR, NOTHING))

    assert str(result.amount) == "0.00"


def test_a_deduction_rounds_away_from_zero():
    result = calculate(CapitationInputs(Decimal(12055), Rate(Decimal("-0.061"), Basis.MONTH)))

    assert str(result.amount) == "-735.36"


@given(size=sizes, rate=rates, share=shares)
def test_a_line_agrees_with_a_fraction_oracle(size, rate, share):
    exact = Fraction(size) * Fraction(rate.amount) / rate.divisor * Fraction(share.days, share.of)

    result = calculate(CapitationInputs(size, rate, share))

    assert result.unrounded == exact
    assert result.amount == pounds(exact)


@given(rate=rates, lines=st.lists(st.tuples(sizes, shares)))
def test_all_of_england_is_worked_out_as_one_line_is(rate, lines):
    keyed = [(number, size, share) for number, (size, share) in enumerate(lines)]

    amounts = dict(calculate_many(rate, keyed))

    assert amounts == {key: calculate(CapitationInputs(size, rate, share)).amount for key, size, share in keyed}


def test_many_lines_are_worked_out_one_at_a_time():
    def lines():
        yield "V37647", Decimal(12055), WHOLE
        raise AssertionError("read ahead")

    first = next(calculate_many(CLINICAL_DIRECTOR, lines()))

    assert first == ("V37647", Decimal("735.36"))


@pytest.mark.parametrize("size", [12055.0, True, "12055"])
def test_a_list_that_is_not_exact_is_refused(size):
    with pytest.raises(TypeError):
        calculate(CapitationInputs(size, CLINICAL_DIRECTOR))


def test_a_list_below_nought_is_refused():
    with pytest.raises(ValueError, match="nought or more, not -1"):
        list(calculate_many(CLINICAL_DIRECTOR, [("V37647", Decimal(-1), WHOLE)]))


@pytest.mark.parametrize(
    "amount, basis, divisor, error",
    [
        (0.061, Basis.MONTH, 1, TypeError),
        (Decimal("NaN"), Basis.MONTH, 1, ValueError),
        (Decimal("0.061"), Basis.MONTH, 12, ValueError),
        (Decimal("0.736"), Basis.ANNUAL, 0, ValueError),
        (Decimal("0.736"), Basis.ANNUAL, 12.0, TypeError),
    ],
)
def test_a_rate_that_cannot_be_paid_is_refused(amount, basis, divisor, error):
    with pytest.raises(error):
        Rate(amount, basis, divisor)
