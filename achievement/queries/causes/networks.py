"""The networks that wait, one row each: pounds, days, causes; those that somebody may see."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from accounts.rules import Acting
from achievement.queries.causes.classify import Waiting, waiting
from achievement.queries.causes.scope import Scope
from achievement.queries.causes.twenty import FIRST_TO_LAST, Cause
from catalogue.models import QualityService
from core import clock
from core.actors import Actor
from core.errors import NotVisible
from organisations.models import Kind, Membership, Organisation
from organisations.queries import lead_of
from organisations.queries import visible_to as organisations_visible_to

UNSEEN = "You may not be able to see this PCN, or it does not exist."


@dataclass(frozen=True)
class Filters:
    """What the list is limited to; `text` is an Org ID's beginning or part of a name."""

    cause: Cause | None = None
    service_id: int | None = None
    text: str = ""


@dataclass(frozen=True)
class WaitingNetwork:
    """One network with all that it waits for."""

    network: Organisation
    found: tuple[Waiting, ...]

    @property
    def held(self) -> Decimal:
        return sum((each.held for each in self.found), Decimal(0))

    @property
    def since(self) -> date:
        return min(each.key.achievement_date for each in self.found)

    @property
    def days(self) -> int:
        """Since the earliest achievement date that waits."""
        return (clock.today() - self.since).days

    @property
    def causes(self) -> list[Cause]:
        named = {cause for each in self.found for cause in each.causes}
        return [cause for cause in FIRST_TO_LAST if cause in named]


@dataclass(frozen=True)
class CauseTotal:
    """One cause: networks and totals that wait for it, and the pounds that these hold."""

    cause: Cause
    networks: int
    totals: int
    held: Decimal


def scope_of(by: Actor) -> Scope:
    """Whose networks somebody is shown: those their commissioning organisation leads, their own, or those they are a
    member of."""
    if by.is_system:
        return Scope()
    here = by.organisation if isinstance(by, Acting) else None
    if here is None or not by.roles():
        return Scope.of_networks(())
    if here.kind == Kind.NATIONAL:
        return Scope()
    if here.kind == Kind.COMMISSIONER:
        return Scope(commissioner=here.pk)
    if here.kind == Kind.NETWORK:
        return Scope.of_networks([here.pk])
    mine = Membership.objects.known().filter(practice=here, valid__isempty=False).values_list("network", flat=True)
    return Scope.of_networks(set(mine))


def waiting_networks(scope: Scope) -> list[WaitingNetwork]:
    """Every network that waits, by name."""
    by_network: dict[int, list[Waiting]] = {}
    for each in waiting(scope):
        by_network.setdefault(each.key.network_id, []).append(each)
    networks = Organisation.objects.filter(pk__in=by_network).order_by("name", "code")
    return [WaitingNetwork(network, tuple(by_network[network.pk])) for network in networks]


def networks_of(ids: Collection[int]) -> QuerySet[Organisation]:
    return Organisation.objects.filter(pk__in=list(ids))


def narrowed(rows: Collection[WaitingNetwork], filters: Filters) -> list[WaitingNetwork]:
    """Of these networks, what matches; one of which nothing does is left out."""
    found = []
    for row in rows:
        kept = tuple(each for each in row.found if _matches(each, filters))
        if kept and _is_called(row.network, filters.text):
            found.append(WaitingNetwork(row.network, kept))
    return found


def totals_by_cause(rows: Collection[WaitingNetwork]) -> list[CauseTotal]:
    """Each cause with what waits for it, first things first; a total that waits for two is counted under both."""
    counted = []
    for cause in FIRST_TO_LAST:
        waits = [each for row in rows for each in row.found if cause in each.causes]
        if waits:
            held = sum((each.held for each in waits), Decimal(0))
            counted.append(CauseTotal(cause, len({each.key.network_id for each in waits}), len(waits), held))
    return counted


def services_waiting(rows: Collection[WaitingNetwork]) -> Sequence[QualityService]:
    """The services that something waits in, by name."""
    ids = {each.key.service_id for row in rows for each in row.found}
    return list(QualityService.objects.filter(pk__in=ids).order_by("name"))


def network_seen_by(by: Actor, code: str) -> tuple[Organisation, Organisation | None]:
    """A network that somebody may see, and who leads it. Raises NotVisible."""
    network = organisations_visible_to(by).networks().filter(code=code.upper()).first()
    if network is None or not by.roles():
        raise NotVisible(UNSEEN)
    return network, lead_of(network)


def what_waits(network: Organisation) -> list[Waiting]:
    """All that one network waits for, by service and date."""
    return waiting(Scope.of_networks([network.pk]))


def _matches(each: Waiting, filters: Filters) -> bool:
    of_service = filters.service_id is None or each.key.service_id == filters.service_id
    return of_service and (filters.cause is None or filters.cause in each.causes)


def _is_called(network: Organisation, text: str) -> bool:
    return network.code.startswith(text.upper()) or text.lower() in network.name.lower()
