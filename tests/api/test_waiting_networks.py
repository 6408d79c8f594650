"""Networks that wait, by the API."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest

from participation.models import Term
from tests.factories.achievement import add_member

PATH = "waiting-networks/"


@pytest.fixture
def waits(world):
    """October approved; somebody joined and was not offered the service."""
    Term.objects.update(valid="[2021-10-01,2021-11-01)")
    world.aggregated()
    Term.objects.update(valid="[2021-11-01,2022-04-01)")
    world.calculate(date(2021, 11, 30))
    world.approve_all(date(2021, 11, 30))
    add_member(world, "Lundy Practice", 5_218, start_date=date(2021, 11, 8), participates=False)
    return world


def test_networks_are_listed_with_causes_and_pounds(waits, people, program):
    answer = program(people.lead).get(PATH).json()

    (row,) = answer["results"]
    assert (row["org_id"], row["totals_waiting"], row["waiting_since"], row["days"]) == (
        waits.network.code, 1, "2021-11-30", 11,
    )  # fmt: skip
    assert row["approved_and_held"] == "2250.78"
    assert row["causes"] == [{"number": 3, "cause": "A joiner was never offered the service"}]


def test_a_member_sees_no_pounds_and_another_nothing(waits, people, program):
    assert program(people.fellow).get(PATH).json()["results"][0]["approved_and_held"] is None
    assert program(people.stranger).get(PATH).json()["results"] == []


def test_one_network_is_told_as_it_is_escalated(waits, people, program):
    lead = program(people.lead)

    told = lead.get(f"{PATH}{waits.network.code}/").json()
    archive = zipfile.ZipFile(io.BytesIO(lead.get(f"{PATH}{waits.network.code}/evidence/").content))

    assert told["totals"][0]["practices_ready"] == 3
    assert told["lines"][0]["causes"] == [3]
    assert "facts.json" in archive.namelist()


def test_a_network_that_is_not_seen_is_not_there(waits, people, program):
    assert program(people.stranger).get(f"{PATH}{waits.network.code}/").status_code == 404


def test_the_list_is_narrowed_as_the_page_is(waits, people, program):
    lead, code = program(people.lead), waits.network.code

    def listed(**filters):
        return [row["org_id"] for row in lead.get(PATH, **filters).json()["results"]]

    assert listed(cause=3, service=waits.service.code, financial_year="2021/22", text=code[:3]) == [code]
    assert listed(days=11, pounds="2250.78", commissioner=waits.commissioner.code.lower()) == [code]
    for narrower in (
        {"cause": 19}, {"service": "another"}, {"financial_year": "2020/21"}, {"days": 12}, {"pounds": "2250.79"},
        {"commissioner": "Q99"}, {"text": "somewhere else"},
    ):  # fmt: skip
        assert listed(**narrower) == []


def test_a_filter_that_cannot_be_is_refused_by_name(waits, people, program):
    answer = program(people.lead).get(PATH, cause="31", financial_year="2021", days="many")

    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"cause", "financial_year", "days"}


def test_nobody_finds_by_pounds_that_they_are_not_shown(waits, people, program):
    answer = program(people.fellow).get(PATH, pounds="1")

    assert answer.status_code == 403
    assert "do not show the pounds of networks" in answer.json()["detail"]


def test_a_parent_that_does_not_lead_sees_its_own_practices_part(waits, people, program):
    parent = program(people.parent)

    (row,) = parent.get(PATH).json()["results"]
    told = parent.get(f"{PATH}{waits.network.code}/").json()

    assert (row["in_part"], row["approved_and_held"], row["causes"][0]["number"]) == (True, None, 3)
    assert row["lead_commissioning_organisation"]["org_id"] == waits.commissioner.code
    assert [line["org_id"] for line in told["lines"]] == [waits.practices[-1].code]
    assert "approved_and_held" not in told["totals"][0]
