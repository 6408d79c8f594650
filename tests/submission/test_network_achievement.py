"""*Network Achievement* and its *Data Submission Report*: whose data have come, and what is missing, in words."""

from __future__ import annotations

import csv
from datetime import date
from io import BytesIO, StringIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import User
from accounts.states import Role
from organisations.models import Organisation
from participation.models import Participation
from submission import commands
from submission.changes import Key
from submission.commands import Figures
from submission.models import Submission
from submission.states import ManualReason
from tests.factories.accounts import acting_as
from tests.factories.organisations import CommissionerFactory, NationalOperatorFactory, PracticeFactory
from tests.factories.participation import ParticipationFactory
from tests.plugins.markup import flaws

WEIGHT, DIRECTOR = "WM-2021-22", "PCN-CD-2020-22"
NOVEMBER = "2021-11-30"


@pytest.fixture
def here(client, training):
    """Signs somebody in who acts for an organisation with a role."""

    def sign_in(code, *roles):
        acting = acting_as(*(roles or (Role.VIEW,)), organisation=Organisation.objects.get(code=code))
        client.force_login(acting.user)
        return acting

    return sign_in


def page(client, service=WEIGHT, day=NOVEMBER, **asked):
    return client.get(reverse("submission:network_achievement"), {"service": service, "date": day, **asked})


def rows(client, service=WEIGHT, day=NOVEMBER, **asked) -> list[dict[str, str]]:
    asked = {"service": service, "date": day, **asked}
    response = client.get(reverse("submission:data_submission_file", args=["csv"]), asked)
    return list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"))))


def enter(code, *, submit, value=12):
    """Somebody of a practice enters November's referrals."""
    practice = Organisation.objects.get(code=code)
    by = acting_as(Role.ACHIEVEMENT_ENTRY, organisation=practice)
    service = Participation.objects.filter(service__code=WEIGHT).values_list("service", flat=True).first()
    key = Key(service, date(2021, 11, 30), practice.pk)
    group = Submission._meta.apps.get_model("catalogue", "ServiceVersion").objects.released().get(service=service)
    path = _path_of(group.definition)
    figures = Figures({path: value}, ManualReason.CANNOT_BE_EXTRACTED)
    if submit:
        commands.submit_achievement_data(key, figures, by=by)
    else:
        commands.save_work_in_progress(key, figures, by=by)


def _path_of(definition):
    group = definition["indicator_groups"][0]
    indicator = group["indicators"][0]
    return (group["code"], indicator["code"], indicator["fields"][0]["code"])


def test_the_page_is_as_published(client, here):
    here("ZVU")

    text = page(client).text

    assert all(label in text for label in ("Financial Year", "Quality Service", "Achievement Date"))
    assert "Figures as at 12:00" in text
    assert "Run Data Submission Report" in text
    assert "data of 0 of 3 providers are submitted." in text
    assert flaws(text) == []


def test_a_row_says_where_it_is_and_what_is_missing(client, here):
    here("ZVU")

    found = rows(client)[0]

    assert found == {
        "PCN": "Utsire Partnership PCN",
        "PCN ID": "Z05850",
        "Org ID": "V37647",
        "Service Provider Name": "Portland Surgery",
        "Parent Organisation": "NHS Viking, North & South Utsire CCG",
        "Quality Service": "Weight Management",
        "Achievement Date": "30/11/2021",
        "Status": "Awaiting Data",
        "Date submitted": "",
        "What is missing": "Nothing is entered yet. Missing: Referrals.",
    }


def test_what_is_submitted_has_its_date_and_lacks_nothing(client, here):
    here("ZVU")
    enter("V37647", submit=True)

    found = rows(client)[0]

    assert (found["Status"], found["Date submitted"], found["What is missing"]) == ("Data Submitted", "11/12/2021", "")
    assert "data of 1 of 3 providers are submitted." in page(client).text


def test_work_in_progress_is_named_as_not_submitted(client, here):
    here("ZVU")
    enter("V37647", submit=False)

    assert rows(client)[0]["What is missing"] == "Begun, and not submitted."


def test_changes_in_progress_are_named_beside_what_was_submitted(client, here):
    here("ZVU")
    enter("V37647", submit=True)
    enter("V37647", submit=False, value=13)

    found = rows(client)[0]

    assert (found["Status"], found["What is missing"]) == (
        "Data Submitted",
        "Changes are in progress, and not submitted.",
    )


