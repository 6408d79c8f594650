import json
from copy import deepcopy
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from calculation.capitation import Basis, Rate
from calculation.periods import PartPeriod, PaymentPeriod
from catalogue import formats
from catalogue.formats import DefinitionRefused, check_golden_cases, definition_from, read_definition, unknown_figures

DEFINITIONS = Path(formats.__file__).parents[1] / "definitions"
CLINICAL_DIRECTOR = DEFINITIONS / "primary-care-networks-calculations-2020-22-clinical-director-payment.yaml"

ITEM_SERVICE = """
code: ITEM-2021-22
financial_years: [2021/22]
start_date: 2021-07-01
entry_mode: manual
collection_frequency: monthly
entry_closes_after_days: {value: 12, source: Test.}
paid_to: practice
aggregates: nothing
no_declaration_required: false
offers: {accepted_by: answer, approval_required: true}
calculation:
  method: item
  counts: {one: referral, many: referrals}
  counted_field: [WM, WM001, COUNT]
  priced_on: achievement_date
  fees:
    - {start_date: 2021-07-01, end_date: 2022-03-31, amount: "11.50", source: Test.}
  limit: {kind: allocation, over: payment_period, source: Test.}
indicator_groups:
  - code: WM
    name: Weight management
    fields: [{code: NOTE, name: Note, kind: count, required: false}]
    indicators:
      - code: WM001
        name: Referrals to weight management services
        class: payment
        level_of_entry: practice
        fields: [{code: COUNT, name: Referrals, kind: count, required: true}]
golden_cases:
  - {name: Above it, achievement_date: 2021-11-30, count: 37, limit: 30, expected: "345.00", source: Test.}
"""


@pytest.fixture
def content():
    return deepcopy(read_definition(CLINICAL_DIRECTOR).content)


@pytest.fixture
def item_content(content):
    del content["expected_members"]
    return content | json.loads(json.dumps(yaml.safe_load(ITEM_SERVICE), default=str))


def changed(content, path, value):
    """Put one value into a definition's content; the path as (name, position, name)."""
    place = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return content


def problems_of(content):
    with pytest.raises(DefinitionRefused) as refused:
        definition_from(content)
    return {problem.path: problem.rule for problem in refused.value.problems}


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


@pytest.mark.parametrize(
    "path, value, rule",
    [
        (["calculation", "rates", 0, "amount"], "1e5", "pounds in digits"),
        (["calculation", "rates", 1, "divisor"], 12, "1 for a month rate"),
        (["calculation", "rates", 1, "basis"], "week", "is one of month, annual"),
        (["calculation", "population", "dates", 0, "date"], "2020-02-30", "is a date, as 2021-10-31, or unknown"),
        (["start_date"], "20200401", "is a date"),
        (["end_date"], "2022-02-30", "is a date"),
        (["payment_period"], "weekly", "is one of monthly"),
        (["financial_years", 0], "2020/2021", "is a financial year"),
        (["no_declaration_required"], "yes", "is boolean"),
        (["golden_cases", 0, "expected"], "735.355", "pounds and pennies"),
        (["golden_cases", 0, "population"], -1, "nought or more"),
    ],
)
def test_a_value_of_the_wrong_shape_is_refused_by_name_value_and_rule(content, path, value, rule):
    with pytest.raises(DefinitionRefused) as refused:
        definition_from(changed(content, path, value))

    problem = refused.value.problems[0]
    assert problem.path.endswith(str(path[-1]) if isinstance(path[-1], str) else f"[{path[-1]}]")
    assert problem.value == repr(value)
    assert rule in problem.rule


