from __future__ import annotations

import re
from datetime import date

import pytest
from django.urls import reverse

from accounts.states import Role
from core import clock
from participation.commands import offer_to_networks
from participation.models import Participation
from participation.states import State
from tests.factories.accounts import acting_as
from tests.factories.organisations import NetworkFactory, PracticeFactory
from tests.participation.conftest import END, START
from tests.participation.pages import hidden, sign_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]

OCTOBER = date(2021, 10, 31)
BUDGET = 10


@pytest.fixture
def offered(service, utsire, commissioning):
    """The service offered to Utsire until 31 October 2021."""
    with clock.held_at(START):
        offer_to_networks(service.pk, [utsire.network.pk], START, OCTOBER, by=commissioning)
    return list(Participation.objects.order_by("provider__name"))


@pytest.fixture
def detail(service):
    return reverse("participation:offered_service", args=[service.code])


@pytest.fixture
def end_date(service):
    return reverse("participation:save_end_date", args=[service.code])


def previewed(client, address, given):
    """What was asked for is looked at, and what the page then carries is posted."""
    looked = client.post(address, {**given, "step": "check"})
    return client.post(address, {**given, "step": "save", "token": hidden(looked, "token")}, follow=True)


def tokens(rows):
    return [f"{row.pk}:{row.version}" for row in Participation.objects.filter(pk__in=[row.pk for row in rows])]


def test_offered_services_lists_each_service_with_its_counts(commissioner, offered, service):
    page = commissioner.get(reverse("participation:offered_services"))

    assert page.status_code == 200
    assert f"{service.name} 01/04/2020 - 31/03/2022 1 3 3 0 0" in text(page)


def test_offered_services_without_any_says_where_to_begin(commissioner):
    page = commissioner.get(reverse("participation:offered_services"))

    assert "No quality service has been offered yet. Create Offers is where to begin." in text(page)


def test_the_detail_of_a_service_shows_who_takes_part_in_six_columns(commissioner, offered, detail):
    said = text(commissioner.get(detail))

    assert "« Back to Offered Services" in said
    assert "PCN Org ID Service Provider Name Parent Organisation Start Date End Date" in said
    assert (
        "Utsire Partnership PCN V37647 Portland Surgery NHS Viking, North & South Utsire CCG 01/04/2020 31/10/2021"
        in said
    )
    assert "Ends before the service" in said
    assert "Save End Date" in said


def test_the_list_is_filtered_by_status_network_and_name(commissioner, offered, detail, utsire):
    assert "1 practice" in text(commissioner.get(detail, {"text": "v376"}))
    assert "1 practice" in text(commissioner.get(detail, {"text": "wight"}))
    assert "3 practices" in text(commissioner.get(detail, {"network": utsire.network.pk}))
    assert "3 practices" in text(commissioner.get(detail, {"status": State.APPROVED.value}))
    assert "No practice matches these filters." in text(commissioner.get(detail, {"status": State.CANCELLED.value}))


def test_a_filter_that_does_not_exist_is_said(commissioner, offered, detail):
    page = commissioner.get(detail, {"status": "99"})

    assert page.status_code == 422
    assert "There is a problem" in text(page)


def test_pages_go_on_after_the_last_row_seen(commissioner, biscay, commissioning, service, detail):
    network = NetworkFactory.create(led_by=biscay)
    for n in range(30):
        PracticeFactory.create(code=f"A{n:05d}", name=f"Practice {n:02d}", member_of=network)
    offer_to_networks(service.pk, [network.pk], START, END, by=commissioning)

    first = commissioner.get(detail, {"view": 25})
    following = re.search(r'href="([^"]+)" rel="next"', first.content.decode())[1].replace("&amp;", "&")
    second = commissioner.get(following)

    assert "Practice 24" in text(first)
    assert "Practice 25" not in text(first)
    assert "Practice 25" in text(second)
    assert "Practice 24" not in text(second)
    assert 'rel="next"' not in second.content.decode()


