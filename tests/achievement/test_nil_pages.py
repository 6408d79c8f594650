"""The pages of lines settled as nil: proposed, confirmed, declined, withdrawn, lifted; and what other pages say."""

from __future__ import annotations

import html
import re
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from accounts.states import Role
from achievement import commands
from achievement.models import NilSettlement
from achievement.queries import nil as queries
from achievement.states import CONFIRM_NIL, WITHDRAW_NIL, NilState
from organisations.models import Membership
from participation.models import Participation
from tests.achievement.payments import said, signed_in
from tests.factories.accounts import acting_as
from tests.factories.achievement import NOVEMBER, World, seen
from tests.factories.nil import REASON, as_seen, nil_line, proposed, second_person, settled, two_approved

pytestmark = pytest.mark.django_db

LIST = "/achievement/nil/"


def form_of(world: World) -> str:
    named = [world.network.code, world.service.code, "2021-10-31", world.practices[2].code]
    return reverse("achievement:propose_nil", args=named)


def network_of(world: World) -> str:
    return reverse("achievement:network", args=[world.network.code, world.service.code, "2021-10-31"])


def page_of(row: NilSettlement) -> str:
    return reverse("achievement:nil_settlement", args=[row.pk])


def links_in(answer) -> list[str]:
    return [html.unescape(href) for href in re.findall(r'href="([^"]+)"', answer.content.decode())]


def hidden_in(answer, action: str) -> dict[str, str]:
    """What the form that is sent to an address carries."""
    text = answer.content.decode()
    form = next(each for each in re.findall(r"<form.*?</form>", text, re.DOTALL) if f'action="{action}"' in each)
    inputs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    return {name: html.unescape(value) for name, value in inputs if name != "csrfmiddlewaretoken"}


@pytest.fixture
def waits(world: World) -> World:
    two_approved(world)
    return world


def test_a_line_is_proposed_with_what_would_follow_and_why(waits):
    ada = signed_in(waits.approver)
    form = ada.get(form_of(waits), {"reason": "It is closed."})
    assert "becomes Aggregated, £1,732.34 from 2 lines" in said(form)
    assert "It is closed." in form.content.decode()

    answer = ada.post(form_of(waits), {**hidden_in(form, form_of(waits)), "reason": REASON}, follow=True)

    row = NilSettlement.objects.get()
    assert answer.request["PATH_INFO"] == page_of(row)
    assert "Nothing changes before another person confirms it" in said(answer)
    assert "You proposed it; the confirmation is another person's." in said(answer)
    assert (row.reason, row.state) == (REASON, NilState.PROPOSED)


def test_without_a_reason_nothing_is_proposed_and_the_page_says_so(waits):
    answer = signed_in(waits.approver).post(form_of(waits), {"reason": " "})

    assert answer.status_code == 422
    assert "Enter reason." in said(answer)
    assert not NilSettlement.objects.exists()


def test_what_would_follow_by_now_is_shown_where_it_is_not_what_was_seen(waits):
    ada = signed_in(waits.approver)
    form = ada.get(form_of(waits))
    commands.undo_approval(seen(waits.lines()[0]), by=second_person(waits), note="Another look.")

    answer = ada.post(form_of(waits), {**hidden_in(form, form_of(waits)), "reason": REASON})

    assert answer.status_code == 409
    assert "still waits for Portland Surgery" in said(answer)
    assert REASON in answer.content.decode()
    assert not NilSettlement.objects.exists()


def test_a_second_person_confirms_what_they_saw(waits):
    row = proposed(waits)
    bram = signed_in(second_person(waits))
    page = bram.get(page_of(row))
    assert "becomes Aggregated, £1,732.34 from 2 lines" in said(page)

    to = reverse("achievement:confirm_nil", args=[row.pk])
    answer = bram.post(to, hidden_in(page, to), follow=True)

    assert "Wight Health Centre's line is settled as nil for October 2021." in said(answer)
    assert waits.total().amount == Decimal("1732.34")


def test_who_can_confirm_is_another_person_and_who_can_withdraw_is_the_proposer(waits):
    row = proposed(waits)
    other = second_person(waits)
    reader = waits.acting(Role.VIEW)

    to_confirm = queries.who_can_move(row, CONFIRM_NIL)
    to_withdraw = queries.who_can_move(row, WITHDRAW_NIL)
    page = said(signed_in(reader).get(page_of(row)))

    lead = waits.commissioner.name
    assert to_confirm == (f"{other.user.name} of {lead}, as Approval Management.",)
    assert to_withdraw == (f"{waits.approver.user.name}, who proposed it.",)
    assert f"{to_confirm[0]}" in page
    assert f"{to_withdraw[0]}" in page


def test_what_moved_between_look_and_confirmation_is_shown_and_nothing_is_kept(waits):
    row = proposed(waits)
    bram = signed_in(second_person(waits))
    to = reverse("achievement:confirm_nil", args=[row.pk])
    looked = hidden_in(bram.get(page_of(row)), to)
    commands.undo_approval(seen(waits.lines()[0]), by=waits.approver, note="Another look.")

    answer = bram.post(to, looked)

    assert answer.status_code == 409
    assert "What would change is no longer what you saw" in said(answer)
    row.refresh_from_db()
    assert row.state == NilState.PROPOSED


