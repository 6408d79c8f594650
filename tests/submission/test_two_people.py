"""Two people in one form: nothing of either is lost unsaid."""

from __future__ import annotations

import pytest

from core.errors import Conflict
from submission import commands
from submission.commands import ChangedMeanwhile, Figures, WordsSeen
from submission.queries import glimpse_of, sheet_of_key
from submission.states import ManualReason, State
from tests.factories.submission import (
    REFERRALS,
)
from tests.submission.entering import drafts, save, value_of

pytestmark = pytest.mark.django_db


def glimpses(world):
    """How the fields look now, to somebody who opens the page."""
    return {path: glimpse_of(line) for path, line in sheet_of_key(world.key()).lines.items()}


def test_figures_that_were_submitted_count_while_others_are_typed(portland):
    portland.submit(37)

    save(portland, 35)

    assert value_of(portland) == 37
    assert State(portland.submission.state) == State.BEING_CHANGED


def test_typing_back_what_counts_leaves_nothing_in_progress(portland):
    portland.submit(37)
    save(portland, 35)

    save(portland, 37)

    assert drafts() == {}
    assert State(portland.submission.state) == State.SUBMITTED


def test_emptying_a_box_takes_the_value_in_progress_back(portland):
    save(portland, 37)

    save(portland, "")

    assert drafts() == {}


def test_what_two_people_typed_into_one_field_is_told_to_the_second(portland):
    save(portland, 30)
    seen = glimpses(portland)
    save(portland, 35, by=portland.una)

    with pytest.raises(ChangedMeanwhile) as clash:
        save(portland, 37, glimpses=seen)

    assert clash.value.clashes[0].sentence == (
        "Referrals: Una Ellis changed it to 35, 11 December 2021, 12:00. You typed 37."
    )
    assert drafts() == {REFERRALS: 35}


def test_what_somebody_submitted_meanwhile_is_told_too(portland):
    commands.begin_submission(portland.key(), by=portland.tamsin)
    seen = glimpses(portland)
    portland.submit(35, by=portland.una)

    with pytest.raises(ChangedMeanwhile, match="Una Ellis changed it to 35"):
        save(portland, 37, glimpses=seen)


def test_two_people_who_type_the_same_do_not_clash(portland):
    commands.begin_submission(portland.key(), by=portland.tamsin)
    seen = glimpses(portland)
    save(portland, 37, by=portland.una)

    save(portland, 37, glimpses=seen)

    assert drafts() == {REFERRALS: 37}


def test_two_people_in_different_fields_do_not_clash(checks):
    commands.begin_submission(checks.key(), by=checks.tamsin)
    seen = glimpses(checks)
    hers = Figures({REFERRALS: 5, ("WM", "CK", "NUM"): "", ("WM", "CK", "DEN"): ""}, glimpses=seen)
    his = Figures({REFERRALS: "", ("WM", "CK", "NUM"): 1, ("WM", "CK", "DEN"): 2}, glimpses=seen)
    commands.save_work_in_progress(checks.key(), hers, by=checks.tamsin)

    saved = commands.save_work_in_progress(checks.key(), his, by=checks.una)

    assert drafts() == {REFERRALS: 5, ("WM", "CK", "NUM"): 1, ("WM", "CK", "DEN"): 2}
    assert saved.kept_theirs == ["Referrals: Tamsin Dale changed it to 5 meanwhile; it was kept."]


def test_what_was_typed_back_and_forth_still_counts_as_changed(portland):
    save(portland, 30)
    seen = glimpses(portland)
    save(portland, "", by=portland.una)
    save(portland, 31, by=portland.una)

    with pytest.raises(ChangedMeanwhile):
        save(portland, 32, glimpses=seen)


def test_figures_changed_since_they_were_checked_are_not_submitted(portland):
    seen = save(portland, 37).version
    save(portland, 38, by=portland.una)

    with pytest.raises(Conflict, match="Una Ellis changed these figures on 11 December 2021, 12:00"):
        commands.submit_achievement_data(portland.key(), by=portland.tamsin, version=seen)

    assert value_of(portland) is None


TECHNICAL = ManualReason.TECHNICAL_ISSUE


def words(world):
    """How note and reason look now, to somebody who opens the page."""
    row = world.submission
    return WordsSeen(row.note, row.manual_reason, row.manual_reason or ManualReason.CANNOT_BE_EXTRACTED)


def as_seen(world):
    return {"glimpses": glimpses(world), "words": words(world)}


def test_a_note_and_a_reason_that_another_changed_stay_theirs_and_that_is_said(portland):
    save(portland, 30, note="First.")
    seen = as_seen(portland)
    save(portland, 30, by=portland.una, note="Una's words.", reason=TECHNICAL)

    saved = save(portland, 6, note="First.", **seen)

    row = portland.submission
    assert (row.note, row.manual_reason) == ("Una's words.", TECHNICAL)
    assert drafts() == {REFERRALS: 6}
    assert saved.kept_theirs == [
        "Submission notes: Una Ellis changed them meanwhile; they were kept.",
        "Reason for manual entry: Una Ellis changed it meanwhile; it was kept.",
    ]


def test_a_note_that_two_people_changed_is_told_to_the_second_and_nothing_is_saved(portland):
    save(portland, 30, note="First.")
    seen = as_seen(portland)
    save(portland, 30, by=portland.una, note="Una's words.")

    with pytest.raises(ChangedMeanwhile) as clash:
        save(portland, 6, note="Mine.", **seen)

    assert [each.sentence for each in clash.value.clashes] == [
        "Submission notes: Una Ellis changed it to “Una's words.”, 11 December 2021, 12:00. You typed “Mine.”."
    ]
    assert portland.submission.note == "Una's words."
    assert drafts() == {REFERRALS: 30}


def test_a_reason_that_two_people_changed_is_told_to_the_second(portland):
    save(portland, 30)
    seen = as_seen(portland)
    save(portland, 30, by=portland.una, reason=TECHNICAL)

    with pytest.raises(ChangedMeanwhile) as clash:
        save(portland, 30, reason=ManualReason.NO_EXTRACTS, **seen)

    assert [each.label for each in clash.value.clashes] == ["Reason for manual entry"]
    assert portland.submission.manual_reason == TECHNICAL


def test_a_reason_that_was_only_offered_is_recorded_with_the_first_save(portland):
    commands.begin_submission(portland.key(), by=portland.tamsin)

    save(portland, 30, reason=ManualReason.CANNOT_BE_EXTRACTED, **as_seen(portland))

    assert portland.submission.manual_reason == ManualReason.CANNOT_BE_EXTRACTED


def test_both_who_typed_the_same_note_agree(portland):
    save(portland, 30, note="First.")
    seen = as_seen(portland)
    save(portland, 30, by=portland.una, note="Two were late.")

    save(portland, 6, note="Two were late.", **seen)

    assert portland.submission.note == "Two were late."
