"""A worker that is killed in the middle of a load of reference files leaves nothing; redelivered, it is done once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from accounts.rules import Acting
from accounts.states import Role
from operations.commands import deliver, send_what_is_due
from operations.models import Attempt, Job, JobState, OutboxMessage
from organisations import commands
from organisations.models import Lead, Membership, OdsLoad, OdsUpload, OdsUploadFile, Organisation, Parent
from tests.factories.accounts import acting_as
from tests.factories.organisations import NationalOperatorFactory
from tests.operations.conftest import Broker, broker
from tests.operations.killing import kill_in_the_middle
from tests.organisations.conftest import OdsRelease
from tests.organisations.test_uploads import confirm, given, work

__all__ = ["broker"]

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2021, 12, 11, 12, tzinfo=UTC)
MOMENTS = {
    "before its first row": "LOCK TABLE organisations_organisation IN SHARE MODE",
    "before it is remembered": "LOCK TABLE organisations_odsload IN SHARE MODE",
    "when all is written": "LOCK TABLE organisations_odsuploadfile IN SHARE MODE",
}
"""What a load waits for when somebody holds this; the last is its removing of the files' content."""


@pytest.fixture
def petra(transactional_db: None, set_clock) -> Acting:
    set_clock(NOON)
    return acting_as(Role.REFERENCE_DATA, organisation=NationalOperatorFactory.create())


@pytest.fixture
def confirmed(release: OdsRelease, petra: Acting, broker: Broker) -> OdsUpload:
    """Files that were checked and confirmed, and wait to be loaded."""
    upload = commands.upload_files(given(release), by=petra)
    work()
    confirm(upload, by=petra)
    return OdsUpload.objects.get(pk=upload.pk)


def kill_loading(moment: str) -> None:
    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute(MOMENTS[moment])

    kill_in_the_middle(commands.LOAD, NOON, hold)


def taken_in() -> dict[str, int]:
    """How many rows there are of what a load writes."""
    return {model.__name__: model.objects.count() for model in (Organisation, Parent, Lead, Membership, OdsLoad)}


NOTHING = {"Organisation": 1, "Parent": 0, "Lead": 0, "Membership": 0, "OdsLoad": 0}
"""But the operator."""

ALL = {"Organisation": 11, "Parent": 5, "Lead": 3, "Membership": 4, "OdsLoad": 2}


def the_load() -> Job:
    return Job.objects.get(kind=commands.LOAD)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_load_whose_worker_is_killed_has_done_nothing_and_is_done_once_when_it_is_sent_again(
    confirmed, broker, set_clock, moment
):
    kill_loading(moment)
    left = taken_in()
    set_clock(NOON + timedelta(minutes=1))
    broker.received()

    send_what_is_due()
    sent = [message for (message,) in broker.received()]
    answers = [deliver(message) for message in sent * 2]

    assert left == NOTHING
    assert sorted(answers) == [False, True]
    assert taken_in() == ALL
    assert (the_load().state, the_load().result["loads"]) == (
        JobState.DONE,
        list(OdsLoad.objects.order_by("pk").values_list("pk", flat=True)),
    )
    assert not OdsUploadFile.objects.filter(content__isnull=False).exists()
    assert not Attempt.objects.exists()


def test_a_load_that_kills_its_worker_three_times_has_failed_in_words_and_can_be_checked_again(confirmed, petra):
    for _kill in range(3):
        kill_loading("when all is written")

    work()
    failed = the_load()
    commands.check_again(confirmed.pk, by=petra)
    work()
    confirm(confirmed, by=petra)
    work()

    assert failed.state == JobState.FAILED
    assert failed.result["problem"] == [
        "It was begun 3 times, and each time whatever worked on it was killed. Nothing was kept. "
        f"Tell the help desk: job {failed.pk}."
    ]
    assert taken_in() == ALL
    assert not OutboxMessage.objects.filter(done_at=None, task__startswith="organisations.").exists()
