"""Figures are begun, saved as work in progress, submitted, and returned as nil."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from core import clock
from core.errors import Invalid
from submission import commands
from submission.commands import Figures
from submission.models import IndicatorValue, SubmissionChange
from submission.queries import values_for, values_of
from submission.states import ManualReason, Source, State
from tests.factories.submission import (
    BY_HAND,
    NOVEMBER,
    REFERRALS,
    a_field,
    with_indicators,
    world,
)
from tests.submission.entering import drafts, save, typed, value_of

pytestmark = pytest.mark.django_db


OCTOBER = date(2021, 10, 31)


def test_a_submission_is_begun_once(portland):
    first = commands.begin_submission(portland.key(), by=portland.tamsin)
    again = commands.begin_submission(portland.key(), by=portland.una)

    assert first == again
    assert State(portland.submission.state) == State.IN_PROGRESS
    assert portland.submission.commissioner == portland.commissioner
    assert [row.transition for row in SubmissionChange.objects.all()] == ["begin"]


def test_work_in_progress_counts_for_nothing_yet(portland, published):
    saved = save(portland, "37", note="Two were late.")

    assert (saved.in_progress, drafts()) == (1, {REFERRALS: 37})
    assert value_of(portland) is None
    assert published == []
    assert (portland.submission.note, portland.submission.manual_reason) == ("Two were late.", BY_HAND)


def test_work_in_progress_may_be_incomplete(portland):
    saved = commands.save_work_in_progress(portland.key(), Figures({REFERRALS: ""}), by=portland.tamsin)

    assert saved.in_progress == 0
    assert State(portland.submission.state) == State.IN_PROGRESS


def test_submitting_makes_figures_count_and_tells_the_apps_above(portland, published):
    done = portland.submit(37)

    submitted = values_of(*portland.key())[REFERRALS]
    assert (submitted.value, submitted.by_id, submitted.source) == (37, portland.tamsin.user_id, Source.MANUAL)
    assert [change.keys for change in published] == [frozenset({portland.key()})]
    assert [effect.sentence for effect in done.effects] == ["37 referrals, 30 payable: £345.00."]
    assert State(portland.submission.state) == State.SUBMITTED


def test_work_in_progress_is_submitted_as_it_was_saved(portland):
    save(portland, 37, note="Checked.")

    commands.submit_achievement_data(portland.key(), by=portland.una)

    assert value_of(portland) == 37
    assert drafts() == {}
    assert (portland.submission.note, portland.submission.manual_reason) == ("", None)
    assert SubmissionChange.objects.latest("pk").note == "Checked."


@pytest.mark.parametrize("reason", list(ManualReason))
def test_each_manual_value_keeps_its_reason_and_who_gave_it(portland, reason):
    commands.submit_achievement_data(portland.key(), Figures({REFERRALS: 37}, reason), by=portland.tamsin)

    row = IndicatorValue.objects.get()

    assert ManualReason(row.manual_reason) == reason
    assert (row.by, row.organisation) == (portland.tamsin.user, portland.practice)


def test_submitting_again_appends_and_the_latest_counts(portland, set_clock):
    portland.submit(37)
    set_clock(clock.today() + timedelta(days=1))

    portland.submit(35)

    assert [row.value for row in IndicatorValue.objects.order_by("pk")] == [37, 35]
    assert value_of(portland) == 35
    assert values_of(*portland.key(), known_at=date(2021, 12, 11))[REFERRALS].value == 37


def test_a_value_is_never_changed_nor_deleted(portland):
    portland.submit(37)

    for write in (lambda: IndicatorValue.objects.update(value=1), lambda: IndicatorValue.objects.all().delete()):
        with pytest.raises(InternalError), transaction.atomic():
            write()


def test_a_manual_value_without_a_reason_is_refused_by_the_database(portland):
    portland.submit(37)

    with pytest.raises(IntegrityError), transaction.atomic():
        IndicatorValue.objects.create(
            submission=portland.submission, path=["X"], value=1, source=Source.MANUAL, submitted_at=clock.now()
        )


def test_a_nil_return_is_one_act(portland, published):
    done = commands.nil_return(portland.key(), BY_HAND, "Nobody was referred.", by=portland.tamsin)

    assert value_of(portland) == 0
    assert (done.values, len(published)) == (1, 1)
    assert [row.transition for row in SubmissionChange.objects.order_by("pk")] == ["begin", "nil return"]


def test_a_nil_return_takes_the_place_of_what_was_in_progress(portland):
    save(portland, 37)

    commands.nil_return(portland.key(), BY_HAND, by=portland.tamsin)

    assert (value_of(portland), drafts()) == (0, {})


def test_a_nil_return_cannot_say_a_day(training_day, below_alone):
    somewhere = world(**with_indicators(fields=(a_field("DAY", "date", name="Start"),)))

    with pytest.raises(Invalid, match="Nil return: Start must be entered, because a day is required"):
        commands.nil_return(somewhere.key(), BY_HAND, by=somewhere.tamsin)


def test_values_of_many_are_read_at_once(portland, django_assert_num_queries):
    portland.submit(37)
    october = portland.key(OCTOBER)
    commands.submit_achievement_data(october, typed(12), by=portland.kezia)

    with django_assert_num_queries(1):
        found = values_for([portland.key(), october, portland.key(date(2021, 9, 30))])

    assert {key.achievement_date: each[REFERRALS].value for key, each in found.items()} == {NOVEMBER: 37, OCTOBER: 12}


def test_without_keys_nothing_is_read(db):
    assert values_for([]) == {}
