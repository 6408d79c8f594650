from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from accounts.states import Role
from core.actors import SYSTEM
from participation.models import Participation
from participation.queries import covering_participations_sql, needs_of, participations_for
from participation.states import COVERING, State
from tests.factories.accounts import acting_as
from tests.factories.catalogue import QualityServiceFactory
from tests.factories.organisations import NationalOperatorFactory, NetworkFactory
from tests.factories.participation import ParticipationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]

DAYS = [date(2021, 9, 30), date(2021, 10, 31), date(2021, 11, 30)]


@pytest.fixture
def network():
    return NetworkFactory.create()


@pytest.fixture
def service():
    return QualityServiceFactory.create()


def covering(service, network, days):
    """(day, participation id) for each day, by the set-based query."""
    columns = "d AS achievement_date, %s::bigint AS service_id, %s::bigint AS network_id"
    keys = f"(SELECT {columns} FROM unnest(%s::date[]) d)"
    with connection.cursor() as cursor:
        cursor.execute(covering_participations_sql(keys), [service.pk, network.pk, days])
        names = [column.name for column in cursor.description]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {(row["achievement_date"], row["participation_id"]) for row in found}


@pytest.mark.parametrize("state", list(State))
def test_only_who_was_approved_is_covered(state, service, network):
    row = ParticipationFactory.create(service=service, network=network, state=state)

    found = covering(service, network, DAYS)

    assert found == ({(day, row.pk) for day in DAYS} if state in COVERING else set())


def test_the_last_day_of_a_term_is_covered_and_the_next_is_not(service, network):
    row = ParticipationFactory.create(service=service, network=network, end_date=date(2021, 10, 31))

    found = covering(service, network, [date(2021, 10, 31), date(2021, 11, 1)])

    assert found == {(date(2021, 10, 31), row.pk)}


def test_the_set_based_query_and_the_queryset_are_one_rule(service, network):
    ParticipationFactory.create(service=service, network=network)
    ParticipationFactory.create(service=service, network=network, end_date=date(2021, 10, 15))
    ParticipationFactory.create(service=service, network=network, start_date=date(2021, 11, 1), state=State.ENDED)
    ParticipationFactory.create(service=service, network=network, state=State.CANCELLED)
    ParticipationFactory.create(service=service)

    here = Participation.objects.filter(service=service, network=network)
    one_by_one = {(day, row.pk) for day in DAYS for row in here.covering(day)}

    assert covering(service, network, DAYS) == one_by_one
    assert len(one_by_one) == 3 + 1 + 1


def test_the_national_operator_sees_all_and_the_portal_too(service, network):
    ParticipationFactory.create(service=service, network=network)
    operator = NationalOperatorFactory.create()

    assert participations_for(acting_as(Role.OPERATIONS, organisation=operator)).count() == 1
    assert participations_for(acting_as(Role.VIEW, organisation=operator)).count() == 0
    assert participations_for(SYSTEM).count() == 1


def test_home_tells_of_offers_to_answer_and_of_answers_to_approve():
    offer = ParticipationFactory.create(state=State.OFFERED)
    ParticipationFactory.create(state=State.ACCEPTED, commissioner=offer.commissioner)
    ParticipationFactory.create(state=State.ACCEPTED, commissioner=offer.commissioner)

    practice = needs_of(acting_as(Role.SERVICE_MANAGEMENT, organisation=offer.provider))
    commissioner = needs_of(acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=offer.commissioner))
    viewer = needs_of(acting_as(Role.VIEW, organisation=offer.provider))

    assert [need.sentence for need in practice] == ["1 offer awaits your answer"]
    assert [need.sentence for need in commissioner] == ["2 accepted offers await your approval"]
    assert viewer == []
