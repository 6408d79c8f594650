"""Starts of participations are corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from core.previews import look_ahead, save_as_seen, token_of
from core.transitions import Seen
from operations.api import PortalViewSet, acts, preview_or_once
from participation import commands
from participation.commands import StartSaved
from participation.presenters import starts as shown
from participation.serializers import SaveStartDateSerializer, StartSavedSerializer

PURPOSE = "participation.api-start"
SAYS = attrgetter("sentences")


class Starts(PortalViewSet):
    """The part of participations in which their first day is corrected."""

    @acts("save-start-date", SaveStartDateSerializer, StartSavedSerializer, "Correct the start date")
    def save_start_date(self, request: Request) -> Response:
        given = self.given(SaveStartDateSerializer)
        preview = given.pop("preview")
        do = self._start_previewed if preview else self._start_saved
        answer = preview_or_once(request, given, lambda: do(given), by=self.by, act="save_start_date", preview=preview)
        return Response(answer)

    def _start_previewed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        ahead = look_ahead(lambda: self._start(given))
        said, expected = ahead.answer.sentences, [effect.sentence for effect in ahead.expected]
        return _answer(ahead.answer, said, expected, token_of(ahead.seen(SAYS), PURPOSE, self.by))

    def _start_saved(self, given: Mapping[str, Any]) -> dict[str, Any]:
        saved = save_as_seen(lambda: self._start(given), SAYS, given["preview_token"], PURPOSE, self.by)
        return _answer(saved, [shown.done(saved)], [], "")

    def _start(self, given: Mapping[str, Any]) -> StartSaved:
        return commands.save_start_date(
            Seen(given["id"], given["version"]), given["start_date"], given["reason"], by=self.by
        )


def _answer(saved: StartSaved, sentences: Sequence[str], expected: Sequence[str], token: str) -> dict[str, Any]:
    return {
        "participation": saved.participation_id,
        "start_date": saved.start_date.isoformat(),
        "sentences": list(sentences),
        "expected": list(expected),
        "preview_token": token,
    }
