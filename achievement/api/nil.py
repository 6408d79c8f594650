"""Lines settled as nil: listed, proposed by one person, and confirmed, declined, withdrawn or lifted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from achievement import commands
from achievement.filters import NilSettlementFilters
from achievement.presenters import nil as shown
from achievement.queries import nil as queries
from achievement.serializers import (
    ConfirmNilSerializer,
    LiftNilSerializer,
    NilActedSerializer,
    NilSettlementSerializer,
    ProposeNilSerializer,
    SettleNilSerializer,
)
from core.previews import do_as_seen, foreseen, token_of
from core.transitions import Seen
from operations.api import RowsViewSet, acts, done_once, preview_or_once

PROPOSE, CONFIRM, LIFT = "achievement.api-propose-nil", "achievement.api-confirm-nil", "achievement.api-lift-nil"


class NilSettlements(RowsViewSet):
    """Lines of PCNs that count as nil: one's own, one's PCN's, those of one's commissioning organisation."""

    serializer_class = NilSettlementSerializer
    filterset_class = NilSettlementFilters
    keyset: ClassVar = ("id",)
    lookup_value_regex = "[0-9]+"

    def rows(self) -> QuerySet[Any]:
        return queries.settlements_for(self.by)

    @acts("propose", ProposeNilSerializer, NilActedSerializer, "Propose to settle as nil", status=201)
    def propose(self, request: Request) -> Response:
        given = self.given(ProposeNilSerializer)
        preview = given.pop("preview")
        do = self._foreseen_of_line if preview else self._proposed
        answer = preview_or_once(request, given, lambda: do(given), by=self.by, act="propose_nil", preview=preview)
        return Response(answer, status=201)

    @acts("confirm", ConfirmNilSerializer, NilActedSerializer, "Confirm")
    def confirm(self, request: Request) -> Response:
        return self._moved(
            ConfirmNilSerializer, "confirm_nil", CONFIRM, commands.preview_confirmation,
            lambda given: commands.confirm_nil(self._seen(given), by=self.by),
        )  # fmt: skip

    @acts("decline", SettleNilSerializer, NilActedSerializer, "Decline")
    def decline(self, request: Request) -> Response:
        return self._settled("decline_nil", commands.decline_nil)

    @acts("withdraw", SettleNilSerializer, NilActedSerializer, "Withdraw")
    def withdraw(self, request: Request) -> Response:
        return self._settled("withdraw_nil", commands.withdraw_nil)

    @acts("lift", LiftNilSerializer, NilActedSerializer, "Lift this settlement")
    def lift(self, request: Request) -> Response:
        return self._moved(
            LiftNilSerializer, "lift_nil", LIFT, commands.preview_lift,
            lambda given: commands.lift_nil(self._seen(given), given["reason"], by=self.by),
        )  # fmt: skip

    def _line(self, given: Mapping[str, Any]) -> queries.NilLine:
        return queries.line_named(
            self.by, given["network"], given["service"], given["achievement_date"], given["provider"]
        )

    def _foreseen_of_line(self, given: Mapping[str, Any]) -> dict[str, Any]:
        said = [effect.sentence for effect in commands.preview_nil(self._line(given), by=self.by)]
        return _answer(None, "", said, token_of(foreseen(said), PROPOSE, self.by))

    def _proposed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        made = do_as_seen(
            lambda: commands.propose_nil(self._line(given), given["reason"], by=self.by),
            lambda made: made.sentences, given["preview_token"], PROPOSE, self.by,
        )  # fmt: skip
        found = queries.settlement_seen_by(self.by, made.settlement_id)
        return _answer(found.pk, found.state_label, made.sentences)

    def _moved(
        self, shape: type[Any], act: str, purpose: str, preview: Callable[..., Any], run: Callable[[Any], Any]
    ) -> Response:
        """One move that may be previewed, done once for the request's key and as it was seen."""
        given = self.given(shape)
        looks = given.pop("preview")

        def do() -> dict[str, Any]:
            if looks:
                ahead = preview(self._seen(given).id, by=self.by)
                token = token_of(foreseen(ahead.sentences), purpose, self.by)
                return _answer(ahead.settlement.pk, ahead.settlement.state_label, ahead.sentences, token)
            token = given["preview_token"]
            return _settled_answer(do_as_seen(lambda: run(given), lambda done: done.sentences, token, purpose, self.by))

        return Response(preview_or_once(self.request, given, do, by=self.by, act=act, preview=looks))

    def _settled(self, act: str, command: Callable[..., Any]) -> Response:
        given = self.given(SettleNilSerializer)
        do = lambda: _settled_answer(command(self._seen(given), given["reason"], by=self.by))  # noqa: E731
        return Response(done_once(self.request, given, do, by=self.by, act=act))

    def _seen(self, given: Mapping[str, Any]) -> Seen:
        """Raises NotVisible for a settlement that may not be seen."""
        return Seen(queries.settlement_seen_by(self.by, given["id"]).pk, given["version"])


def _settled_answer(settled: Any) -> dict[str, Any]:
    found = settled.settlement
    return _answer(found.pk, found.state_label, [shown.done(found), *settled.sentences])


def _answer(settlement_id: int | None, status: str, said: list[str], token: str = "") -> dict[str, Any]:
    return {"settlement": settlement_id, "status": status, "sentences": said, "preview_token": token}
