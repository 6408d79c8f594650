"""Offered Services: sorted by every column over pages, filtered, exported, approved; constant in its questions."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import openpyxl
import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse

from accounts.states import Role
from core.dates import inclusive
from organisations.models import Kind, Membership, Organisation, Parent
from participation.models import Participation, Term
from participation.queries.offered import ORDERS
from participation.states import State
from tests.factories.accounts import acting_as
from tests.factories.organisations import LONG_KNOWN, MembershipFactory, NetworkFactory, PracticeFactory
from tests.factories.participation import ParticipationFactory
from tests.participation.test_pages import BUDGET, sign_in, text, tokens

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]


@pytest.fixture
def many(service, biscay, viking):
    """Sixty practices in four networks, under two parents, with days and states that repeat."""
    networks = [NetworkFactory.create(code=f"Z{n:05d}", name=f"Network {n % 2}", led_by=biscay) for n in range(4)]
    for n in range(60):
        network, parent = networks[n % 4], (viking, biscay)[n % 2]
        practice = PracticeFactory.create(code=f"V{n:05d}", name=f"Practice {n % 7}", parent=parent, member_of=network)
        ParticipationFactory.create(
            service=service, provider=practice, network=network, commissioner=biscay,
            start_date=date(2020, 4, 1 + n % 5), end_date=date(2022, 3, 31 - n % 3),
            state=State.ACCEPTED if n % 10 == 0 else State.APPROVED,
        )  # fmt: skip
    return networks


@pytest.fixture
def detail(service):
    return reverse("participation:offered_service", args=[service.code])


@pytest.fixture
def commissioner(client, commissioning):
    return sign_in(client, commissioning)


def codes(page):
    return re.findall(r"V\d{5}", page.content.decode().split("<tbody")[1].split("</tbody")[0])


def walk(client, address, **query):
    """Every page's Org IDs, one after the other."""
    page, found = client.get(address, query), []
    while True:
        found += codes(page)
        following = re.search(r'href="([^"]+)" rel="next"', page.content.decode())
        if following is None:
            return found
        page = client.get(following[1].replace("&amp;", "&"))


@pytest.mark.parametrize("sort", [f"{sign}{key}" for key in ORDERS for sign in ("", "-")])
def test_pages_in_any_order_hold_every_practice_once_and_in_that_order(commissioner, many, detail, sort):
    paged, whole = walk(commissioner, detail, sort=sort, view=25), walk(commissioner, detail, sort=sort, view=250)

    assert paged == whole
    assert len(set(paged)) == 60


def test_each_order_is_the_one_its_column_says(commissioner, many, detail):
    by_end = walk(commissioner, detail, sort="end", view=250)
    by_parent = walk(commissioner, detail, sort="-parent", view=250)

    ends = dict(Participation.objects.with_terms().values_list("provider__code", "end_date"))
    assert [ends[code] for code in by_end] == sorted(ends.values())
    assert [int(code[1:]) % 2 for code in by_parent] == [0] * 30 + [1] * 30


def test_it_is_filtered_by_parent_by_early_end_and_by_who_left(commissioner, many, detail, viking):
    left = Participation.objects.get(provider__code="V00001")
    MembershipFactory._meta.model.objects.filter(practice=left.provider).delete()
    MembershipFactory.create(practice=left.provider, network=left.network, end_date=date(2021, 9, 15))

    by_parent = commissioner.get(detail, {"parent": viking.pk})
    early = commissioner.get(detail, {"only": "ends-early"})
    gone = commissioner.get(detail, {"only": "left"})

    assert "30 practices" in text(by_parent)
    assert "40 practices" in text(early)
    assert codes(gone) == ["V00001"]
    assert "Left the network after 15/09/2021" in text(gone)


def test_what_is_filtered_and_sorted_is_exported_so(commissioner, many, service):
    file = reverse("participation:offered_service_file", args=[service.code, "csv"])

    response = commissioner.get(file, {"sort": "-code", "status": State.ACCEPTED.value})

    read = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert read[0][:6] == ["PCN", "Org ID", "Service Provider Name", "Parent Organisation", "Start Date", "End Date"]
    assert [row[1] for row in read[1:]] == ["V00050", "V00040", "V00030", "V00020", "V00010", "V00000"]
    assert {row[6] for row in read[1:]} == {"Accepted"}


def test_a_name_that_a_spreadsheet_would_run_is_exported_as_text(commissioner, many, service):
    PracticeFactory._meta.model.objects.filter(code="V00000").update(name='=HYPERLINK("http://x")')
    address = [reverse("participation:offered_service_file", args=[service.code, kind]) for kind in ("csv", "xlsx")]

    as_csv, as_xlsx = (commissioner.get(each, {"text": "V00000"}) for each in address)

    assert "'=HYPERLINK" in as_csv.content.decode("utf-8-sig")
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(as_xlsx.content)).active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if str(cell.value).startswith("=HYPERLINK")} == {"s"}


def test_a_kind_of_file_that_there_is_not_is_not_found(commissioner, many, service):
    assert commissioner.get(f"/participation/offered/{service.code}/file/exe/").status_code == 404


