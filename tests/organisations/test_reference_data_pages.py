"""Reference data's pages: past loads, the upload form and its refusals, an upload from check to result."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.states import Role
from core import clock
from core.actors import SYSTEM
from organisations import commands
from organisations.formats import read_networks
from organisations.forms import reference_files
from organisations.models import Membership, OdsLoad, OdsUpload
from tests.factories.accounts import acting_as
from tests.factories.organisations import CommissionerFactory, NationalOperatorFactory, OdsLoadFactory
from tests.organisations.test_uploads import work

pytestmark = pytest.mark.django_db

LOADS, UPLOAD = "/organisations/ods/", "/organisations/ods/upload/"


@pytest.fixture
def petra(client, training_day):
    acting = acting_as(Role.REFERENCE_DATA, organisation=NationalOperatorFactory())
    client.force_login(acting.user)
    return acting


def sent(path, name=""):
    return SimpleUploadedFile(name or path.name, path.read_bytes())


def both(release, day="2021-11-30"):
    return {"practices": sent(release.practice_file(day)), "networks": sent(release.network_file(day))}


@pytest.fixture
def checked(client, petra, release):
    client.post(UPLOAD, both(release))
    work()
    return OdsUpload.objects.get()


def rows_in(text, id):
    """How many rows the list with this id has."""
    table = text.split(f'id="{id}"')[1].split("</table>")[0]
    return table.split("<tbody")[1].count("app-table__row")


def next_page(text):
    """The address of the next page; empty on the last."""
    found = re.search(r'href="([^"]+)" rel="next"', text)
    return html.unescape(found[1]) if found else ""


def page_of(client, upload):
    return client.get(reverse("organisations:ods_upload", args=[upload.pk])).text


def test_nothing_loaded_yet_is_said_in_a_sentence(client, petra):
    assert "No reference file has been loaded yet." in client.get(LOADS).text


def test_loads_are_listed_newest_first_with_what_each_changed_page_by_page(client, petra, release):
    OdsLoadFactory.create_batch(30)
    with clock.held_at(date(2021, 12, 1)):
        commands.load_ods(commands.OdsFiles(networks=release.network_file()), by=SYSTEM)

    first = client.get(LOADS).text
    second = client.get(next_page(first)).text

    assert "ePCN_2021-11-30.xlsx" in first
    assert "4 memberships written" in first
    assert [rows_in(text, "list") for text in (first, second)] == [25, 6]
    assert next_page(second) == ""


def test_the_list_costs_the_same_queries_however_long_it_is(client, petra, django_assert_max_num_queries):
    OdsLoadFactory.create_batch(25)

    with django_assert_max_num_queries(12):
        client.get(LOADS)


@pytest.mark.parametrize("address", [LOADS, UPLOAD, "/organisations/ods/loads/1/", "/organisations/ods/uploads/1/"])
def test_others_are_told_why_not_and_who_can(client, address, training_day):
    client.force_login(acting_as(Role.REFERENCE_DATA, organisation=CommissionerFactory()).user)

    answer = client.get(address)

    assert answer.status_code == 403
    assert "the national operator loads it" in answer.text
    assert "Anybody with the role Reference Data of the national operator can." in answer.text


@pytest.mark.parametrize("address", ["/organisations/ods/loads/1/", "/organisations/ods/uploads/1/"])
def test_what_is_not_there_is_not_found(client, petra, address):
    assert client.get(address).status_code == 404


def refusal(client, **given):
    answer = client.post(UPLOAD, given)
    assert answer.status_code == 422
    assert not OdsUpload.objects.exists()
    return answer.text


def test_no_file_at_all_is_refused(client, petra):
    assert "Choose a file at least" in refusal(client)


def test_a_file_of_another_layout_is_refused_in_its_own_place(client, petra, release):
    text = refusal(client, networks=sent(release.practice_file()))

    assert "epraccur_2021-11-30.csv looks like a list of practices (epraccur)." in text
    assert 'href="#id_networks"' in text


def test_a_file_that_is_none_of_those_known_is_refused(client, petra):
    text = refusal(client, practices=SimpleUploadedFile("letter.csv", b"Dear all,\nhere it is\n"))

    assert "letter.csv is none of the files known here" in text


def test_an_empty_file_is_refused(client, petra):
    text = refusal(client, practices=SimpleUploadedFile("epraccur_2021-11-30.csv", b""))

    assert "The file given as Practices (epraccur) is empty." in text


def test_a_broken_workbook_is_refused(client, petra, release):
    path = release.network_file()
    half = path.read_bytes()[: path.stat().st_size // 2]

    assert "is a damaged zip file" in refusal(client, networks=SimpleUploadedFile(path.name, half))


def test_a_file_that_is_too_large_is_refused(client, petra, release, monkeypatch):
    monkeypatch.setattr(reference_files, "MOST_BYTES", 1 << 20)
    large = SimpleUploadedFile("epraccur_2021-11-30.csv", b"x" * ((1 << 20) + 1))

    assert "epraccur_2021-11-30.csv is larger than 1 MB. If it is a CSV file, zip it first." in refusal(
        client, practices=large
    )


def test_a_file_that_does_not_say_its_day_asks_for_it(client, petra, release):
    text = refusal(client, practices=sent(release.practice_file(), "epraccur.csv"), lists=sent(release.list_file()))

    assert "epraccur.csv does not say which day it is of. Enter the day." in text
    assert "nhspaymentsgp_21-22.csv does not say which day its list sizes are of. Enter the day." in text


def test_a_day_to_come_is_refused(client, petra, release):
    day = {"as_at_day": "12", "as_at_month": "12", "as_at_year": "2021"}

    assert "must be 11 December 2021 or earlier" in refusal(client, **both(release), **day)


def test_an_upload_is_checked_confirmed_and_loaded(client, petra, release):
    release.memberships.append(("A81005", "U00009", "20190701", ""))
    uploaded = client.post(UPLOAD, both(release), follow=True).text
    work()
    upload = OdsUpload.objects.get()
    checked = page_of(client, upload)
    client.post(reverse("organisations:confirm_upload", args=[upload.pk]), {"checked": upload.check_job_id})
    loading = page_of(client, upload)
    work()
    loaded = page_of(client, upload)

    assert "The files wait to be checked." in uploaded
    assert "Nothing has been loaded yet." in checked
    assert "is not a PCN that is known." in checked
    assert "The files wait to be loaded." in loading
    assert "The files have been loaded." in loaded
    assert Membership.objects.known().count() == 4
    assert set(OdsLoad.objects.values_list("loaded_by", flat=True)) == {petra.user_id}


def test_the_rows_of_a_check_are_there_as_csv_and_no_cell_is_a_formula(client, petra, release):
    release.memberships.append(("@SUM(A1)", "U00001", "20190701", ""))
    client.post(UPLOAD, both(release))
    work()

    answer = client.get(reverse("organisations:ods_upload_rows", args=[OdsUpload.objects.get().pk]))

    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    refused = next(row for row in rows if row["WHY_LISTED"] == "Rows refused")
    assert (refused["LINE"], refused["COLUMN"]) == ("6", "Partner Organisation Code")
    assert refused["VALUE"] == "'@SUM(A1)"


def test_the_same_files_again_would_change_nothing_and_say_so(client, petra, release):
    commands.load_ods(commands.OdsFiles(practices=release.practice_file(), networks=release.network_file()), by=SYSTEM)
    client.post(UPLOAD, both(release))
    work()

    assert "Nothing would change: all of it is known already." in page_of(client, OdsUpload.objects.get())


def test_a_file_without_most_memberships_is_warned_of_before_it_is_loaded(client, petra, release):
    commands.load_ods(commands.OdsFiles(practices=release.practice_file(), networks=release.network_file()), by=SYSTEM)
    release.memberships = release.memberships[:1]
    client.post(UPLOAD, both(release, "2021-12-05"))
    work()

    assert "3 memberships would be in no row any more. Is ePCN_2021-12-05.xlsx whole?" in page_of(
        client, OdsUpload.objects.get()
    )


def test_a_check_that_fails_says_why_and_offers_to_check_again_or_drop(client, petra, release):
    commands.load_ods(commands.OdsFiles(networks=release.network_file("2021-12-05")), by=SYSTEM)
    client.post(UPLOAD, both(release))
    work()
    text = page_of(client, OdsUpload.objects.get())

    assert "an older file is refused" in text
    assert "Check again" in text
    assert "Drop these files" in text
    assert "Load these files" not in text


def test_dropped_files_are_said_to_be(client, checked):
    answer = client.post(reverse("organisations:drop_upload", args=[checked.pk]), follow=True)

    assert "The files were dropped. Nothing of them was loaded." in answer.text
    assert "These files were dropped" in page_of(client, checked)


def test_while_a_worker_is_busy_the_page_asks_for_itself_and_then_is_shown_anew(client, petra, release):
    client.post(UPLOAD, both(release))
    address = reverse("organisations:ods_upload", args=[OdsUpload.objects.get().pk])

    busy = client.get(address, headers={"HX-Request": "true"})
    work()
    done = client.get(address, headers={"HX-Request": "true"})

    assert 'hx-trigger="every 1s"' in busy.text
    assert done.headers["HX-Refresh"] == "true"


def test_the_rows_of_a_load_are_filtered_paged_and_exported(client, petra, release):
    rows = [["gap", line, "Org ID", "A81001", "in no network"] for line in range(2, 62)]
    load = OdsLoadFactory(rows=[["refused", 1, "End Date", "x", "is no date"], *rows], refused_rows=1)
    address = reverse("organisations:ods_load", args=[load.pk])

    first = client.get(address).text
    last = client.get(next_page(first)).text
    gaps = client.get(address, {"kind": "gap"}).text
    exported = client.get(reverse("organisations:ods_load_rows", args=[load.pk]))

    assert [rows_in(text, "rows") for text in (first, last)] == [50, 11]
    assert "60 rows" in gaps
    assert "is no date." not in gaps
    assert exported.content.decode().count("\n") == 62


def shown_on(client, network, **asked):
    """What the page of a network says of its memberships through time."""
    text = client.get(reverse("organisations:network", args=[network]), asked).text
    return re.sub(r"<[^>]+>|\s+", " ", text.split('id="memberships"')[1].split("</table>")[0])


def recorded_on(day):
    return {"recorded_on_day": day.day, "recorded_on_month": day.month, "recorded_on_year": day.year}


def test_what_a_later_file_knew_late_is_seen_as_recorded_before_it(client, petra, release):
    with clock.held_at(date(2021, 12, 1)):
        commands.load_ods(commands.OdsFiles(networks=release.network_file()), by=SYSTEM)
    release.memberships[1] = ("A81002", "U00002", "20190701", "20211031")
    with clock.held_at(date(2021, 12, 6)):
        commands.load_ods(commands.OdsFiles(networks=release.network_file("2021-12-05")), by=SYSTEM)

    assert "31/10/2021" in shown_on(client, "U00002")
    assert "31/10/2021" not in shown_on(client, "U00002", **recorded_on(date(2021, 12, 5)))


def test_a_real_end_that_was_told_two_years_late_is_seen_as_recorded_before(client, petra, real_data, set_clock):
    """L85619 left U10684 on 30/09/2022; the file of January 2023 still had it as a member, that of October 2024 not."""
    ods = real_data / "ods"
    lead = next(row.lead_code for row in read_networks(ods / "ePCN_2024-10-25.xlsx") if row.code == "U10684")
    for name, day in (("ePCN_2023-01-26.xlsx", date(2023, 2, 1)), ("ePCN_2024-10-25.xlsx", date(2024, 11, 1))):
        set_clock(day)
        commands.load_ods(commands.OdsFiles(networks=ods / name, commissioner=lead), by=SYSTEM)

    now, before = shown_on(client, "U10684"), shown_on(client, "U10684", **recorded_on(date(2024, 10, 31)))

    assert re.search(r"L85619 .{1,80}01/10/2019 +30/09/2022", now)
    assert re.search(r"L85619 .{1,80}01/10/2019 +[^0-9 ]", before)
