"""The administrative reports: each sees its own part, on the days chosen, as recorded now or earlier."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from io import BytesIO, StringIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.states import Role
from core.transitions import Seen
from organisations import commands
from organisations.commands import Nomination
from tests.factories.accounts import acting_as
from tests.factories.organisations import (
    CommissionerFactory,
    LeadFactory,
    MembershipFactory,
    NationalOperatorFactory,
    NetworkFactory,
    PayeeFactory,
    PracticeFactory,
)
from tests.plugins.markup import flaws

pytestmark = pytest.mark.django_db

TOLD_AT = datetime(2021, 12, 6, 9, tzinfo=UTC)
RELATIONSHIP, PAYEES = "network-organisation-relationship", "nominated-payee"
HEADS = [
    "SERVICE_PROVIDER_NAME",
    "SERVICE_PROVIDER_ID",
    "PCN_NAME",
    "PCN_ID",
    "LEAD_COMMISSIONING_ORG",
    "NETWORK_AGREEMENT_START_DATE",
    "NETWORK_AGREEMENT_END_DATE",
]


@pytest.fixture
def places(training_day):
    """Biscay leads Fastnet (Sole, and Malin until 31 October 2021, told on 6 December) and Shannon, of which Malin is
    a member since; Malin's parent is Viking."""
    biscay, viking = CommissionerFactory(code="Q01", name="NHS Biscay CCG"), CommissionerFactory(code="Q02")
    fastnet = NetworkFactory(code="Z05851", name="Fastnet PCN", led_by=biscay)
    shannon = NetworkFactory(code="Z05852", name="Shannon PCN", led_by=biscay)
    sole = PracticeFactory(code="V10110", name="Sole Surgery", parent=biscay, member_of=fastnet)
    malin = PracticeFactory(code="V10112", name="Malin Practice", parent=viking)
    MembershipFactory(practice=malin, network=fastnet, known_until=TOLD_AT)
    MembershipFactory(practice=malin, network=fastnet, end_date=date(2021, 10, 31), known_from=TOLD_AT)
    MembershipFactory(practice=malin, network=shannon, start_date=date(2021, 11, 1), known_from=TOLD_AT)
    PayeeFactory(network=fastnet, payee=sole)
    return {"biscay": biscay, "viking": viking, "fastnet": fastnet, "shannon": shannon, "sole": sole, "malin": malin}


def sign_in(client, organisation, *roles):
    acting = acting_as(*(roles or (Role.VIEW,)), organisation=organisation)
    client.force_login(acting.user)
    return acting


def page(client, name=RELATIONSHIP, **asked):
    return client.get(reverse("reports:administrative_report", args=[name]), asked)


def file(client, kind="csv", name=RELATIONSHIP, **asked):
    return client.get(reverse("reports:administrative_report_file", args=[name, kind]), asked)


def rows_of(response) -> list[list[str]]:
    return list(csv.reader(StringIO(response.content.decode("utf-8-sig"))))


def pairs(response) -> list[tuple[str, str]]:
    return [(row[1], row[3]) for row in rows_of(response)[1:]]


def test_the_list_names_the_reports(client, places):
    sign_in(client, places["biscay"])

    text = client.get(reverse("reports:administrative")).text

    assert "Network Organisation Relationship" in text
    assert "Nominated Payee" in text
    assert flaws(text) == []


def test_the_page_is_as_published(client, places):
    sign_in(client, places["biscay"])

    text = page(client).text

    assert "« Back to Administrative Reports" in text
    assert "Select Parameters" in text
    assert "Start Date*" in text
    assert "End Date*" in text
    assert all(head in text.replace("<wbr>", "") for head in HEADS)
    assert "3 relationships" in text
    assert flaws(text) == []


def test_the_file_has_the_published_columns(client, places):
    sign_in(client, places["biscay"])

    found = rows_of(file(client))

    assert found[0] == HEADS
    assert found[1] == [
        "Malin Practice", "V10112", "Fastnet PCN", "Z05851", "NHS Biscay CCG (Q01)", "01/07/2019", "31/10/2021",
    ]  # fmt: skip
    assert found[2][-1] == ""


