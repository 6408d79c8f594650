"""What happens to achievements when something below them changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from achievement import commands
from achievement.queries import networks as network_queries
from catalogue.changes import ServiceVersionReleased
from core.actors import SYSTEM
from core.changes import Effect, handles
from operations.commands import after_commit
from organisations.changes import LeadsCorrected, ListSizesCorrected, MembershipCorrected
from participation.changes import ParticipationsChanged

AT_ONCE = 50
"""Networks worked out in the same transaction; more are left to a worker, so that nobody waits for them."""


@handles(MembershipCorrected)
def work_out_after_membership(change: MembershipCorrected) -> Iterable[Effect]:
    """A practice in two networks counts in one of them, so every network its practices were ever in is concerned."""
    return _work_out(change.network_ids | network_queries.ever_networks_of(change.practice_ids))


@handles(ListSizesCorrected)
def work_out_after_list_sizes(change: ListSizesCorrected) -> Iterable[Effect]:
    return _work_out(network_queries.ever_networks_of({organisation for organisation, _kind in change.pairs}))


@handles(ParticipationsChanged)
def work_out_after_participations(change: ParticipationsChanged) -> Iterable[Effect]:
    services = {service for service, _network in change.network_keys}
    return _work_out({network for _service, network in change.network_keys}, services)


@handles(ServiceVersionReleased)
def work_out_after_release(change: ServiceVersionReleased) -> Iterable[Effect]:
    """What a new version changes comes back for approval; what finance has approved stays."""
    return _work_out(network_queries.networks_of_service(change.service_id), {change.service_id})


@handles(LeadsCorrected)
def take_over_after_leads(change: LeadsCorrected) -> Iterable[Effect]:
    moved = commands.take_over_networks(by=SYSTEM, networks=change.network_ids)
    return [Effect("taken over", f"{moved:,} achievements pass to the new lead.", moved)] if moved else []


def _work_out(networks: Collection[int], services: Collection[int] | None = None) -> Iterable[Effect]:
    if len(networks) <= AT_ONCE:
        return commands.calculate_achievements(by=SYSTEM, networks=networks, services=services).effects
    ordered = sorted(networks)
    for start in range(0, len(ordered), AT_ONCE):
        keys = {"networks": ordered[start : start + AT_ONCE], "services": sorted(services) if services else None}
        after_commit("achievement.calculate_achievements", keys)
    return [Effect("calculation queued", f"{len(ordered):,} networks are worked out in the background.", len(ordered))]
