"""A definition is read as it is written: its rates, dates, lists and digest."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from decimal import Decimal

import pytest
import yaml

from calculation.capitation import Basis, Rate
from calculation.periods import PartPeriod, PaymentPeriod
from catalogue.formats import DefinitionRefused, check_golden_cases, definition_from, read_definition, unknown_figures
from tests.catalogue.contents import CLINICAL_DIRECTOR, DEFINITIONS, changed


@pytest.mark.parametrize("path", sorted(DEFINITIONS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_definition_that_ships_gives_its_golden_amounts(path):
    definition = read_definition(path)

    assert check_golden_cases(definition) == []
    assert unknown_figures(definition) == []


def test_the_clinical_director_payment_is_as_specified():
    definition = read_definition(CLINICAL_DIRECTOR)

    assert definition.name == "Primary Care Networks calculations 2020/22 - Clinical Director payment"
    assert definition.financial_years == ("2020/21", "2021/22")
    assert (definition.start_date, definition.end_date) == (date(2020, 4, 1), date(2022, 3, 31))
    assert (definition.payment_period, definition.paid_to) == (PaymentPeriod.MONTHLY, "network")
    assert (definition.aggregates, definition.expected_members) == ("amounts", "every_member")
    assert (definition.no_declaration_required, definition.no_approval_required) == (True, False)
    assert definition.calculation.part_period is PartPeriod.LAST_DAY


def test_a_rate_is_the_one_printed_for_its_year():
    calculation = read_definition(CLINICAL_DIRECTOR).calculation

    assert calculation.rate_on(date(2021, 10, 31)) == Rate(Decimal("0.061"), Basis.MONTH)
    assert calculation.rate_on(date(2021, 3, 31)) == Rate(Decimal("0.722"), Basis.ANNUAL, 12)
    assert calculation.rate_on(date(2022, 4, 1)) is None


def test_the_list_is_that_of_1_january_before_the_year():
    population = read_definition(CLINICAL_DIRECTOR).calculation.population

    assert population.date_for(date(2021, 10, 31)) == date(2021, 1, 1)
    assert population.date_for(date(2021, 3, 31)) == date(2020, 1, 1)
    assert population.date_for(date(2022, 4, 1)) is None


def test_every_month_end_is_an_achievement_date_and_a_payment_date():
    definition = read_definition(CLINICAL_DIRECTOR)

    assert len(definition.payment_dates) == len(definition.achievement_dates) == 24
    assert definition.payment_dates[18] == date(2021, 10, 31)
    assert definition.period_of(date(2021, 10, 31)).start == date(2021, 10, 1)


def test_a_quarterly_service_collected_monthly_pays_at_quarter_ends(item_content):
    definition = definition_from(
        changed(
            changed(item_content, ["payment_period"], "quarterly"),
            ["golden_cases", 0, "achievement_date"],
            "2021-12-31",
        )
    )

    assert len(definition.achievement_dates) == 9
    assert definition.payment_dates == (date(2021, 9, 30), date(2021, 12, 31), date(2022, 3, 31))


@pytest.mark.parametrize(
    ("closed", "stands_in"),
    [
        (None, None),
        (date(2021, 6, 30), None),
        (date(2021, 7, 1), date(2021, 7, 31)),
        (date(2021, 10, 30), date(2021, 10, 31)),
        (date(2021, 10, 31), None),
        (date(2022, 3, 30), date(2022, 3, 31)),
        (date(2022, 4, 1), None),
    ],
)
def test_a_closing_date_within_a_period_stands_in_for_its_payment_date(item_content, closed, stands_in):
    definition = definition_from(item_content)

    assert definition.stands_in_on(closed) == stands_in
    assert closed is None or definition.pays_on(closed, closed) is (stands_in is not None or closed.day == 31)


def test_nothing_after_the_closing_date_is_paid_on(item_content):
    definition = definition_from(item_content)
    closed = date(2021, 10, 15)

    days = [date(2021, 9, 30), date(2021, 10, 14), closed, date(2021, 10, 31)]

    assert [definition.pays_on(day, closed) for day in days] == [True, False, True, False]
    assert [definition.pays_on(day) for day in days] == [True, False, False, True]


def test_a_line_of_a_network_has_no_date_of_its_own_for_a_closing_date():
    definition = read_definition(CLINICAL_DIRECTOR)

    assert definition.stands_in_on(date(2021, 10, 15)) is None
    assert definition.pays_on(date(2021, 10, 31), date(2021, 10, 15))


def test_dates_may_be_listed_one_by_one(content):
    listed = [
        {"date": "2021-09-30", "payment_date": False},
        {"date": "2021-10-31", "payment_date": True},
    ]
    content["golden_cases"] = content["golden_cases"][:3]

    definition = definition_from(changed(content, ["achievement_dates"], {"rule": "listed", "dates": listed}))

    assert [each.date for each in definition.achievement_dates] == [date(2021, 9, 30), date(2021, 10, 31)]
    assert definition.payment_dates == (date(2021, 10, 31),)


def test_weight_management_pays_by_the_referral_up_to_the_allocation():
    definition = read_definition(DEFINITIONS / "weight-management-2021-22.yaml")

    assert check_golden_cases(definition) == []
    assert unknown_figures(definition) == []
    assert definition.calculation.fee_on(date(2021, 11, 30)) == Decimal("11.50")
    assert definition.calculation.limit.kind == "allocation"
    assert (definition.entry_mode, definition.entry_closes_after_days) == ("manual", 12)


def test_a_service_paid_by_the_item_is_a_definition_too(item_content):
    definition = definition_from(item_content)

    assert check_golden_cases(definition) == []
    assert definition.calculation.counted_field == ("WM", "WM001", "COUNT")
    assert definition.indicator_groups[0].field_paths() == [("WM", "NOTE"), ("WM", "WM001", "COUNT")]
    assert definition.entry_closes_after_days == 12


def test_what_was_stored_of_a_definition_reads_back_as_the_same():
    definition = read_definition(CLINICAL_DIRECTOR)

    again = definition_from(json.loads(json.dumps(definition.content)))

    assert again == definition


def test_layout_and_comments_do_not_change_the_digest(content):
    text = yaml.safe_dump(content, sort_keys=True)

    assert read_definition(text).digest == read_definition(CLINICAL_DIRECTOR).digest


def test_one_figure_changes_the_digest(content):
    before = definition_from(deepcopy(content)).digest

    after = definition_from(changed(content, ["pay_code", "value"], "OTHER")).digest

    assert after != before


def test_a_number_stays_the_text_that_was_written():
    with pytest.raises(DefinitionRefused) as refused:
        read_definition("schema: 0.10\nname: yes\ncode: 010")

    values = {problem.path: problem.value for problem in refused.value.problems}
    assert values["schema"] == "'0.10'"
