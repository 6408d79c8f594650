"""My Services: offers answered, what is held and what is past; Available Services; and one offer."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.states import Role
from core import clock
from core.errors import Conflict, NotPermitted
from core.transitions import Seen
from operations.models import OutboxMessage, Task
from participation.commands import (
    accept_offers,
    ask_for_service,
    offer_to_networks,
    offer_to_practices,
    reject_offers,
    save_end_date,
    tell_of_participations,
)
from participation.models import Participation, ServiceRequest
from participation.states import AskState, State
from tests.factories.accounts import acting_as
from tests.factories.organisations import CommissionerFactory, PracticeFactory
from tests.factories.submission import weight_management
from tests.participation.conftest import END, START
from tests.participation.test_pages import sign_in, text, tokens

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]

RESPOND_BY = date(2021, 12, 20)


@pytest.fixture
def weight(viking):
    """Weight Management offered to Portland Surgery by its parent, to be answered by 20 December."""
    service = weight_management()
    portland = PracticeFactory.create(code="V37647", name="Portland Surgery", parent=viking)
    by = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=viking)
    made = offer_to_practices(
        service.pk, [portland.pk], date(2021, 12, 1), date(2022, 3, 31), by=by, respond_by=RESPOND_BY
    )
    return Participation.objects.select_related("service", "provider").get(pk=made.ids[0])


@pytest.fixture
def manager(weight):
    return acting_as(Role.SERVICE_MANAGEMENT, organisation=weight.provider)


@pytest.fixture
def practice(client, manager):
    return sign_in(client, manager)


PAGE = "participation:my_services"
ANSWER = "participation:answer"


def test_an_offer_to_answer_says_until_when(practice, weight):
    said = text(practice.get(reverse(PAGE)))

    assert "Offers to answer 1 offer" in said
    assert f"{weight.service.name} V37647 Portland Surgery 01/12/2021 31/03/2022 20/12/2021" in said
    assert "9 days left to answer." in said
    assert "Accept" in said


def test_accepting_says_what_it_means_and_what_happens_next(practice, weight, viking):
    given = {"action": "accept", "seen": tokens([weight])}

    asked = practice.post(reverse(ANSWER), given)
    before = Participation.objects.get().state
    done = practice.post(reverse(ANSWER), {**given, "confirmed": "1"}, follow=True)

    assert "Accept 1 offer" in text(asked)
    assert f"{viking.name} approves it next." in text(asked)
    assert before == State.OFFERED
    assert "Answer given 1 offer accepted." in text(done)
    assert "approves it next. You are told by e-mail." in text(done)
    assert Participation.objects.get().state == State.ACCEPTED


@pytest.mark.parametrize(("day", "state"), [(20, State.ACCEPTED), (21, State.OFFERED)])
def test_an_offer_is_answered_on_the_last_day_and_not_on_the_next(weight, manager, day, state):
    with clock.held_at(datetime(2021, 12, day, 12, tzinfo=UTC)):
        accept_offers([Seen(weight.pk, weight.version)], by=manager)

    assert Participation.objects.get().state == state


def test_rejecting_asks_why(practice, weight):
    given = {"action": "reject", "seen": tokens([weight]), "confirmed": "1"}

    empty = practice.post(reverse(ANSWER), {**given, "reason": ""})
    done = practice.post(reverse(ANSWER), {**given, "reason": "We have no room."}, follow=True)

    assert "Enter reason." in text(empty)
    assert "1 offer rejected." in text(done)
    row = Participation.objects.get()
    assert (row.state, row.history.get(transition="reject").note) == (State.REJECTED, "We have no room.")
    assert weight.service.name in text(practice.get(reverse("participation:my_services_history")))


def test_nothing_chosen_or_done_is_said(practice, weight):
    for given in ({"action": "accept"}, {"action": "eat", "seen": tokens([weight])}):
        said = practice.post(reverse(ANSWER), given, follow=True)

        assert "Select at least one offer first. Nothing was changed." in text(said)


def test_an_offer_answered_by_another_meanwhile_is_said_to_be(practice, weight, manager):
    given = {"action": "accept", "seen": tokens([weight]), "confirmed": "1"}
    accept_offers([Seen(weight.pk, 1)], by=manager)

    said = practice.post(reverse(ANSWER), given, follow=True)

    assert "Nothing was changed. Portland Surgery (V37647): It is Accepted." in text(said)


def test_an_offer_past_its_day_is_not_accepted(manager, weight, set_clock):
    set_clock(date(2021, 12, 21))

    answered = accept_offers([Seen(weight.pk, 1)], by=manager)

    assert "has passed. Ask the commissioning organisation" in answered.refused[0].reasons[0]


def test_who_does_not_answer_is_told_who_does(client, weight, manager):
    viewer = sign_in(client, acting_as(Role.VIEW, organisation=weight.provider))

    page = viewer.get(reverse(PAGE))

    assert 'value="accept"' not in page.content.decode()
    assert f"{manager.user.name} of Portland Surgery, as Service Management." in text(page)


def test_a_page_reached_without_an_answer_leads_back(practice):
    assert practice.get(reverse("participation:answered")).status_code == 302


def sent_to():
    sent = OutboxMessage.objects.filter(task="operations.send_email").order_by("pk")
    return [(keys["to"], keys["subject"]) for keys in sent.values_list("keys", flat=True)]


def tell(by):
    """What a worker does with the messages that commands left."""
    for message in OutboxMessage.objects.filter(task="participation.tell", done_at=None).order_by("pk"):
        tell_of_participations(message.keys["ids"], message.keys, by=by)


def test_the_practice_is_told_of_the_offer_and_the_commissioner_of_the_answer(weight, manager, viking):
    commissioner = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=viking)
    reject_offers([Seen(weight.pk, 1)], "We have no room.", by=manager)

    tell(commissioner)

    told = dict(sent_to())
    assert told[manager.user.email].startswith("Weight Management, Portland Surgery: offered")
    assert told[commissioner.user.email] == "Weight Management, Portland Surgery: rejected"
    texts = OutboxMessage.objects.filter(keys__to=commissioner.user.email).values_list("keys__text", flat=True)
    assert "Reason: We have no room." in texts[0]


def test_practices_and_their_network_are_told_of_an_end(service, utsire, commissioning, viking):
    offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)
    portland = acting_as(Role.SERVICE_MANAGEMENT, organisation=utsire.portland)
    network = acting_as(Role.PCN_MANAGEMENT, organisation=utsire.network)
    OutboxMessage.objects.all().delete()
    rows = Participation.objects.all()
    save_end_date([Seen(row.pk, row.version) for row in rows], date(2022, 1, 31), "It closes.", by=commissioning)

    tell(commissioning)

    assert sorted(sent_to()) == sorted([
        (portland.user.email, "Clinical Director payment, Portland Surgery: given the end date 31 January 2022"),
        (network.user.email, "Clinical Director payment: given the end date for 3 practices 31 January 2022"),
    ])  # fmt: skip


@pytest.mark.parametrize("again", [1, 2])
def test_each_is_told_once_however_often_the_worker_runs(weight, manager, viking, again):
    for _ in range(again):
        tell(manager)

    assert len(sent_to()) == 1


AVAILABLE = "participation:available_services"


def test_available_services_say_what_each_is_and_where_one_stands(practice, weight, service):
    said = text(practice.get(reverse(AVAILABLE)))

    assert "Enhanced services. £11.50 a referral, paid to the practice, monthly." in said
    assert "01/07/2021 - 31/03/2022 Offered See the offer" in said
    assert "Not offered" in said


def test_a_practice_asks_for_what_it_was_not_offered(client, weight, viking):
    other = PracticeFactory.create(name="Wight Health Centre", parent=viking)
    by = acting_as(Role.SERVICE_MANAGEMENT, organisation=other)
    client, address = sign_in(client, by), reverse("participation:ask_for_service", args=[weight.service.code])

    asked = client.get(address)
    done = client.post(address, follow=True)

    assert "Ask for this service" in text(asked)
    assert "Asked for. NHS Viking" in text(done)
    assert "Asked for on 11 December 2021." in text(done)
    task = Task.objects.open().get(key__startswith="participation.ask-for")
    assert (task.organisation, task.role) == (viking, Role.COMMISSIONING_MANAGEMENT)
    assert task.href == reverse("participation:service_request", args=[ServiceRequest.objects.get().pk])
    with pytest.raises(Conflict, match="asked for already"):
        ask_for_service(weight.service.code, by=by)


def test_what_is_asked_for_is_done_when_it_is_offered(weight, viking):
    other = PracticeFactory.create(parent=viking)
    ask_for_service(weight.service.code, by=acting_as(Role.SERVICE_MANAGEMENT, organisation=other))
    by = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=viking)

    offer_to_practices(weight.service.pk, [other.pk], date(2021, 12, 1), date(2022, 3, 31), by=by)

    assert not Task.objects.open().filter(key__startswith="participation.ask-for").exists()
    request = ServiceRequest.objects.get()
    assert (request.state, request.history.latest("pk").by) == (AskState.OFFERED, None)


def test_there_is_nothing_to_ask_for_where_an_offer_stands(weight, manager):
    with pytest.raises(Conflict, match="stands already"):
        ask_for_service(weight.service.code, by=manager)


def test_only_its_roles_ask(weight):
    with pytest.raises(NotPermitted, match="Service Management"):
        ask_for_service(weight.service.code, by=acting_as(Role.VIEW, organisation=weight.provider))


def test_a_commissioner_sees_how_many_have_each(client, weight, viking):
    by = sign_in(client, acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=viking))

    said = text(by.get(reverse(AVAILABLE)))

    assert "Practices offered" in said
    assert f"Offer it: {weight.service.short_name}" in said


@pytest.fixture
def ended(service, utsire, commissioning):
    """Portland's participation: offered on 1 April 2020, and on 11 December 2021 given the end of January."""
    with clock.held_at(START):
        offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)
    row = Participation.objects.get(provider=utsire.portland)
    with clock.held_at(datetime(2021, 12, 11, 13, tzinfo=UTC)):
        save_end_date([Seen(row.pk, row.version)], date(2022, 1, 31), "It closes.", by=commissioning)
    return row


