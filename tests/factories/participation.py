"""Offers, participations and their terms, one factory per model."""

from __future__ import annotations

from datetime import date
from typing import Any

import factory

from participation.models import (
    EndRequest,
    EndRequestRow,
    Participation,
    ParticipationChange,
    ServiceRequest,
    Term,
)
from participation.states import AskState, RequestState, State
from tests.factories.accounts import UserFactory
from tests.factories.catalogue import QualityServiceFactory
from tests.factories.organisations import LONG_KNOWN, CommissionerFactory, DatedFactory, NetworkFactory, PracticeFactory


class TermFactory(DatedFactory):
    """1 April 2020 to 31 March 2022."""

    class Meta:
        model = Term

    start_date = date(2020, 4, 1)
    end_date = date(2022, 3, 31)
    reason = "Offered."


class ParticipationFactory(factory.django.DjangoModelFactory[Participation]):
    """Approved, from 1 April 2020 to 31 March 2022; `start_date=` and `end_date=` are inclusive."""

    class Meta:
        model = Participation
        skip_postgeneration_save = True

    service = factory.SubFactory(QualityServiceFactory)
    provider = factory.SubFactory(PracticeFactory)
    network = factory.SubFactory(NetworkFactory)
    commissioner = factory.SubFactory(CommissionerFactory)
    offered_at = LONG_KNOWN
    state = State.APPROVED

    @factory.post_generation
    def start_date(made: Participation, create: bool, start_date: date | None, **_extra: Any) -> None:  # type: ignore[misc]
        made.term_from = start_date or date(2020, 4, 1)  # type: ignore[attr-defined]

    @factory.post_generation
    def end_date(made: Participation, create: bool, end_date: date | None, **_extra: Any) -> None:  # type: ignore[misc]
        start = made.term_from  # type: ignore[attr-defined]
        TermFactory.create(participation=made, start_date=start, end_date=end_date or date(2022, 3, 31))


class ParticipationChangeFactory(factory.django.DjangoModelFactory[ParticipationChange]):
    class Meta:
        model = ParticipationChange

    row = factory.SubFactory(ParticipationFactory)
    at = LONG_KNOWN
    transition = "offer"
    to_state = State.OFFERED
    version = 1


class EndRequestFactory(factory.django.DjangoModelFactory[EndRequest]):
    """An end date of 31 October 2021 that awaits a second person; `rows=` the participations it is about."""

    class Meta:
        model = EndRequest
        skip_postgeneration_save = True

    service = factory.SubFactory(QualityServiceFactory)
    commissioner = factory.SubFactory(CommissionerFactory)
    end_date = date(2021, 10, 31)
    reason = "They stopped in October."
    asked_by = factory.SubFactory(UserFactory)
    asked_at = LONG_KNOWN
    state = RequestState.ASKED
    decided_by = factory.Maybe(
        factory.LazyAttribute(lambda made: made.state in (RequestState.CONFIRMED, RequestState.DECLINED)),
        factory.SubFactory(UserFactory),
        None,
    )

    @factory.post_generation
    def rows(made: EndRequest, create: bool, rows: list[Participation] | None, **_extra: Any) -> None:  # type: ignore[misc]
        EndRequestRow.objects.bulk_create(
            EndRequestRow(request=made, participation=row, version=row.version) for row in rows or []
        )


class ServiceRequestFactory(factory.django.DjangoModelFactory[ServiceRequest]):
    """A service that a practice asked its commissioning organisation for, and that awaits an answer."""

    class Meta:
        model = ServiceRequest

    service = factory.SubFactory(QualityServiceFactory)
    provider = factory.SubFactory(PracticeFactory)
    commissioner = factory.SubFactory(CommissionerFactory)
    asked_by = factory.SubFactory(UserFactory)
    asked_at = LONG_KNOWN
    state = AskState.ASKED