def test_an_end_date_is_entered_checked_and_saved(commissioner, offered, detail, end_date):
    chosen = {"seen": tokens(offered), "back": detail}
    entered = commissioner.post(end_date, chosen)
    given = {
        **chosen,
        "end_date_day": "31",
        "end_date_month": "3",
        "end_date_year": "2022",
        "reason": "Offered too short.",
    }

    checked = commissioner.post(end_date, {**given, "step": "check"})
    unsaved = {row.end_date for row in Participation.objects.with_terms()}
    token = hidden(checked, "token")
    saved = commissioner.post(end_date, {**given, "step": "save", "token": token}, follow=True)

    assert "Practices chosen" in text(entered)
    assert "If the end date of 3 practices becomes 31 March 2022:" in text(checked)
    assert unsaved == {OCTOBER}
    assert "End date 31 March 2022 saved for 3 practices." in text(saved)
    assert {row.end_date for row in Participation.objects.with_terms()} == {END}


def test_the_check_posts_on_what_was_entered(commissioner, offered, end_date):
    given = {"seen": tokens(offered), "step": "check", "end_date": "2022-03-31", "reason": "Too short & wrong."}

    page = commissioner.post(end_date, given).content.decode()

    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    assert ("step", "save") in fields
    assert ("end_date", "2022-03-31") in fields
    assert ("reason", "Too short &amp; wrong.") in fields
    assert [value for name, value in fields if name == "seen"] == tokens(offered)


def test_everything_that_matches_can_be_chosen_at_once(commissioner, offered, detail, end_date):
    page = commissioner.get(detail, {"text": "surgery"}).content.decode()
    token = re.search(r'name="all_matching" value="([^"]+)"', page)[1]

    previewed(commissioner, end_date, {"all_matching": token, "end_date": "2022-03-31", "reason": "Too short."})

    assert [row.end_date for row in Participation.objects.with_terms().order_by("provider__name")] == [
        END,
        OCTOBER,
        OCTOBER,
    ]


def test_nothing_chosen_is_said_on_the_list(commissioner, offered, end_date):
    page = commissioner.post(end_date, {"action": "save_end_date"}, follow=True)

    assert "Select at least one practice first. Nothing was changed." in text(page)


def test_a_day_that_cannot_be_is_refused_on_the_form(commissioner, offered, end_date):
    given = {"seen": tokens(offered), "step": "check", "reason": "Too long."}

    after = text(commissioner.post(end_date, {**given, "end_date": "2022-04-01"}))
    before = text(commissioner.post(end_date, {**given, "end_date": "2020-03-31"}))
    without_reason = text(commissioner.post(end_date, {**given, "end_date": "2022-03-31", "reason": " "}))

    assert "Error: Save End Date" in after
    assert "End date must be 31 March 2022 or earlier: it is 1 April 2022." in after
    assert "End date must be 1 April 2020 or later: it is 31 March 2020." in before
    assert "Enter reason." in without_reason


def test_what_the_command_refuses_is_said_on_the_form(commissioner, service, utsire, offered, commissioning, end_date):
    offer_to_networks(service.pk, [utsire.network.pk], date(2021, 12, 1), END, by=commissioning)
    given = {"seen": tokens(offered), "step": "save", "reason": "Too short."}

    page = text(commissioner.post(end_date, {**given, "end_date": "2021-12-31"}))

    assert "There is a problem" in page
    assert "End date 31/12/2021 overlaps another offer to Portland Surgery (V37647), from 01/12/2021." in page


def test_a_save_that_nobody_looked_at_leads_to_the_preview(commissioner, offered, end_date):
    given = {"seen": tokens(offered), "step": "save", "end_date": "2022-03-31", "reason": "Too short."}

    page = commissioner.post(end_date, {**given, "token": ""})

    assert "If the end date of 3 practices becomes 31 March 2022:" in text(page)
    assert {row.end_date for row in Participation.objects.with_terms()} == {OCTOBER}