def test_an_offer_shows_every_move_and_every_belief_about_its_days(client, ended, commissioning):
    said = text(sign_in(client, commissioning).get(reverse("participation:offer", args=[ended.pk])))

    assert "Start Date 1 April 2020 End Date 31 January 2022" in said
    assert "given an end date" in said
    assert "It closes." in said
    assert "01/04/2020 31/03/2022" in said
    assert "Ends before the service" in said
    assert "Save End Date" in said
    assert "Cancel Service" in said


def test_an_offer_is_shown_as_recorded_on_an_earlier_day(client, ended, commissioning):
    client, address = sign_in(client, commissioning), reverse("participation:offer", args=[ended.pk])

    then = text(client.get(address, {"recorded_on": "2021-12-10"}))

    assert "This page shows what was recorded at the end of 10 December 2021." in then
    assert "End Date 31 March 2022" in then
    assert "It closes." not in then
    assert client.get(address, {"recorded_on": "2020-03-01"}).status_code == 404


def test_who_may_not_act_on_an_offer_is_told_why_and_who_can(client, ended, utsire, commissioning):
    said = text(
        sign_in(client, acting_as(Role.VIEW, organisation=utsire.portland)).get(
            reverse("participation:offer", args=[ended.pk])
        )
    )

    assert "Save End Date : you cannot. You need the role Commissioning Management" in said
    assert commissioning.user.name in said


