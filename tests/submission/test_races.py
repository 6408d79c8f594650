from __future__ import annotations

from threading import Barrier, Thread

import pytest
from django.db import connection

from submission import commands
from submission.commands import ChangedMeanwhile, Figures
from submission.models import DraftValue, IndicatorValue, Submission
from submission.queries import glimpse_of, sheet_of_key
from tests.factories.submission import BY_HAND, REFERRALS, world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("training_day", "below_alone")]


def at_once(*acts):
    """Run these in threads of their own, from one moment on; answer what each answered, or raised."""
    barrier, answers = Barrier(len(acts)), [None] * len(acts)

    def run(at, act):
        try:
            barrier.wait()
            answers[at] = act()
        except Exception as error:
            answers[at] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_two_who_begin_at_once_begin_one_submission():
    portland = world()
    people = [portland.tamsin, portland.una]

    answers = at_once(*(lambda by=by: commands.begin_submission(portland.key(), by=by) for by in people))

    assert answers == [Submission.objects.get().pk] * 2


def test_of_two_who_type_into_one_field_at_once_one_is_told():
    portland = world()
    commands.begin_submission(portland.key(), by=portland.tamsin)
    seen = {path: glimpse_of(line) for path, line in sheet_of_key(portland.key()).lines.items()}

    def save(by, value):
        return commands.save_work_in_progress(portland.key(), Figures({REFERRALS: value}, glimpses=seen), by=by)

    answers = at_once(lambda: save(portland.tamsin, 37), lambda: save(portland.una, 35))

    assert sum(isinstance(answer, ChangedMeanwhile) for answer in answers) == 1
    assert DraftValue.objects.count() == 1


def test_two_who_submit_at_once_are_one_after_the_other():
    portland = world()
    people = [portland.tamsin, portland.una]

    def submit(by, value):
        return commands.submit_achievement_data(portland.key(), Figures({REFERRALS: value}, BY_HAND), by=by)

    answers = at_once(lambda: submit(people[0], 37), lambda: submit(people[1], 35))

    assert [answer.values for answer in answers] == [1, 1]
    assert sorted(IndicatorValue.objects.values_list("value", flat=True)) == [35, 37]
    assert sorted(answer.version for answer in answers) == [2, 3]