def test_a_network_service_lists_every_member_of_the_date(client, here):
    """Story D's members: Forties and Lundy rejoined and were not offered the service."""
    here("ZBY")

    found = [row for row in rows(client, DIRECTOR) if row["PCN ID"] == "Z05849"]

    missing = {row["Service Provider Name"]: row["What is missing"] for row in found}
    assert len(found) == 7
    assert missing["Forties Surgery"] == "No approved participation covers 30 November 2021."
    assert missing["Bailey Medical Practice"] == ""


def test_a_list_size_that_is_not_known_is_what_is_missing(client, here):
    from core.actors import SYSTEM
    from organisations.commands import set_list_sizes
    from organisations.models import ListKind

    here("ZBY")
    bailey = Organisation.objects.get(code="V36546")
    set_list_sizes(ListKind.CRP, date(2021, 1, 1), {bailey: None}, by=SYSTEM)

    found = {row["Org ID"]: row for row in rows(client, DIRECTOR)}

    assert found["V36546"]["Status"] == "Awaiting Data"
    assert found["V36546"]["What is missing"] == "No registered list as at 1 January 2021 is known."
    assert found["V74553"]["Date submitted"] == "20/01/2021"


def test_a_mover_is_a_row_of_the_network_it_counts_in_on_the_date(client, here):
    here("ZBY")

    october = {row["Org ID"]: row["PCN ID"] for row in rows(client, DIRECTOR, "2021-10-31")}
    november = {row["Org ID"]: row["PCN ID"] for row in rows(client, DIRECTOR)}

    assert (october["V10112"], november["V10112"]) == ("Z05851", "Z05852")


@pytest.mark.parametrize(
    ("code", "service", "how_many"),
    [
        ("ZBY", WEIGHT, 12),
        ("ZVU", WEIGHT, 3),
        ("ZVU", DIRECTOR, 3),
        ("ZBY", DIRECTOR, 15),
        ("Z05850", WEIGHT, 3),
        ("Z05850", DIRECTOR, 3),
        ("V37647", WEIGHT, 3),
        ("V37647", DIRECTOR, 3),
        ("V10110", DIRECTOR, 2),
    ],
)
def test_each_sees_its_practices_and_members_each_other(client, here, code, service, how_many):
    here(code)

    assert len(rows(client, service)) == how_many


def test_the_national_operator_sees_all(client, here):
    client.force_login(acting_as(Role.OPERATIONS, organisation=Organisation.objects.get(code="ZNO")).user)

    assert len(rows(client, DIRECTOR)) == 18


def test_members_see_status_and_neither_figures_nor_pounds(client, here):
    enter("V66334", submit=True)
    here("V37647", Role.VIEW, Role.FINANCE_VIEW)

    text = page(client).text

    assert "Data Submitted" in text
    assert "£" not in text
    assert reverse("submission:summary", args=[WEIGHT, NOVEMBER, "V66334"]) not in text


def test_the_commissioner_opens_figures_from_here(client, here):
    enter("V66334", submit=True)
    here("ZVU")

    assert reverse("submission:summary", args=[WEIGHT, NOVEMBER, "V66334"]) in page(client).text


def test_only_one_status_can_be_shown(client, here):
    enter("V66334", submit=True)
    here("ZVU")

    assert [row["Org ID"] for row in rows(client, status="1")] == ["V66334"]
    assert "2 providers, Awaiting Data." in page(client, status="2").text


def test_a_date_that_pays_nothing_says_so(client, here):
    here("ZVU")
    service = Participation.objects.filter(service__code=WEIGHT).first().service
    day = service.achievement_dates.filter(is_payment_date=False, date__lte="2021-12-11").first()
    if day is None:
        day = service.achievement_dates.filter(date="2021-11-30").get()
        type(day).objects.filter(pk=day.pk).update(is_payment_date=False)

    text = page(client, WEIGHT, day.date.isoformat()).text

    assert "is not a payment date of Weight Management: figures for it yield no payment." in text


def test_it_starts_on_the_latest_payment_date_of_the_one_service(client, here):
    here("ZVU")

    text = client.get(reverse("submission:network_achievement")).text
    chosen = client.get(reverse("submission:network_achievement"), {"service": WEIGHT}).text

    assert "Select a quality service, then Apply." in text
    assert "Weight Management, 30 November 2021" in chosen


