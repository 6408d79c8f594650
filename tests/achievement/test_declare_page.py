"""*Declare*, and the pages of what is paid to a practice: explanation, comparison, finance by pay code."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from accounts.states import Role
from achievement import commands
from achievement.models import AchievementChange, Declaration
from achievement.queries.declarations import payment_history, to_declare
from achievement.states import State
from catalogue import commands as catalogue
from core import clock
from tests.achievement.payments import OCTOBER, Payments, payments, said, signed_in, somebody
from tests.factories.accounts import acting_as

pytestmark = pytest.mark.django_db

DECLARE = "/achievement/declare/"
LIST = "/achievement/declarations/"


@pytest.fixture
def portland(db, training_day) -> Payments:
    return payments()


def sent(client, rows, **more):
    data = {"action": "declared", "seen": [f"{row.pk}:{row.version}" for row in rows], "key": "one"}
    data |= {f"read_{row.pk}": "1" for row in rows}
    return client.post(DECLARE, data | more, follow=True)


def page_of(portland: Payments, name: str = "achievement") -> str:
    return reverse(f"achievement:{name}", args=[portland.achievement.pk])


def test_it_shows_what_is_to_be_declared_with_its_figures_and_the_text(portland: Payments):
    portland.submit(37)

    page = said(signed_in(portland.manager).get(DECLARE))

    assert "Weight Management, November 2021" in page
    assert "37 referrals, 30 payable" in page
    assert "1 achievement, £345.00" in page
    assert "Weight Management 2021/22, version 1" in page
    assert "that it has not been claimed before." in page
    assert "It is declared in your name: Tamsin Dale, Portland Surgery." in page
    assert "Run Achievement Summary Report" in page


def test_declaring_says_what_happened_and_what_comes_next(portland: Payments):
    portland.submit(37)

    page = said(sent(signed_in(portland.manager), [portland.achievement]))

    assert "1 achievement declared, £345.00. The commissioning organisation approves it next." in page
    assert "Nothing awaits your declaration." in page
    assert "Tamsin Dale, 11/12/2021" in page


def test_the_history_says_the_day_in_london(portland: Payments):
    portland.submit(37)
    with clock.held_at(datetime(2022, 6, 9, 23, 30, tzinfo=UTC)):
        portland.declare()

    page = said(signed_in(portland.manager).get(DECLARE))

    assert "Tamsin Dale, 10/06/2022" in page


def test_the_history_shows_no_approval_that_was_taken_back(portland: Payments):
    portland.approved(37)
    approved = payment_history(portland.manager).get().approved_at
    commands.undo_approval(portland.as_seen(), by=portland.approver, note="Too soon.")

    assert approved is not None
    assert payment_history(portland.manager).get().approved_at is None


def test_what_came_back_stays_in_the_history(portland: Payments):
    portland.declared(37)
    commands.reject_achievements(portland.as_seen(), by=portland.approver, note="Referrals of September.")

    page = said(signed_in(portland.manager).get(DECLARE))

    assert "Nothing has been declared yet." not in page
    assert "Tamsin Dale, 11/12/2021" in page
    (row,) = payment_history(portland.manager)
    assert (row.state, row.declared_by, row.approved_at) == (State.AWAITING_PROVIDER, "Tamsin Dale", None)


def test_notes_go_with_their_row(portland: Payments):
    portland.submit(37)
    row = portland.achievement

    sent(signed_in(portland.manager), [row], **{f"note_{row.pk}": "  Two   clinics. "})

    assert AchievementChange.objects.get(transition="declare").note == "Two clinics."


def test_nothing_ticked_is_said_and_changes_nothing(portland: Payments):
    portland.submit(37)

    page = said(sent(signed_in(portland.manager), []))

    assert "Select at least one achievement first. Nothing was declared." in page
    assert portland.achievement.state == State.AWAITING_PROVIDER


def box_of(response, row) -> str:
    return re.search(rf'<input[^>]*name="note_{row.pk}"[^>]*>', response.content.decode())[0]


def ticks(response) -> list[bool]:
    boxes = re.findall(r'<input[^>]*name="seen"[^>]*>', response.content.decode())
    return [box.endswith(" checked>") for box in boxes]


def test_a_note_is_kept_where_nothing_was_ticked(portland: Payments):
    portland.submit(37)
    row = portland.achievement

    response = sent(signed_in(portland.manager), [], **{f"note_{row.pk}": 'Two "late" clinics.'})

    assert response.status_code == 422
    assert 'value="Two &#34;late&#34; clinics."' in box_of(response, row)
    assert ticks(response) == [False]


def test_notes_and_ticks_are_kept_where_a_row_is_refused(portland: Payments):
    portland.submit(37)
    row = portland.achievement

    response = sent(signed_in(portland.manager), [row], **{f"read_{row.pk}": "7", f"note_{row.pk}": "Two clinics."})

    assert response.status_code == 409
    assert "The declaration text has changed since you read it." in said(response)
    assert 'value="Two clinics."' in box_of(response, row)
    assert ticks(response) == [True]


def test_what_changed_meanwhile_keeps_its_note_and_is_ticked_anew(portland: Payments):
    portland.submit(37)
    before = portland.achievement
    portland.submit(12)

    response = sent(signed_in(portland.manager), [before], **{f"note_{before.pk}": "Two clinics."})

    assert response.status_code == 409
    assert 'value="Two clinics."' in box_of(response, before)
    assert ticks(response) == [False]


def test_a_note_that_is_too_long_is_refused_by_name_and_kept(portland: Payments):
    portland.submit(37)
    row, note = portland.achievement, "x" * 501

    response = sent(signed_in(portland.manager), [row], **{f"note_{row.pk}": note})

    assert response.status_code == 422
    assert "A note must be 500 characters or fewer. Nothing was declared." in said(response)
    assert "Notes on Weight Management, November 2021 must be 500 characters or fewer: they are 501." in said(response)
    assert f'value="{note}"' in box_of(response, row)
    assert ticks(response) == [True]
    assert portland.achievement.state == State.AWAITING_PROVIDER


def test_what_changed_meanwhile_is_named(portland: Payments):
    portland.submit(37)
    before = portland.achievement
    portland.submit(12)

    page = said(sent(signed_in(portland.manager), [before]))

    assert "Nothing was declared. Portland Surgery: It has changed since you saw it." in page


def test_a_text_that_was_not_the_one_shown_declares_nothing(portland: Payments):
    portland.submit(37)
    row = portland.achievement

    page = said(sent(signed_in(portland.manager), [row], **{f"read_{row.pk}": "7"}))

    assert "The declaration text has changed since you read it." in page
    assert not Declaration.objects.exists()


@pytest.mark.parametrize("seen", ["nonsense", "1:2:3", "-1:1", "1:x", "9" * 30 + ":1"])
def test_rows_that_are_none_change_nothing(portland: Payments, seen):
    portland.submit(37)

    response = signed_in(portland.manager).post(DECLARE, {"seen": seen}, follow=True)

    assert response.status_code == 422
    assert portland.achievement.state == State.AWAITING_PROVIDER


def test_the_same_form_sent_twice_declares_once_and_answers_the_same(portland: Payments):
    portland.submit(37)
    client, row = signed_in(portland.manager), portland.achievement

    pages = [said(sent(client, [row])) for _ in range(2)]

    assert all("1 achievement declared, £345.00." in page for page in pages)
    assert Declaration.objects.count() == 1


def test_who_may_not_declare_is_told_who_can(portland: Payments):
    response = signed_in(acting_as(Role.VIEW, organisation=portland.world.practice)).get(DECLARE)

    assert response.status_code == 403
    assert "Tamsin Dale of Portland Surgery, as Declaration Management." in said(response)


def test_another_practices_achievements_are_not_shown(portland: Payments):
    portland.submit(37)
    _practice, manager = portland.another_practice("Viking Medical Practice")

    page = said(signed_in(manager).get(DECLARE))

    assert "Nothing awaits your declaration." in page
    assert "345.00" not in page


def test_what_came_back_says_who_sent_it_and_why(portland: Payments):
    portland.declared(37)
    commands.reject_achievements(portland.as_seen(), by=portland.approver, note="November had 20 referrals.")

    page = said(signed_in(portland.manager).get(DECLARE))

    assert "Rejected by Ada Marsh: November had 20 referrals." in page


def test_the_queries_of_the_page_do_not_grow_with_the_rows(portland: Payments, django_assert_max_num_queries):
    for month in (7, 8, 9, 10):
        portland.submit(12, day=OCTOBER.replace(month=month, day=30 if month == 9 else 31), by=portland.world.kezia)
    client = signed_in(portland.manager)

    with django_assert_max_num_queries(20):
        client.get(DECLARE)


def test_its_own_page_explains_the_pounds_and_leads_to_declare(portland: Payments):
    portland.submit(37)

    page = said(signed_in(portland.manager).get(page_of(portland)))

    assert "37 referrals, 30 payable, 7 above the allocation of 30," in page
    assert "× £11.50 a referral" in page
    assert "= £345.00" in page
    assert "Declare Achievement" in page


def test_the_explanation_as_json_holds_every_figure(portland: Payments):
    portland.submit(37)

    found = json.loads(signed_in(portland.manager).get(page_of(portland, "explanation_json")).content)

    assert found["org_id"] == "V37647"
    assert found["explanation"]["amount"] == "345.00"
    assert found["explanation"]["sentence"].startswith("37 referrals, 30 payable, 7 above the allocation of 30")


def test_who_accepted_which_text_stands_on_its_page(portland: Payments):
    portland.declared(37)

    page = said(signed_in(portland.approver).get(page_of(portland)))

    assert "Tamsin Dale, Portland Surgery, accepted version 1 of the declaration text on 11 December 2021" in page


def test_a_declaration_is_withdrawn_from_its_page_with_a_reason(portland: Payments):
    portland.declared(37)
    client, row = signed_in(portland.manager), portland.achievement
    form = {"action": "withdraw", "seen": f"{row.pk}:{row.version}", "back": page_of(portland)}

    asked = said(client.post(reverse("achievement:act"), form))
    done = said(client.post(reverse("achievement:act"), form | {"reason": "The count was wrong."}, follow=True))

    assert "Withdraw declaration 1 achievement" in asked
    assert "1 achievement withdrawn from approval, £345.00." in done
    assert portland.achievement.state == State.AWAITING_PROVIDER


def test_the_commissioner_is_told_why_it_cannot_declare_and_who_can(portland: Payments):
    portland.submit(37)

    page = said(signed_in(portland.approver).get(page_of(portland)))

    assert "Declare Achievement : you cannot." in page
    assert "Tamsin Dale, with the role Declaration Management at Portland Surgery, can." in page


def test_approvers_see_the_remarks_under_a_row(portland: Payments):
    portland.submit(12, day=OCTOBER, by=portland.world.kezia)
    portland.declared(37)

    page = said(signed_in(portland.approver).get(LIST))

    assert "£207.00 more than October: referrals 37, was 12" in page
    assert "entered and declared by one person" in page


def test_finance_sees_totals_by_pay_code(portland: Payments):
    portland.approved(37)

    page = said(signed_in(portland.finance).get(f"{LIST}?status={State.AWAITING_FINANCE:d}"))

    assert "By pay code 1 pay code, £345.00" in page
    assert "TRAIN-WM Weight Management 1 £345.00" in page


def test_finance_approval_is_given_on_the_same_page(portland: Payments):
    row = portland.approved(37)
    form = {"action": "finance_approve", "seen": f"{row.pk}:{row.version}", "back": LIST}

    page = said(signed_in(portland.finance).post(reverse("achievement:act"), form, follow=True))

    assert "1 achievement financially approved, £345.00." in page


def test_a_new_text_is_the_one_that_is_shown_and_accepted(portland: Payments):
    from tests.factories.submission import weight_management_content

    portland.submit(37)
    content = weight_management_content()
    import yaml

    declaration = content["declaration"] | {"version": 2, "text": "The new words."}
    text = yaml.safe_dump(content | {"declaration": declaration}, sort_keys=False)
    operator = Declaration._meta.get_field("organisation").related_model.objects.get(code="X26")
    releaser, confirmer = (somebody(operator, Role.SERVICE_RELEASE) for _ in range(2))
    loaded = catalogue.load_definition(text, by=releaser)
    catalogue.propose_release(loaded.version_id, by=releaser)
    catalogue.confirm_release(loaded.version_id, by=confirmer)

    client = signed_in(portland.manager)
    html = client.get(DECLARE).content.decode()

    assert "The new words." in html
    assert re.search(rf'name="read_{portland.achievement.pk}" value="2"', html)
    assert "The declaration text has changed" in said(sent(client, [portland.achievement]))


def test_the_commissioners_list_takes_ten_queries_however_many_practices_it_shows(
    portland: Payments, django_assert_max_num_queries
):
    portland.declared(37)
    for number in range(12):
        practice, manager = portland.another_practice(f"Practice {number}", allocation=30)
        portland.submit_for(practice, 25, manager)
        chosen = portland.chosen(*to_declare(manager))
        commands.declare_achievements(chosen, by=manager)
    client = signed_in(portland.approver)

    with django_assert_max_num_queries(10):
        page = said(client.get(reverse("achievement:declaration_management")))

    assert "13 achievements" in page
    assert "entered and declared by one person" in page
