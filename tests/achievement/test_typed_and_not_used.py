"""What is typed beside rows, and was not used for them, is kept for whoever typed it: notes on Declare, and reasons."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.states import Role
from achievement import commands
from achievement.models import Achievement, AchievementChange
from achievement.states import State
from core import clock
from operations.models import KeptText
from tests.achievement.payments import OCTOBER, Payments, payments, said, signed_in, somebody
from tests.factories.achievement import seen

pytestmark = pytest.mark.django_db

DECLARE = "/achievement/declare/"
ACT = "/achievement/declarations/act/"


@pytest.fixture
def portland(db, training_day) -> Payments:
    """What two months come to awaits the declaration."""
    made = payments()
    made.submit(12, day=OCTOBER, by=made.world.kezia)
    made.submit(37)
    return made


def rows(portland: Payments) -> tuple[Achievement, Achievement]:
    october, november = Achievement.objects.order_by("achievement_date")
    return october, november


def form(*ticked, notes=None, **more):
    read = {f"read_{row.pk}": "1" for row in Achievement.objects.all()}
    notes = {f"note_{row.pk}": note for row, note in (notes or {}).items()}
    ticks = [f"{row.pk}:{row.version}" for row in ticked]
    return {"action": "declared", "seen": ticks, "key": "one", **read, **notes, **more}


def box_of(response, row) -> str:
    found = re.search(rf'<input[^>]*name="note_{row.pk}"[^>]*>', response.content.decode())
    return re.search(r'value="([^"]*)"', found[0])[1] if found else "no box"


def test_a_note_on_a_row_that_was_not_ticked_is_there_after_the_others_were_declared(portland: Payments):
    october, november = rows(portland)
    client = signed_in(portland.manager)

    response = client.post(DECLARE, form(november, notes={october: "Two late.", november: "Checked."}), follow=True)

    assert response.redirect_chain == [(DECLARE, 302)]
    assert "1 achievement declared, £345.00." in said(response)
    assert "1 note on what is not declared yet is kept." in said(response)
    assert box_of(response, october) == "Two late."
    assert box_of(client.get(DECLARE), october) == "Two late."
    assert box_of(signed_in(portland.manager).get(DECLARE), october) == "Two late."


def test_a_note_that_was_kept_goes_with_its_row_and_is_kept_no_longer(portland: Payments):
    october, november = rows(portland)
    client = signed_in(portland.manager)
    client.post(DECLARE, form(november, notes={october: "Two late."}))

    client.post(DECLARE, form(october, notes={october: "Two late."}, key="two"))
    commands.reject_achievements(seen(rows(portland)[0]), by=portland.approver, note="Too many.")

    assert AchievementChange.objects.get(row=october, transition="declare").note == "Two late."
    assert box_of(client.get(DECLARE), october) == ""
    assert not KeptText.objects.exists()


def test_a_note_that_is_emptied_is_kept_no_longer(portland: Payments):
    october, _november = rows(portland)
    client = signed_in(portland.manager)
    client.post(DECLARE, form(notes={october: "Two late."}, action="save_notes"))

    client.post(DECLARE, form(notes={october: " "}, action="save_notes"))

    assert box_of(client.get(DECLARE), october) == ""


def test_notes_are_saved_without_declaring_and_the_ticks_stay(portland: Payments):
    october, november = rows(portland)
    client = signed_in(portland.manager)

    response = client.post(DECLARE, form(october, notes={november: 'He said "37".'}, action="save_notes"))

    assert response.status_code == 200
    assert "Your notes are saved. Nothing was declared." in said(response)
    assert box_of(response, november) == "He said &#34;37&#34;."
    assert response.content.decode().count(" checked>") == 1
    assert {row.state for row in rows(portland)} == {State.AWAITING_PROVIDER}
    assert box_of(client.get(DECLARE), november) == "He said &#34;37&#34;."


def test_a_note_is_kept_where_the_declaration_is_refused_and_one_goes_elsewhere(portland: Payments):
    october, november = rows(portland)
    client = signed_in(portland.manager)

    response = client.post(DECLARE, form(november, notes={october: "Two late."}, **{f"read_{november.pk}": "7"}))

    assert response.status_code == 409
    assert box_of(client.get(DECLARE), october) == "Two late."


def test_a_note_too_long_for_its_row_is_kept_whole(portland: Payments):
    october, november = rows(portland)
    client = signed_in(portland.manager)

    client.post(DECLARE, form(november, notes={october: "x" * 600}))

    assert box_of(client.get(DECLARE), october) == "x" * 600


def test_the_same_form_sent_twice_keeps_no_note_of_what_it_declared(portland: Payments):
    _october, november = rows(portland)
    client, sent = signed_in(portland.manager), form(november, notes={november: "Checked."})

    client.post(DECLARE, sent)
    client.post(DECLARE, sent)

    assert not KeptText.objects.exists()


def test_notes_are_kept_for_nobody_else_and_on_no_row_of_anybody_else(portland: Payments):
    october, november = rows(portland)
    colleague = somebody(portland.world.practice, Role.DECLARATION_MANAGEMENT)
    _practice, stranger = portland.another_practice("Viking Medical Practice")

    signed_in(portland.manager).post(DECLARE, form(november, notes={october: "Two late."}))
    signed_in(stranger).post(DECLARE, form(notes={october: "Not mine."}, action="save_notes"))

    assert box_of(signed_in(colleague).get(DECLARE), october) == ""
    assert [kept.text for kept in KeptText.objects.all()] == ["Two late."]


@pytest.mark.parametrize("name", ["note_", "note_x", "note_-1", "note_" + "9" * 30, "note_1:2"])
def test_boxes_that_are_of_no_row_keep_nothing(portland: Payments, name):
    response = signed_in(portland.manager).post(DECLARE, form(action="save_notes") | {name: "Two late."})

    assert response.status_code == 200
    assert not KeptText.objects.exists()


@pytest.fixture
def both_declared(portland: Payments) -> Payments:
    for row in rows(portland):
        commands.declare_achievements(portland.chosen(row), by=portland.manager)
    return portland


def rejection(*chosen, **more):
    ticks = [f"{row.pk}:{row.version}" for row in chosen]
    return {"action": "reject", "seen": ticks, "back": "/achievement/declarations/", "key": "k", **more}


def reason_in(response) -> str:
    return re.search(r"<textarea[^>]*>([^<]*)</textarea>", response.content.decode())[1].strip()


def test_a_reason_is_put_back_where_a_row_has_changed_meanwhile(both_declared: Payments):
    october, november = rows(both_declared)
    client = signed_in(both_declared.approver)
    commands.withdraw_declarations(seen(october), by=both_declared.manager, note="A slip.")

    page = client.post(ACT, rejection(october, november, reason="Two were not eligible."), follow=True)
    again = client.post(ACT, rejection(october))

    assert "1 achievement rejected, £345.00. Portland Surgery:" in said(page)
    assert reason_in(again) == "Two were not eligible."
    assert "You gave this reason before, and not everything you chose then was rejected." in said(again)


def test_a_reason_for_one_row_is_not_put_back_for_another(both_declared: Payments):
    october, november = rows(both_declared)
    client = signed_in(both_declared.approver)

    client.post(ACT, rejection(october, reason="x" * 501))

    assert reason_in(client.post(ACT, rejection(november))) == ""
    assert reason_in(client.post(ACT, rejection(october))) == "x" * 501


def test_a_reason_that_was_used_for_all_is_not_put_back(both_declared: Payments):
    october, november = rows(both_declared)
    client = signed_in(both_declared.approver)

    client.post(ACT, rejection(october, reason="Two were not eligible."))
    again = client.post(ACT, rejection(november))

    assert reason_in(again) == ""
    assert "You gave this reason before" not in said(again)


def test_a_reason_that_is_refused_stands_in_its_box(both_declared: Payments):
    _october, november = rows(both_declared)

    response = signed_in(both_declared.approver).post(ACT, rejection(november, reason="x" * 501))

    assert response.status_code == 422
    assert reason_in(response) == "x" * 501
    assert Achievement.objects.get(pk=november.pk).state == State.AWAITING_COMMISSIONER


def test_a_reason_for_one_act_is_not_put_back_for_another(both_declared: Payments):
    _october, november = rows(both_declared)
    client = signed_in(both_declared.manager)
    before = clock.now() - timedelta(days=1)
    KeptText.objects.create(
        user=both_declared.manager.user, organisation=both_declared.world.practice,
        name="achievement.act.reject.reason", text="Of another act.", at=before,
    )  # fmt: skip

    asked = client.post(ACT, rejection(november) | {"action": "withdraw"})

    assert reason_in(asked) == ""
    assert reverse("achievement:act") in asked.content.decode()