def test_what_cannot_be_confirmed_any_more_says_why_and_can_be_declined(waits):
    row = proposed(waits)
    Membership.objects.filter(practice=waits.practices[2]).update(valid=("2019-07-01", "2021-10-01"))
    waits.calculate()
    waits.aggregate()

    text = said(signed_in(second_person(waits)).get(page_of(row)))

    assert "it waits for nothing" in text
    assert "Or decline" in text


@pytest.mark.parametrize(("name", "who", "state"), [("decline", "second", 4), ("withdraw", "first", 5)])
def test_it_is_declined_and_withdrawn_with_a_reason(waits, name, who, state):
    row = proposed(waits)
    person = signed_in(second_person(waits) if who == "second" else waits.approver)
    to = reverse(f"achievement:{name}_nil", args=[row.pk])
    sent = {"version": row.version}

    assert person.post(to, {**sent, "reason": ""}).status_code == 422
    answer = person.post(to, {**sent, "reason": "ODS has answered."}, follow=True)

    row.refresh_from_db()
    assert row.state == state
    assert "ODS has answered." in said(answer)


def test_it_is_lifted_with_what_would_follow(waits):
    row = settled(waits)
    ada = signed_in(waits.approver)
    page = ada.get(page_of(row))
    assert "total is withdrawn, £1,732.34" in said(page)

    to = reverse("achievement:lift_nil", args=[row.pk])
    answer = ada.post(to, {**hidden_in(page, to), "reason": "It has opened again."}, follow=True)

    assert "line for October 2021 is awaited again" in said(answer)
    assert waits.total() is None


def test_the_list_is_filtered_and_says_what_is_to_be_adjusted(waits):
    row = settled(waits)
    commands.give_finance_approval(seen(waits.total()), by=waits.finance)
    two_approved(waits, NOVEMBER)
    proposed(waits, day=NOVEMBER)
    ada = signed_in(waits.approver)

    everything = said(ada.get(LIST))
    assert "2 settlements" in everything
    assert "£518.44" in everything
    assert "1 settlement" in said(ada.get(LIST, {"status": "1"}))
    assert "No settlement matches these filters." in said(ada.get(LIST, {"text": "Rockall"}))
    assert page_of(row) in links_in(ada.get(LIST, {"status": "3", "text": waits.practices[2].code}))


def test_the_list_asks_as_often_however_many_there_are(waits, django_assert_max_num_queries):
    proposed(waits)
    ada = signed_in(waits.approver)
    ada.get(LIST)
    two_approved(waits, NOVEMBER)
    settled(waits, day=NOVEMBER)

    with django_assert_max_num_queries(12):
        ada.get(LIST)


def test_an_empty_list_says_where_it_is_proposed(world):
    assert "No line is settled as nil." in said(signed_in(world.approver).get(LIST))


def test_the_network_says_what_was_left_out_by_whom_and_why(waits):
    settled(waits)

    text = said(signed_in(waits.approver).get(network_of(waits)))

    assert (
        "£735.36 Portland Surgery + £996.98 Viking Medical Practice + £0.00 Wight Health Centre, settled as nil" in text
    )
    assert "= £1,732.34." in text
    assert f"Proposed by {waits.approver.name}" in text
    assert f"confirmed by {second_person(waits).name}" in text
    assert REASON in text
    assert "confirmed: to settle Wight Health Centre's line as nil" in text


def test_a_fellow_member_sees_the_status_and_neither_pounds_nor_reason(waits):
    settled(waits)
    fellow = acting_as(Role.FINANCE_VIEW, organisation=waits.practices[0])

    text = said(signed_in(fellow).get(network_of(waits)))

    assert "Settled as nil" in text
    assert REASON not in text
    assert "£518.44" not in text
    assert "£996.98" not in text


def test_the_practice_reads_it_on_its_own_pages(waits):
    row = settled(waits)
    own = signed_in(acting_as(Role.FINANCE_VIEW, organisation=waits.practices[2]))
    line = waits.lines()[2]

    assert REASON in said(own.get(page_of(row)))
    assert not re.findall(r"<button[^>]*>\s*Lift", own.get(page_of(row)).content.decode())
    text = said(own.get(reverse("achievement:achievement", args=[line.pk])))
    assert "Wight Health Centre's line is settled as nil for October 2021: it counts as nil here." in text
    assert "settled as nil: approving it takes its place" in said(own.get("/achievement/results/"))


def test_a_practice_without_a_line_reads_it_on_its_networks_page(world):
    Participation.objects.filter(provider=world.practices[2]).update(state=8)
    world.calculate()
    commands.approve_achievements(seen(*world.lines()), by=world.approver)
    settled(world)
    own = signed_in(acting_as(Role.VIEW, organisation=world.practices[2]))

    text = said(own.get(network_of(world)))

    assert "Settled as nil" in text
    assert REASON in text


