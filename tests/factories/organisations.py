"""Organisations and the dated facts between them, one factory per model."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import factory
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange

from core.dates import inclusive
from organisations.models import (
    ClosureProposal,
    Cluster,
    Kind,
    Lead,
    ListKind,
    ListSize,
    Membership,
    OdsLoad,
    Organisation,
    Parent,
    Payee,
    Succession,
)
from organisations.states import ClosureState

LONG_KNOWN = datetime(2019, 1, 1, 12, tzinfo=UTC)


class OrganisationFactory(factory.django.DjangoModelFactory[Organisation]):
    class Meta:
        model = Organisation
        django_get_or_create = ("code",)
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"X{n:05d}")
    name = factory.LazyAttribute(lambda made: f"Organisation {made.code}")
    kind = Kind.OTHER


class PracticeFactory(OrganisationFactory):
    """`parent=` a commissioner: its Parent Organisation since 2013. `member_of=` a network: since 1 July 2019."""

    code = factory.Sequence(lambda n: f"V{n:05d}")
    name = factory.LazyAttribute(lambda made: f"Practice {made.code}")
    kind = Kind.PRACTICE

    @factory.post_generation
    def parent(made: Organisation, create: bool, parent: Organisation | None, **_extra: Any) -> None:  # type: ignore[misc]
        if parent:
            ParentFactory(organisation=made, parent=parent)

    @factory.post_generation
    def member_of(made: Organisation, create: bool, network: Organisation | None, **_extra: Any) -> None:  # type: ignore[misc]
        if network:
            MembershipFactory(practice=made, network=network)


class NetworkFactory(OrganisationFactory):
    """`led_by=` a commissioner: its lead since 1 July 2019."""

    code = factory.Sequence(lambda n: f"Z{n:05d}")
    name = factory.LazyAttribute(lambda made: f"{made.code} PCN")
    kind = Kind.NETWORK

    @factory.post_generation
    def led_by(made: Organisation, create: bool, commissioner: Organisation | None, **_extra: Any) -> None:  # type: ignore[misc]
        if commissioner:
            LeadFactory(network=made, commissioner=commissioner)


class CommissionerFactory(OrganisationFactory):
    code = factory.Sequence(lambda n: f"Q{n:02d}")
    name = factory.LazyAttribute(lambda made: f"NHS {made.code} CCG")
    kind = Kind.COMMISSIONER


class NationalOperatorFactory(OrganisationFactory):
    code = "X26"
    name = "National operator"
    kind = Kind.NATIONAL


class DatedFactory(factory.django.DjangoModelFactory[Any]):
    """`start_date` and `end_date` are inclusive; `known_from`, `known_until` are moments. Long known and open."""

    class Meta:
        abstract = True
        exclude = ("start_date", "end_date", "known_from", "known_until")

    start_date: Any = date(2019, 7, 1)
    end_date: Any = None
    known_from: Any = LONG_KNOWN
    known_until: Any = None
    valid = factory.LazyAttribute(lambda made: inclusive(made.start_date, made.end_date))
    recorded = factory.LazyAttribute(lambda made: DateTimeTZRange(made.known_from, made.known_until, "[)"))


class MembershipFactory(DatedFactory):
    """`zero_length=True`: starts and ends on one day, as ODS records it, and counts on none."""

    class Meta:
        model = Membership

    class Params:
        zero_length = factory.Trait(
            zero_length_date=factory.SelfAttribute("start_date"),
            valid=factory.LazyAttribute(lambda made: DateRange(empty=True)),
        )

    practice = factory.SubFactory(PracticeFactory)
    network = factory.SubFactory(NetworkFactory)


class ParentFactory(DatedFactory):
    class Meta:
        model = Parent

    start_date = date(2013, 4, 1)
    organisation = factory.SubFactory(PracticeFactory)
    parent = factory.SubFactory(CommissionerFactory)


class LeadFactory(DatedFactory):
    class Meta:
        model = Lead

    network = factory.SubFactory(NetworkFactory)
    commissioner = factory.SubFactory(CommissionerFactory)


class ListSizeFactory(DatedFactory):
    """As at 1 January 2021, that one day."""

    class Meta:
        model = ListSize

    start_date = date(2021, 1, 1)
    end_date = factory.SelfAttribute("start_date")
    organisation = factory.SubFactory(PracticeFactory)
    kind = ListKind.CRP
    size = Decimal(10_000)


class PayeeFactory(DatedFactory):
    class Meta:
        model = Payee

    network = factory.SubFactory(NetworkFactory)
    payee = factory.SubFactory(PracticeFactory)


class ClusterFactory(factory.django.DjangoModelFactory[Cluster]):
    """`members=` the organisations in it."""

    class Meta:
        model = Cluster
        skip_postgeneration_save = True

    parent = factory.SubFactory(CommissionerFactory)
    name = factory.Sequence(lambda n: f"Cluster {n}")

    @factory.post_generation
    def members(made: Cluster, create: bool, members: list[Organisation] | None, **_extra: Any) -> None:  # type: ignore[misc]
        made.members.set(members or [])


class OdsLoadFactory(factory.django.DjangoModelFactory[OdsLoad]):
    class Meta:
        model = OdsLoad

    layout = "practices"
    file_name = "epraccur.csv"
    digest = factory.Sequence(lambda n: f"{n:064x}")
    as_at = date(2021, 11, 30)
    loaded_at = LONG_KNOWN


class ClosureProposalFactory(factory.django.DjangoModelFactory[ClosureProposal]):
    """Confirmed by a second person; `practices=` those that closed."""

    class Meta:
        model = ClosureProposal
        skip_postgeneration_save = True

    successor = factory.SubFactory(PracticeFactory)
    from_date = date(2021, 11, 1)
    takes_list = True
    takes_debts = False
    reason = "They merged."
    commissioner = factory.SubFactory(CommissionerFactory)
    proposed_by = factory.SubFactory("tests.factories.accounts.UserFactory")
    proposed_at = LONG_KNOWN
    decided_by = factory.SubFactory("tests.factories.accounts.UserFactory")
    state = ClosureState.CONFIRMED

    @factory.post_generation
    def practices(made: ClosureProposal, create: bool, practices: list[Organisation] | None, **_extra: Any) -> None:  # type: ignore[misc]
        made.practices.set(practices or [])


class SuccessionFactory(DatedFactory):
    """With the list, from 1 November 2021."""

    class Meta:
        model = Succession

    start_date = date(2021, 11, 1)
    predecessor = factory.SubFactory(PracticeFactory)
    successor = factory.SubFactory(PracticeFactory)
    takes_list = True
    takes_debts = False
    reason = "They merged."
    proposal = factory.SubFactory(ClosureProposalFactory)
    by = factory.SelfAttribute("proposal.proposed_by")
