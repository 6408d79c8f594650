"""List sizes: looked at beside those before, and uploaded with a report of who is missing, unknown and much changed."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from accounts.states import Role
from core.actors import SYSTEM
from operations.commands import deliver
from operations.models import OutboxMessage
from organisations import commands
from organisations.commands import OdsFiles, load_ods
from organisations.formats import Refused, read_list_sizes
from organisations.models import ListKind, ListSize, OdsUpload
from organisations.queries import list_size
from tests.factories.accounts import acting_as
from tests.factories.achievement import OCTOBER, utsire
from tests.factories.organisations import (
    CommissionerFactory,
    ListSizeFactory,
    MembershipFactory,
    NationalOperatorFactory,
    NetworkFactory,
    PracticeFactory,
)
from tests.plugins.markup import flaws

pytestmark = pytest.mark.django_db

BEFORE, DAY = date(2020, 1, 1), date(2021, 1, 1)
HEADS = "ORG_ID,LIST,AS_AT,SIZE"


@pytest.fixture
def places(training_day):
    """Biscay's Fastnet PCN: Sole (10,000, was 9,900), Malin (7,300, was 5,300) and Dogger, without a list."""
    biscay = CommissionerFactory(code="Q01", name="NHS Biscay CCG")
    fastnet = NetworkFactory(code="Z05851", name="Fastnet PCN", led_by=biscay)
    named = {"V10110": "Sole Surgery", "V10112": "Malin Practice", "V10119": "Dogger Surgery"}
    sole, malin, dogger = (
        PracticeFactory(code=code, name=name, parent=biscay, member_of=fastnet) for code, name in named.items()
    )
    for practice, before, now in ((sole, 9_900, 10_000), (malin, 5_300, 7_300)):
        ListSizeFactory(organisation=practice, start_date=BEFORE, size=Decimal(before))
        ListSizeFactory(organisation=practice, start_date=DAY, size=Decimal(now))
    return {"biscay": biscay, "fastnet": fastnet, "sole": sole, "malin": malin, "dogger": dogger}


def sign_in(client, organisation, *roles):
    acting = acting_as(*(roles or (Role.VIEW,)), organisation=organisation)
    client.force_login(acting.user)
    return acting


@pytest.fixture
def petra(client):
    """Reference Data of the national operator."""
    return sign_in(client, NationalOperatorFactory(), Role.REFERENCE_DATA)


def page(client, **asked):
    return client.get(reverse("organisations:list_sizes"), asked)


def rows(client, **asked) -> dict[str, dict[str, str]]:
    response = client.get(reverse("organisations:list_sizes_file", args=["csv"]), asked)
    return {row["Org ID"]: row for row in csv.DictReader(StringIO(response.content.decode("utf-8-sig")))}


def test_a_commissioner_sees_the_lists_of_its_practices_beside_those_before(client, places):
    sign_in(client, places["biscay"])

    text = page(client).text

    assert "Registered list as at 1 January 2021" in text
    assert "+2,000 (+37.7 %)" in text
    assert "3 practices" in text
    assert flaws(text) == []


def test_those_changed_and_those_missing_can_be_shown_alone(client, places):
    sign_in(client, places["biscay"])

    assert list(rows(client, show="changed")) == ["V10112"]
    assert list(rows(client, show="missing")) == ["V10119"]
    assert list(rows(client, text="sole")) == ["V10110"]


def test_an_earlier_day_can_be_chosen(client, places):
    sign_in(client, places["biscay"])

    found = rows(client, day=BEFORE.isoformat())

    assert (found["V10112"]["Size"], found["V10112"]["Change"]) == ("5300", "First known")


def test_they_are_shown_as_recorded_on_an_earlier_day(client, places, set_clock):
    set_clock(date(2021, 12, 13))
    commands.set_list_sizes(ListKind.CRP, DAY, {places["malin"]: 5_400}, by=SYSTEM)
    sign_in(client, places["biscay"])

    assert rows(client)["V10112"]["Size"] == "5400"
    assert rows(client, recorded_on="2021-12-12")["V10112"]["Size"] == "7300"
    assert "recorded at the end of 12 December 2021" in page(client, recorded_on="2021-12-12").text


def test_a_kind_of_which_nothing_is_known_says_so(client, places):
    sign_in(client, places["biscay"])

    response = client.get(reverse("organisations:list_sizes_file", args=["csv"]), {"kind": "4"})

    assert "No list size of this kind is known yet." in page(client, kind="4").text
    assert response.status_code == 422


@pytest.mark.parametrize(("whose", "how_many"), [("biscay", 3), ("fastnet", 3)])
def test_each_sees_its_own(client, places, whose, how_many):
    ListSizeFactory(organisation=PracticeFactory(code="V99999"), start_date=DAY)
    sign_in(client, places[whose])

    assert len(rows(client)) == how_many


