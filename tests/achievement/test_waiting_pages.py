"""The pages that say why networks wait: for whom, what, with which form, and what nobody else may see."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.states import Role
from achievement import commands
from achievement.queries import causes
from participation.models import Term
from tests.achievement.payments import said, signed_in
from tests.factories.accounts import acting_as
from tests.factories.achievement import NOVEMBER, World, add_member, seen, utsire
from tests.factories.organisations import (
    CommissionerFactory,
    NationalOperatorFactory,
    ParentFactory,
    PracticeFactory,
)

pytestmark = pytest.mark.django_db

LIST = "/achievement/waiting/"


def page_of(world: World) -> str:
    return reverse("achievement:waiting_network", args=[world.network.code])


def links_in(answer) -> list[str]:
    return [html.unescape(href) for href in re.findall(r'href="([^"]+)"', answer.content.decode())]


def codes_in(answer) -> list[str]:
    """The Org IDs of the networks listed."""
    return [href.split("/")[3] for href in links_in(answer) if re.fullmatch(r"/achievement/waiting/\w+/", href)]


@pytest.fixture
def waits(world: World) -> World:
    """Offered from November; two of three lines approved; somebody joined and was not offered the service."""
    Term.objects.update(valid="[2021-11-01,2022-04-01)")
    world.calculate(NOVEMBER)
    commands.approve_achievements(seen(*world.lines(NOVEMBER)[:2]), by=world.approver)
    add_member(world, "Lundy Practice", 5_218, start_date=date(2021, 11, 8), participates=False)
    world.acting(Role.COMMISSIONING_MANAGEMENT)
    return world


@pytest.fixture
def ada(waits: World):
    return waits.acting(Role.APPROVAL_MANAGEMENT)


def test_the_list_says_pounds_days_and_causes_with_their_totals(waits, ada):
    text = said(signed_in(ada).get(LIST))

    assert "1 PCN waits, the longest since 30 November 2021; £1,732.34 approved and held." in text
    assert "A joiner was never offered the service" in text
    assert "Awaiting the commissioning organisation" in text
    assert f"{waits.network.code} {waits.network.name} 1 11 £1,732.34" in text


def test_the_list_is_narrowed_by_cause_service_and_name(waits, ada):
    client = signed_in(ada)

    assert waits.network.name in said(client.get(LIST, {"cause": 3, "service": waits.service.pk, "text": "z0"}))
    assert "No PCN waits. What is complete" in said(client.get(LIST, {"cause": 19}))
    assert "No PCN waits. What is complete" in said(client.get(LIST, {"text": "somewhere else"}))


def test_the_list_is_narrowed_by_year_days_and_pounds(waits, ada):
    client, nothing = signed_in(ada), "No PCN waits. What is complete"

    asked = {"year": "2021/22", "days": "11", "pounds": "1732.34"}
    found = said(client.get(LIST, asked))

    assert waits.network.name in found
    assert nothing in said(client.get(LIST, {"days": "12"}))
    assert nothing in said(client.get(LIST, {"pounds": "1732.35"}))
    assert "Financial Year" in found
    assert "Commissioning Organisation All" not in found, "everything is led by one"


def test_whoever_sees_no_pounds_does_not_narrow_by_them(waits):
    viewer = waits.acting(Role.VIEW)

    text = said(signed_in(viewer).get(LIST, {"pounds": "999999"}))

    assert waits.network.name in text
    assert "at least (£)" not in text


def test_the_national_operator_narrows_by_who_leads(waits):
    other = utsire(service=waits.service)
    Term.objects.filter(participation__network=other.network).update(valid="[2021-10-01,2022-04-01)")
    client = signed_in(acting_as(Role.OPERATIONS, organisation=NationalOperatorFactory.create()))

    both = codes_in(client.get(LIST))
    found = codes_in(client.get(LIST, {"commissioner": waits.commissioner.pk}))

    assert sorted(both) == sorted([waits.network.code, other.network.code])
    assert found == [waits.network.code]


@pytest.fixture
def parent(waits):
    """The Parent Organisation of the practice that joined, which leads nothing."""
    viking = CommissionerFactory.create(name="NHS Viking CCG")
    ParentFactory.create(organisation=waits.practices[-1], parent=viking)
    return acting_as(Role.FINANCE_VIEW, Role.COMMISSIONING_MANAGEMENT, organisation=viking)


def test_a_parent_that_does_not_lead_sees_what_keeps_its_own_practices(waits, parent):
    client = signed_in(parent)

    listed, told = client.get(LIST), client.get(page_of(waits))
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"{page_of(waits)}evidence.zip").content))

    assert codes_in(listed) == [waits.network.code]
    assert "£" not in said(listed) + said(told), "nor that nought is held"
    assert f"{waits.commissioner.name} leads this PCN. You see what keeps the practices whose Parent" in said(told)
    assert "Lundy Practice (" in said(told)
    assert waits.practices[2].name not in said(told), "the line that awaits approval is another's practice's"
    assert "What has gone on" not in said(told)
    assert [href for href in links_in(told) if "/achievement/networks/" in href and href.count("/") > 3] == []
    assert "amount" not in archive.read("facts.json").decode()


def test_a_parent_is_told_nothing_of_what_the_whole_holds(waits, parent):
    [seen] = causes.waiting_networks_for(parent)

    assert [(each.held, each.ready, each.expected) for each in seen.found] == [(Decimal(0), 2, 4)]


def test_a_parent_whose_practices_keep_nothing_waiting_is_told_so(waits):
    viking = CommissionerFactory.create()
    ParentFactory.create(organisation=waits.practices[0], parent=viking)
    client = signed_in(acting_as(Role.VIEW, organisation=viking))

    listed, told = client.get(LIST), client.get(page_of(waits))

    assert codes_in(listed) == []
    assert "None of your practices keeps this network waiting." in said(told)


def test_the_list_is_paged_and_sorted(waits, ada):
    other = utsire(commissioner=waits.commissioner, service=waits.service)
    Term.objects.filter(participation__network=other.network).update(valid="[2021-10-01,2022-04-01)")
    client = signed_in(ada)

    by_pounds = said(client.get(LIST))
    by_days = said(client.get(LIST, {"sort": "-days"}))

    first, second = waits.network.code, other.network.code
    assert by_pounds.index(f"{first} ") < by_pounds.index(f"{second} ")
    assert by_days.index(f"{second} ") < by_days.index(f"{first} ")


def test_the_second_page_begins_after_the_last_of_the_first(waits, ada):
    for _ in range(26):
        other = utsire(commissioner=waits.commissioner, service=waits.service)
        Term.objects.filter(participation__network=other.network).update(valid="[2021-11-01,2022-04-01)")
    client = signed_in(ada)

    first = client.get(LIST, {"view": "25", "sort": "code"})
    second = client.get(LIST, {"view": "25", "sort": "code", "after": codes_in(first)[-1]})

    assert [len(codes_in(page)) for page in (first, second)] == [25, 2]
    assert not set(codes_in(first)) & set(codes_in(second))
    assert f"after={codes_in(first)[-1]}" in first.content.decode()
    assert "after=" not in second.content.decode()


@pytest.mark.parametrize("kind", ["csv", "xlsx", "pdf"])
def test_the_list_is_there_as_a_file(waits, ada, kind):
    answer = signed_in(ada).get(LIST, {"file": kind})

    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="networks-waiting.{kind}"'


def test_the_csv_has_the_same_rows(waits, ada):
    answer = signed_in(ada).get(LIST, {"file": "csv"})

    row = next(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert (row["PCN_ID"], row["APPROVED_AND_HELD"], row["DAYS"]) == (waits.network.code, "1732.34", "11")
    assert row["CAUSES"].startswith("A joiner was never offered the service; ")


def test_nothing_waits_is_said(world, ada, waits):
    stranger = acting_as(Role.APPROVAL_MANAGEMENT, organisation=CommissionerFactory.create())

    assert "No PCN waits." in said(signed_in(stranger).get(LIST))


def test_the_page_names_each_cause_with_evidence_who_can_and_what_then(waits, ada):
    text = said(signed_in(ada).get(page_of(waits)))

    assert "1 total waiting, on 1 achievement date, £1,732.34 approved and held." in text
    assert "Lundy Practice (" in text
    assert "joined on 8 November 2021 and was not offered Clinical Director payment." in text
    assert "member from 08/11/2021." in text
    assert "as Commissioning Management." in text
    assert "Wight Health Centre" in text
    assert "You can put this right." in text
    assert "Declaration Management, filtered on it" in text
    assert "List sizes, rates and released versions" in text
    assert "Payee: Viking Medical Practice" in text
    assert "the network is aggregated by itself" in text
    assert "Escalate with the evidence (zip) , to the help desk at help-desk@" in text


def test_whoever_can_offer_is_given_the_form_filled_in(waits):
    dilys = waits.acting(Role.COMMISSIONING_MANAGEMENT)

    page = signed_in(dilys).get(page_of(waits))

    offers = [href for href in links_in(page) if "/participation/" in href and waits.network.code in href]
    offers += [href for href in links_in(page) if "start_date=2021-11-08" in href]
    assert len(offers) == 1
    assert said(page).count("You can put this right.") == 1
    assert said(page).count("Who can:") == 1


def test_a_wrong_end_date_leads_to_the_form_with_the_services_end(world):
    Term.objects.update(valid="[2021-10-01,2021-11-01)")
    world.aggregated()
    dilys = world.acting(Role.COMMISSIONING_MANAGEMENT)
    client = signed_in(dilys)

    page = client.get(page_of(world))
    href = next(href for href in links_in(page) if "end_date=2022-03-31" in href)
    form = client.get(href)

    sentence = (
        "All offers of Clinical Director payment to this PCN end on 31 October 2021; the service ends on 31 March 2022."
    )
    assert sentence in said(page)
    assert "Save End Date: 31 March 2022" in said(page)
    assert "Practices chosen" in said(form)
    assert 'value="2022"' in form.content.decode()
    assert Term.objects.known().filter(valid="[2021-10-01,2021-11-01)").count() == 3


def test_a_member_sees_what_is_missing_and_nobodys_pounds(waits):
    fellow = acting_as(Role.FINANCE_VIEW, Role.VIEW, organisation=waits.practices[0])
    client = signed_in(fellow)

    listed, page = said(client.get(LIST)), said(client.get(page_of(waits)))

    assert "Lundy Practice" in page
    assert waits.network.name in listed
    assert "£" not in page + listed


def test_the_network_itself_sees_its_pounds(waits):
    manager = acting_as(Role.FINANCE_VIEW, organisation=waits.network)

    assert "£1,732.34 approved and held" in said(signed_in(manager).get(page_of(waits)))


def test_view_alone_sees_no_pounds(waits):
    viewer = waits.acting(Role.VIEW)

    assert "£" not in said(signed_in(viewer).get(LIST)) + said(signed_in(viewer).get(page_of(waits)))


def test_who_may_not_see_the_network_is_told_that_there_is_none(waits):
    stranger = acting_as(Role.VIEW, organisation=PracticeFactory.create())

    assert signed_in(stranger).get(page_of(waits)).status_code == 404
    assert signed_in(stranger).get(f"{page_of(waits)}evidence.zip").status_code == 404
    assert signed_in(stranger).get(f"{LIST}ZZZ/").status_code == 404


def test_the_evidence_is_a_zip_of_facts_lines_and_a_page(waits, ada):
    answer = signed_in(ada).get(f"{page_of(waits)}evidence.zip")

    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    facts = json.loads(archive.read("facts.json"))
    rows = list(csv.DictReader(io.StringIO(archive.read("lines.csv").decode("utf-8-sig"))))
    assert sorted(archive.namelist()) == ["evidence.html", "facts.json", "lines.csv"]
    assert [cause["number"] for cause in facts["causes"]] == [3, 15]
    assert facts["totals"][0]["approved_and_held"] == "1732.34"
    assert [row["CAUSES"] for row in rows] == ["15", "3"]
    assert "joined on 8 November 2021" in archive.read("evidence.html").decode()
    assert "help-desk@" in facts["help_desk"]


def test_seven_lines_that_await_approval_are_all_named_on_the_page_and_in_the_zip(waits, ada):
    for number in range(6):
        add_member(waits, f"Rockall {number} Practice", 4_000 + number)
    waits.calculate(NOVEMBER)
    client = signed_in(ada)

    text = said(client.get(page_of(waits)))
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"{page_of(waits)}evidence.zip").content))

    of_lines = [f"Rockall {number} Practice, 30 November 2021: calculated" for number in range(6)]
    facts = json.loads(archive.read("facts.json"))
    told = next(cause["evidence"] for cause in facts["causes"] if cause["number"] == 15)
    assert len(told) == 7
    assert [sum(sentence.startswith(each) for sentence in told) for each in of_lines] == [1] * 6
    assert [archive.read("evidence.html").decode().count(each) for each in of_lines] == [1] * 6
    assert [text.count(each) for each in of_lines] == [1] * 6
    assert "And 2 more" in text


def test_the_evidence_for_a_member_has_no_pounds(waits):
    fellow = acting_as(Role.VIEW, organisation=waits.practices[0])

    archive = zipfile.ZipFile(io.BytesIO(signed_in(fellow).get(f"{page_of(waits)}evidence.zip").content))

    assert all("£" not in archive.read(name).decode() for name in archive.namelist())
    assert "amount" not in archive.read("facts.json").decode()


def test_a_network_that_waits_for_nothing_says_so_and_what_has_gone_on(world):
    Term.objects.update(valid="[2021-10-01,2022-04-01)")
    world.calculate(NOVEMBER)
    world.approve_all(NOVEMBER)
    world.aggregate(NOVEMBER)
    total = world.completed()

    text = said(signed_in(world.finance).get(page_of(world)))

    assert "This network waits for nothing" in text
    assert "Aggregated Complete £2,250.78 A payment run pays Viking Medical Practice." in text
    assert f"Finance approval: {world.finance.name} of" in text
    assert total.amount == Decimal("2250.78")


def test_the_page_asks_as_often_however_much_waits(waits, ada, django_assert_max_num_queries):
    client = signed_in(ada)
    for _ in range(3):
        add_member(waits, "Another", 4_000, start_date=date(2021, 11, 8), participates=False)

    with django_assert_max_num_queries(110):
        client.get(page_of(waits))


def test_a_file_whose_filter_names_nothing_is_refused_and_does_not_hold_everything(ada):
    answer = signed_in(ada).get(LIST, {"file": "csv", "cause": "99"})

    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("text/html")
