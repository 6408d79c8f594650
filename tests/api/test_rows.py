from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.states import Role
from achievement import commands
from tests.factories.accounts import acting_as
from tests.factories.achievement import NOVEMBER, OCTOBER, seen
from tests.factories.organisations import NationalOperatorFactory

LISTS = (
    "organisations/",
    "services/",
    "participations/",
    "submissions/",
    "achievements/",
    "network-achievements/",
)

CURSORS = (
    "nonsense",
    "é",
    "bnVsbA",  # null
    "WzEsMl0",  # [1,2]
    "WyJ4IiwieSIsInoiXQ",  # ["x","y","z"]
    "WyIyMDIxLTEwLTMxIiw5OTk5OTk5OTk5OTk5OTk5OTk5OTksMV0",  # a date, an id too large, 1
    "WyJhXHUwMDAwIiwxXQ",  # a text with NUL, 1
)


def rows(response):
    assert response.status_code == 200, response.content
    return response.json()["results"]


@pytest.mark.parametrize(
    ("who", "practices", "lines"),
    [
        ("own", 3, 1),
        ("fellow", 3, 1),
        ("network", 3, 3),
        ("parent", 3, 3),
        ("lead", 3, 3),
        ("other", 0, 0),
        ("stranger", 1, 0),
    ],
)
def test_each_sees_what_their_pages_show(calculated, people, program, who, practices, lines):
    mine = program(getattr(people, who))

    organisations, achievements = mine.get("organisations/", kind="Practice"), mine.get("achievements/")

    assert (len(rows(organisations)), len(rows(achievements))) == (practices, lines)


@pytest.mark.parametrize(
    ("who", "participations"), [("own", 3), ("network", 3), ("parent", 3), ("lead", 3), ("other", 0), ("stranger", 0)]
)
def test_participations_are_seen_by_those_they_concern(world, people, program, who, participations):
    response = program(getattr(people, who)).get("participations/")

    assert len(rows(response)) == participations


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("own", 200),
        ("fellow", 404),
        ("network", 200),
        ("parent", 200),
        ("lead", 200),
        ("other", 404),
        ("stranger", 404),
    ],
)
def test_a_line_is_found_by_those_who_may_see_it(calculated, people, program, who, status):
    line = next(each for each in calculated.lines() if each.provider == calculated.practices[0])
    mine = program(getattr(people, who))

    answers = [mine.get(f"achievements/{line.pk}/"), mine.get(f"achievements/{line.pk}/explanation/")]

    assert [each.status_code for each in answers] == [status, status]


@pytest.mark.parametrize(
    ("who", "found"), [("network", 1), ("lead_finance", 1), ("own", 0), ("parent", 0), ("other", 0), ("stranger", 0)]
)
def test_a_network_total_is_seen_by_its_lead_and_itself(world, people, program, who, found):
    total = world.aggregated()
    mine = program(getattr(people, who))

    listed, one = mine.get("network-achievements/"), mine.get(f"network-achievements/{total.pk}/")

    assert len(rows(listed)) == found
    assert one.status_code == (200 if found else 404)


@pytest.mark.parametrize("path", ["achievements/999999/", "achievements/99999999999999999999/", "participations/0/",
                                  "organisations/NOBODY/", "services/none/", "network-achievements/1/"])  # fmt: skip
def test_what_is_not_there_is_said_as_on_the_pages(world, people, program, path):
    response = program(people.lead).get(path)

    assert response.status_code == 404
    assert response.json()["detail"] == "You may not be able to see this, or it does not exist."


def test_an_achievement_says_its_amount_status_and_version(calculated, people, program):
    line = next(each for each in rows(program(people.own).get("achievements/")))

    assert line["amount"] == "735.36"
    assert line["status"] == "Awaiting Commissioning Organisation Approval"
    assert line["achievement_date"] == "2021-10-31"
    assert line["version"] == 1
    assert line["network"]["org_id"] == calculated.network.code


def test_the_role_view_sees_no_pounds_anywhere(world, people, program):
    total = world.aggregated()
    line, mine = world.lines()[0], program(people.lead_viewer)

    amounts = [
        *(each["amount"] for each in rows(mine.get("achievements/"))),
        *(each["amount"] for each in rows(mine.get("network-achievements/"))),
        mine.get(f"achievements/{line.pk}/").json()["amount"],
        mine.get(f"network-achievements/{total.pk}/").json()["amount"],
    ]
    explained = mine.get(f"achievements/{line.pk}/explanation/")

    assert amounts == [None] * 6
    assert (explained.status_code, explained.json()["detail"]) == (403, "Your roles show points, not pounds.")


def test_an_achievement_is_explained_to_the_penny(calculated, people, program):
    line = rows(program(people.own).get("achievements/"))[0]

    explained = program(people.network).get(f"achievements/{line['id']}/explanation/").json()["explanation"]

    assert explained["amount"] == "735.36"
    assert explained["unrounded"] == "735.355"
    assert explained["sentence"].startswith("12,055 patients on the registered list at 1 January 2021")