def test_only_what_holds_on_the_days_chosen_is_listed(client, places):
    sign_in(client, places["biscay"])

    november = pairs(file(client, start_date="2021-11-01", end_date="2021-11-30"))
    its_last_day = pairs(file(client, start_date="2021-10-31", end_date="2021-10-31"))

    assert november == [("V10110", "Z05851"), ("V10112", "Z05852")]
    assert its_last_day == [("V10112", "Z05851"), ("V10110", "Z05851")]


def test_it_shows_what_was_recorded_on_an_earlier_day(client, places):
    sign_in(client, places["biscay"])

    asked = {"start_date": "2021-11-01", "end_date": "2021-11-30", "recorded_on": "2021-12-05"}
    text = page(client, **asked).text

    assert "recorded at the end of 5 December 2021" in text
    assert pairs(file(client, **asked)) == [("V10112", "Z05851"), ("V10110", "Z05851")]


@pytest.mark.parametrize(
    ("whose", "seen"),
    [
        ("viking", [("V10112", "Z05851"), ("V10112", "Z05852")]),
        ("sole", [("V10110", "Z05851")]),
        ("malin", [("V10112", "Z05851"), ("V10112", "Z05852")]),
        ("shannon", [("V10112", "Z05852")]),
        ("fastnet", [("V10112", "Z05851"), ("V10110", "Z05851")]),
    ],
)
def test_each_sees_its_own_part(client, places, whose, seen):
    sign_in(client, places[whose])

    assert pairs(file(client)) == seen


def test_the_national_operator_sees_all(client, places):
    sign_in(client, NationalOperatorFactory(), Role.OPERATIONS)

    assert len(pairs(file(client))) == 3


def test_another_commissioner_sees_nothing_and_is_told_so(client, places):
    sign_in(client, CommissionerFactory())

    assert "No practice that you can see belongs to a PCN on these days." in page(client).text


def test_whoever_holds_no_role_is_refused(client, places):
    from tests.factories.accounts import UserFactory

    client.force_login(UserFactory())

    for response in (client.get(reverse("reports:administrative")), page(client), file(client)):
        assert response.status_code == 403


def test_the_lead_is_the_one_of_the_last_day_in_the_period(client, places):
    later = CommissionerFactory(code="Q03", name="NHS Dogger CCG")
    network = NetworkFactory(code="Z05999")
    LeadFactory(network=network, commissioner=places["biscay"], end_date=date(2021, 9, 30))
    LeadFactory(network=network, commissioner=later, start_date=date(2021, 10, 1))
    MembershipFactory(network=network, practice=PracticeFactory(code="V99999"))
    sign_in(client, places["biscay"])

    def lead(**asked):
        return next(row[4] for row in rows_of(file(client, **asked)) if row[1] == "V99999")

    assert lead(start_date="2021-04-01", end_date="2021-09-30") == "NHS Biscay CCG (Q01)"
    assert lead(start_date="2021-04-01", end_date="2021-10-01") == "NHS Dogger CCG (Q03)"


def test_a_membership_of_no_length_is_listed_on_its_day(client, places):
    MembershipFactory(
        network=places["fastnet"],
        practice=PracticeFactory(code="V99999"),
        zero_length=True,
        start_date=date(2021, 5, 4),
    )
    sign_in(client, places["biscay"])

    listed = [row for row in rows_of(file(client)) if row[1] == "V99999"]

    assert [row[5:] for row in listed] == [["04/05/2021", "04/05/2021"]]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"start_date": "", "end_date_day": "1"}, "Enter start date"),
        ({"start_date": "2021-10-02", "end_date": "2021-10-01"}, "End Date must be on or after start date"),
        ({"start_date": "2021-02-30", "end_date": "2021-03-01"}, "Start Date must"),
    ],
)
def test_parameters_that_are_wrong_are_refused_in_words(client, places, asked, sentence):
    sign_in(client, places["biscay"])

    shown, given = page(client, **asked), file(client, **asked)

    assert sentence in shown.text
    assert "Error: Network Organisation Relationship" in shown.text
    assert given.status_code == 422


