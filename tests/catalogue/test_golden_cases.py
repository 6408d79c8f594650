"""Golden cases, and figures that nobody could source."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from catalogue.formats import check_golden_cases, definition_from, unknown_figures
from tests.catalogue.contents import changed


def test_a_figure_nobody_could_source_is_named(content):
    changed(content, ["calculation", "rates", 1, "amount"], "unknown")
    changed(content, ["calculation", "population", "dates", 0, "date"], "unknown")
    changed(content, ["pay_code", "value"], "unknown")

    definition = definition_from(content)

    assert sorted(unknown_figures(definition)) == [
        "calculation.population.dates[0].date",
        "calculation.rates[1].amount",
        "pay_code.value",
    ]
    assert definition.calculation.rate_on(date(2021, 10, 31)) is None
    assert definition.pay_code.value is None


def test_a_golden_case_at_an_unknown_rate_fails_and_says_so(content):
    definition = definition_from(changed(content, ["calculation", "rates", 1, "amount"], "unknown"))

    failures = check_golden_cases(definition)

    assert {failure.got for failure in failures} == {None}
    assert failures[0].reason == "No rate is known on 2021-10-31."


def test_a_wrong_rate_fails_its_golden_cases(content):
    definition = definition_from(changed(content, ["calculation", "rates", 1, "amount"], "0.060"))

    failure = check_golden_cases(definition)[0]

    assert (failure.expected, failure.got) == (Decimal("735.36"), Decimal("723.30"))
    assert failure.reason == "£723.30 is not the £735.36 expected."


def test_a_golden_case_may_be_for_a_part_of_a_month(content):
    changed(content, ["golden_cases", 0, "days"], 15)
    changed(content, ["golden_cases", 0, "expected"], "355.82")

    assert check_golden_cases(definition_from(content)) == []


def test_a_golden_case_for_more_days_than_the_month_has_fails(content):
    changed(content, ["golden_cases", 0, "days"], 32)

    assert "32 of 31" in check_golden_cases(definition_from(content))[0].reason
