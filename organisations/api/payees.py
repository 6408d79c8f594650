"""Payees of PCNs: proposed by one person of the lead, and settled by another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from core.changes import Effect
from core.previews import foreseen, foreseen_in, token_of
from core.transitions import Seen
from operations.api import RowsViewSet, acts, done_once, preview_or_once
from organisations import commands, queries
from organisations.commands import Nomination, Settled
from organisations.filters import PayeeProposalFilters
from organisations.presenters import proposals as shown
from organisations.serializers import (
    ConfirmPayeeSerializer,
    DeclinePayeeSerializer,
    PayeeActedSerializer,
    PayeeProposalSerializer,
    ProposePayeeSerializer,
    WithdrawPayeeSerializer,
)


class PayeeProposals(RowsViewSet):
    """Payees proposed for the PCNs one sees, and what came of them."""

    serializer_class = PayeeProposalSerializer
    filterset_class = PayeeProposalFilters
    keyset: ClassVar = ("id",)
    lookup_value_regex = "[0-9]+"

    def rows(self) -> QuerySet[Any]:
        return queries.proposals_seen_by(self.by)

    @acts("propose", ProposePayeeSerializer, PayeeActedSerializer, "Propose this payee", status=201)
    def propose(self, request: Request) -> Response:
        given = self.given(ProposePayeeSerializer)
        preview = given.pop("preview")
        do = self._previewed if preview else self._proposed
        answer = preview_or_once(request, given, lambda: do(given), by=self.by, act="propose_payee", preview=preview)
        return Response(answer, status=201)

    @acts("confirm", ConfirmPayeeSerializer, PayeeActedSerializer, "Confirm payee")
    def confirm(self, request: Request) -> Response:
        given = self.given(ConfirmPayeeSerializer)
        preview = given.pop("preview")
        do = self._foreseen if preview else self._confirmed
        answer = preview_or_once(request, given, lambda: do(given), by=self.by, act="confirm_payee", preview=preview)
        return Response(answer)

    @acts("decline", DeclinePayeeSerializer, PayeeActedSerializer, "Decline")
    def decline(self, request: Request) -> Response:
        given = self.given(DeclinePayeeSerializer)
        return self._settled(
            given, "decline_payee", lambda seen: commands.decline_payee(seen, by=self.by, note=given["reason"])
        )

    @acts("withdraw", WithdrawPayeeSerializer, PayeeActedSerializer, "Withdraw")
    def withdraw(self, request: Request) -> Response:
        given = self.given(WithdrawPayeeSerializer)
        return self._settled(given, "withdraw_payee", lambda seen: commands.withdraw_payee(seen, by=self.by))

    def _nomination(self, given: Mapping[str, Any]) -> Nomination:
        network = queries.visible_network(self.by, given["pcn"])
        return Nomination(network, given["payee"], given["start_date"], given["end_date"], given["payee_name"])

    def _previewed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return _answer(None, "", commands.preview_payee(self._nomination(given), by=self.by))

    def _proposed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        made = commands.propose_payee(self._nomination(given), given["reason"], by=self.by)
        return _answer(made.proposal_id, "Proposed", made.effects)

    def _foreseen(self, given: Mapping[str, Any]) -> dict[str, Any]:
        proposal = queries.proposal_seen_by(self.by, given["id"])
        effects = commands.preview_confirmation(proposal.pk, by=self.by)
        token = token_of(foreseen(_sentences(effects)), shown.purpose(proposal.pk), self.by)
        return _answer(proposal.pk, proposal.state_label, effects, token)

    def _confirmed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        token, seen = given["preview_token"], self._seen(given)
        saw = foreseen_in(token, shown.purpose(seen.id), self.by) if token else None
        return _settled_answer(commands.confirm_payee(seen, by=self.by, expected=saw))

    def _settled(self, given: Mapping[str, Any], act: str, run: Callable[[Seen], Settled]) -> Response:
        do = lambda: _settled_answer(run(self._seen(given)))  # noqa: E731
        return Response(done_once(self.request, given, do, by=self.by, act=act))

    def _seen(self, given: Mapping[str, Any]) -> Seen:
        """Raises NotVisible for a proposal that may not be seen."""
        return Seen(queries.proposal_seen_by(self.by, given["id"]).pk, given["version"])


def _settled_answer(settled: Settled) -> dict[str, Any]:
    proposal = settled.proposal
    answer = _answer(proposal.pk, proposal.state_label, settled.effects)
    return {**answer, "sentences": [shown.done(proposal), *answer["sentences"]]}


def _answer(proposal_id: int | None, status: str, effects: Sequence[Effect], token: str = "") -> dict[str, Any]:
    return {"proposal": proposal_id, "status": status, "sentences": _sentences(effects), "preview_token": token}


def _sentences(effects: Sequence[Effect]) -> list[str]:
    return [effect.sentence for effect in effects]
