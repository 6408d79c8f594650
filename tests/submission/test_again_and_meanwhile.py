"""What was sent before, for something else, or over what changed meanwhile: said, and nothing typed is lost."""

from __future__ import annotations

import pytest

from accounts.states import Role
from submission.models import DraftValue, IndicatorValue, Submission
from submission.queries.entry import history_of
from submission.states import ManualReason
from tests.factories.accounts import GrantFactory, acting_as
from tests.submission.conftest import sign_in
from tests.submission.entering import save
from tests.submission.screens import at, drawn, enter, fields_of, said, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("portland")]

TECHNICAL = ManualReason.TECHNICAL_ISSUE


def test_whose_note_is_kept_is_asked_and_done(as_tamsin, portland, begun):
    seen = drawn(as_tamsin)
    save(portland, None, by=portland.una, note="Una's words.", reason=None)

    asked = enter(as_tamsin, "6", seen=seen, note="Mine.")
    again = fields_of(asked)["seen"]
    enter(as_tamsin, "6", seen=again, note="Mine.", asked="note", keep_note="theirs")

    assert asked.status_code == 409
    assert "Submission notes have changed meanwhile" in said(asked)
    assert "Una Ellis changed it" in said(asked)
    assert "Take theirs: Una's words." in said(asked)
    assert "Mine.</textarea>" in asked.content.decode()
    assert portland.submission.note == "Una's words."


def test_my_note_is_kept_if_i_say_so(as_tamsin, portland, begun):
    seen = drawn(as_tamsin)
    save(portland, None, by=portland.una, note="Una's words.", reason=None)
    again = fields_of(enter(as_tamsin, "6", seen=seen, note="Mine."))["seen"]

    enter(as_tamsin, "6", seen=again, note="Mine.", asked="note", keep_note="mine")

    assert portland.submission.note == "Mine."


def test_a_reason_that_another_recorded_is_asked_about(as_tamsin, portland):
    save(portland, 5)
    seen = drawn(as_tamsin)
    save(portland, 5, by=portland.una, reason=TECHNICAL)

    asked = enter(as_tamsin, "6", seen=seen, reason=str(ManualReason.NO_EXTRACTS.value))

    assert asked.status_code == 409
    assert "Reason for manual entry has changed meanwhile" in said(asked)
    assert f"Take theirs: {TECHNICAL.label}" in said(asked)
    assert portland.submission.manual_reason == TECHNICAL


def test_a_nil_return_over_what_was_entered_meanwhile_keeps_its_note_and_can_be_sent_again(as_tamsin, portland, begun):
    shown = fields_of(as_tamsin.get(at("nil_return")))
    given = {"reason": "3", "note": "Nobody came.", "version": shown["version"], "key": shown["key"]}
    save(portland, 9, by=portland.una)

    refused = as_tamsin.post(at("nil_return"), given)
    now = fields_of(refused)
    as_tamsin.post(at("nil_return"), given | {"version": now["version"], "key": now["key"]})

    assert refused.status_code == 409
    assert "Una Ellis changed these figures on" in said(refused)
    assert "It takes the place of what was entered: 1 field." in said(refused)
    assert "Nobody came." in refused.content.decode()
    assert IndicatorValue.objects.get().value == 0


def test_what_was_submitted_and_is_opened_again_says_that_nothing_has_changed(as_tamsin, portland, begun):
    enter(as_tamsin, "37")
    submit(as_tamsin)

    page = said(as_tamsin.get(at("check")))
    refused = as_tamsin.post(at("check"), {"version": portland.submission.version, "key": "anew"})

    for each in (page, said(refused)):
        assert "Nothing has changed since the figures were last submitted." in each
        assert "None given yet" not in each
        assert "Not complete yet" not in each
        assert "The calculation is done at once when you submit." not in each
        assert "Select why the figures are entered by hand." not in each
    assert refused.status_code == 422


def test_one_form_key_sent_for_another_submission_is_another_request(as_tamsin, client, portland, begun):
    enter(as_tamsin, "37")
    kezia = sign_in(client, portland.kezia)
    done = {"version": fields_of(kezia.get(at("check")))["version"], "key": "one"}
    kezia.post(at("check"), done, follow=True)
    nil = {"reason": "3", "version": "0", "key": "one"}
    day = portland.service.achievement_dates.exclude(date=portland.submission.achievement_date).earliest("date").date

    first = kezia.post(at("nil_return"), nil | {"version": str(portland.submission.version)}, follow=True)
    second = kezia.post(at("nil_return", day), nil | {"version": str(portland.submission.version)}, follow=True)

    assert first.status_code == 200
    assert second.status_code in (404, 409)


def test_the_commissioner_is_told_until_when_it_can_change_them(client, portland, begun):
    kezia = sign_in(client, portland.kezia)
    enter(kezia, "37")

    page = said(submit(kezia))

    assert "Until finance approval, you can change the figures; the provider cannot." in page
    assert "until entry closes" not in page


def test_a_form_opened_for_one_organisation_is_not_taken_for_another(client, portland, begun):
    both = GrantFactory.create(
        user=portland.tamsin.user, organisation=portland.commissioner, role=Role.ACHIEVEMENT_ENTRY
    ).user
    at_practice = sign_in(client, portland.tamsin)
    seen = drawn(at_practice)
    at_practice.post("/account/organisation/", {"organisation": portland.commissioner.pk})

    refused = enter(at_practice, "6", seen=seen)

    assert both == portland.tamsin.user
    assert refused.status_code == 409
    assert "You opened this form while you acted for another organisation." in said(refused)
    assert not DraftValue.objects.exists()


def test_a_save_says_in_the_history_what_its_own_person_wrote(as_tamsin, portland, begun):
    save(portland, 5, by=portland.una, note="Una's words.")

    enter(as_tamsin, "6", note="Una's words.")

    last, before = history_of(portland.submission)[:2]
    assert (last.by.name, last.note) == ("Tamsin Dale", "")
    assert (before.by.name, before.note) == ("Una Ellis", "Una's words.")


def test_a_nil_return_that_may_not_be_made_says_why_and_asks_nothing(client, as_tamsin, portland, begun):
    enter(as_tamsin, "37")
    looks = sign_in(client, acting_as(Role.VIEW, organisation=portland.practice))

    page = looks.get(at("nil_return"))
    not_begun = looks.get(at("nil_return", portland.service.achievement_dates.earliest("date").date))

    for each in (page, not_begun):
        assert "Why you cannot make a nil return" in said(each)
        assert "You need the role Achievement Entry" in said(each)
        assert "Submit nil return" not in said(each)
    assert Submission.objects.count() == 1
