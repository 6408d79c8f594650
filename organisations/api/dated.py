"""Dated facts: memberships, payees and list sizes, on the days asked for, as known now or earlier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from core.previews import look_ahead, save_as_seen, token_of
from operations.api import RowsViewSet, acts, done_once, preview_or_once
from organisations import commands, queries
from organisations.commands import ListCorrected
from organisations.filters import ListSizeFilters, NominationFilters, RelationshipFilters
from organisations.presenters.lists import done
from organisations.presenters.payees import noted_sentence
from organisations.queries.list_sizes import known_list_sizes
from organisations.queries.relationships import memberships_between, nominations_between
from organisations.serializers import (
    CorrectListSerializer,
    ListCorrectedSerializer,
    ListSizeSerializer,
    NominationSerializer,
    NotedSerializer,
    NotePayeeChangeSerializer,
    RelationshipSerializer,
    kind_of,
)

PURPOSE = "organisations.api-list-size"
SAYS = attrgetter("sentences")


class Memberships(RowsViewSet):
    """Network Organisation Relationship: practices in PCNs, from and to, with who leads them."""

    serializer_class = RelationshipSerializer
    filterset_class = RelationshipFilters
    keyset: ClassVar = ("network_id", "practice_id", "id")
    lookup_value_regex = "[0-9]+"

    def rows(self) -> QuerySet[Any]:
        return memberships_between(self.by, None, None)


class Nominations(RowsViewSet):
    """Nominated Payees of PCNs, from and to, with who set and who confirmed them."""

    serializer_class = NominationSerializer
    filterset_class = NominationFilters
    keyset: ClassVar = ("network_id", "id")
    lookup_value_regex = "[0-9]+"

    def rows(self) -> QuerySet[Any]:
        return nominations_between(self.by, None, None)

    @acts("note-change", NotePayeeChangeSerializer, NotedSerializer, "Take off the task that told of a changed payee")
    def note_change(self, request: Request) -> Response:
        given = self.given(NotePayeeChangeSerializer)
        return Response(done_once(request, given, lambda: self._noted(given), by=self.by, act="note_payee_change"))

    def _noted(self, given: Mapping[str, Any]) -> dict[str, Any]:
        network = queries.visible_network(self.by, given["pcn"])
        commands.note_payee_change(network, by=self.by)
        return {"sentences": [noted_sentence(network)]}


class ListSizes(RowsViewSet):
    """List sizes of practices and PCNs, each as at a day."""

    serializer_class = ListSizeSerializer
    filterset_class = ListSizeFilters
    keyset: ClassVar = ("organisation_id", "kind", "id")
    lookup_value_regex = "[0-9]+"

    def rows(self) -> QuerySet[Any]:
        return known_list_sizes(self.by)

    @acts("correct", CorrectListSerializer, ListCorrectedSerializer, "Correct a list size")
    def correct(self, request: Request) -> Response:
        given = self.given(CorrectListSerializer)
        preview = given.pop("preview")
        do = self._previewed if preview else self._corrected
        answer = preview_or_once(
            request, given, lambda: do(given), by=self.by, act="correct_list_size", preview=preview
        )
        return Response(answer)

    def _previewed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        ahead = look_ahead(lambda: self._correct(given))
        said, expected = ahead.answer.sentences, [effect.sentence for effect in ahead.expected]
        return _answer(given, ahead.answer, said, expected, token_of(ahead.seen(SAYS), PURPOSE, self.by))

    def _corrected(self, given: Mapping[str, Any]) -> dict[str, Any]:
        corrected = save_as_seen(lambda: self._correct(given), SAYS, given["preview_token"], PURPOSE, self.by)
        return _answer(given, corrected, [done(corrected)], [], "")

    def _correct(self, given: Mapping[str, Any]) -> ListCorrected:
        practice = queries.practice_seen_by(self.by, given["organisation"])
        return commands.correct_list_size(
            practice, kind_of(given["list"]), given["as_at"], given["size"], given["reason"], by=self.by
        )


def _answer(
    given: Mapping[str, Any], corrected: ListCorrected, sentences: Sequence[str], expected: Sequence[str], token: str
) -> dict[str, Any]:
    return {
        "organisation": given["organisation"].upper(),
        "list": given["list"],
        "as_at": given["as_at"].isoformat(),
        "was": None if corrected.was is None else f"{corrected.was:.2f}",
        "size": None if corrected.size is None else f"{corrected.size:.2f}",
        "sentences": list(sentences),
        "expected": list(expected),
        "preview_token": token,
    }
