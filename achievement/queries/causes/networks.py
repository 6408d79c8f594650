"""The networks that wait, one row each: pounds, days, causes; those that somebody may see."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
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
from core.dates import FinancialYear
from core.errors import NotVisible
from organisations.models import Kind, Lead, Membership, Organisation, Parent
from organisations.queries import lead_of
from organisations.queries import visible_to as organisations_visible_to

UNSEEN = "You may not be able to see this PCN, or it does not exist."


@dataclass(frozen=True)
class Filters:
    """What the list is limited to; `text` is an Org ID's beginning or part of a name. A total has waited for at least
    so many `days`, and what a network has approved and held is at least so many `pounds`."""

    cause: Cause | None = None
    service_id: int | None = None
    text: str = ""
    year: FinancialYear | None = None
    days: int | None = None
    pounds: Decimal | None = None
    commissioner_id: int | None = None


@dataclass(frozen=True)
class WaitingNetwork:
    """One network with all that it waits for, and who leads it today.

    `in_part` is one that another organisation leads: what keeps the practices under one's own, without pounds.
    """

    network: Organisation
    found: tuple[Waiting, ...]
    lead: Organisation | None = None
    in_part: bool = False

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
    return _by_network(waiting(scope), in_part=False)


def waiting_networks_for(by: Actor) -> list[WaitingNetwork]:
    """Every network that waits, of those somebody is shown, by name: also those that another organisation leads, as far
    as practices under one's own keep them waiting (domain 1: the lead acts, the parent sees)."""
    found, practices = waiting_networks(scope_of(by)), practices_under(by)
    others = _networks_led_by_others(practices, by)
    if not others:
        return found
    parts = in_part(waiting(Scope.of_networks(others)), practices)
    return sorted([*found, *_by_network(parts, in_part=True)], key=lambda row: (row.network.name, row.network.code))


def _by_network(found: Collection[Waiting], *, in_part: bool) -> list[WaitingNetwork]:
    by_network: dict[int, list[Waiting]] = {}
    for each in found:
        by_network.setdefault(each.key.network_id, []).append(each)
    networks = Organisation.objects.filter(pk__in=by_network).order_by("name", "code")
    led = Lead.objects.as_of(clock.today()).filter(network__in=by_network).select_related("commissioner")
    leads = {lead.network_id: lead.commissioner for lead in led} if by_network else {}
    return [
        WaitingNetwork(network, tuple(by_network[network.pk]), leads.get(network.pk), in_part) for network in networks
    ]


def practices_under(by: Actor) -> frozenset[int]:
    """The practices whose Parent Organisation today is the commissioning organisation acted for."""
    here = by.organisation if isinstance(by, Acting) else None
    if here is None or here.kind != Kind.COMMISSIONER or not by.roles():
        return frozenset()
    children = Parent.objects.as_of(clock.today()).filter(parent=here)
    return frozenset(children.values_list("organisation", flat=True))


def _networks_led_by_others(practices: Collection[int], by: Actor) -> set[int]:
    """The networks that these practices are or were members of, and that the organisation acted for does not lead."""
    if not practices:
        return set()
    led = Lead.objects.as_of(clock.today()).filter(commissioner=by.organisation_id).values("network")
    joined = Membership.objects.known().filter(practice__in=practices, valid__isempty=False).exclude(network__in=led)
    return set(joined.values_list("network", flat=True))


def in_part(found: Collection[Waiting], practices: Collection[int]) -> list[Waiting]:
    """What these practices keep waiting, without what the whole has approved and held."""
    parts = [
        replace(each, lines=tuple(line for line in each.lines if line.practice_id in practices), held=Decimal(0))
        for each in found
    ]
    return [each for each in parts if each.lines]


def networks_of(ids: Collection[int]) -> QuerySet[Organisation]:
    return Organisation.objects.filter(pk__in=list(ids))


def narrowed(rows: Collection[WaitingNetwork], filters: Filters) -> list[WaitingNetwork]:
    """Of these networks, what matches; one of which nothing does is left out."""
    found = []
    for row in rows:
        kept = replace(row, found=tuple(each for each in row.found if _matches(each, filters)))
        if kept.found and _is_called(row.network, filters.text) and _is_among(kept, filters):
            found.append(kept)
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


def leads_waiting(rows: Collection[WaitingNetwork]) -> list[Organisation]:
    """Who leads networks that wait, by name."""
    leads = {row.lead.pk: row.lead for row in rows if row.lead}
    return sorted(leads.values(), key=lambda lead: (lead.name, lead.code))


def years_waiting(rows: Collection[WaitingNetwork]) -> list[FinancialYear]:
    """The financial years of the achievement dates that wait, latest first."""
    days = {each.key.achievement_date for row in rows for each in row.found}
    return sorted({FinancialYear.of(day) for day in days}, reverse=True)


@dataclass(frozen=True)
class NetworkSeen:
    """A network that somebody may see, and who leads it. `practices` are those that it is seen of; None: the whole."""

    network: Organisation
    lead: Organisation | None
    practices: frozenset[int] | None

    def what_waits(self) -> list[Waiting]:
        """What it waits for, by service and date: all of it, or what is seen of it."""
        found = waiting(Scope.of_networks([self.network.pk]))
        return found if self.practices is None else in_part(found, self.practices)


def network_seen_by(by: Actor, code: str) -> NetworkSeen:
    """A network that somebody may see; of one that another organisation leads, what concerns the practices under one's
    own. Raises NotVisible."""
    networks = Organisation.objects.networks().filter(code=code.upper())
    if by.roles():
        whole = networks.filter(pk__in=organisations_visible_to(by).values("pk")).first()
        if whole is not None:
            return NetworkSeen(whole, lead_of(whole), None)
        practices = practices_under(by)
        part = networks.filter(pk__in=_networks_led_by_others(practices, by)).first()
        if part is not None:
            return NetworkSeen(part, lead_of(part), practices)
    raise NotVisible(UNSEEN)


def _matches(each: Waiting, filters: Filters) -> bool:
    day = each.key.achievement_date
    return (
        filters.service_id in (None, each.key.service_id)
        and (filters.cause is None or filters.cause in each.causes)
        and filters.year in (None, FinancialYear.of(day))
        and (filters.days is None or (clock.today() - day).days >= filters.days)
    )


def _is_among(row: WaitingNetwork, filters: Filters) -> bool:
    """Whether its lead and its pounds are those asked for; of one that is seen in part, pounds are not known."""
    led = filters.commissioner_id is None or (row.lead is not None and row.lead.pk == filters.commissioner_id)
    return led and (filters.pounds is None or (not row.in_part and row.held >= filters.pounds))


def _is_called(network: Organisation, text: str) -> bool:
    return network.code.startswith(text.upper()) or text.lower() in network.name.lower()