def test_the_national_operator_sees_all_and_may_upload(client, places, petra):
    ListSizeFactory(organisation=PracticeFactory(code="V99999"), start_date=DAY)

    assert len(rows(client)) == 4
    assert "Upload list sizes" in page(client).text


@pytest.mark.parametrize("role", [Role.VIEW, Role.FINANCE_VIEW, Role.PCN_VIEW])
def test_a_practice_is_sent_to_its_own_page(client, places, role):
    sign_in(client, places["sole"], role)

    response = page(client)

    assert response.status_code == 403
    assert (
        "A practice&#39;s own are on its page." in response.text or "A practice's own are on its page" in response.text
    )


def test_a_commissioner_uploads_nothing(client, places):
    sign_in(client, places["biscay"], Role.ORGANISATION_ADMINISTRATOR)

    assert "Upload list sizes" not in page(client).text
    assert client.get(reverse("organisations:upload_lists")).status_code == 403


@pytest.mark.parametrize("sort", ["name", "-name", "code", "pcn", "size", "-change"])
def test_they_are_sorted_and_paged_with_a_constant_number_of_queries(
    client, places, sort, django_assert_max_num_queries
):
    for n in range(30):
        practice = PracticeFactory(code=f"V2{n:04d}", parent=places["biscay"])
        ListSizeFactory(organisation=practice, start_date=DAY, size=Decimal(5_000 + n % 3))
    sign_in(client, places["biscay"])

    with django_assert_max_num_queries(10):
        first = page(client, sort=sort, view="25").text
    following = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = client.get(following).text

    codes = [part.split(">")[1].split("<")[0] for text in (first, second) for part in text.split('"Org ID"')[1:]]
    assert len(codes) == len(set(codes)) == 33


def test_they_are_files_too(client, places):
    sign_in(client, places["biscay"])

    def given(kind):
        return client.get(reverse("organisations:list_sizes_file", args=[kind]))

    cells = [[cell.value for cell in row] for row in load_workbook(BytesIO(given("xlsx").content)).active.iter_rows()]
    assert any(row[0] == "V10112" and row[5] == 7300 for row in cells)
    assert given("pdf").content.startswith(b"%PDF")
    assert given("doc").status_code == 404


def written(tmp_path, *lines, name="lists.csv"):
    path = tmp_path / name
    path.write_text("\n".join([HEADS, *lines]))
    return path


def test_the_portals_own_layout_has_any_list(tmp_path):
    path = written(
        tmp_path,
        "V10110,CRP,2021-01-01,10000",
        "V10110,WPLS,2021-01-01,10050.25",
        "V10110,CARE_HOME_BEDS,2021-08-01,40",
        "Z05851,PCN_ADJUSTED,2021-01-01,41000",
    )

    found = list(read_list_sizes(path))

    assert [(row.practice_code, row.kind.value, row.size) for row in found] == [
        ("V10110", "CRP", Decimal(10_000)),
        ("V10110", "WPLS", Decimal("10050.25")),
        ("V10110", "CARE_HOME_BEDS", Decimal(40)),
        ("Z05851", "PCN_ADJUSTED", Decimal(41_000)),
    ]