def test_declaration_management_says_it_of_lines_and_of_totals(waits):
    ada = signed_in(waits.approver)
    proposed(waits)
    assert "to settle it as nil awaits a second person" in said(ada.get("/achievement/declarations/", {"status": "3"}))

    row = NilSettlement.objects.get()
    commands.confirm_nil(as_seen(row), by=second_person(waits))

    assert "settled as nil: approving it takes its place" in said(
        ada.get("/achievement/declarations/", {"status": "3"})
    )
    cleo = signed_in(waits.finance)
    assert "settled as nil: Wight Health Centre" in said(cleo.get("/achievement/declarations/", {"status": "7"}))


def test_network_declaration_management_counts_it(waits):
    settled(waits)

    assert "2 of 3, 1 settled as nil" in said(
        signed_in(waits.approver).get("/achievement/networks/", {"date": "2021-10-31"})
    )


def test_home_leads_the_second_person_to_it_and_not_the_first(waits):
    row = proposed(waits)

    bram, ada = signed_in(second_person(waits)).get("/"), signed_in(waits.approver).get("/")

    assert "To settle a line as nil awaits a second person: Wight Health Centre" in said(bram)
    assert page_of(row) in links_in(bram)
    assert page_of(row) not in links_in(ada)


def test_why_a_network_waits_offers_the_form_filled_in(waits):
    practice = waits.practices[2]
    type(practice).objects.filter(pk=practice.pk).update(close_date="2021-08-31")
    why = reverse("achievement:waiting_network", args=[waits.network.code])
    ada = signed_in(waits.approver)

    links = [href for href in links_in(ada.get(why)) if href.startswith(form_of(waits))]
    assert "Settle this line as nil for October 2021..." in said(ada.get(why))
    assert parse_qs(urlsplit(links[0]).query)["reason"] == [
        "Wight Health Centre is closed, and ODS still has it as a member."
    ]
    viewer = signed_in(waits.acting(Role.VIEW))
    assert "Settle this line as nil" not in said(viewer.get(why))


def test_why_a_network_waits_shows_a_proposal_and_leads_to_it(waits):
    practice = waits.practices[2]
    type(practice).objects.filter(pk=practice.pk).update(close_date="2021-08-31")
    row = proposed(waits)
    why = reverse("achievement:waiting_network", args=[waits.network.code])

    answer = signed_in(second_person(waits)).get(why)

    text = said(answer)
    assert f"To settle it as nil for October 2021 awaits a second person: proposed by {waits.approver.name}" in text
    assert page_of(row) in links_in(answer)
    assert form_of(waits) not in text


def test_why_a_network_waits_says_what_is_settled_is_right_already(waits):
    commands.undo_approval(seen(waits.lines()[0]), by=waits.approver, note="Another look.")
    settled(waits)
    why = reverse("achievement:waiting_network", args=[waits.network.code])

    assert "Wight Health Centre: settled as nil for October 2021" in said(signed_in(waits.approver).get(why))


def test_after_finance_approval_the_network_says_what_was_left_out_is_to_be_adjusted(waits):
    settled(waits)
    commands.give_finance_approval(seen(waits.total()), by=waits.finance)
    ada = signed_in(waits.approver)

    text = said(ada.get(network_of(waits)))

    assert "Settled as nil, complete" in text
    assert "The total has finance approval without it: what is due for it is to be adjusted." in text
    assert "the total has finance approval without it, and what is due for it is to be adjusted." in text
    assert "It counts as nil here" not in text
    why = said(ada.get(reverse("achievement:waiting_network", args=[waits.network.code])))
    assert "Settled as nil: Wight Health Centre." in why


def test_finance_reads_how_many_pounds_of_calculated_lines_are_left_out(waits):
    settled(waits)
    totals = {"status": "7"}

    text = said(signed_in(waits.finance).get("/achievement/declarations/", totals))
    assert "settled as nil: Wight Health Centre, £518.44 of calculated lines left out" in text
    assert "£518.44" not in said(signed_in(waits.acting(Role.VIEW)).get("/achievement/declarations/", totals))


def test_a_line_of_a_date_or_practice_that_is_none_is_not_there(waits):
    ada = signed_in(waits.approver)
    elsewhere = form_of(waits).replace("2021-10-31", "2021-10-30")

    assert ada.get(elsewhere).status_code == 404
    assert ada.get(form_of(waits).replace("2021-10-31", "October")).status_code == 404
    assert ada.get(form_of(waits).replace(waits.practices[2].code, "A00000")).status_code == 404


def test_reasons_that_name_pounds_are_kept_from_whoever_sees_none(waits):
    commands.propose_nil(nil_line(waits), "£518.44 is disputed.", by=waits.approver)
    row = NilSettlement.objects.get()

    text = said(signed_in(waits.acting(Role.VIEW)).get(page_of(row)))

    assert "£518.44" not in text


def test_what_nobody_looked_at_is_not_confirmed_and_leads_to_what_would_follow(waits):
    row = proposed(waits)
    bram = signed_in(second_person(waits))

    answer = bram.post(reverse("achievement:confirm_nil", args=[row.pk]), {"version": row.version})

    row.refresh_from_db()
    assert (answer.status_code, row.state) == (409, NilState.PROPOSED)
    assert "line counts as £0.00" in said(answer)
