"""What ODS was asked, and what it answered."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from core.actors import Actor
from core.errors import NotVisible
from organisations.models import OdsRequest, OdsRequestChange, Organisation
from organisations.queries.belonging import visible_to
from organisations.states import RequestState


def requests_seen_by(by: Actor) -> QuerySet[OdsRequest]:
    """Every request about the networks that somebody sees."""
    rows = OdsRequest.objects.filter(network__in=visible_to(by).values("pk"))
    return rows.select_related("network", "practice", "asked_by")


def request_seen_by(by: Actor, request_id: int) -> OdsRequest:
    """One of them. Raises NotVisible."""
    found = requests_seen_by(by).filter(pk=request_id).first()
    if found is None:
        raise NotVisible("You may not be able to see this, or it does not exist.")
    return found


def requests_about(network: Organisation) -> QuerySet[OdsRequest]:
    """Every request about a network, newest first."""
    rows = OdsRequest.objects.filter(network=network).select_related("asked_by", "practice")
    return rows.order_by("-asked_at", "-pk")


def requests_open(network: Organisation) -> list[OdsRequest]:
    """Those that are not closed, oldest first."""
    rows = OdsRequest.objects.filter(network=network).exclude(state=RequestState.CLOSED)
    return list(rows.select_related("asked_by", "practice").order_by("asked_at", "pk"))


def requests_open_about(
    network_ids: Collection[int], practice_ids: Collection[int]
) -> dict[tuple[int, int | None], OdsRequest]:
    """(network, practice) -> the latest request about it that is not closed."""
    rows = OdsRequest.objects.filter(network__in=network_ids, practice__in=practice_ids)
    open_ones = rows.exclude(state=RequestState.CLOSED).order_by("asked_at", "pk")
    return {(row.network_id, row.practice_id): row for row in open_ones}


def history_of_requests(network: Organisation) -> QuerySet[OdsRequestChange]:
    moves = OdsRequestChange.objects.filter(row__network=network).select_related("by", "organisation", "row")
    return moves.order_by("-pk")