@pytest.mark.parametrize(
    ("line", "column", "rule"),
    [
        ("V10110,QOF,2021-01-01,10", "LIST", "is one of CRP, WPLS, PCN_ADJUSTED, CARE_HOME_BEDS"),
        ("V1011,CRP,2021-01-01,10", "ORG_ID", "is a capital letter and five digits"),
        ("V10110,CRP,2021-02-30,10", "AS_AT", "is not a day of the calendar"),
        ("V10110,CRP,2021-01-01,-3", "SIZE", "must be a number, nought or more"),
        ("V10110,CRP,2021-01-01,", "SIZE", "is blank"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_with_its_column_value_and_rule(tmp_path, line, column, rule):
    found = list(read_list_sizes(written(tmp_path, line)))

    assert isinstance(found[0], Refused)
    assert (found[0].line, found[0].column) == (2, column)
    assert rule in found[0].rule


def test_a_practice_named_twice_for_one_list_is_refused(tmp_path):
    found = list(read_list_sizes(written(tmp_path, "V10110,CRP,2021-01-01,10", "V10110,CRP,2021-01-01,11")))

    assert found[1].rule == "was already on line 2"


def load(path, **options):
    return load_ods(OdsFiles(lists=[path], **options), by=SYSTEM)


def test_a_load_reports_changes_of_more_than_5_percent_and_who_is_unknown(tmp_path, places):
    path = written(
        tmp_path, "V10110,CRP,2022-01-01,10500", "V10112,CRP,2022-01-01,7700", "V00001,CRP,2022-01-01,5000"
    )  # fmt: skip

    report = load(path)

    file = report.files[0]
    assert [(remark.code, remark.words) for remark in file.remarks] == [
        ("V10112", "registered list 7,700, was 7,300 as at 01/01/2021 (+5.5 %)")
    ]
    assert file.counts["Org IDs that are not known"] == 1
    assert [(refused.column, str(refused.value)) for refused in file.refused] == [("ORG_ID", "V00001")]


def test_a_list_corrected_on_its_own_day_is_compared_with_what_was_believed(tmp_path, places):
    report = load(written(tmp_path, "V10112,CRP,2021-01-01,730"))

    assert report.files[0].remarks[0].words == "registered list 730, was 7,300 as at 01/01/2021 (-90.0 %)"


def test_the_portals_own_layout_takes_nothing_back_from_whom_it_does_not_name(tmp_path, places):
    load(written(tmp_path, "V10110,CRP,2022-01-01,10400", "V10112,CRP,2022-01-01,7350"))
    load(written(tmp_path, "V10110,CRP,2022-01-01,10500"))

    assert list_size(places["malin"], ListKind.CRP, date(2022, 1, 1)) == 7350
    assert list_size(places["sole"], ListKind.CRP, date(2022, 1, 1)) == 10500


def test_a_published_file_reports_the_members_that_it_leaves_out(places, release):
    for code in ("A81001", "A81003", "A81099"):
        MembershipFactory(practice=PracticeFactory(code=code), network=places["fastnet"])
    release.lists = {"A81001": ("4060.75", "4645.53"), "A81003": ("9000", "9100")}

    report = load(release.list_file(), lists_as_at=DAY)

    missing = [remark for remark in report.files[0].remarks if remark.kind == "missing"]
    assert [(remark.code, remark.words) for remark in missing] == [
        ("A81099", "is a member of a PCN on that day, and has no registered list and no weighted practice list size")
    ]


def test_the_portals_own_layout_says_how_many_members_it_does_not_name(tmp_path, places):
    MembershipFactory(practice=PracticeFactory(code="V19999"), network=places["fastnet"])

    one = load(written(tmp_path, "V10110,CRP,2022-01-01,10400")).files[0].counts
    two = load(written(tmp_path, "V10110,CRP,2022-01-01,10400", "V19999,CRP,2022-01-01,700")).files[0].counts

    words = "members of PCNs that it does not name"
    assert one[words] == two[words] + 1


def test_a_list_of_a_network_is_taken(tmp_path, places):
    load(written(tmp_path, "Z05851,PCN_ADJUSTED,2021-01-01,41000"))

    assert list_size(places["fastnet"], ListKind.PCN_ADJUSTED, DAY) == 41_000


def upload(client, *lines, name="lists.csv", **days):
    content = "\n".join([HEADS, *lines]).encode()
    file = SimpleUploadedFile(name, content, content_type="text/csv")
    return client.post(reverse("organisations:upload_lists"), {"lists": file, **days})


def do_later_work():
    for message in OutboxMessage.objects.filter(done_at=None, task__startswith="organisations.").order_by("pk"):
        deliver(message.pk)


def test_an_upload_is_checked_confirmed_and_loaded(client, training_day, petra):
    world = utsire()
    world.calculate(OCTOBER)
    portland = world.practices[0]

    response = upload(client, f"{portland.code},CRP,2021-01-01,12100", "V88888,CRP,2021-01-01,5000")
    do_later_work()
    checked = client.get(response.url).text
    before = list_size(portland, ListKind.CRP, DAY)
    given = OdsUpload.objects.get()
    client.post(reverse("organisations:confirm_upload", args=[given.pk]), {"checked": given.check_job_id})
    do_later_work()
    loaded = client.get(response.url).text

    assert "Nothing has been loaded yet." in checked
    assert "Org IDs that are not known" in checked
    assert "V88888" in checked
    assert "£735.36" in checked
    assert before == 12_055
    assert "The files have been loaded." in loaded
    assert list_size(portland, ListKind.CRP, DAY) == 12_100


def test_a_great_change_is_listed_before_it_is_loaded(client, places, petra):
    response = upload(client, "V10112,CRP,2021-01-01,73000")
    do_later_work()

    text = client.get(response.url).text

    assert "List sizes changed by more than 5 %" in text
    assert "registered list 73,000, was 7,300 as at 01/01/2021 (+900.0 %)." in text
    assert not ListSize.objects.known().filter(size=73_000).exists()


def test_no_file_and_a_wrong_one_are_refused_in_words(client, places, petra):
    href = reverse("organisations:upload_lists")
    wrong = SimpleUploadedFile("odd.csv", b"a,b\n1,2\n", content_type="text/csv")

    nothing, other = client.post(href), client.post(href, {"lists": wrong})

    assert (nothing.status_code, other.status_code) == (422, 422)
    assert "Choose a file of list sizes." in nothing.text
    assert "odd.csv is none of the files known here." in other.text
    assert flaws(nothing.text) == []


def test_the_payments_file_needs_its_day(client, release, petra):
    content = release.list_file().read_bytes()
    file = SimpleUploadedFile("nhspaymentsgp_21-22.csv", content, content_type="text/csv")

    response = client.post(reverse("organisations:upload_lists"), {"lists": file})

    assert "does not say which day its list sizes are. Enter the day." in response.text
