"""What was checked is what is loaded: where the world has moved since, the difference is shown and asked for anew."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.states import Role
from core.actors import SYSTEM
from core.errors import Conflict
from operations.models import JobState
from organisations import commands
from organisations.commands import OdsFiles, Spell
from organisations.models import ListKind, ListSize, Membership, OdsLoad, OdsUpload
from tests.factories.accounts import acting_as
from tests.factories.organisations import NationalOperatorFactory, OdsLoadFactory
from tests.organisations.loading import load, organisation
from tests.organisations.test_reference_data_pages import both, page_of
from tests.organisations.test_uploads import confirm, work

pytestmark = pytest.mark.django_db

JANUARY = date(2021, 1, 1)
LISTS = b"ORG_ID,LIST,AS_AT,SIZE\nA81001,CRP,2021-01-01,4100\nA81003,CRP,2021-01-01,9100\n"
AGAIN = "What would change is no longer what you saw"


@pytest.fixture
def petra(client, training_day):
    acting = acting_as(Role.REFERENCE_DATA, organisation=NationalOperatorFactory())
    client.force_login(acting.user)
    return acting


def uploaded(client, **files):
    """An upload that was checked."""
    client.post(reverse("organisations:upload_ods"), files)
    work()
    return OdsUpload.objects.latest("pk")


@pytest.fixture
def checked(client, petra, release):
    """A file that takes A81002 out of U00002, checked."""
    load(release)
    release.memberships[1] = ("A81002", "U00002", "20190701", "20211031")
    return uploaded(client, **both(release, "2021-12-05"))


@pytest.fixture
def checked_lists(client, petra, release):
    load(release)
    return uploaded(client, lists=SimpleUploadedFile("lists.csv", LISTS))


def confirmed(upload, petra):
    """The upload once a worker has done what was confirmed."""
    confirm(upload, by=petra)
    work()
    return OdsUpload.objects.select_related("check_job", "load_job").get(pk=upload.pk)


def ends_of(practice, network):
    rows = Membership.objects.known().filter(practice__code=practice, network__code=network)
    return [row.end_date for row in rows]


def test_what_the_check_found_is_loaded(checked, petra):
    upload = confirmed(checked, petra)

    assert upload.load_job.state == JobState.DONE
    assert ends_of("A81002", "U00002") == [date(2021, 10, 31)]


def test_another_load_that_leaves_what_would_change_alone_is_no_hindrance(checked, petra):
    OdsLoadFactory(as_at=date(2021, 1, 1))

    assert confirmed(checked, petra).load_job.state == JobState.DONE


def test_a_membership_corrected_by_hand_meanwhile_is_not_overwritten_but_shown(client, checked, petra):
    by_hand = Spell(date(2019, 7, 1), date(2021, 9, 30))
    commands.correct_membership(organisation("A81002"), organisation("U00002"), [by_hand], by=SYSTEM)

    upload = confirmed(checked, petra)
    text = page_of(client, upload)

    assert upload.load_job is None
    assert upload.check_job.result["moved"] == {
        "gone": [],
        "new": ["Corrected since you looked, and replaced by these files: Practice A81002 (A81002)."],
    }
    assert ends_of("A81002", "U00002") == [date(2021, 9, 30)]
    assert OdsLoad.objects.filter(as_at=date(2021, 12, 5)).count() == 0
    assert AGAIN in text
    assert "Corrected since you looked, and replaced by these files: Practice A81002 (A81002)." in text
    assert "Load these files" in text


def test_what_is_shown_anew_can_be_confirmed_and_is_loaded(checked, petra):
    by_hand = Spell(date(2019, 7, 1), date(2021, 9, 30))
    commands.correct_membership(organisation("A81002"), organisation("U00002"), [by_hand], by=SYSTEM)

    first, second = confirmed(checked, petra), confirmed(checked, petra)

    assert (first.load_job, second.load_job.state) == (None, JobState.DONE)
    assert ends_of("A81002", "U00002") == [date(2021, 10, 31)]


def test_counts_that_another_load_made_other_are_shown_side_by_side(checked, petra, release):
    commands.load_ods(OdsFiles(networks=release.network_file("2021-12-03")), by=SYSTEM)

    moved = confirmed(checked, petra).check_job.result["moved"]

    assert "ePCN_2021-12-05.xlsx: 1 memberships written." in moved["gone"]
    assert ends_of("A81002", "U00002") == [date(2021, 10, 31)]


def test_a_practice_that_changed_meanwhile_is_shown(checked, petra, release):
    release.practices["A81006"] = "01A"
    commands.load_ods(OdsFiles(practices=release.practice_file("2021-12-04")), by=SYSTEM)

    upload = confirmed(checked, petra)

    assert upload.load_job is None
    assert any("in no row now" in sentence for sentence in upload.check_job.result["moved"]["new"])


def test_an_older_file_by_now_is_refused_as_it_would_be_at_first(client, checked, petra, release):
    commands.load_ods(OdsFiles(networks=release.network_file("2021-12-08")), by=SYSTEM)

    upload = confirmed(checked, petra)

    assert upload.load_job.state == JobState.FAILED
    assert "an older file is refused" in page_of(client, upload)


def test_a_list_corrected_by_hand_meanwhile_is_not_overwritten_but_shown(client, checked_lists, petra):
    commands.correct_list_size(organisation("A81001"), ListKind.CRP, JANUARY, Decimal(4200), "A letter", by=petra)

    upload = confirmed(checked_lists, petra)

    assert upload.load_job is None
    assert ListSize.objects.known().get(organisation__code="A81001").size == 4200
    assert not ListSize.objects.filter(organisation__code="A81003").exists()
    assert "Corrected since you looked, and replaced by these files: Practice A81001 (A81001)." in page_of(
        client, upload
    )


def test_lists_are_loaded_where_nothing_moved(checked_lists, petra):
    upload = confirmed(checked_lists, petra)

    assert upload.load_job.state == JobState.DONE
    assert ListSize.objects.known().count() == 2


def test_somebody_who_saw_an_earlier_check_confirms_nothing(checked, petra):
    commands.check_again(checked.pk, by=petra)
    work()

    with pytest.raises(Conflict, match="checked again since you looked"):
        commands.confirm_upload(checked.pk, checked.check_job_id, by=petra)


@pytest.mark.parametrize("sent", ["", "x", "0"])
def test_a_confirmation_that_names_no_check_loads_nothing(client, checked, sent):
    answer = client.post(reverse("organisations:confirm_upload", args=[checked.pk]), {"checked": sent})

    assert answer.status_code == 409
    assert "checked again since you looked" in answer.text
    assert OdsUpload.objects.get(pk=checked.pk).load_job is None