def test_what_others_are_offered_is_not_found(client, ended):
    stranger = sign_in(client, acting_as(Role.VIEW, organisation=CommissionerFactory.create()))

    assert stranger.get(reverse("participation:offer", args=[ended.pk])).status_code == 404


@pytest.mark.parametrize("state", [State.OFFERED, State.ACCEPTED, State.APPROVED, State.ENDED])
@pytest.mark.parametrize("role", [Role.COMMISSIONING_MANAGEMENT, Role.VIEW])
def test_an_offer_s_page_asks_ten_questions_at_most(client, weight, viking, state, role):
    """Also of somebody who may do nothing of it, and is told who can."""
    Participation.objects.filter(pk=weight.pk).update(state=state)
    reader, page = sign_in(client, acting_as(role, organisation=viking)), offer_page(weight)
    reader.get(page)

    with CaptureQueriesContext(connection) as asked:
        answer = reader.get(page)

    assert answer.status_code == 200
    assert len(asked) <= 10


def test_a_practice_s_own_offer_asks_ten_questions_at_most(client, weight, manager):
    reader, page = sign_in(client, manager), offer_page(weight)
    reader.get(page)

    with CaptureQueriesContext(connection) as asked:
        reader.get(page)

    assert len(asked) <= 10


def offer_page(offer):
    return reverse("participation:offer", args=[offer.pk])
