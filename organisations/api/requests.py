"""Requests to ODS: listed, asked, answered and closed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from core.transitions import Moved, Seen
from operations.api import RowsViewSet, acts, done_once, refuse_all, stale_sentences
from organisations import commands, queries
from organisations.filters import OdsRequestFilters
from organisations.rules import who_asks_ods
from organisations.serializers import (
    AskOdsSerializer,
    CloseOdsRequestSerializer,
    OdsAnswerSerializer,
    OdsRequestSerializer,
)
from organisations.states import RequestState


class OdsRequests(RowsViewSet):
    """What ODS was asked about the PCNs one sees, and what it answered."""

    serializer_class = OdsRequestSerializer
    filterset_class = OdsRequestFilters
    keyset: ClassVar = ("id",)
    lookup_value_regex = "[0-9]+"

    def rows(self) -> QuerySet[Any]:
        return queries.requests_seen_by(self.by)

    @acts("ask", AskOdsSerializer, OdsRequestSerializer, "Keep a request to ODS", status=201)
    def ask(self, request: Request) -> Response:
        given = self.given(AskOdsSerializer)
        answer = done_once(request, given, lambda: self._asked(given), by=self.by, act="ask_ods")
        return Response(answer, status=201)

    @acts("note-answer", OdsAnswerSerializer, OdsRequestSerializer, "Note what ODS answered")
    def note_answer(self, request: Request) -> Response:
        given = self.given(OdsAnswerSerializer)
        return self._settled(given, lambda seen: commands.note_answer(seen, given["answer"], by=self.by))

    @acts("close", CloseOdsRequestSerializer, OdsRequestSerializer, "Close: nothing more is awaited of it")
    def close(self, request: Request) -> Response:
        return self._settled(
            self.given(CloseOdsRequestSerializer), lambda seen: commands.close_request(seen, by=self.by)
        )

    def _asked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        asked = commands.ask_ods(given["pcn"], given["text"], practice_code=given["practice"], by=self.by)
        return self._said(asked)

    def _settled(self, given: Mapping[str, Any], run: Callable[[Seen], Moved]) -> Response:
        act = f"ods_request.{self.action}"
        return Response(done_once(self.request, given, lambda: self._after(given, run), by=self.by, act=act))

    def _after(self, given: Mapping[str, Any], run: Callable[[Seen], Moved]) -> dict[str, Any]:
        found = queries.request_seen_by(self.by, given["id"])
        moved = run(Seen(found.pk, given["version"]))
        if not moved:
            said = [reason for row in moved.refused for reason in row.reasons]
            who = lambda: who_asks_ods(queries.lead_of(found.network))  # noqa: E731
            raise refuse_all(moved.refused, {found.pk: found.network.name}, stale_sentences(RequestState), said, who)
        return self._said(found.pk)

    def _said(self, request_id: int) -> dict[str, Any]:
        found = queries.request_seen_by(self.by, request_id)
        return dict(OdsRequestSerializer(found, context=self.get_serializer_context()).data)
