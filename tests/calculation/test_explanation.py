import json
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculation import capitation, item
from calculation.explanation import (
    Kind,
    PopulationWords,
    exactly,
    explain_capitation,
    explain_item,
    rounding_words,
    sterling,
)
from calculation.periods import NOTHING, Share

REGISTERED = PopulationWords("registered list", date(2021, 1, 1))
MONTHLY = capitation.Rate(Decimal("0.061"), capitation.Basis.MONTH)
ANNUAL = capitation.Rate(Decimal("0.736"), capitation.Basis.ANNUAL, 12)


def explained(size, rate=MONTHLY, **inputs):
    return explain_capitation(
        capitation.calculate(capitation.CapitationInputs(Decimal(size), rate, **inputs)), REGISTERED
    )


def test_the_published_line_explains_itself_in_the_words_of_the_screen():
    explanation = explained(12055)

    assert explanation.sentence() == (
        "12,055 patients on the registered list at 1 January 2021 x £0.061 a patient a month"
        " = £735.355 = £735.36, rounded up at half a penny"
    )


@pytest.mark.parametrize(
    "size, ending",
    [
        ("16344", "= £996.984 = £996.98, rounded down to the penny"),
        ("8499", "= £518.439 = £518.44, rounded up to the penny"),
        ("10000", "a patient a month = £610.00"),
        ("4060.75", "= £247.70575 = £247.71, rounded up to the penny"),
    ],
)
def test_only_what_was_rounded_says_so(size, ending):
    assert explained(size).sentence().endswith(ending)


def test_an_annual_rate_shows_its_division():
    explanation = explained(9001, ANNUAL)

    assert explanation.sentence() == (
        "9,001 patients on the registered list at 1 January 2021 x £0.736 a patient a year ÷ 12 payment periods"
        " = £552.061333… = £552.06, rounded down to the penny"
    )


def test_a_figure_whose_decimals_never_end_is_kept_as_a_fraction():
    explanation = explained(9001, ANNUAL)

    assert Fraction(explanation.unrounded) == Fraction(9001) * Fraction("0.736") / 12
    assert "/" in explanation.unrounded


def test_a_part_of_a_month_shows_its_days():
    explanation = explained(12055, share=Share(15, 30))

    assert "x 15 of 30 days = £367.6775 = £367.68, rounded up to the penny" in explanation.sentence()


def test_a_line_without_a_share_says_why():
    explanation = explained(12055, share=NOTHING)

    assert explanation.sentence().endswith("x no share: not a member on the day that counts = £0.00")


def test_a_list_of_one_is_one_patient():
    assert explained(1).sentence().startswith("1 patient on the registered list")


def test_items_above_the_allocation_are_in_the_explanation():
    result = item.calculate(item.ItemInputs(37, Decimal("11.50"), allocation=30))

    explanation = explain_item(result, "referral", "referrals")

    said = "37 referrals, 30 payable, 7 above the allocation of 30, x £11.50 a referral = £345.00"
    assert explanation.sentence() == said
    assert explanation.to_json()["figures"] == [
        {"name": "referrals claimed", "value": "37"},
        {"name": "allocation", "value": "30"},
        {"name": "referrals payable", "value": "30"},
        {"name": "above the allocation", "value": "7"},
    ]


def test_without_an_allocation_no_figure_speaks_of_one():
    explanation = explain_item(item.calculate(item.ItemInputs(37, Decimal("11.50"))), "referral", "referrals")

    assert [each.name for each in explanation.figures] == ["referrals claimed", "referrals payable"]


def test_an_explanation_is_json_without_a_float():
    document = json.loads(json.dumps(explained(12055).to_json()), parse_float=pytest.fail)

    assert document["amount"] == "735.36"
    assert document["unrounded"] == "735.355"
    assert document["rounding"] == "rounded up at half a penny"
    assert [step["kind"] for step in document["steps"]] == ["population", "rate", "unrounded", "amount"]


@given(size=st.decimals(min_value=0, max_value=10**6, places=2, allow_nan=False))
def test_the_steps_multiply_out_to_the_amount(size):
    steps = {step.kind: Fraction(step.value) for step in explained(size, ANNUAL).steps}

    exact = steps[Kind.POPULATION] * steps[Kind.RATE] / steps[Kind.DIVISOR]

    assert exact == steps.get(Kind.UNROUNDED, steps[Kind.AMOUNT])


@pytest.mark.parametrize(
    "value, text",
    [
        ("1234.5", "£1,234.50"),
        ("0.061", "£0.061"),
        ("-12", "−£12.00"),
        ("0", "£0.00"),
    ],
)
def test_pounds_are_written_as_on_screen(value, text):
    assert sterling(Decimal(value)) == text


@given(st.fractions(max_denominator=5000))
def test_an_exact_number_reads_back_as_itself(value):
    assert Fraction(exactly(value)) == value


def test_a_deduction_at_half_a_penny_says_which_way_it_went():
    assert rounding_words(Fraction("-735.355"), Decimal("-735.36")) == "rounded down at half a penny"
