"""Record Achievement: dates that have come, figures in progress, who is told what."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from accounts.states import Role
from submission import commands, rules
from submission.models import DraftValue, Submission
from submission.queries import needs_of
from tests.factories.catalogue import AchievementDateFactory
from tests.factories.organisations import PracticeFactory
from tests.factories.submission import (
    NOVEMBER,
)
from tests.submission.conftest import sign_in
from tests.submission.entering import save
from tests.submission.screens import BOX, PROVIDER, RECORD, at, drawn, enter, said, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("portland")]

BUDGET = 16


def test_record_achievement_lists_the_dates_that_have_come(as_tamsin):
    page = said(as_tamsin.get(reverse(RECORD)))

    assert "Financial Year 2021/22 Quality Service Select a service Weight Management 2021/22 Achievement Date" in page
    assert "30 November 2021 Payment date Not started 12/12/2021" in page
    assert "31 December 2021" not in page


def test_a_date_chosen_offers_to_add_and_to_return_nil(as_tamsin):
    page = said(as_tamsin.get(reverse(RECORD), {"service": "WM-2021-22", "date": "2021-11-30"}))

    assert "Weight Management, 30 November 2021" in page
    assert "It is a payment date. Entry closes on 12 December 2021. No figures have been entered yet." in page
    assert "Add New Achievement" in page
    assert "Nil return" in page


def test_a_date_that_is_not_a_payment_date_says_at_once_that_it_pays_nothing(as_tamsin, portland):
    AchievementDateFactory.create(service=portland.service, date=date(2021, 12, 1), is_payment_date=False)

    page = said(as_tamsin.get(reverse(RECORD), {"service": "WM-2021-22", "date": "2021-12-01"}))

    assert "1 December 2021: not a payment date: no payment" in page
    assert "It is not a payment date of Weight Management: figures for it yield no payment." in page


def test_whoever_only_looks_is_told_why_nothing_can_be_added(client, portland):
    viewer = sign_in(client, portland.acting(Role.VIEW))

    page = said(viewer.get(reverse(RECORD), {"service": "WM-2021-22", "date": "2021-11-30"}))

    assert "Add New Achievement" not in page
    assert "that needs the role Achievement Entry" in page


def test_a_practice_without_a_service_is_told_so(client, portland):
    elsewhere = sign_in(client, portland.acting(Role.ACHIEVEMENT_ENTRY, PracticeFactory.create()))

    assert "No quality service that figures are entered for has been offered yet." in said(
        elsewhere.get(reverse(RECORD))
    )


def test_filters_that_name_nothing_are_left_out(as_tamsin):
    page = as_tamsin.get(reverse(RECORD), {"year": "1999", "service": "NO", "date": "2021-02-31"})

    assert page.status_code == 200
    assert "There is a problem" not in said(page)


def test_adding_a_new_achievement_begins_it(as_tamsin, portland):
    given = {"service": "WM-2021-22", "date": "2021-11-30", "provider": "V37647"}

    page = as_tamsin.post(reverse("submission:add"), given, follow=True)

    assert portland.submission.state == 1
    assert "Achievement at 30 November 2021" in said(page)
    assert "Weight management Not started" in said(page)
    assert "30 referrals in a payment period" in said(page)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"service": "NO"}, 404),
        ({"provider": "X"}, 404),
        ({"date": "soon"}, 404),
        ({"date": "2021-11-15"}, 422),
        ({"date": "2021-12-31"}, 422),
    ],
)
def test_what_cannot_be_added_is_refused(as_tamsin, changes, status):
    given = {"service": "WM-2021-22", "date": "2021-11-30", "provider": "V37647"} | changes

    assert as_tamsin.post(reverse("submission:add"), given).status_code == status
    assert not Submission.objects.exists()


def test_a_group_shows_each_field_with_its_current_value(as_tamsin, begun):
    begun.submit(12)

    page = said(as_tamsin.get(at("group", NOVEMBER, "WM")))

    assert (
        "Patients referred to a weight management service Referrals Current value: 12, submitted by Tamsin Dale."
        in page
    )
    assert "Submission notes" in page
    assert "Reason for manual entry" in page


def test_a_service_entered_by_hand_always_has_its_reason_chosen(as_tamsin, begun):
    page = as_tamsin.get(at("group", NOVEMBER, "WM")).content.decode()

    assert re.search(r'name="reason" type="radio" value="3" checked', page)


def test_work_in_progress_is_saved_and_said(as_tamsin, begun):
    page = said(enter(as_tamsin, "37", note="Two were late."))

    assert "Work in progress saved: 1 value. It is not submitted yet." in page
    assert "Weight management Last updated 11 December 2021, 12:00, by Tamsin Dale 1 in progress" in page
    assert "Referrals None yet 37" in page
    assert DraftValue.objects.get().value == 37


def test_what_was_saved_is_there_when_one_returns(as_tamsin, begun):
    enter(as_tamsin, "37", note="Two were late.")

    page = as_tamsin.get(at("group", NOVEMBER, "WM")).content.decode()

    assert re.search(rf'name="{BOX}"[^>]*value="37"', page)
    assert "Two were late." in page


def test_a_number_of_thousands_of_digits_is_refused_by_name(as_tamsin, begun):
    response = enter(as_tamsin, "9" * 5000)

    assert response.status_code == 422
    assert "must be 99,999,999 or less: it has 5,000 digits." in said(response)
    assert not DraftValue.objects.exists()


def test_an_unknown_address_does_not_exist(as_tamsin, begun):
    assert as_tamsin.get(at("group", NOVEMBER, "NO")).status_code == 404
    assert as_tamsin.get(at("summary", date(2021, 10, 31))).status_code == 404
    assert as_tamsin.get(at("summary").replace("2021-11-30", "soon")).status_code == 404
    assert as_tamsin.get(at("nil_return", practice="NONE")).status_code == 404


@pytest.mark.parametrize("name", ["summary", "check", "submitted", "nil_return"])
def test_another_practice_sees_nothing_of_it(client, begun, name):
    stranger = sign_in(client, begun.acting(Role.ACHIEVEMENT_ENTRY, PracticeFactory.create()))

    assert stranger.get(at(name)).status_code == 404


def test_what_is_locked_is_shown_and_says_why(as_tamsin, begun):
    seen = drawn(as_tamsin)
    rules.register_lock(lambda keys, on_behalf: {begun.key(): "It is approved."})

    page = said(as_tamsin.get(at("group", NOVEMBER, "WM")))

    assert "Why you cannot change these figures It is approved." in page
    assert "Save Work in Progress" not in page
    assert enter(as_tamsin, "37", seen=seen).status_code == 403


def test_the_commissioning_organisation_chooses_a_provider_and_enters_on_behalf(portland):
    kezia = sign_in(Client(), portland.kezia)
    services = said(kezia.get(reverse(PROVIDER)))
    chosen = {"service": "WM-2021-22", "provider": "V37647", "date": "2021-11-30"}
    page = said(kezia.get(reverse(PROVIDER), chosen))

    kezia.post(reverse("submission:add"), {"service": "WM-2021-22", "date": "2021-11-30", "provider": "V37647"})
    enter(kezia, "36", act="submit")
    done = said(submit(kezia))
    summary = said(kezia.get(at("summary")))

    assert "Select a service provider, then Apply." in services
    assert "Add New Achievement" in page
    assert "Achievement data submitted" in done
    assert "Kezia Moor submitted it, on behalf" in summary
    assert portland.submission.on_behalf


def test_after_the_window_the_practice_reads_that_it_has_closed(as_tamsin, begun, set_clock):
    set_clock(date(2021, 12, 13))

    assert "Entry closed on 12 December 2021" in said(as_tamsin.get(at("group", NOVEMBER, "WM")))


def test_home_says_what_is_to_be_entered_and_what_was_not_submitted(portland):
    before = [need.sentence for need in needs_of(portland.tamsin)]
    commands.begin_submission(portland.key(), by=portland.tamsin)
    opened = [need.sentence for need in needs_of(portland.tamsin)]
    save(portland, None, reason=None)
    emptied = [need.sentence for need in needs_of(portland.tamsin)]
    save(portland, 12)
    begun = [need.sentence for need in needs_of(portland.tamsin)]
    portland.submit(37)

    assert before == opened == emptied == ["Weight Management, November 2021: enter figures by 12 December 2021"]
    assert begun == ["Weight Management, November 2021: entered and not submitted"]
    assert needs_of(portland.tamsin) == []


def test_home_says_nothing_of_it_to_who_does_not_enter(portland):
    assert needs_of(portland.acting(Role.VIEW)) == []
    assert needs_of(portland.kezia) == []


@pytest.mark.parametrize("name", ["record", "summary", "group", "check"])
def test_pages_ask_the_database_few_questions(as_tamsin, begun, settings, name, django_assert_max_num_queries):
    settings.USERSESSIONS_TRACK_ACTIVITY = False
    addresses = {"record": reverse(RECORD), "group": at("group", NOVEMBER, "WM")}
    address = addresses.get(name) or at(name)
    as_tamsin.get(address)

    with django_assert_max_num_queries(BUDGET):
        page = as_tamsin.get(address)

    assert page.status_code == 200
