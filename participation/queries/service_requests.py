"""Services that providers asked to be offered."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, Q, QuerySet

from core.actors import Actor
from core.errors import NotVisible
from core.paging import Slice, page_of
from participation.models import ServiceRequest, ServiceRequestChange
from participation.rules import service_requests_visible_to
from participation.states import AskState

ORDER = ("state", "-asked_at", "-id")
"""Those that await an answer first; then the newest."""


def requests_for(by: Actor) -> QuerySet[ServiceRequest]:
    """The requests that somebody may see: those made to their organisation, and its own."""
    seen = ServiceRequest.objects.filter(service_requests_visible_to(by))
    return seen.select_related("service", "provider", "commissioner", "asked_by", "decided_by")


def page_of_requests(by: Actor, *, after: str, size: int) -> Slice:
    return page_of(requests_for(by), ORDER, after=after, size=size)


def count_of_requests(by: Actor) -> int:
    return ServiceRequest.objects.filter(service_requests_visible_to(by)).count()


def counts_of_requests(by: Actor) -> tuple[int, int]:
    """How many there are, and how many of them nobody has answered; one question."""
    unanswered = Count("pk", filter=Q(state=AskState.ASKED))
    counted = ServiceRequest.objects.filter(service_requests_visible_to(by)).aggregate(
        every=Count("pk"), open=unanswered
    )
    return counted["every"], counted["open"]


def request_seen_by(by: Actor, request_id: int) -> ServiceRequest:
    """One request. Raises NotVisible."""
    found = requests_for(by).filter(pk=request_id).first()
    if found is None:
        raise NotVisible("You may not be able to see this request, or it does not exist.")
    return found


def history_of(request: ServiceRequest) -> list[ServiceRequestChange]:
    return list(request.history.select_related("by", "organisation").order_by("-pk"))


def last_requests(provider_id: int, service_ids: Collection[int]) -> dict[int, ServiceRequest]:
    """Service -> the provider's last request for it."""
    rows = ServiceRequest.objects.filter(provider=provider_id, service__in=service_ids).order_by("pk")
    return {row.service_id: row for row in rows}
