"""What happens to achievements when something below them changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from accounts.rules import Acting
from achievement import commands
from achievement.queries import completing, figures, forecasts, payees
from achievement.queries.networks import Touched, touched_by
from achievement.rules import CALCULATE_LATER
from catalogue.changes import ServiceVersionReleased
from core import previews
from core.actors import SYSTEM, Actor
from core.changes import Effect, handles
from core.commands import instant
from operations.commands import after_commit
from organisations.changes import (
    ClosingDatesCorrected,
    LeadsCorrected,
    ListSizesCorrected,
    MembershipCorrected,
    PayeeProposalSettled,
    PayeeProposed,
    PayeesCorrected,
    SuccessionsRecorded,
)
from participation.changes import AllocationsChanged, ParticipationsChanged
from submission.changes import Key, ValuesSubmitted

AT_ONCE = 50
"""Networks worked out in the same transaction; more are left to a worker, so that nobody waits for them."""

PAYMENTS_AT_ONCE = 500
"""The same, of achievements paid to practices."""

MEMBERSHIP = "A membership was corrected."
LISTS = "A list size was corrected."
SUCCESSION = "What follows a closing practice was decided."
RELEASE = "A new version of the quality service was released."
ALLOCATION = "An allocation was changed."


@handles(MembershipCorrected)
def work_out_after_membership(change: MembershipCorrected) -> Iterable[Effect]:
    return _work_out(touched_by([change]), MEMBERSHIP)


@handles(ClosingDatesCorrected)
def work_out_after_closing_dates(change: ClosingDatesCorrected) -> Iterable[Effect]:
    """Nothing is earned after a practice's last day, whoever pays it (ADR 0044); a later one lets it earn again."""
    keys = figures.keys_submitted(providers=change.practice_ids)
    return [*_work_out(touched_by([change])), *_work_out_payments(keys)]


@handles(ListSizesCorrected)
def work_out_after_list_sizes(change: ListSizesCorrected) -> Iterable[Effect]:
    return _work_out(touched_by([change]), LISTS)


@handles(SuccessionsRecorded)
def work_out_after_successions(change: SuccessionsRecorded) -> Iterable[Effect]:
    """A list that was taken over counts with whoever follows, at once: whoever confirms it sees what it moves."""
    with previews.thoroughly():
        return _work_out(touched_by([change]), SUCCESSION)


@handles(ParticipationsChanged)
def work_out_after_participations(change: ParticipationsChanged) -> Iterable[Effect]:
    practices = {(service, provider) for service, network, provider in change.keys if not network}
    touched, keys = touched_by([change]), _submitted(practices)
    if not change.at_once:
        return [*_work_out(touched, change.reason), *_work_out_payments(keys, change.reason)]
    with previews.thoroughly():
        return [*_work_out(touched, change.reason), *_work_out_payments(keys, change.reason)]


@handles(ServiceVersionReleased)
def work_out_after_release(change: ServiceVersionReleased) -> Iterable[Effect]:
    """What a new version changes comes back for approval; what finance has approved stays."""
    return [
        *_work_out(touched_by([change]), RELEASE),
        *_work_out_payments(figures.keys_submitted(services=[change.service_id]), RELEASE),
    ]


@handles(ValuesSubmitted)
def work_out_after_values(change: ValuesSubmitted) -> Iterable[Effect]:
    """Submitting works out at once what it pays; who submitted is said of what it changes."""
    return _work_out_payments(change.keys, f"Other figures were submitted by {_named(change.by)}.")


@handles(AllocationsChanged)
def work_out_after_allocations(change: AllocationsChanged) -> Iterable[Effect]:
    return _work_out_payments(_submitted(change.keys), ALLOCATION)


@handles(LeadsCorrected)
def take_over_after_leads(change: LeadsCorrected) -> Iterable[Effect]:
    moved = commands.take_over_networks(by=SYSTEM, networks=change.network_ids)
    return [Effect("taken over", f"{moved:,} achievements pass to the new lead.", moved)] if moved else []


@handles(PayeesCorrected)
def name_payees(change: PayeesCorrected) -> Iterable[Effect]:
    """Nothing of an achievement changes: who is paid is the payee of its date. What is paid to another now is named."""
    return payees.paid_to_another(change.network_ids, instant())


@handles(PayeeProposed)
def tell_who_confirms(change: PayeeProposed) -> Iterable[Effect]:
    return commands.tell_of_proposed_payee(change.proposal_id, by=change.by)


@handles(PayeeProposalSettled)
def tell_the_parties(change: PayeeProposalSettled) -> Iterable[Effect]:
    return commands.tell_of_settled_payee(change.proposal_id, by=change.by)


def _named(by: Actor) -> str:
    """ "Orla Finn, NHS Viking"; an extract is the portal's own."""
    organisation = by.organisation if isinstance(by, Acting) else None
    return ", ".join([by.name, *([organisation.name] if organisation else [])])


def _submitted(pairs: Collection[tuple[int, int]]) -> list[Key]:
    """The keys of pairs of (service id, provider id)."""
    wanted = set(pairs)
    services, providers = {service for service, _ in wanted}, {provider for _, provider in wanted}
    found = figures.keys_submitted(services=services, providers=providers) if wanted else []
    return [key for key in found if (key.service_id, key.provider_id) in wanted]


def _work_out_payments(keys: Collection[Key], why: str = "") -> Iterable[Effect]:
    if len(keys) <= PAYMENTS_AT_ONCE or previews.is_thorough():
        return commands.calculate_practice_payments(by=SYSTEM, keys=keys, why=why).effects if keys else []
    ordered = sorted(keys)
    for start in range(0, len(ordered), PAYMENTS_AT_ONCE):
        plain = [(key[0], key[1].isoformat(), key[2]) for key in ordered[start : start + PAYMENTS_AT_ONCE]]
        after_commit("achievement.calculate_practice_payments", {"keys": plain, "why": why})
    return [Effect("calculation queued", f"{len(keys):,} achievements are worked out in the background.", len(keys))]


def _work_out(touched: Touched, why: str = "") -> Iterable[Effect]:
    networks, services = touched.networks, touched.services
    if len(networks) <= AT_ONCE or previews.is_thorough():
        return commands.calculate_achievements(by=SYSTEM, networks=networks, services=services, why=why).effects
    ordered = sorted(networks)
    for start in range(0, len(ordered), AT_ONCE):
        part, named = ordered[start : start + AT_ONCE], sorted(services) if services else None
        after_commit(CALCULATE_LATER, {"networks": part, "services": named, "why": why})
    return [Effect("calculation queued", f"{len(ordered):,} networks are worked out in the background.", len(ordered))]


previews.forecast(completing.measure, completing.compare)
previews.forecast(forecasts.measure, forecasts.compare)