@pytest.mark.parametrize(
    "path, value, place, rule",
    [
        (["end_date"], "2020-03-31", "end_date", "before the start date"),
        (["end_date"], "2021-03-31", "financial_years", "2020/21"),
        (["calculation", "rates", 1, "start_date"], "2021-04-02", "calculation.rates[1].start_date", "without gap"),
        (["calculation", "rates", 0, "end_date"], "2021-04-01", "calculation.rates[1].start_date", "overlap"),
        (["calculation", "rates", 1, "end_date"], "2022-03-30", "calculation.rates[1].end_date", "end date"),
        (
            ["calculation", "population", "dates", 0, "financial_year"],
            "2019/20",
            "calculation.population.dates",
            "one for",
        ),
        (["payment_period"], "quarterly", "calculation.rates[1].basis", "a month rate pays one month"),
        (["collection_frequency"], "monthly", "collection_frequency", "no indicators"),
        (["aggregates"], "nothing", "aggregates", "where a network is paid"),
        (["paid_to"], "practice", "expected_members", "only for a service that pays a network"),
        (
            ["golden_cases", 0, "achievement_date"],
            "2021-10-30",
            "golden_cases[0].achievement_date",
            "not a payment date",
        ),
        (["golden_cases"], [], "golden_cases", "are needed"),
        (["calculation"], {"method": "none"}, "golden_cases", "only for a service that pays"),
    ],
)
def test_parts_that_disagree_are_refused(content, path, value, place, rule):
    found = problems_of(changed(content, path, value))

    assert rule in found[place]


@pytest.mark.parametrize(
    "path, value, place, rule",
    [
        (["calculation", "counted_field"], ["WM", "WM002", "COUNT"], "calculation.counted_field", "not a field"),
        (["calculation", "limit", "over"], "financial_year", "calculation.limit.over", "cannot be worked out"),
        (["calculation", "limit", "over"], "service", "calculation.limit.over", "cannot be worked out"),
        (["collection_frequency"], "none", "collection_frequency", "there are indicators"),
        (["indicator_groups", 0, "fields", 0, "kind"], "text", "indicator_groups[0].fields[0].kind", "is one of"),
    ],
)
def test_an_item_service_whose_parts_disagree_is_refused(item_content, path, value, place, rule):
    found = problems_of(changed(item_content, path, value))

    assert rule in found[place]


def test_a_code_given_twice_is_refused(item_content):
    item_content["indicator_groups"] *= 2

    with pytest.raises(DefinitionRefused, match="indicator_groups: WM: is the code of 2 of them"):
        definition_from(item_content)


def test_listed_dates_out_of_order_or_outside_the_service_are_refused(content):
    dates = [{"date": day, "payment_date": True} for day in ("2021-10-31", "2021-10-31", "2022-04-30")]

    found = problems_of(changed(content, ["achievement_dates"], {"rule": "listed", "dates": dates}))

    assert "not after" in found["achievement_dates.dates[1].date"]
    assert "outside" in found["achievement_dates.dates[2].date"]


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(DefinitionRefused) as refused:
        read_definition("name: Core funding\nbogus: 1\nstart_date: 2020-02-30\n")

    message = str(refused.value)
    assert "bogus: is not a known name" in message
    assert "start_date: '2020-02-30': is a date" in message
    assert "calculation: is missing" in message


@pytest.mark.parametrize(
    "text, rule",
    [
        ("a: [1", "is not YAML"),
        ("a: 1\na: 2", "has the name 'a' twice"),
        ("a: &b [1]\nc: *b", "has an anchor"),
        ("1: x", "has 1 as a name"),
        ("a: !!python/name:os.system x", "is not YAML"),
        ("- a", "set of names and values"),
        ("", "set of names and values"),
        ("[" * 5000, "is "),
    ],
)
def test_text_that_is_not_a_definition_is_refused(text, rule):
    with pytest.raises(DefinitionRefused, match=rule):
        read_definition(text)


def test_a_number_stays_the_text_that_was_written():
    with pytest.raises(DefinitionRefused) as refused:
        read_definition("schema: 0.10\nname: yes\ncode: 010")

    values = {problem.path: problem.value for problem in refused.value.problems}
    assert values["schema"] == "'0.10'"


def test_a_file_that_is_not_text_is_refused_by_its_name(tmp_path):
    path = tmp_path / "core.yaml"
    path.write_bytes(b"name: \xff\xfe")

    with pytest.raises(DefinitionRefused, match=r"core\.yaml is refused:\n.*not UTF-8"):
        read_definition(path)
