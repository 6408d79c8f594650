"""Practices that closed, and what follows: one act by one person, or proposed by one and decided by another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import NotPermitted
from core.previews import save_as_seen, token_of
from core.transitions import Seen
from operations.api import PortalViewSet, RowsViewSet, acts, done_once, preview_or_once
from organisations.commands import Decision
from organisations.queries import closure_proposal_seen_by, closure_proposals_for
from organisations.rules import who_settles_closures
from participation import commands
from participation.commands import ClosureProposed, ClosuresSettled
from participation.filters import ClosureFilters
from participation.presenters import closures as shown
from participation.queries.closures import closures_of, concerning
from participation.rules import looks_after_networks
from participation.serializers import (
    ClosureProposalSerializer,
    ClosureProposedSerializer,
    ClosureSerializer,
    ClosuresSettledSerializer,
    ConfirmClosureSerializer,
    DeclineClosureSerializer,
    ProposeClosuresSerializer,
    SettleClosuresSerializer,
    TakeBackClosureSerializer,
)

PURPOSE = "participation.api-closures"
SAYS = attrgetter("sentences")


class Closures(ListModelMixin, PortalViewSet):
    """Practices that closed and that one looks after, the latest first: who follows them, and what is open."""

    serializer_class = ClosureSerializer
    filterset_class = ClosureFilters
    keyset = ("-close_date", "name", "code")
    may_refuse: ClassVar = {"list": {403}}

    def get_queryset(self) -> QuerySet[Any]:
        return concerning(self.by)

    @extend_schema(summary="Practices that closed")
    def list(self, request: Request) -> Response:
        self._must_look_after_networks()
        return super().list(request)

    def paginate_queryset(self, queryset: Any) -> Any:
        return closures_of(super().paginate_queryset(queryset) or ())

    @acts("settle", SettleClosuresSerializer, ClosuresSettledSerializer, "Save what follows")
    def settle(self, request: Request) -> Response:
        self._must_look_after_networks()
        given = self.given(SettleClosuresSerializer)
        preview, decision = given.pop("preview"), _decision(given)
        do = self._previewed if preview else self._settled
        answer = preview_or_once(
            request, given, lambda: do(decision, given["preview_token"]), by=self.by, act="settle_closures",
            preview=preview,
        )  # fmt: skip
        return Response(answer)

    @acts("propose", ProposeClosuresSerializer, ClosureProposedSerializer, "Ask for confirmation")
    def propose(self, request: Request) -> Response:
        self._must_look_after_networks()
        given = self.given(ProposeClosuresSerializer)
        decision = _decision(given)
        answer = done_once(
            request, given, lambda: self._proposed(decision, given["preview_token"]), by=self.by, act="propose_closures"
        )
        return Response(answer)

    def _previewed(self, decision: Decision, _token: str) -> dict[str, Any]:
        ahead = commands.preview_closures(decision, by=self.by)
        token = token_of(ahead.seen(SAYS), PURPOSE, self.by)
        expected = [effect.sentence for effect in ahead.expected]
        return _answer(ahead.answer, ahead.answer.sentences, expected, token)

    def _settled(self, decision: Decision, token: str) -> dict[str, Any]:
        settled = save_as_seen(lambda: commands.settle_closures(decision, by=self.by), SAYS, token, PURPOSE, self.by)
        return _answer(settled, [shown.done_sentence(settled)], [], "")

    def _proposed(self, decision: Decision, token: str) -> dict[str, Any]:
        proposed: ClosureProposed = save_as_seen(
            lambda: commands.propose_closures(decision, by=self.by), attrgetter("settled.sentences"), token,
            PURPOSE, self.by, ahead_of=attrgetter("ahead"),
        )  # fmt: skip
        return {"closure_proposal": proposed.proposal_id, "sentences": proposed.settled.sentences}

    def _must_look_after_networks(self) -> None:
        if not self.by.is_system and not looks_after_networks(self.by):
            said = "What follows a closure is the commissioning organisation's to say."
            raise NotPermitted(said, who_can=who_settles_closures())


class ClosureProposals(RowsViewSet):
    """What moves a list or debts of a practice that closed: proposed by one person, decided by another."""

    serializer_class = ClosureProposalSerializer
    keyset = ("id",)
    lookup_value_regex = "[0-9]+"

    def rows(self) -> QuerySet[Any]:
        return closure_proposals_for(self.by)

    @acts("confirm", ConfirmClosureSerializer, ClosuresSettledSerializer, "Confirm")
    def confirm(self, request: Request) -> Response:
        given = self.given(ConfirmClosureSerializer)
        preview = given.pop("preview")
        do = self._previewed if preview else self._confirmed
        answer = preview_or_once(request, given, lambda: do(given), by=self.by, act="confirm_closure", preview=preview)
        return Response(answer)

    @acts("decline", DeclineClosureSerializer, ClosureProposalSerializer, "Decline")
    def decline(self, request: Request) -> Response:
        given = self.given(DeclineClosureSerializer)
        return self._decided(
            given, "decline_closure", lambda: commands.decline_closure(_seen(given), given["reason"], by=self.by)
        )

    @acts("take-back", TakeBackClosureSerializer, ClosureProposalSerializer, "Take back")
    def take_back(self, request: Request) -> Response:
        given = self.given(TakeBackClosureSerializer)
        return self._decided(given, "take_back_closure", lambda: commands.take_back_closure(_seen(given), by=self.by))

    def _decided(self, given: Mapping[str, Any], act: str, run: Any) -> Response:
        return Response(done_once(self.request, given, lambda: self._after(given, run), by=self.by, act=act))

    def _after(self, given: Mapping[str, Any], run: Any) -> dict[str, Any]:
        run()
        found = closure_proposal_seen_by(self.by, given["id"])
        return dict(ClosureProposalSerializer(found, context=self.get_serializer_context()).data)

    def _previewed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        ahead = commands.preview_closure_proposal(given["id"], by=self.by)
        token = token_of(ahead.seen(SAYS), PURPOSE, self.by)
        return _answer(ahead.answer, ahead.answer.sentences, [effect.sentence for effect in ahead.expected], token)

    def _confirmed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        settled = save_as_seen(
            lambda: commands.confirm_closure(_seen(given), by=self.by), SAYS, given["preview_token"], PURPOSE, self.by
        )
        return _answer(settled, [shown.done_sentence(settled)], [], "")


def _decision(given: Mapping[str, Any]) -> Decision:
    return Decision(
        practices=tuple(given["practices"]),
        successor=given["successor"],
        from_date=given["from_date"],
        takes_list=given["takes_list"],
        takes_debts=given["takes_debts"],
        reason=given["reason"],
        replaces=frozenset(given["replaces"]),
    )


def _seen(given: Mapping[str, Any]) -> Seen:
    return Seen(given["id"], given["version"])


def _answer(settled: ClosuresSettled, sentences: Sequence[str], expected: Sequence[str], token: str) -> dict[str, Any]:
    return {
        "ended": list(settled.ended),
        "cancelled": list(settled.cancelled),
        "sentences": list(sentences),
        "expected": list(expected),
        "needs_second_person": settled.takes_two,
        "preview_token": token,
    }
