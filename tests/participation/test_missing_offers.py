"""Only what is missing is offered: joiners, whoever had no offer, and whoever had one in vain."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import Invalid
from core.transitions import Seen
from participation.commands import cancel_participations, offer_to_networks, offer_to_practices
from participation.models import Participation, Term
from tests.factories.organisations import MembershipFactory, NetworkFactory, PracticeFactory
from tests.participation.conftest import END, ENDS, START, STARTS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]

JOINED = date(2021, 9, 16)


@pytest.fixture
def offered(service, utsire, commissioning):
    return offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)


@pytest.fixture
def joiner(utsire):
    practice = PracticeFactory.create(code="V84552", name="Forties Surgery")
    MembershipFactory.create(practice=practice, network=utsire.network, start_date=JOINED)
    return practice


def offer_missing(service, networks, by, start=START, end=END):
    return offer_to_networks(service.pk, [network.pk for network in networks], start, end, by=by, only_missing=True)


def cancel(rows, by):
    seen = [Seen(row.pk, row.version) for row in Participation.objects.filter(pk__in=rows)]
    cancel_participations(seen, "Offered by mistake.", by=by)


def test_a_joiner_is_added_to_the_offer_of_its_network_from_the_day_of_joining(
    service, utsire, commissioning, offered, joiner
):
    made = offer_missing(service, [utsire.network], commissioning)

    term = Term.objects.known().get(participation__in=made.ids)
    assert (term.participation.provider, term.start_date, term.end_date) == (joiner, JOINED, END)
    assert (made.plan.left_out, made.network_ids) == (3, [utsire.network.pk])


def test_who_came_back_is_offered_from_then_and_no_cancel_is_needed(service, utsire, commissioning):
    forties = PracticeFactory.create(code="V84552")
    MembershipFactory.create(practice=forties, network=utsire.network, end_date=date(2020, 6, 30))
    offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)
    MembershipFactory.create(practice=forties, network=utsire.network, start_date=JOINED)

    made = offer_missing(service, [utsire.network], commissioning)

    known = Term.objects.known().filter(participation__provider=forties).order_by("valid")
    assert [(term.start_date, term.end_date) for term in known] == [(START, date(2020, 6, 30)), (JOINED, END)]
    assert (len(made.ids), made.plan.left_out) == (1, 4)


def test_a_network_that_was_never_offered_is_offered_whole_from_the_start(service, utsire, commissioning, joiner):
    offer_missing(service, [utsire.network], commissioning)

    assert {term.start_date for term in Term.objects.known()} == {START}
    assert Participation.objects.count() == 4


def test_where_all_have_it_nothing_is_offered_and_nothing_refused(service, utsire, commissioning, offered):
    made = offer_missing(service, [utsire.network], commissioning)

    assert (made.ids, made.network_ids, made.plan.left_out, made.left_out) == ([], [], 3, [])


def test_several_networks_each_get_what_they_lack(service, utsire, biscay, commissioning, offered, joiner):
    fresh = NetworkFactory.create(led_by=biscay)
    PracticeFactory.create(member_of=fresh)

    made = offer_missing(service, [utsire.network, fresh], commissioning)

    assert (len(made.ids), made.plan.left_out) == (2, 3)
    assert made.network_ids == sorted([utsire.network.pk, fresh.pk])


def test_a_re_offer_is_linked_to_the_one_that_came_to_nothing(service, utsire, commissioning, offered):
    cancel(offered.ids, commissioning)

    again = offer_missing(service, [utsire.network], commissioning)

    linked = {row.provider_id: row.replaces for row in Participation.objects.filter(pk__in=again.ids)}
    assert {old.pk for old in linked.values()} == set(offered.ids)
    assert all(old.provider_id == provider for provider, old in linked.items())


def test_a_third_offer_replaces_the_second_and_not_the_first(service, utsire, commissioning, offered):
    cancel(offered.ids, commissioning)
    second = offer_missing(service, [utsire.network], commissioning)
    cancel(second.ids, commissioning)

    third = offer_missing(service, [utsire.network], commissioning)

    rows = Participation.objects.filter(pk__in=third.ids)
    assert {row.replaces_id for row in rows} == set(second.ids)


def test_the_next_offer_after_one_that_stands_replaces_nothing(service, utsire, commissioning):
    offer_to_networks(service.pk, [utsire.network.pk], START, date(2021, 10, 31), by=commissioning)

    after = offer_to_networks(service.pk, [utsire.network.pk], date(2021, 11, 1), END, by=commissioning)

    assert set(Participation.objects.filter(pk__in=after.ids).values_list("replaces", flat=True)) == {None}


def test_of_two_times_of_membership_the_earlier_replaces_the_offer(service, utsire, commissioning, offered):
    old = Participation.objects.get(pk=offered.ids[0])
    cancel(offered.ids, commissioning)
    row = old.provider.memberships.get()
    row.delete()
    MembershipFactory.create(practice=old.provider, network=utsire.network, end_date=date(2020, 6, 30))
    MembershipFactory.create(practice=old.provider, network=utsire.network, start_date=JOINED)

    offer_missing(service, [utsire.network], commissioning)

    terms = Term.objects.known().filter(participation__provider=old.provider).exclude(participation=old)
    assert [term.participation.replaces for term in terms.order_by("valid")] == [old, None]


def test_an_offer_cannot_be_asked_to_be_answered_by_a_day_that_has_passed(service, utsire, commissioning):
    with pytest.raises(Invalid, match="Respond by 10/12/2021 has passed: the offers would expire overnight"):
        offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning, respond_by=date(2021, 12, 10))


def test_practices_that_have_it_and_those_that_closed_before_are_left_out(somewhere, kezia):
    parent = somewhere.commissioner
    closed = PracticeFactory.create(name="Gone Surgery", code="V99990", parent=parent, close_date=date(2021, 6, 30))
    fresh = PracticeFactory.create(parent=parent)
    offer_to_practices(somewhere.service.pk, [somewhere.practice.pk], STARTS, ENDS, by=kezia)

    chosen = [somewhere.practice.pk, closed.pk, fresh.pk]
    made = offer_to_practices(somewhere.service.pk, chosen, STARTS, ENDS, by=kezia, only_missing=True)

    assert [row.provider for row in Participation.objects.filter(pk__in=made.ids)] == [fresh]
    assert (made.plan.left_out, len(made.plan.closed)) == (1, 1)


def test_a_practice_that_closed_before_refuses_an_offer_that_names_it(somewhere, kezia):
    closed = PracticeFactory.create(
        name="Gone Surgery", code="V99990", parent=somewhere.commissioner, close_date=date(2021, 6, 30)
    )

    with pytest.raises(Invalid, match=r"Closed before the start date, 01/07/2021: Gone Surgery \(V99990\), 30/06/2021"):
        offer_to_practices(somewhere.service.pk, [somewhere.practice.pk, closed.pk], STARTS, ENDS, by=kezia)

    assert not Participation.objects.exists()


def test_one_that_closes_within_the_days_is_offered(somewhere, kezia):
    closing = PracticeFactory.create(parent=somewhere.commissioner, close_date=STARTS)

    made = offer_to_practices(somewhere.service.pk, [closing.pk], STARTS, ENDS, by=kezia)

    assert len(made.ids) == 1


def test_offers_ask_a_constant_number_of_questions(somewhere, kezia):
    asked = []

    for how_many in (2, 60):
        ids = [PracticeFactory.create(parent=somewhere.commissioner).pk for _ in range(how_many)]
        with CaptureQueriesContext(connection) as captured:
            offer_to_practices(somewhere.service.pk, ids, STARTS, ENDS, by=kezia, only_missing=True)
        asked.append(len(captured))

    assert asked[1] <= asked[0]
    assert Participation.objects.count() == 62
