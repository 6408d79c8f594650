"""What is wrong with a definition is said by name, value and rule, all at once."""

from __future__ import annotations

import pytest

from catalogue.formats import DefinitionRefused, definition_from, read_definition
from tests.catalogue.contents import changed, problems_of


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


def test_a_file_that_is_not_text_is_refused_by_its_name(tmp_path):
    path = tmp_path / "core.yaml"
    path.write_bytes(b"name: \xff\xfe")

    with pytest.raises(DefinitionRefused, match=r"core\.yaml is refused:\n.*not UTF-8"):
        read_definition(path)
