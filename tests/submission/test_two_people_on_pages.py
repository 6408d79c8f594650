"""Two people in one form, where both changed one field: what is asked about, and what was left alone stays theirs."""

from __future__ import annotations

import pytest

from submission import commands
from submission.commands import Figures
from submission.states import ManualReason
from tests.factories.submission import REFERRALS, a_field, an_indicator, with_indicators, world
from tests.submission.conftest import sign_in
from tests.submission.entering import drafts
from tests.submission.screens import BOX, NOVEMBER, at, said, sent_by

pytestmark = pytest.mark.django_db

NUMBER = ("WM", "A", "NUMBER")
TECHNICAL = ManualReason.TECHNICAL_ISSUE


@pytest.fixture
def two_fields(training_day, below_alone):
    """A service that asks for a number beside the referrals; both fields, the note and the reason are given."""
    made = world(**with_indicators(an_indicator("A", a_field("NUMBER", name="Number"))))
    first = Figures({REFERRALS: 3, NUMBER: 4}, ManualReason.CANNOT_BE_EXTRACTED, note="Old note.")
    commands.save_work_in_progress(made.key(), first, by=made.tamsin)
    return made


def test_what_another_changed_beside_a_field_that_is_asked_about_stays_theirs(client, two_fields):
    sign_in(client, two_fields.tamsin)
    mine = sent_by(client.get(at("group", NOVEMBER, "WM"))) | {BOX: "5", "act": "save"}
    una = Figures({REFERRALS: 9, NUMBER: 8}, TECHNICAL, note="Una's words.")
    commands.save_work_in_progress(two_fields.key(), una, by=two_fields.una)

    asked = client.post(at("group", NOVEMBER, "WM"), mine)
    client.post(at("group", NOVEMBER, "WM"), sent_by(asked) | {f"keep_{BOX}": "mine", "act": "save"})

    row = two_fields.submission
    assert asked.status_code == 409
    assert "Number: Una Ellis changed it to 8 meanwhile; it was kept." in said(asked)
    assert "Submission notes: Una Ellis changed them meanwhile; they were kept." in said(asked)
    assert "Reason for manual entry: Una Ellis changed it meanwhile; it was kept." in said(asked)
    assert drafts() == {REFERRALS: 5, NUMBER: 8}
    assert (row.note, row.manual_reason) == ("Una's words.", TECHNICAL)


def test_what_one_took_over_stays_theirs_when_another_field_is_asked_about(client, two_fields):
    sign_in(client, two_fields.tamsin)
    mine = sent_by(client.get(at("group", NOVEMBER, "WM"))) | {BOX: "5", "act": "save"}
    commands.save_work_in_progress(two_fields.key(), Figures({REFERRALS: 9}), by=two_fields.una)
    asked = client.post(at("group", NOVEMBER, "WM"), mine)
    commands.save_work_in_progress(two_fields.key(), Figures({REFERRALS: 9, NUMBER: 8}), by=two_fields.una)

    number = next(name for name in sent_by(asked) if name.endswith("a_number"))
    again = client.post(
        at("group", NOVEMBER, "WM"), sent_by(asked) | {f"keep_{BOX}": "theirs", number: "7", "act": "save"}
    )
    client.post(at("group", NOVEMBER, "WM"), sent_by(again) | {f"keep_{number}": "mine", "act": "save"})

    assert drafts() == {REFERRALS: 9, NUMBER: 7}


def test_what_was_typed_is_shown_to_whoever_may_not_save_it_any_more(client, two_fields):
    sign_in(client, two_fields.tamsin)
    mine = sent_by(client.get(at("group", NOVEMBER, "WM"))) | {BOX: "10", "note": "They came late.", "act": "save"}
    given = Figures({REFERRALS: 9, NUMBER: 8}, TECHNICAL)
    commands.save_work_in_progress(two_fields.key(), given, by=two_fields.kezia)
    commands.submit_achievement_data(two_fields.key(), by=two_fields.kezia)

    refused = client.post(at("group", NOVEMBER, "WM"), mine)

    assert refused.status_code == 403
    assert "The commissioning organisation entered these figures; only it can change them." in said(refused)
    assert "What you typed, which was not saved Referrals 10 Number 4" in said(refused)
    assert "They came late." in said(refused)
    assert "Reason for manual entry The data of this service cannot be extracted" in said(refused)
    assert drafts() == {}


def test_a_submission_over_what_changed_meanwhile_shows_what_it_is_now(client, two_fields):
    sign_in(client, two_fields.tamsin)
    mine = sent_by(client.get(at("check")))
    commands.save_work_in_progress(two_fields.key(), Figures({REFERRALS: 9}), by=two_fields.una)

    refused = client.post(at("check"), mine)
    again = client.post(at("check"), sent_by(refused), follow=True)

    assert refused.status_code == 409
    assert "Una Ellis changed these figures" in said(refused)
    assert "Check before you submit" in said(refused)
    assert "2 values submitted" in said(again)
