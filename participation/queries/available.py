"""Services that a provider might take part in, or a commissioning organisation offer: what each is, and who has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from accounts.rules import Acting
from catalogue.formats import Definition
from catalogue.models import PaidTo, QualityService, ServiceVersion
from catalogue.queries import definitions_of, service_by_code, services_for
from core import clock
from core.errors import NotVisible
from organisations.models import Organisation
from organisations.queries import lead_of, parent_of
from participation.models import Participation, ServiceRequest
from participation.queries.service_requests import last_requests
from participation.rules import acts_for_practice, acts_for_provider, practice_of, visible_to
from participation.states import OPEN, State


@dataclass(frozen=True)
class Available:
    """One service: its definition, the last participation of the provider in it, its last request for it, and how many
    practices have it of those that a commissioning organisation sees."""

    service: QualityService
    definition: Definition
    number: int
    own: Participation | None
    asked: ServiceRequest | None
    offered: int


def available_services(by: Acting) -> list[Available]:
    """Released services that are not over, by name: for a PCN those paid to PCNs, for others all."""
    paid_to = None if acts_for_practice(by) or not acts_for_provider(by) else PaidTo.NETWORK
    services = list(services_for(paid_to=paid_to).filter(end_date__gte=clock.today()))
    ids = [service.pk for service in services]
    definitions, own = definitions_of(ids), _own(by, ids)
    numbers = dict(ServiceVersion.objects.released().filter(service__in=ids).values_list("service", "number"))
    asked = last_requests(by.organisation_id, ids) if by.organisation_id and acts_for_provider(by) else {}
    offered = _offered(by, ids)
    return [
        Available(
            service,
            definitions[service.pk],
            numbers[service.pk],
            own.get(service.pk),
            asked.get(service.pk),
            offered.get(service.pk, 0),
        )
        for service in services
    ]


def available_service(by: Acting, code: str) -> Available:
    """One of them. Raises NotVisible."""
    wanted = service_by_code(code)
    found = next((each for each in available_services(by) if each.service.pk == wanted.pk), None)
    if found is None:
        raise NotVisible("This service is over, or is not for organisations of your kind.")
    return found


def ask_key(service_id: int, organisation_id: int) -> str:
    """The key of the task by which a provider asks for a service."""
    return f"participation.ask-for:{service_id}:{organisation_id}"


def whom_to_ask(by: Acting, service: QualityService) -> Organisation | None:
    """Who would offer a service: the lead of the network where networks are paid, else the parent of the practice.

    A practice does not ask for what networks are offered: its network does.
    """
    here, practice = by.organisation, practice_of(by)
    if here is None or (practice is None) != (service.paid_to == PaidTo.NETWORK):
        return None
    return parent_of(practice) if practice else lead_of(here)


def stands(own: Participation | None) -> bool:
    """Whether an offer stands, so that there is nothing to ask for."""
    return own is not None and own.state in OPEN


def _own(by: Acting, ids: Sequence[int]) -> Mapping[int, Participation]:
    """Service -> the provider's last participation in it; one that stands before one that came to nothing."""
    if not acts_for_provider(by):
        return {}
    here = Q(provider=by.organisation_id) | Q(network=by.organisation_id)
    rows = Participation.objects.filter(here, service__in=ids).order_by("pk")
    found: dict[int, Participation] = {}
    for row in rows:
        before = found.get(row.service_id)
        if before is None or State(row.state) in OPEN or State(before.state) not in OPEN:
            found[row.service_id] = row
    return found


def _offered(by: Acting, ids: Sequence[int]) -> Mapping[int, int]:
    """Service -> practices with an offer that stands, of those that somebody sees."""
    if acts_for_provider(by):
        return {}
    seen = Participation.objects.filter(visible_to(by), service__in=ids, state__in=OPEN).order_by()
    return dict(seen.values_list("service").annotate(Count("provider", distinct=True)))