def test_answers_are_approved_for_all_that_match(commissioner, many, detail, service):
    page = commissioner.get(detail, {"status": State.ACCEPTED.value}).content.decode()
    token = re.search(r'name="all_matching" value="([^"]+)"', page)[1]

    said = commissioner.post(
        reverse("participation:act", args=[service.code]), {"action": "approve", "all_matching": token}, follow=True
    )

    assert "6 practices approved." in text(said)
    assert not Participation.objects.in_state(State.ACCEPTED).exists()


def test_not_approving_asks_why_first(commissioner, many, service):
    row = Participation.objects.in_state(State.ACCEPTED).first()
    given = {"action": "not_approve", "seen": tokens([row])}
    address = reverse("participation:act", args=[service.code])

    asked = commissioner.post(address, given)
    empty = commissioner.post(address, {**given, "reason": " "})
    done = commissioner.post(address, {**given, "reason": "It is closing."}, follow=True)

    assert "Do not approve 1 practice" in text(asked)
    assert "Enter reason." in text(empty)
    assert "1 practice not approved." in text(done)
    assert row.history.get(transition="do not approve").note == "It is closing."


def test_many_are_checked_first(commissioner, many, service, biscay, settings):
    for _ in range(201):
        ParticipationFactory.create(service=service, commissioner=biscay, network=many[0], state=State.ACCEPTED)
    rows = tokens(Participation.objects.in_state(State.ACCEPTED))
    address = reverse("participation:act", args=[service.code])

    checked = commissioner.post(address, {"action": "approve", "seen": rows})
    done = commissioner.post(address, {"action": "approve", "seen": rows, "confirmed": "1"}, follow=True)

    assert "207 practices would be approved" in text(checked)
    assert "207 practices approved." in text(done)


def test_no_action_is_no_error(commissioner, many, service):
    row = Participation.objects.first()

    said = commissioner.post(
        reverse("participation:act", args=[service.code]), {"action": "eat", "seen": tokens([row])}, follow=True
    )

    assert "Choose what to do with the practices selected. Nothing was changed." in text(said)


def test_services_are_filtered_by_year_and_name_and_sorted(commissioner, many, service):
    address = reverse("participation:offered_services")

    assert service.name in text(
        commissioner.get(address, {"year": "2021/22", "text": "clinical", "sort": "-practices"})
    )
    assert "No service matches these filters." in text(commissioner.get(address, {"text": "flu"}))
    assert "There is a problem" in text(commissioner.get(address, {"year": "1066/67"}))


@pytest.mark.parametrize("page", ["offered_services", "offered_service", "offer", "my_services", "my_services_history",
                                  "available_services", "end_requests"])  # fmt: skip
def test_with_many_rows_no_page_asks_more_than_ten_questions(
    commissioner, many, service, page, django_assert_max_num_queries, settings
):
    settings.USERSESSIONS_TRACK_ACTIVITY = False
    known = {"offered_service": [service.code], "offer": [Participation.objects.first().pk]}
    address = reverse(f"participation:{page}", args=known.get(page, []))
    commissioner.get(reverse("home:help"))

    with django_assert_max_num_queries(BUDGET + (5 if page == "offer" else 0)):
        response = commissioner.get(address)

    assert response.status_code == 200


def test_who_only_looks_is_told_who_can(client, many, detail, viking, commissioning):
    page = sign_in(client, acting_as(Role.VIEW, organisation=viking)).get(detail)

    assert 'value="cancel_service"' not in page.content.decode()
    assert f"{commissioning.user.name} of NHS Biscay CCG, as Commissioning Management." in text(page)


@pytest.fixture
def five_thousand(service, biscay, viking):
    """Five thousand practices of a hundred networks, all taking part."""
    networks = [NetworkFactory.create(code=f"Z{n:05d}", led_by=biscay) for n in range(100)]
    practices = Organisation.objects.bulk_create(
        Organisation(code=f"V{n:05d}", name=f"Practice {n % 977}", kind=Kind.PRACTICE) for n in range(5_000)
    )
    forever = {"valid": inclusive(date(2019, 7, 1), None), "recorded": DateTimeTZRange(LONG_KNOWN, None, "[)")}
    Parent.objects.bulk_create(Parent(organisation=each, parent=viking, **forever) for each in practices)
    Membership.objects.bulk_create(
        Membership(practice=each, network=networks[n % 100], **forever) for n, each in enumerate(practices)
    )
    rows = Participation.objects.bulk_create(
        Participation(
            service=service, provider=each, network=networks[n % 100], commissioner=biscay, offered_at=LONG_KNOWN,
            state=State.APPROVED,
        )
        for n, each in enumerate(practices)
    )  # fmt: skip
    Term.objects.bulk_create(
        Term(participation=row, **{**forever, "valid": inclusive(date(2020, 4, 1), date(2022, 3, 31))}) for row in rows
    )


@pytest.mark.parametrize("sort", ["pcn", "-end"])
def test_five_thousand_rows_are_listed_in_as_many_questions_as_three(
    commissioner, five_thousand, detail, sort, django_assert_max_num_queries, settings
):
    settings.USERSESSIONS_TRACK_ACTIVITY = False
    commissioner.get(reverse("home:help"))

    with django_assert_max_num_queries(BUDGET):
        page = commissioner.get(detail, {"sort": sort, "view": 50})

    assert "5,000 practices" in text(page)
    assert "Select all 5,000 matching" in text(page)
    assert len(codes(page)) == 50
