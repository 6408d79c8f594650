"""Utsire Partnership PCN with its three practices, offered the Clinical Director payment: the world of story B."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.rules import Acting
from accounts.states import Role
from achievement import commands
from achievement.commands import NetworkKey
from achievement.models import Achievement, NetworkAchievement
from catalogue.models import QualityService
from core.actors import SYSTEM
from core.transitions import Seen
from organisations.models import Organisation
from tests.factories.accounts import acting_as
from tests.factories.catalogue import released_service
from tests.factories.organisations import (
    CommissionerFactory,
    LeadFactory,
    ListSizeFactory,
    MembershipFactory,
    NetworkFactory,
    PayeeFactory,
    PracticeFactory,
)
from tests.factories.participation import ParticipationFactory

OCTOBER = date(2021, 10, 31)
NOVEMBER = date(2021, 11, 30)
UTSIRE = {"Portland Surgery": 12_055, "Viking Medical Practice": 16_344, "Wight Health Centre": 8_499}
UTSIRE_TOTAL = Decimal("2250.78")


@dataclass
class World:
    """One commissioner, one network, its practices, and people who act."""

    service: QualityService
    commissioner: Organisation
    network: Organisation
    practices: list[Organisation]
    people: dict[str, Acting] = field(default_factory=dict)

    def key(self, day: date = OCTOBER) -> NetworkKey:
        return NetworkKey(self.service.pk, day, self.network.pk)

    def acting(self, role: Role, organisation: Organisation | None = None, **grant: Any) -> Acting:
        """Somebody new with this role, at the commissioner unless told otherwise."""
        return acting_as(role, organisation=organisation or self.commissioner, **grant)

    @property
    def approver(self) -> Acting:
        if "approver" not in self.people:
            self.people["approver"] = self.acting(Role.APPROVAL_MANAGEMENT)
        return self.people["approver"]

    @property
    def finance(self) -> Acting:
        if "finance" not in self.people:
            self.people["finance"] = self.acting(Role.FINANCE_MANAGEMENT)
        return self.people["finance"]

    def calculate(self, *days: date) -> Any:
        return commands.calculate_achievements(by=SYSTEM, networks=[self.network.pk], dates=days or (OCTOBER,))

    def lines(self, day: date = OCTOBER) -> list[Achievement]:
        rows = Achievement.objects.filter(network=self.network, achievement_date=day).exclude(state=10)
        return list(rows.order_by("provider__name"))

    def total(self, day: date = OCTOBER) -> NetworkAchievement | None:
        return NetworkAchievement.objects.payable().filter(network=self.network, achievement_date=day).first()

    def aggregate(self, day: date = OCTOBER) -> commands.Aggregated:
        return commands.aggregate_networks(by=SYSTEM, keys=[self.key(day)])

    def approve_all(self, day: date = OCTOBER) -> Any:
        return commands.approve_achievements(seen(*self.lines(day)), by=self.approver)

    def aggregated(self, day: date = OCTOBER) -> NetworkAchievement:
        """Calculated, approved and aggregated."""
        self.calculate(day)
        self.approve_all(day)
        self.aggregate(day)
        total = self.total(day)
        assert total is not None
        return total

    def completed(self, day: date = OCTOBER) -> NetworkAchievement:
        """Aggregated, and financially approved."""
        total = self.aggregated(day)
        commands.give_finance_approval(seen(total), by=self.finance)
        total.refresh_from_db()
        return total


def seen(*rows: Any) -> list[Seen]:
    """Rows as somebody sees them now."""
    return [Seen(row.pk, row.version) for row in rows]


def utsire(*, commissioner: Organisation | None = None, service: QualityService | None = None) -> World:
    """The network, its members, their lists, its payee and its participations for the whole service."""
    commissioner = commissioner or CommissionerFactory.create()
    network = NetworkFactory.create()
    LeadFactory.create(network=network, commissioner=commissioner)
    world = World(service or released_service(), commissioner, network, [])
    for name, size in UTSIRE.items():
        add_member(world, name, size)
    PayeeFactory.create(network=network, payee=world.practices[1])
    return world


def add_member(
    world: World, name: str, size: int, *, start_date: date = date(2019, 7, 1), participates: bool = True
) -> Organisation:
    """Another practice of the network, with a list as at 1 January 2021, taking part unless told otherwise."""
    practice = PracticeFactory.create(name=name)
    MembershipFactory.create(practice=practice, network=world.network, start_date=start_date)
    ListSizeFactory.create(organisation=practice, size=Decimal(size))
    if participates:
        ParticipationFactory.create(
            service=world.service, provider=practice, network=world.network, commissioner=world.commissioner
        )
    world.practices.append(practice)
    return practice
