"""Reference files uploaded: checked with the load itself, rolled back; loaded once somebody has seen what changes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.states import Role
from core import clock
from core.actors import SYSTEM
from core.errors import Conflict, NotPermitted, NotVisible
from operations.commands import deliver
from operations.models import JobState, OutboxMessage
from organisations import commands
from organisations.models import Membership, OdsLoad, OdsUpload, OdsUploadFile, Organisation
from organisations.states import Purpose
from tests.factories.accounts import acting_as
from tests.factories.organisations import NationalOperatorFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def petra(training_day):
    return acting_as(Role.REFERENCE_DATA, organisation=NationalOperatorFactory())


def given(release, day="2021-11-30"):
    paths = {Purpose.PRACTICES: release.practice_file(day), Purpose.NETWORKS: release.network_file(day)}
    return [commands.Given(each, path.name, path.stat().st_size, [path.read_bytes()]) for each, path in paths.items()]


def work(room="organisations."):
    """What a worker does: deliver all of a room that is not done."""
    for message in OutboxMessage.objects.filter(done_at=None, task__startswith=room).order_by("pk"):
        deliver(message.pk)


def confirm(upload, *, by):
    """Confirm what the last check found."""
    upload = OdsUpload.objects.get(pk=upload.pk)
    commands.confirm_upload(upload.pk, upload.check_job_id, by=by)


@pytest.fixture
def checked(release, petra):
    upload = commands.upload_files(given(release), by=petra)
    work()
    return OdsUpload.objects.get(pk=upload.pk)


def test_a_check_says_what_would_change_and_changes_nothing(checked):
    result = checked.check_job.result

    assert checked.check_job.state == JobState.DONE
    assert [file["corrections"] for file in result["files"]] == [
        {"organisations added": 5, "organisations with a new parent": 5},
        {"organisations added": 5, "networks with a new lead": 3, "memberships written": 4},
    ]
    assert not Membership.objects.exists()
    assert not OdsLoad.objects.exists()


def test_confirmed_files_are_loaded_by_who_confirmed_and_their_content_is_removed(checked, petra):
    confirm(checked, by=petra)
    work()

    checked.refresh_from_db()
    assert checked.load_job.state == JobState.DONE
    assert Membership.objects.known().count() == 4
    assert set(OdsLoad.objects.values_list("loaded_by", flat=True)) == {petra.user_id}
    assert checked.load_job.result["loads"] == list(OdsLoad.objects.order_by("pk").values_list("pk", flat=True))
    assert not OdsUploadFile.objects.filter(content__isnull=False).exists()


def test_an_older_file_fails_its_check_in_words_and_cannot_be_confirmed(release, petra):
    commands.load_ods(commands.OdsFiles(networks=release.network_file("2021-12-05")), by=SYSTEM)
    upload = commands.upload_files(given(release), by=petra)
    work()

    upload.check_job.refresh_from_db()
    assert upload.check_job.state == JobState.FAILED
    assert "an older file is refused" in upload.check_job.result["problem"][0]
    with pytest.raises(Conflict, match="did not pass their check"):
        confirm(upload, by=petra)


def test_files_a_worker_is_busy_with_are_left_to_it(release, petra):
    upload = commands.upload_files(given(release), by=petra)

    with pytest.raises(Conflict, match="A worker is busy"):
        commands.drop_upload(upload.pk, by=petra)


def test_dropped_files_are_gone_and_cannot_be_loaded(checked, petra):
    commands.drop_upload(checked.pk, by=petra)

    checked.refresh_from_db()
    assert checked.dropped_at is not None
    assert not OdsUploadFile.objects.filter(content__isnull=False).exists()
    with pytest.raises(Conflict, match="loaded or dropped already"):
        confirm(checked, by=petra)


def test_what_nobody_loaded_in_two_days_is_dropped(checked, set_clock):
    kept = commands.drop_old_uploads(by=SYSTEM)
    set_clock(clock.now() + timedelta(days=2, minutes=1))

    assert (kept, commands.drop_old_uploads(by=SYSTEM)) == (0, 1)

    checked.refresh_from_db()
    assert checked.dropped_at is not None


def test_a_name_with_folders_is_kept_without_them(release, petra):
    file = given(release)[0]

    upload = commands.upload_files(
        [commands.Given(file.purpose, "../../etc/epraccur_2021-11-30.csv", 1, file.pieces)], by=petra
    )
    work()

    upload.check_job.refresh_from_db()
    assert upload.files.get().name == "epraccur_2021-11-30.csv"
    assert upload.check_job.state == JobState.DONE


ACTS = [
    lambda upload_id, by: commands.confirm_upload(upload_id, 1, by=by),
    commands.check_again,
    commands.drop_upload,
]


@pytest.mark.parametrize("command", ACTS, ids=["confirm", "check again", "drop"])
def test_only_reference_data_acts_on_uploads_that_are_there(command, checked, petra):
    somebody = acting_as(Role.OPERATIONS, organisation=petra.organisation)

    with pytest.raises(NotPermitted, match="Reference Data"):
        command(checked.pk, by=somebody)
    with pytest.raises(NotVisible):
        command(checked.pk + 1, by=petra)


def test_somebody_without_the_role_uploads_nothing(release, petra):
    somebody = acting_as(Role.OPERATIONS, organisation=petra.organisation)

    with pytest.raises(NotPermitted):
        commands.upload_files(given(release), by=somebody)

    assert not OdsUpload.objects.exists()
    assert Organisation.objects.count() == 1
