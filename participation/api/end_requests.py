"""Requests to end participations: listed, and confirmed or declined by a second person."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from core.previews import save_as_seen, token_of
from core.transitions import Seen
from operations.api import RowsViewSet, acts, done_once, preview_or_once, refused_rows
from participation import commands
from participation.commands import Ended
from participation.filters import EndRequestFilters
from participation.presenters import ends as shown
from participation.queries import end_requests as queries
from participation.queries.offered import names_of
from participation.serializers import (
    ConfirmSerializer,
    DeclineSerializer,
    EndedSerializer,
    EndRequestSerializer,
    TakeBackSerializer,
)

PURPOSE = "participation.api-confirm"
SAYS = attrgetter("sentences")


class EndRequests(RowsViewSet):
    """End dates and cancellations that take back what was approved: asked for by one person, decided by another."""

    serializer_class = EndRequestSerializer
    filterset_class = EndRequestFilters
    keyset = ("id",)
    lookup_value_regex = "[0-9]+"

    def rows(self) -> QuerySet[Any]:
        return queries.requests_for(self.by)

    @acts("confirm", ConfirmSerializer, EndedSerializer, "Confirm")
    def confirm(self, request: Request) -> Response:
        given = self.given(ConfirmSerializer)
        preview = given.pop("preview")
        do = self._previewed if preview else self._confirmed
        answer = preview_or_once(request, given, lambda: do(given), by=self.by, act="confirm_end", preview=preview)
        return Response(answer)

    @acts("decline", DeclineSerializer, EndRequestSerializer, "Decline")
    def decline(self, request: Request) -> Response:
        given = self.given(DeclineSerializer)
        return self._decided(
            given, "decline_end", lambda: commands.decline_end(_seen(given), given["reason"], by=self.by)
        )

    @acts("take-back", TakeBackSerializer, EndRequestSerializer, "Take back")
    def take_back(self, request: Request) -> Response:
        given = self.given(TakeBackSerializer)
        return self._decided(given, "take_back_end", lambda: commands.take_back_end(_seen(given), by=self.by))

    def _decided(self, given: Mapping[str, Any], act: str, run: Any) -> Response:
        return Response(done_once(self.request, given, lambda: self._after(given, run), by=self.by, act=act))

    def _after(self, given: Mapping[str, Any], run: Any) -> dict[str, Any]:
        run()
        found = queries.request_seen_by(self.by, given["id"])
        return dict(EndRequestSerializer(found, context=self.get_serializer_context()).data)

    def _previewed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        ahead = commands.preview_request(given["id"], by=self.by)
        token = token_of(ahead.seen(SAYS), PURPOSE, self.by)
        expected = [effect.sentence for effect in ahead.expected]
        return self._answer(ahead.answer, ahead.answer.sentences, expected, token)

    def _confirmed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        token = given["preview_token"]
        ended = save_as_seen(lambda: commands.confirm_end(_seen(given), by=self.by), SAYS, token, PURPOSE, self.by)
        names = names_of(self.by, [row.id for row in ended.refused])
        return self._answer(ended, [shown.done(ended, names)], [], "")

    def _answer(self, ended: Ended, sentences: list[str], expected: list[str], token: str) -> dict[str, Any]:
        return {
            "moved": list(ended.ids),
            "refused": refused_rows(ended.refused, names_of(self.by, [row.id for row in ended.refused])),
            "sentences": sentences,
            "warnings": list(ended.warnings),
            "expected": expected,
            "needs_second_person": ended.takes_approvals_back,
            "preview_token": token,
        }


def _seen(given: Mapping[str, Any]) -> Seen:
    return Seen(given["id"], given["version"])
