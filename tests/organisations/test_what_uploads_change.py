"""Before reference files are loaded their page says in links and pounds what would follow, and afterwards that it did:
each difference once, and only what these files make differ."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.states import Role
from achievement import handlers
from achievement.models import NetworkAchievement
from core.actors import SYSTEM
from operations.models import JobState
from organisations import commands
from organisations.commands import set_list_sizes
from organisations.models import Kind, ListKind, OdsLoad, OdsUpload, Organisation
from organisations.queries.followed import all_that_follows
from organisations.states import Purpose
from tests.factories.accounts import acting_as
from tests.organisations.conftest import OdsRelease
from tests.organisations.test_uploads import confirm, work

pytestmark = pytest.mark.usefixtures("training")

JANUARY = date(2021, 1, 1)
SHANNON, UTSIRE, BISCAY = "Z05852", "Z05850", "Z05849"
IRISH_SEA, BAILEY, FITZROY = "V10121", "V36546", "V97222"


@pytest.fixture
def petra(client):
    acting = acting_as(Role.REFERENCE_DATA, organisation=Organisation.objects.get(kind=Kind.NATIONAL))
    client.force_login(acting.user)
    return acting


@pytest.fixture
def known(tmp_path):
    return OdsRelease.as_known(tmp_path)


def place(code):
    return Organisation.objects.get(code=code)


def checked(petra, **files):
    """An upload that was checked."""
    given = [
        commands.Given(Purpose[name.upper()], path.name, path.stat().st_size, [path.read_bytes()])
        for name, path in files.items()
    ]
    upload = commands.upload_files(given, by=petra)
    work()
    upload = OdsUpload.objects.select_related("check_job").get(pk=upload.pk)
    assert upload.check_job.state == JobState.DONE, upload.check_job.result
    return upload


def loaded(upload, petra):
    confirm(upload, by=petra)
    work()
    return OdsUpload.objects.select_related("check_job", "load_job").get(pk=upload.pk)


def page_of(client, upload):
    """Its text, as one line."""
    return re.sub(r"\s+", " ", client.get(reverse("organisations:ods_upload", args=[upload.pk])).text)


def lists_file(tmp_path, **sizes):
    path = tmp_path / "lists.csv"
    rows = [f"{code},CRP,2021-01-01,{size}" for code, size in sizes.items()]
    path.write_text("\n".join(["ORG_ID,LIST,AS_AT,SIZE", *rows]))
    return path


def said(report):
    """What follows and what is expected, as the record keeps it."""
    return [effect.in_full for effect in all_that_follows(report)]


NETWORK_OF = "/achievement/networks/{}/PCN-CD-2020-22/{}/"
TO_COME = "Clinical Director payment, December 2021 to March 2022: £2,293.60 expected, instead of £3,904.00."
MONTHS = ("October 2021", "November 2021")
FINAL = "Irish Sea Practice in Shannon PCN, {}, is financially approved and stays as it is: to be adjusted by −£402.60."


@pytest.fixture
def moved(petra, known):
    """A file by which Irish Sea Practice goes from Shannon to Utsire, checked."""
    known.move(IRISH_SEA, SHANNON, "20210930", UTSIRE, "20211001")
    return checked(petra, networks=known.network_file("2021-12-10"))


def test_a_mover_is_told_in_links_and_pounds_each_difference_once_and_the_months_to_come(client, moved):
    page = page_of(client, moved)

    assert "If these files are loaded:" in page
    assert [heading in page for heading in ("Approvals undone", "Financially approved periods")] == [True, True]
    assert [page.count(FINAL.format(month)) for month in MONTHS] == [1, 1]
    assert f'href="{NETWORK_OF.format(SHANNON, "2021-10-31")}"' in page
    assert page.count("402.60") == 2
    assert TO_COME in page
    assert "Settled off the system" in page


def test_the_record_of_what_followed_says_the_same_and_each_difference_once(client, moved, petra):
    upload = loaded(moved, petra)
    page = page_of(client, upload)
    load = OdsLoad.objects.get(pk=upload.load_job.result["loads"][0])

    assert said(upload.load_job.result) == said(moved.check_job.result)
    assert load.effects == said(upload.load_job.result)
    assert [sum(FINAL.format(month) == each for each in load.effects) for month in MONTHS] == [1, 1]
    assert TO_COME in load.effects
    assert page.count("402.60") == 2
    assert f'href="{NETWORK_OF.format(SHANNON, "2021-10-31")}"' in page


def test_a_list_says_whose_line_and_what_is_expected_of_the_months_to_come(client, petra, tmp_path):
    page = page_of(client, checked(petra, lists=lists_file(tmp_path, V36546=9_700)))

    assert (
        "30 November 2021: 1 approved line changes from £556.32 to £591.70 and awaits approval again. "
        "(Bailey Medical Practice)" in page
    )
    assert "£11,144.20 expected, instead of £11,002.68." in page
    assert page.count("to be adjusted by £35.38.") == 5


def test_what_differed_before_is_not_told_of_a_later_file(client, petra, known, tmp_path):
    loaded(checked(petra, lists=lists_file(tmp_path, V36546=9_700)), petra)
    known.practices, known.closed = {FITZROY: "ZBY"}, {FITZROY: "20211015"}

    upload = checked(petra, practices=known.practice_file("2021-12-10"))
    page = page_of(client, upload)
    after = loaded(upload, petra)

    assert "31 October 2021: 1 approved line is withdrawn, £491.11. (Fitzroy Medical Practice)" in page
    assert "35.38" not in page
    assert not any("35.38" in each for each in said(after.load_job.result))


def test_totals_that_are_set_free_are_told_with_pounds_and_link_before_and_afterwards(client, petra, known):
    known.memberships = [
        row for row in known.memberships if not (row[0] in ("V84552", "V91037") and row[2] >= "20210901")
    ]

    upload = checked(petra, networks=known.network_file("2021-12-10"))
    page = page_of(client, upload)
    load = OdsLoad.objects.get(pk=loaded(upload, petra).load_job.result["loads"][0])
    done = NetworkAchievement.objects.payable().filter(network__code=BISCAY, achievement_date__gt=date(2021, 8, 31))

    told = [each for each in load.effects if "is complete" in each]
    assert told == [
        f"{day} 2021: Biscay Partnership PCN is complete, £2,750.67: aggregated by itself."
        for day in ("30 September", "31 October", "30 November")
    ]
    assert all(each in page for each in told)
    assert f'href="{NETWORK_OF.format(BISCAY, "2021-09-30")}"' in page
    work("achievement.")
    assert [row.amount for row in done] == [Decimal("2750.67")] * 3


def test_a_file_that_says_what_is_known_says_that_nothing_follows(client, petra, tmp_path):
    loaded(checked(petra, lists=lists_file(tmp_path, V36546=9_700)), petra)

    page = page_of(client, checked(petra, lists=lists_file(tmp_path, V36546=9_700)))

    assert "Nothing would change: all of it is known already." in page
    assert "Nothing follows in participation, and no line or payment changes." in page
    assert "Load these files" in page


def test_what_is_expected_by_now_is_shown_where_it_moved_before_the_load(client, petra, tmp_path):
    upload = checked(petra, lists=lists_file(tmp_path, V36546=9_700))
    set_list_sizes(ListKind.CRP, JANUARY, {place(FITZROY).pk: 8_100}, by=SYSTEM)

    after = loaded(upload, petra)
    page = page_of(client, after)

    assert after.load_job is None
    assert "No longer:</span> Clinical Director payment, December 2021 to March 2022: £11,144.20" in page
    assert re.search(r"Now:</span> Clinical Director payment, December 2021 to March 2022: £[0-9,.]+ expected", page)


def test_more_networks_than_a_request_works_out_are_told_in_pounds_by_the_worker(petra, tmp_path, monkeypatch):
    monkeypatch.setattr(handlers, "AT_ONCE", 0)

    upload = checked(petra, lists=lists_file(tmp_path, V36546=9_700))
    after = loaded(upload, petra)

    assert not any("in the background" in each for each in said(upload.check_job.result))
    assert "to be adjusted by £35.38." in " ".join(said(upload.check_job.result))
    assert said(after.load_job.result) == said(upload.check_job.result)