def test_the_report_is_a_page_with_the_way_back(client, here):
    here("ZVU")

    response = client.get(
        reverse("submission:data_submission_report"), {"service": WEIGHT, "date": NOVEMBER, "status": "2"}
    )

    assert "« Back to Network Achievement" in response.text
    assert "Select Parameters" in response.text
    assert f"service={WEIGHT}&amp;date={NOVEMBER}&amp;status=2" in response.text
    assert flaws(response.text) == []


def test_the_report_is_a_workbook_and_a_pdf_too(client, here):
    here("ZVU")

    def given(kind):
        href = reverse("submission:data_submission_file", args=[kind])
        return client.get(href, {"service": WEIGHT, "date": NOVEMBER})

    cells = [[cell.value for cell in row] for row in load_workbook(BytesIO(given("xlsx").content)).active.iter_rows()]
    assert cells[3][:2] == ["Achievement Date", "30 November 2021"]
    assert any("Portland Surgery" in row for row in cells)
    assert given("pdf").content.startswith(b"%PDF")
    assert given("docx").status_code == 404


def test_a_file_of_no_service_is_not_found(client, here):
    here("ZVU")

    response = client.get(reverse("submission:data_submission_file", args=["csv"]), {"service": "NONE"})

    assert response.status_code == 404


def test_whoever_was_offered_nothing_is_told_so(client, training):
    client.force_login(acting_as(Role.VIEW, organisation=CommissionerFactory()).user)

    assert "No quality service that waits for data has been offered" in page(client).text


def test_whoever_holds_no_role_is_refused(client, training):
    client.force_login(User.objects.create_user("nobody@tests.example", name="Nobody"))

    assert page(client).status_code == 403


@pytest.mark.parametrize("sort", ["pcn", "-pcn", "code", "name", "parent", "status", "-submitted"])
def test_it_is_sorted_and_paged_without_loss(client, here, sort):
    here("ZBY")
    biscay = Organisation.objects.get(code="ZBY")
    service = Participation.objects.filter(service__code=WEIGHT).first().service
    for n in range(20):
        practice = PracticeFactory(code=f"V3{n:04d}", parent=biscay)
        ParticipationFactory(service=service, provider=practice, network=None, commissioner=biscay)
    enter("V36546", submit=True)

    first = page(client, sort=sort, view="25").text
    following = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = client.get(following).text

    codes = [
        cell.split(">")[1].split("<")[0] for text in (first, second) for cell in text.split('data-label="Org ID"')[1:]
    ]
    assert len(codes) == len(set(codes)) == 32


def test_its_queries_do_not_grow(client, here, django_assert_max_num_queries):
    here("ZBY")
    biscay = Organisation.objects.get(code="ZBY")
    service = Participation.objects.filter(service__code=WEIGHT).first().service
    for n in range(40):
        practice = PracticeFactory(code=f"V3{n:04d}", parent=biscay)
        ParticipationFactory(service=service, provider=practice, network=None, commissioner=biscay)

    with django_assert_max_num_queries(10):
        assert "52 providers" in page(client).text


def test_the_national_operator_without_such_a_role_sees_nothing(client, training):
    operator = NationalOperatorFactory()
    client.force_login(acting_as(Role.USER_ADMINISTRATOR, organisation=operator).user)

    assert "No quality service that waits for data" in page(client).text


def test_the_api_lists_the_same_rows(client, here):
    enter("V66334", submit=True)
    here("ZVU")

    def given(**asked):
        return client.get("/api/v1/data-submissions/", {"service": WEIGHT, "achievement_date": NOVEMBER, **asked})

    found = {row["org_id"]: row for row in given().json()["results"]}
    assert found["V37647"]["missing"] == "Nothing is entered yet. Missing: Referrals."
    assert found["V37647"]["submitted_at"] is None
    assert (found["V66334"]["status"], found["V66334"]["pcn_org_id"]) == ("Data Submitted", "Z05850")
    assert len(given(status="Awaiting Data").json()["results"]) == 2
    assert given(view="1").json()["next"]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"service": WEIGHT}, 422),
        ({"service": WEIGHT, "achievement_date": "2021-11-29"}, 404),
        ({"service": "NONE", "achievement_date": NOVEMBER}, 404),
        ({"service": WEIGHT, "achievement_date": NOVEMBER, "status": "Perhaps"}, 422),
    ],
)
def test_the_api_refuses_what_is_no_service_date_or_status(client, here, asked, status):
    here("ZVU")

    assert client.get("/api/v1/data-submissions/", asked).status_code == status