def test_a_row_says_what_can_be_done_to_it_and_who_can(calculated, people, program):
    line = calculated.lines()[0]

    lead = program(people.lead).get(f"achievements/{line.pk}/").json()
    own = program(people.network).get(f"achievements/{line.pk}/").json()

    assert lead["can"] == ["approve", "reject"]
    assert own["can"] == []
    assert people.lead.name in own["cannot"][0]["who_can"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 3),
        ({"text": "Portland"}, 1),
        ({"achievement_date": "2021-10-31"}, 3),
        ({"achievement_date": "2021-11-30"}, 0),
        ({"status": "Awaiting Commissioning Organisation Approval"}, 3),
        ({"status": "Held"}, 0),
        ({"service": "no-such-service"}, 0),
    ],
)
def test_achievements_are_narrowed_by_filters(calculated, people, program, query, count):
    assert len(rows(program(people.lead).get("achievements/", **query))) == count


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("achievements/", {"status": "Nonsense"}, "status"),
        ("achievements/", {"achievement_date": "yesterday"}, "achievement_date"),
        ("achievements/", {"text": "x" * 101}, "text"),
        ("achievements/", {"stauts": "Held"}, "stauts"),
        ("organisations/", {"kind": "Hospital"}, "kind"),
        ("organisations/", {"text": "\0"}, "text"),
        ("services/", {"financial_year": "2021"}, "financial_year"),
        ("services/", {"financial_year": "2021/23"}, "financial_year"),
        ("to-be-adjusted/", {"financial_year": "9999/00"}, "financial_year"),
        ("to-be-adjusted/", {"financial_year": "0000/01"}, "financial_year"),
        ("waiting-networks/", {"financial_year": "9999/00"}, "financial_year"),
        ("participations/", {"view": "251"}, "view"),
        ("participations/", {"view": "0"}, "view"),
        ("participations/", {"view": "many"}, "view"),
    ],
)
def test_a_filter_that_is_none_is_refused_by_its_name(world, people, program, path, query, field):
    response = program(people.lead).get(path, **query)

    assert response.status_code == 422
    assert [each["field"] for each in response.json()["errors"]] == [field]


def test_services_come_with_their_achievement_dates(world, people, program):
    service = program(people.own).get(f"services/{world.service.code}/").json()

    october = next(each for each in service["achievement_dates"] if each["date"] == "2021-10-31")
    assert service["financial_years"] == ["2020/21", "2021/22"]
    assert october == {
        "date": "2021-10-31",
        "is_payment_date": True,
        "period_start": "2021-10-01",
        "period_end": "2021-10-31",
    }


@pytest.mark.parametrize(("year", "count"), [("2021/22", 1), ("2020/21", 1), ("2019/20", 0)])
def test_services_are_found_by_financial_year(world, people, program, year, count):
    assert len(rows(program(people.own).get("services/", financial_year=year))) == count


def test_an_organisation_says_whom_it_belongs_to(world, people, program):
    mine = program(people.lead)

    practice = mine.get(f"organisations/{world.practices[0].code.lower()}/").json()
    network = mine.get(f"organisations/{world.network.code}/").json()

    assert practice["network"]["org_id"] == world.network.code
    assert practice["parent_organisation"]["name"] == "NHS Viking, North & South Utsire CCG"
    assert network["nominated_payee"]["name"] == "Viking Medical Practice"
    assert network["lead_commissioning_organisation"]["org_id"] == world.commissioner.code
    assert len(network["members"]) == 3


def test_the_members_of_a_network_are_a_filter(world, people, program):
    members = rows(program(people.lead).get("organisations/", network=world.network.code))
    unseen = program(people.other).get("organisations/", network=world.network.code)

    assert {each["org_id"] for each in members} == {each.code for each in world.practices}
    assert unseen.status_code == 404


def test_pages_follow_each_other_without_losing_or_repeating_a_row(calculated, people, program):
    calculated.calculate(NOVEMBER)
    mine, address, found = program(people.lead), "/api/v1/achievements/?view=2&text=v", []

    while address:
        page = mine.client.get(address, headers=mine.headers).json()
        found += [each["id"] for each in page["results"]]
        address = page["next"]

    every = [each["id"] for each in rows(mine.get("achievements/"))]
    assert found == every
    assert len(every) == 6


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("cursor", CURSORS)
def test_a_cursor_somebody_made_up_starts_at_the_beginning(calculated, people, program, path, cursor):
    response = program(people.lead).get(path, after=cursor)

    assert response.status_code == 200


@pytest.mark.parametrize("path", LISTS)
def test_a_list_asks_the_database_as_often_for_many_rows_as_for_few(calculated, people, program, path):
    mine = program(people.lead)
    mine.get(path)

    few = queries(lambda: mine.get(path, view=1))
    calculated.calculate(NOVEMBER)
    commands.approve_achievements(seen(*calculated.lines(OCTOBER)), by=people.lead)
    calculated.aggregate(OCTOBER)
    many = queries(lambda: mine.get(path))

    assert few <= many <= few + 1, "one more where the first row brings its related rows"
    assert many <= 10


def queries(do):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        do()
    return len(captured)


def test_the_national_operator_sees_every_organisation(world, program):
    operator = acting_as(Role.OPERATIONS, organisation=NationalOperatorFactory.create())

    assert len(rows(program(operator).get("organisations/", kind="Practice"))) == 3


def test_nobody_is_served_from_a_cache(world, people, program):
    assert "no-store" in program(people.lead).get("achievements/")["Cache-Control"]
