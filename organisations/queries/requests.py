"""What ODS was asked, and what it answered."""

from __future__ import annotations

from django.db.models import QuerySet

from organisations.models import OdsRequest, OdsRequestChange, Organisation
from organisations.states import RequestState


def requests_about(network: Organisation) -> QuerySet[OdsRequest]:
    """Every request about a network, newest first."""
    rows = OdsRequest.objects.filter(network=network).select_related("asked_by", "practice")
    return rows.order_by("-asked_at", "-pk")


def requests_open(network: Organisation) -> list[OdsRequest]:
    """Those that are not closed, oldest first."""
    rows = OdsRequest.objects.filter(network=network).exclude(state=RequestState.CLOSED)
    return list(rows.select_related("asked_by", "practice").order_by("asked_at", "pk"))


def history_of_requests(network: Organisation) -> QuerySet[OdsRequestChange]:
    moves = OdsRequestChange.objects.filter(row__network=network).select_related("by", "organisation", "row")
    return moves.order_by("-pk")
