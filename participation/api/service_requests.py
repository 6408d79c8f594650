"""Services that providers ask for: listed, asked for and declined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from core.transitions import Seen
from operations.api import RowsViewSet, acts, done_once
from participation import commands
from participation.filters import ServiceRequestFilters
from participation.queries import service_requests as queries
from participation.serializers import AskForServiceSerializer, DeclineRequestSerializer, ServiceRequestSerializer


class ServiceRequests(RowsViewSet):
    """Services asked for: those asked of one's organisation, and what it asked for itself."""

    serializer_class = ServiceRequestSerializer
    filterset_class = ServiceRequestFilters
    keyset: ClassVar = ("id",)
    lookup_value_regex = "[0-9]+"

    def rows(self) -> QuerySet[Any]:
        return queries.requests_for(self.by)

    @acts("ask", AskForServiceSerializer, ServiceRequestSerializer, "Ask for a service", status=201)
    def ask(self, request: Request) -> Response:
        given = self.given(AskForServiceSerializer)
        answer = done_once(request, given, lambda: self._asked(given), by=self.by, act="ask_for_service")
        return Response(answer, status=201)

    @acts("decline", DeclineRequestSerializer, ServiceRequestSerializer, "Decline what was asked for")
    def decline(self, request: Request) -> Response:
        given = self.given(DeclineRequestSerializer)
        return Response(done_once(request, given, lambda: self._declined(given), by=self.by, act="decline_request"))

    def _asked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return self._said(commands.ask_for_service(given["service"], by=self.by).pk)

    def _declined(self, given: Mapping[str, Any]) -> dict[str, Any]:
        seen = Seen(given["id"], given["version"])
        return self._said(commands.decline_request(seen, given["reason"], by=self.by).pk)

    def _said(self, request_id: int) -> dict[str, Any]:
        found = queries.request_seen_by(self.by, request_id)
        return dict(ServiceRequestSerializer(found, context=self.get_serializer_context()).data)
