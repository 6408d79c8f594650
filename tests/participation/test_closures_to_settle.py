"""Home names a closure until it is decided and nothing goes on."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.states import Role
from participation.commands import (
    settle_closures,
)
from participation.models import Term
from participation.queries.closures import SETTLED, TO_SETTLE, closures_of, concerning, needs_of_closures
from participation.states import State
from tests.factories.accounts import acting_as
from tests.factories.catalogue import released_service
from tests.factories.organisations import CommissionerFactory, PracticeFactory
from tests.factories.participation import ParticipationFactory
from tests.participation.closing import close, closing, confirmed, proposed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]


@pytest.fixture
def made():
    return closing()


def test_home_leads_to_the_closure_until_it_is_settled(made):
    needs = [need.sentence for need in needs_of_closures(made.one)]
    proposed(made)
    waiting = [need.sentence for need in needs_of_closures(made.one)]
    for_other = [need.sentence for need in needs_of_closures(made.other)]

    assert needs == ["Portland Surgery closed on 31 October 2021: what follows"]
    assert (waiting, for_other) == (
        [],
        ["What follows the closure of Portland Surgery awaits your confirmation"],
    )


def needs(by):
    return [need.sentence for need in needs_of_closures(by)]


AGAIN = "Portland Surgery closed on 31 October 2021, and something goes on: look at it again"


def test_home_names_a_closure_again_where_something_goes_on_after_it_was_decided(made):
    settle_closures(made.nobody(), by=made.one)
    settled = needs(made.one)

    Term.objects.filter(participation__provider=made.portland).update(valid=(date(2021, 4, 1), date(2021, 11, 2)))

    assert (settled, needs(made.one)) == ([], [AGAIN])


def test_home_names_it_again_for_an_offer_that_begins_after_the_last_day(made):
    settle_closures(made.nobody(), by=made.one)
    ParticipationFactory.create(
        service=released_service(code="OTHER"), provider=made.portland, network=made.world.network,
        commissioner=made.world.commissioner, start_date=date(2021, 12, 1), state=State.OFFERED,
    )  # fmt: skip

    assert needs(made.one) == [AGAIN]


def test_home_names_it_to_whoever_offered_what_goes_on_and_to_nobody_else(made):
    other = CommissionerFactory.create()
    ParticipationFactory.create(
        service=released_service(code="OTHER"), provider=made.portland, network=made.world.network, commissioner=other
    )
    settle_closures(made.nobody(), by=made.one)

    assert needs(made.one) == []
    assert needs(acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=other)) == [AGAIN]


def test_home_names_it_again_once_the_files_give_a_later_last_day_than_it_is_followed_from(made):
    confirmed(made)

    close(made.portland, date(2021, 11, 15))

    assert needs(made.one) == ["Portland Surgery closed on 15 November 2021, and something goes on: look at it again"]


def test_a_closure_is_settled_once_it_is_decided_and_nothing_goes_on(made):
    assert closures_of([made.portland])[0].state == TO_SETTLE

    settle_closures(made.nobody(), by=made.one)

    (closure,) = closures_of([made.portland])
    assert (closure.state, closure.list_is_dropped) == (SETTLED, True)


def test_what_is_looked_at_costs_the_same_for_many(made, django_assert_num_queries):
    for _ in range(3):
        close(PracticeFactory.create(member_of=made.world.network))
    closed = list(concerning(made.one))
    with CaptureQueriesContext(connection) as few:
        closures_of(closed[:1])

    with django_assert_num_queries(len(few.captured_queries)):
        closures_of(closed)
