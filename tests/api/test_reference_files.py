"""Reference files by program: uploaded, their report read, confirmed as it was seen; and what was loaded."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, encode_multipart

from accounts.states import Role
from core import clock
from organisations import commands
from organisations.forms import reference_files
from organisations.models import ListKind, ListSize, Membership, OdsLoad, OdsUpload
from tests.factories.accounts import acting_as
from tests.factories.achievement import OCTOBER, utsire
from tests.factories.organisations import NationalOperatorFactory, OdsLoadFactory
from tests.organisations.conftest import release
from tests.organisations.loading import load, organisation
from tests.organisations.test_uploads import work

__all__ = ["release"]

pytestmark = pytest.mark.django_db

UPLOADS, LOADS = "reference-uploads/", "reference-loads/"
A_FORM = f"multipart/form-data; boundary={BOUNDARY}"
HEADS = "ORG_ID,LIST,AS_AT,SIZE"


@pytest.fixture
def petra(training_day):
    return acting_as(Role.REFERENCE_DATA, organisation=NationalOperatorFactory())


@pytest.fixture
def librarian(program, petra):
    return program(petra)


def sent(path):
    return SimpleUploadedFile(path.name, path.read_bytes())


def lists(*rows, name="lists.csv"):
    return SimpleUploadedFile(name, "\n".join([HEADS, *rows]).encode())


def upload(librarian, key="", **parts: Any):
    headers = librarian.headers | ({"Idempotency-Key": key} if key else {})
    body = encode_multipart(BOUNDARY, parts)
    return librarian.client.post(f"/api/v1/{UPLOADS}upload/", body, content_type=A_FORM, headers=headers)


def report(librarian, made):
    return librarian.get(f"{UPLOADS}{made.json()['id']}/").json()


def refused_in(found):
    return [row["found"] for row in found["rows"] if row["why_listed"] == "Rows refused"]


@pytest.fixture
def checked(librarian, release):
    """Files that a worker has checked, as a program reads of them."""
    made = upload(librarian, practices=sent(release.practice_file()), networks=sent(release.network_file()))
    work()
    return report(librarian, made)


def test_files_are_uploaded_checked_confirmed_and_loaded(librarian, petra, release):
    release.memberships.append(("A81005", "U00009", "20190701", ""))
    made = upload(librarian, practices=sent(release.practice_file()), networks=sent(release.network_file()))
    work()
    found = report(librarian, made)
    confirmed = librarian.post(f"{UPLOADS}confirm/", {"id": found["id"], "version": found["version"]})
    work()
    loaded = report(librarian, made)

    assert (made.status_code, made.json()["status"]) == (201, "Being checked")
    assert (found["status"], found["changes"], found["loads"]) == ("Checked: awaits your confirmation", True, [])
    assert [file["corrections"] for file in found["reported"]][1]["memberships written"] == 4
    assert [row["found"] for row in found["rows"] if row["why_listed"] == "Rows refused"] == [
        "is not a PCN that is known."
    ]
    assert (confirmed.status_code, confirmed.json()["status"]) == (200, "Being loaded")
    assert loaded["status"] == "Loaded"
    assert loaded["loads"] == list(OdsLoad.objects.order_by("pk").values_list("pk", flat=True))
    assert Membership.objects.known().count() == 4
    assert set(OdsLoad.objects.values_list("loaded_by", flat=True)) == {petra.user_id}


def test_the_same_key_uploads_once_and_other_files_with_it_are_refused(librarian, petra):
    first = upload(librarian, "k", lists=lists("A81001,CRP,2021-01-01,12"))
    again = upload(librarian, "k", lists=lists("A81001,CRP,2021-01-01,12"))
    other = upload(librarian, "k", lists=lists("A81001,CRP,2021-01-01,13"))

    assert (first.status_code, again.json()) == (201, first.json())
    assert other.status_code == 409
    assert OdsUpload.objects.count() == 1


EMPTY = SimpleUploadedFile("e.csv", b"")


@pytest.mark.parametrize(
    ("parts", "field", "sentence"),
    [
        ({}, "practices", "Choose a file at least: of practices, networks, commissioners or list sizes."),
        (
            {"lists": lists("A81001,CRP,x,12"), "as_at": "2021-13-01"},
            "as_at",
            "as_at must be a date that there is, as 2021-11-30.",
        ),
        ({"practices": lists("A81001,CRP,2021-01-01,1")}, "practices", "lists.csv looks like a file of list sizes"),
        (
            {"practices": SimpleUploadedFile("e.csv", b"")},
            "practices",
            "The file given as Practices (epraccur) is empty.",
        ),
        (
            {"lists": lists("A,CRP,2021-01-01,1"), "lists_published": "2021-12-12"},
            "lists_published",
            "11 December 2021",
        ),
        ({"others": lists("A81001,CRP,2021-01-01,1")}, "others", "This is not a field of this request."),
    ],
    ids=["no file", "no day", "another layout", "empty", "to come", "unknown"],
)
def test_what_cannot_be_taken_is_refused_by_its_field_with_the_sentence_of_the_page(librarian, parts, field, sentence):
    refused = upload(librarian, **parts)

    assert refused.status_code == 422
    assert field in [error["field"] for error in refused.json()["errors"]]
    assert sentence in refused.json()["detail"]
    assert not OdsUpload.objects.exists()


def test_a_file_that_is_too_large_is_refused(librarian, monkeypatch):
    monkeypatch.setattr(reference_files, "MOST_BYTES", 1 << 10)

    refused = upload(librarian, lists=lists(*["A81001,CRP,2021-01-01,12"] * 100))

    assert refused.status_code == 422
    assert "lists.csv is larger than" in refused.json()["detail"]


def test_files_are_not_taken_as_json(librarian):
    assert librarian.post(f"{UPLOADS}upload/", {"lists": "x"}).status_code == 415


def test_a_confirmation_of_an_earlier_check_is_refused(librarian, checked):
    librarian.post(f"{UPLOADS}check-again/", {"id": checked["id"]})
    work()

    refused = librarian.post(f"{UPLOADS}confirm/", {"id": checked["id"], "version": checked["version"]})

    assert refused.status_code == 409
    assert refused.json()["sentences"] == [
        "These files have been checked again since you looked. Look at what would change now."
    ]


def test_what_moved_since_the_check_is_answered_and_can_be_confirmed(librarian, petra, release):
    load(release)
    made = upload(librarian, lists=lists("A81001,CRP,2021-01-01,4100"))
    work()
    seen = report(librarian, made)
    by_hand = Decimal(4200)
    commands.correct_list_size(organisation("A81001"), ListKind.CRP, date(2021, 1, 1), by_hand, "A letter", by=petra)

    librarian.post(f"{UPLOADS}confirm/", {"id": seen["id"], "version": seen["version"]})
    work()
    moved = report(librarian, made)
    before = ListSize.objects.known().get().size
    librarian.post(f"{UPLOADS}confirm/", {"id": moved["id"], "version": moved["version"]})
    work()

    assert moved["status"] == "Checked: awaits your confirmation"
    assert moved["version"] != seen["version"]
    assert "Corrected since you looked, and replaced by these files: Practice A81001 (A81001)." in moved["moved"]["new"]
    assert "1 known list size of a day would be replaced by lists.csv" in moved["warnings"][0]
    assert before == by_hand
    assert ListSize.objects.known().get().size == 4100


def test_what_could_not_be_checked_says_why(librarian, release):
    load(release, "2021-12-05")
    made = upload(librarian, networks=sent(release.network_file()))
    work()

    found = report(librarian, made)

    assert found["status"] == "Could not be checked"
    assert "an older file is refused" in found["problem"][0]
    assert (found["changes"], found["reported"], found["rows"]) == (None, [], [])


def test_uploads_are_dropped_and_narrowed_by_where_they_stand(librarian, checked):
    dropped = librarian.post(f"{UPLOADS}drop/", {"id": checked["id"]})
    other = upload(librarian, lists=lists("A81001,CRP,2021-01-01,12"))

    def standing(status):
        return [row["id"] for row in librarian.get(UPLOADS, status=status).json()["results"]]

    assert dropped.json()["status"] == "Dropped"
    assert standing("Dropped") == [checked["id"]]
    assert standing("Being checked") == [other.json()["id"]]
    assert standing("Loaded") == []


def test_each_upload_is_found_under_the_status_that_it_says(librarian, checked, release):
    found = librarian.get(UPLOADS, status=checked["status"]).json()["results"]
    librarian.post(f"{UPLOADS}confirm/", {"id": checked["id"], "version": checked["version"]})
    loading = librarian.get(UPLOADS, status="Being loaded").json()["results"]
    work()
    loaded = librarian.get(UPLOADS, status="Loaded").json()["results"]

    assert [[row["status"] for row in rows] for rows in (found, loading, loaded)] == [
        ["Checked: awaits your confirmation"],
        ["Being loaded"],
        ["Loaded"],
    ]


def test_loads_are_listed_newest_first_page_by_page_and_narrowed(librarian, release):
    OdsLoadFactory.create_batch(3)
    with clock.held_at(date(2021, 12, 1)):
        load(release)

    first = librarian.get(LOADS, view=2).json()
    after = librarian.client.get(first["next"], headers=librarian.headers).json()
    networks = librarian.get(LOADS, layout="networks", loaded_from="2021-12-01").json()["results"]

    assert [row["file_name"] for row in first["results"]] == ["ePCN_2021-11-30.xlsx", "epraccur_2021-11-30.csv"]
    assert len(after["results"]) == 2
    assert [row["corrections"]["memberships written"] for row in networks] == [4]
    assert librarian.get(LOADS, loaded_until="2021-11-30").json()["results"][0]["file_name"] == "epraccur.csv"


def test_a_load_says_what_it_changed_and_each_row_that_was_odd(librarian, release):
    release.memberships.append(("A81005", "U00009", "20190701", ""))
    load(release)
    of_networks = OdsLoad.objects.get(layout="networks")

    found = librarian.get(f"{LOADS}{of_networks.pk}/").json()

    assert found["rows_refused"] == 1
    assert found["counts"]["networks"] == 3
    assert {row["found"] for row in found["rows"]} >= {"is not a PCN that is known."}


@pytest.mark.parametrize("path", [UPLOADS, LOADS])
def test_a_list_costs_the_same_queries_however_long_it_is(librarian, petra, path, django_assert_max_num_queries):
    for _upload in range(5):
        upload(librarian, lists=lists("A81001,CRP,2021-01-01,12"))
    OdsLoadFactory.create_batch(25)

    with django_assert_max_num_queries(12):
        librarian.get(path)


def test_what_follows_is_answered_one_by_one_with_pounds_whose_and_where(librarian):
    world = utsire()
    world.calculate(OCTOBER)
    practice = world.practices[0]
    made = upload(librarian, lists=lists(f"{practice.code},CRP,2021-01-01,12155"))
    work()
    found = report(librarian, made)

    (line,) = [each for each in found["follows"] if each["sentence"].startswith("31 October 2021: 1 line changes")]
    assert (line["whose"], line["count"], line["undoes_approval"]) == (practice.name, 1, False)
    assert (line["pounds"], line["href"].split("?")[0]) == ("6.10", "/achievement/networks/")
    assert f"{line['sentence']} ({practice.name})" in found["effects"]
    assert "expected" in {each["kind"] for each in found["follows"]}