@pytest.mark.parametrize("at_once", [False, True])
def test_what_changed_meanwhile_is_said_and_pressing_again_saves(commissioner, offered, detail, end_date, at_once):
    chosen = {"seen": tokens(offered)}
    if at_once:
        listed = commissioner.get(detail, {"text": "surgery"})
        chosen = {"all_matching": hidden(listed, "all_matching")}
    given = {**chosen, "end_date": "2021-12-31", "reason": "Ours."}
    token = hidden(commissioner.post(end_date, {**given, "step": "check"}), "token")
    previewed(commissioner, end_date, {**chosen, "end_date": "2022-01-31", "reason": "Theirs."})

    moved = commissioner.post(end_date, {**given, "step": "save", "token": token})
    unsaved = ends_of("Portland Surgery")
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', moved.content.decode())
    again = {name: [value for each, value in fields if each == name] for name, _value in fields}
    saved = commissioner.post(end_date, again, follow=True)

    assert moved.status_code == 409
    assert "Meanwhile: Portland Surgery (V37647) was given an end date by" in text(moved)
    assert "Its days are 01/04/2020 - 31/01/2022. Reason: Theirs." in text(moved)
    assert "It has changed since you saw it." not in text(moved)
    assert again["reason"] == ["Ours."]
    assert unsaved == date(2022, 1, 31)
    assert "End date 31 December 2021 saved for" in text(saved)
    assert ends_of("Portland Surgery") == date(2021, 12, 31)


def test_what_somebody_else_did_already_is_said_on_the_form_and_nothing_typed_is_lost(commissioner, offered, end_date):
    given = {"seen": tokens(offered), "end_date": "2022-03-31", "reason": "Ours."}
    token = hidden(commissioner.post(end_date, {**given, "step": "check"}), "token")
    previewed(commissioner, end_date, {**given, "reason": "Theirs."})

    page = commissioner.post(end_date, {**given, "step": "save", "token": token})

    assert "Portland Surgery (V37647): It ends on 31 March 2022 already." in text(page)
    assert "Reason: Theirs." in text(page)
    assert "Ours." in page.content.decode()


def ends_of(name):
    return Participation.objects.with_terms().get(provider__name=name).end_date


def test_who_only_looks_sees_no_button_and_why(client, offered, detail, viking):
    page = sign_in(client, acting_as(Role.VIEW, organisation=viking)).get(detail)

    assert "Portland Surgery" in text(page)
    assert 'value="save_end_date"' not in page.content.decode()
    assert "that needs the role Commissioning Management" in text(page)


def test_who_sees_nothing_of_it_is_told_it_does_not_exist(client, offered, detail, end_date):
    stranger = sign_in(client, acting_as(Role.VIEW, organisation=PracticeFactory.create()))

    assert stranger.get(detail).status_code == 404
    assert stranger.post(end_date, {"seen": tokens(offered)}).status_code == 404


def test_a_practice_sees_its_own_services(client, offered, utsire, service):
    practice = sign_in(client, acting_as(Role.SERVICE_MANAGEMENT, organisation=utsire.portland))

    said = text(practice.get(reverse("participation:my_services")))

    assert f"{service.name} Utsire Partnership PCN V37647 Portland Surgery 01/04/2020 31/10/2021 Approved" in said
    assert "Wight Health Centre" not in said


def test_a_network_sees_those_of_its_members(client, offered, utsire):
    network = sign_in(client, acting_as(Role.PCN_VIEW, organisation=utsire.network))

    assert "3 participations" in text(network.get(reverse("participation:my_services")))


def test_my_services_without_any_says_so(client):
    practice = sign_in(client, acting_as(Role.VIEW, organisation=PracticeFactory.create()))

    assert "You take part in no quality service at present." in text(practice.get(reverse("participation:my_services")))


@pytest.mark.parametrize("name", ["offered_services", "offered_service", "create_offers", "my_services"])
@pytest.mark.parametrize("networks", [1, 8])
def test_pages_ask_the_database_a_constant_number_of_questions(
    commissioner, biscay, commissioning, service, name, networks, django_assert_max_num_queries, settings
):
    settings.USERSESSIONS_TRACK_ACTIVITY = False
    led = [NetworkFactory.create(led_by=biscay) for _ in range(networks)]
    for network in led:
        PracticeFactory.create(member_of=network)
    offer_to_networks(service.pk, [network.pk for network in led], START, END, by=commissioning)
    address = reverse(f"participation:{name}", args=[service.code] if name == "offered_service" else [])

    commissioner.get(reverse("participation:my_services"))

    with django_assert_max_num_queries(BUDGET):
        page = commissioner.get(address)

    assert page.status_code == 200