def test_it_is_sorted_by_each_head_and_paged(client, places):
    for n in range(30):
        MembershipFactory(network=places["shannon"], practice=PracticeFactory(code=f"V2{n:04d}", name=f"Rockall {n}"))
    sign_in(client, places["biscay"])

    for sort in ("name", "-name", "code", "pcn", "pcn_code", "lead", "start", "-end"):
        seen, href = [], reverse("reports:administrative_report", args=[RELATIONSHIP]) + f"?sort={sort}&view=25"
        for _page in range(2):
            text = client.get(href).text
            seen += [row.split("<")[0] for row in text.split('data-label="SERVICE_\u200bPROVIDER_\u200bID"')[1:]] or [
                text
            ]
            following = text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0] if 'rel="next"' in text else ""
            href = following.replace("&amp;", "&")
            if not href:
                break
        assert len(seen) == 33, sort


def test_the_files_are_in_the_pages_order(client, places):
    sign_in(client, places["biscay"])

    assert [code for code, _pcn in pairs(file(client, sort="-code"))] == ["V10112", "V10112", "V10110"]


def test_its_queries_do_not_grow(client, places, django_assert_max_num_queries):
    for n in range(60):
        MembershipFactory(network=places["shannon"], practice=PracticeFactory(code=f"V3{n:04d}"))
    sign_in(client, places["biscay"])

    with django_assert_max_num_queries(10):
        assert "63 relationships" in page(client).text


def test_xlsx_has_dates_and_pdf_is_one(client, places):
    sign_in(client, places["biscay"])

    book = load_workbook(BytesIO(file(client, "xlsx").content))
    pdf = file(client, "pdf")

    cells = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert HEADS in cells
    assert any(datetime(2021, 10, 31) in row for row in cells)
    assert cells[2][:2] == ["Start Date", "1 April 2021"]
    assert pdf.content.startswith(b"%PDF")
    assert pdf["Content-Disposition"].endswith('.pdf"')


def test_too_many_rows_for_a_file_are_refused_with_the_way_back(client, places, monkeypatch):
    from ui import sheets

    monkeypatch.setitem(sheets.AT_MOST, "pdf", 2)
    sign_in(client, places["biscay"])

    response = file(client, "pdf")

    assert response.status_code == 422
    assert "PDF: 3 rows are more than 2. Choose fewer days, or CSV." in response.text
    assert reverse("reports:administrative_report", args=[RELATIONSHIP]) in response.text


@pytest.mark.parametrize("address", [("no-such-report",), (RELATIONSHIP, "docx")])
def test_what_is_no_report_is_not_found(client, places, address):
    sign_in(client, places["biscay"])
    name = "administrative_report" if len(address) == 1 else "administrative_report_file"

    assert client.get(reverse(f"reports:{name}", args=address)).status_code == 404


def test_the_payees_are_listed_with_who_set_and_confirmed_them(client, places):
    ewan, freda = (acting_as(Role.ORGANISATION_ADMINISTRATOR, organisation=places["biscay"]) for _ in range(2))
    nomination = Nomination(places["fastnet"], places["malin"].code, date(2022, 1, 1))
    made = commands.propose_payee(nomination, "Asked for.", by=ewan)
    commands.confirm_payee(Seen(made.proposal_id, 1), by=freda)
    sign_in(client, places["fastnet"])

    found = rows_of(file(client, name=PAYEES))

    assert found == [
        ["PCN_NAME", "PCN_ID", "PAYEE_NAME", "PAYEE_ID", "FROM", "TO", "SET_BY", "CONFIRMED_BY"],
        ["Fastnet PCN", "Z05851", "Sole Surgery", "V10110", "01/07/2019", "31/12/2021", "CQRS Portal", ""],
        ["Fastnet PCN", "Z05851", "Malin Practice", "V10112", "01/01/2022", "", ewan.name, freda.name],
    ]
    assert "2 nominations" in page(client, PAYEES).text


@pytest.mark.parametrize(("whose", "how_many"), [("biscay", 1), ("sole", 1), ("shannon", 0), ("viking", 0)])
def test_each_sees_the_payees_of_its_networks(client, places, whose, how_many):
    sign_in(client, places[whose])

    assert len(rows_of(file(client, name=PAYEES))) - 1 == how_many
