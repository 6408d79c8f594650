"""Long work: its progress is seen while it runs, its answer is kept with it, and a failure leaves nothing behind."""

from __future__ import annotations

from contextlib import closing

import pytest
from celery import current_app
from django.db import OperationalError, connection, transaction

from core import clock
from core.actors import SYSTEM
from core.errors import Invalid
from operations.commands import GIVE_THE_BROKER, after_commit, deliver, send_what_is_due
from operations.jobs import do_job, start_job
from operations.models import JobState, OutboxMessage
from organisations.models import Organisation
from tests.factories.organisations import PracticeFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def job(broker, work):
    """A job of three steps, whose work is what `work` registers as "tests.long"."""
    return start_job("tests.long", "A long piece of work", {"a": 1}, steps=3, by=SYSTEM)


def seen_by_others(job):
    """The job as another connection sees it now."""
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("SELECT state, steps_done, step FROM operations_job WHERE id = %s", [job.pk])
        return cursor.fetchone()


def test_it_is_asked_for_with_its_transaction_and_done_by_the_outbox(job, work):
    work("tests.long", lambda keys: do_job(keys["job"], lambda tell: {"sum": keys["a"] + 1}))

    deliver(OutboxMessage.objects.get().pk)

    job.refresh_from_db()
    assert (job.state, job.result, job.steps_done, job.step) == (JobState.DONE, {"sum": 2}, 3, "")
    assert job.finished_at is not None


def test_it_has_a_queue_of_its_own_so_that_it_does_not_wait_for_all_that_was_asked_for_before(broker, work):
    with current_app.connection_for_write() as connected:  # as a worker does when it starts
        for queue in current_app.amqp.queues.values():
            queue(connected.default_channel).declare()
    after_commit("tests.short", {})
    start_job("tests.long", "A long piece of work", {}, steps=1, by=SYSTEM)

    short, long = OutboxMessage.objects.order_by("pk").values_list("pk", flat=True)

    assert broker.received_in("cqrs-portal") == [[short]]
    assert broker.received_in("cqrs-portal-jobs") == [[long]]


def test_workers_take_of_both_queues(broker):
    assert set(current_app.amqp.queues.consume_from) == {"cqrs-portal", "cqrs-portal-jobs"}


def test_what_the_tick_sends_again_goes_to_its_queue_too(broker, job, set_clock):
    broker.received()
    set_clock(clock.now() + GIVE_THE_BROKER)

    send_what_is_due()

    assert broker.received_in("cqrs-portal-jobs") == [[OutboxMessage.objects.get().pk]]


def test_others_see_how_far_it_is_before_it_commits(job):
    seen = []

    def read_and_compare(tell):
        for sentence in ("Reading.", "Comparing."):
            tell(sentence)
            seen.append(seen_by_others(job))
        return {}

    with transaction.atomic():
        do_job(job.pk, read_and_compare)

    assert seen == [(JobState.RUNNING, 0, "Reading."), (JobState.RUNNING, 1, "Comparing.")]


def refuse(tell):
    PracticeFactory()
    raise Invalid("The file is empty.", "Nothing was loaded.")


def break_down(tell):
    PracticeFactory()
    raise ZeroDivisionError


def test_what_is_refused_fails_with_its_sentences_and_nothing_of_it_stays(job):
    do_job(job.pk, refuse)

    job.refresh_from_db()
    assert (job.state, job.result) == (JobState.FAILED, {"problem": ["The file is empty.", "Nothing was loaded."]})
    assert not Organisation.objects.exists()


def test_what_breaks_fails_with_a_reference_and_nothing_of_it_stays(job, caplog):
    do_job(job.pk, break_down)

    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert f"job {job.pk}" in job.result["problem"][0]
    assert "ZeroDivisionError" in caplog.text
    assert not Organisation.objects.exists()


def test_a_database_that_is_away_is_no_failure_the_outbox_delivers_again(job, work):
    def away(tell):
        raise OperationalError("the connection was closed")

    work("tests.long", lambda keys: do_job(keys["job"], away))

    with pytest.raises(OperationalError):
        deliver(OutboxMessage.objects.get().pk)

    job.refresh_from_db()
    assert job.state == JobState.WAITING
    assert OutboxMessage.objects.get(done_at=None).attempts == 1


def test_one_that_is_done_is_not_done_again(job):
    do_job(job.pk, lambda tell: {"first": True})

    do_job(job.pk, refuse)

    job.refresh_from_db()
    assert (job.state, job.result) == (JobState.DONE, {"first": True})
