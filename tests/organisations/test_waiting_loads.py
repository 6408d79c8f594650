"""A check or a load of reference files that meets others at work is put off, and says so; it keeps nobody waiting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from accounts.states import Role
from core import previews
from core.locking import lock_ids
from operations import jobs
from operations.commands import deliver
from operations.models import Job, JobState, OutboxMessage
from organisations import commands
from organisations.models import Kind, Membership, OdsUpload, Organisation
from tests.factories.accounts import acting_as
from tests.factories.organisations import NationalOperatorFactory
from tests.organisations.conftest import OdsRelease
from tests.organisations.loading import load, organisation
from tests.organisations.test_uploads import confirm, given, work

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2021, 12, 11, 12, tzinfo=UTC)


@pytest.fixture
def upload(transactional_db: None, set_clock, release: OdsRelease, monkeypatch: pytest.MonkeyPatch) -> OdsUpload:
    """A file that takes A81002 out of U00002, to be checked; whoever checks or loads waits a tenth of a second."""
    set_clock(NOON)
    monkeypatch.setattr(previews, "WAIT", 100)
    monkeypatch.setattr(jobs, "WAIT", 100)
    load(release)
    release.memberships[1] = ("A81002", "U00002", "20190701", "20211031")
    petra = acting_as(Role.REFERENCE_DATA, organisation=NationalOperatorFactory.create())
    return commands.upload_files(given(release, "2021-12-05"), by=petra)


@contextmanager
def at_work_on(network: str) -> Iterator[None]:
    """Somebody, or the overnight run, holds a network's lock."""
    held, done = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            lock_ids(Organisation, [organisation(network).pk])
            held.set()
            done.wait(20)
        connection.close()

    thread = Thread(target=hold)
    thread.start()
    try:
        assert held.wait(10)
        yield
    finally:
        done.set()
        thread.join()


def message() -> OutboxMessage:
    return OutboxMessage.objects.get(done_at=None, task__startswith="organisations.")


def test_a_check_that_meets_somebody_at_work_is_put_off_says_so_and_is_done_later(upload):
    with at_work_on("U00003"):
        answer = deliver(message().pk)
    waiting, put_off = Job.objects.get(), message()
    deliver(put_off.pk)

    assert answer is False
    assert (waiting.state, waiting.step) == (JobState.RUNNING, jobs.OCCUPIED)
    assert (put_off.attempts, put_off.due_at) == (0, NOON + jobs.PAUSE)
    assert not put_off.tries.exists()
    assert Job.objects.get().state == JobState.DONE


def test_a_load_that_meets_somebody_at_work_changes_nothing_and_is_done_later(upload):
    work()
    operator = Organisation.objects.get(kind=Kind.NATIONAL)
    confirm(upload, by=acting_as(Role.REFERENCE_DATA, organisation=operator))

    with at_work_on("U00003"):
        answer = deliver(message().pk)
    before = Membership.objects.known().get(practice__code="A81002").end_date
    work()

    assert (answer, before) == (False, None)
    assert Membership.objects.known().get(practice__code="A81002").end_date is not None
    assert OdsUpload.objects.get().load_job.state == JobState.DONE


def test_after_half_an_hour_it_has_failed_in_words(upload, set_clock):
    set_clock(NOON + timedelta(minutes=30))

    with at_work_on("U00003"):
        answer = deliver(message().pk)

    failed = Job.objects.get()
    assert answer is True
    assert (failed.state, failed.result) == (JobState.FAILED, {"problem": [jobs.GIVEN_UP]})


def test_while_it_waits_it_holds_no_lock(upload):
    with at_work_on("U00003"):
        deliver(message().pk)

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
            locked = lock_ids(Organisation, [organisation("U00001").pk, organisation("U00002").pk])

    assert len(locked) == 2
