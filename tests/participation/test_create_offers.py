"""Create Offers: drafts, steps, services and dates."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from accounts.states import Role
from participation.commands import (
    add_providers,
    set_days,
)
from participation.models import OfferDraft, Participation
from participation.states import State
from tests.factories.accounts import acting_as
from tests.factories.submission import weight_management
from tests.participation.conftest import END, ENDS, START, STARTS
from tests.participation.creating import at, offer, the_draft
from tests.participation.pages import sign_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]


SHORT = {"start_date": "2020-04-01", "end_date": "2021-10-31"}


def test_an_offer_is_made_in_five_steps(commissioner, service, utsire):
    first = commissioner.post(at("new_offer"), {"service": service.pk}, follow=True)
    dates = commissioner.post(at("offer_dates", the_draft()), SHORT, follow=True)
    added = commissioner.post(
        at("offer_providers", the_draft()), {"action": "add", "seen": f"{utsire.network.pk}:1"}, follow=True
    )
    review = commissioner.get(at("review_offers", the_draft()))
    made = offer(commissioner, the_draft())

    assert "Dates" in text(first)
    assert "Utsire Partnership PCN Z05850 3 Not yet NHS Viking, North & South Utsire CCG" in text(dates)
    assert "1 PCN added." in text(added)
    assert "Membership takes the offers up, and they are approved at once." in text(review)
    assert "Offers made" in text(made)
    assert "3 offers to 3 practices in 1 PCN." in text(made)
    assert "Make another offer" in text(made)
    assert Participation.objects.in_state(State.APPROVED).count() == 3


def test_a_draft_begins_only_once_its_service_is_chosen(commissioner, service, utsire):
    page = commissioner.get(at("new_offer"))
    refused = commissioner.post(at("new_offer"), {})

    assert page.status_code == 200
    assert refused.status_code == 422
    assert "Select quality service." in text(refused)
    assert not OfferDraft.objects.exists()


def test_what_was_begun_is_resumed_where_it_was_left(commissioner, begun, commissioning, utsire):
    listed = text(commissioner.get(at("create_offers")))
    set_days(begun.pk, START, END, by=commissioning)
    dated = commissioner.get(at("create_offers")).content.decode()
    add_providers(begun.pk, [utsire.network.pk], by=commissioning)
    chosen = commissioner.get(at("create_offers")).content.decode()

    assert "Not chosen yet Nobody yet" in listed
    assert f'href="{at("offer_providers", begun)}"' in dated
    assert f'href="{at("review_offers", begun)}"' in chosen


def test_home_says_what_was_begun(commissioner, begun):
    assert "1 offer you began is not finished" in text(commissioner.get(reverse("home:home")))


def test_without_anything_begun_the_list_says_so(commissioner, service, utsire):
    assert "You have no offers that are not finished." in text(commissioner.get(at("create_offers")))


def test_a_draft_is_nobody_elses(client, begun, biscay, viking, commissioning):
    colleague = sign_in(client, acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=biscay))
    same_person = sign_in(
        Client(), acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=viking, user=commissioning.user)
    )

    for who in (colleague, same_person):
        assert who.get(at("offer_dates", begun)).status_code == 404
        assert who.post(at("drop_offers", begun)).status_code == 404
        assert "You have no offers that are not finished." in text(who.get(at("create_offers")))


def test_a_draft_is_dropped_once_that_is_confirmed(commissioner, begun):
    asked = commissioner.get(at("drop_offers", begun))
    done = commissioner.post(at("drop_offers", begun), follow=True)

    assert "Nothing was offered, so nobody is told." in text(asked)
    assert "was dropped. Nobody was offered it." in text(done)
    assert commissioner.get(at("offer_dates", begun)).status_code == 404
    assert not OfferDraft.objects.unfinished().exists()


def test_two_tabs_each_keep_what_the_other_chose(commissioner, begun, utsire, commissioning):
    set_days(begun.pk, START, END, by=commissioning)
    providers_tab = commissioner.get(at("offer_providers", begun))
    commissioner.post(at("offer_dates", begun), SHORT)
    commissioner.post(at("offer_providers", begun), {"action": "add", "seen": f"{utsire.network.pk}:1"})

    draft = the_draft()
    assert providers_tab.status_code == 200
    assert (draft.end_date, list(draft.providers.all())) == (date(2021, 10, 31), [utsire.network])


def test_going_back_and_forward_keeps_everything(commissioner, chosen, utsire):
    back = commissioner.get(at("offer_service", chosen)).content.decode()
    commissioner.post(at("offer_service", chosen), {"service": chosen.service_id})
    dates = commissioner.get(at("offer_dates", chosen)).content.decode()

    assert "checked" in back
    assert 'value="2022"' in dates
    assert list(the_draft().providers.all()) == [utsire.network]


def test_another_service_of_the_other_kind_leaves_nobody_chosen(commissioner, chosen, biscay):
    practices = weight_management()
    page = commissioner.post(at("offer_service", chosen), {"service": practices.pk}, follow=True)

    assert "Choose providers anew" in text(page)
    assert not the_draft().providers.exists()


def test_dates_that_do_not_fit_another_service_are_asked_for_again(commissioner, chosen, utsire):
    commissioner.post(at("offer_service", chosen), {"service": weight_management().pk})

    page = commissioner.get(at("review_offers", chosen), follow=True)

    assert page.redirect_chain[-1][0] == at("offer_dates", chosen)
    assert "those you had do not fit this service" in text(page)


@pytest.mark.parametrize(("name", "missing"), [("offer_providers", "offer_dates"), ("review_offers", "offer_dates")])
def test_a_step_before_its_time_leads_to_the_one_that_is_missing(commissioner, begun, name, missing):
    assert commissioner.get(at(name, begun)).url == at(missing, begun)


def test_nobody_chosen_cannot_be_reviewed(commissioner, dated, utsire):
    assert commissioner.post(at("review_offers", dated), {"act": "look"}).url == at("offer_providers", dated)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"end_date": "2020-03-31"}, "End date must be 1 April 2020 or later"),
        ({"start_date": "2021-04-01", "end_date": "2021-03-31"}, "End date must be on or after start date"),
        ({"end_date": "2022-04-01"}, "End date must be 31 March 2022 or earlier: it is 1 April 2022."),
        ({"start_date": "2020-03-01"}, "Start date must be 1 April 2020 or later: it is 1 March 2020."),
        ({"start_date": ""}, "Enter start date."),
    ],
)
def test_dates_that_cannot_be_are_refused_and_kept_as_typed(commissioner, begun, changes, sentence):
    page = commissioner.post(at("offer_dates", begun), SHORT | changes)

    assert page.status_code == 422
    assert "Error: Dates" in page.content.decode()
    assert sentence in text(page)


def test_a_day_to_respond_by_is_asked_for_where_practices_answer(client, practice_draft, kezia, commissioner, begun):
    answered = sign_in(Client(), kezia).get(at("offer_dates", practice_draft))
    by_membership = commissioner.get(at("offer_dates", begun))

    assert "Respond by" in text(answered)
    assert "Respond by" not in text(by_membership)


@pytest.mark.parametrize(
    ("respond_by", "sentence"),
    [
        ("2021-12-10", "Respond by must be 11 December 2021 or later"),
        ("2022-04-01", "Respond by must be on or before end date, 31 March 2022: it is 1 April 2022."),
    ],
)
def test_a_day_to_respond_by_that_cannot_be_is_refused(client, practice_draft, kezia, respond_by, sentence):
    given = {"start_date": "2021-07-01", "end_date": "2022-03-31", "respond_by": respond_by}

    page = sign_in(client, kezia).post(at("offer_dates", practice_draft), given)

    assert sentence in text(page)


def test_the_day_to_respond_by_is_kept_and_reviewed(client, practice_draft, kezia, somewhere):
    given = {"start_date": "2021-07-01", "end_date": "2022-03-31", "respond_by": "2021-12-20"}
    signed_in = sign_in(client, kezia)
    signed_in.post(at("offer_dates", practice_draft), given)
    add_providers(practice_draft.pk, [somewhere.practice.pk], by=kezia)

    review = text(signed_in.get(at("review_offers", practice_draft)))
    offer(signed_in, practice_draft)

    assert "Respond by 20 December 2021" in review
    assert "The practices answer the offers, and your organisation approves what is accepted." in review
    assert Participation.objects.get().respond_by == date(2021, 12, 20)


def test_the_day_to_respond_by_that_has_passed_meanwhile_stops_the_review(
    client, practice_draft, kezia, somewhere, set_clock
):
    set_days(practice_draft.pk, STARTS, ENDS, by=kezia, respond_by=date(2021, 12, 20))
    add_providers(practice_draft.pk, [somewhere.practice.pk], by=kezia)
    set_clock(date(2021, 12, 21))

    page = sign_in(client, kezia).get(at("review_offers", practice_draft), follow=True)

    assert page.redirect_chain[-1][0] == at("offer_dates", practice_draft)
