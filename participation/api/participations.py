"""Participations: listed, answered, approved, and ended."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.queries import who_can
from accounts.states import Role
from core.previews import save_as_seen, token_of
from core.transitions import Refused
from operations.api import (
    ActedSerializer,
    ReasonSerializer,
    RowsViewSet,
    acts,
    done_once,
    preview_or_once,
    refuse_all,
    refused_rows,
    stale_sentences,
)
from participation import commands
from participation.api.offers import Offers
from participation.api.starts import Starts
from participation.commands import Answered, Ended, Ending
from participation.filters import ParticipationFilters
from participation.presenters import answers as answers_shown
from participation.presenters import ends as ends_shown
from participation.presenters.answers import ACCEPT, REJECT, left_as_they_are
from participation.presenters.offered import APPROVE, NOT_APPROVE
from participation.queries import offer as one
from participation.queries import participations_for
from participation.queries.offered import names_of, organisations_of
from participation.rules import AWAITS_A_REQUEST
from participation.serializers import (
    AnswersSerializer,
    AskedSerializer,
    AskToEndSerializer,
    CancelSerializer,
    EndedSerializer,
    ParticipationDetailSerializer,
    ParticipationSerializer,
    SaveEndDateSerializer,
)
from participation.states import State
from ui.wording import long_date

PURPOSE = "participation.api-end"
SAYS = attrgetter("sentences")


class Participations(Offers, Starts, RowsViewSet):
    """Offers and the participations they became: one's own, one's network's, and those one offers or is parent of."""

    serializer_class = ParticipationSerializer
    detail_class = ParticipationDetailSerializer
    filterset_class = ParticipationFilters
    keyset = ("service_id", "provider_id", "id")
    lookup_value_regex = "[0-9]+"

    def rows(self) -> QuerySet[Any]:
        return participations_for(self.by)

    def get_object(self) -> Any:
        """With its history, its days on two clocks, and what the person asking can do to it."""
        return one.with_all(one.offer_seen_by(self.by, super().get_object().pk), self.by)

    @acts("accept", AnswersSerializer, ActedSerializer, "Accept")
    def accept(self, request: Request) -> Response:
        given = self.given(AnswersSerializer)
        return self._answers(ACCEPT, given, lambda: commands.accept_offers(given["seen"], by=self.by))

    @acts("reject", ReasonSerializer, ActedSerializer, "Reject")
    def reject(self, request: Request) -> Response:
        given = self.given(ReasonSerializer)
        return self._answers(REJECT, given, lambda: commands.reject_offers(**given, by=self.by))

    @acts("approve", AnswersSerializer, ActedSerializer, "Approve what was accepted")
    def approve(self, request: Request) -> Response:
        given = self.given(AnswersSerializer)
        return self._answers(APPROVE, given, lambda: commands.approve_participations(given["seen"], by=self.by))

    @acts("do-not-approve", ReasonSerializer, ActedSerializer, "Do not approve what was accepted")
    def do_not_approve(self, request: Request) -> Response:
        given = self.given(ReasonSerializer)
        return self._answers(NOT_APPROVE, given, lambda: commands.do_not_approve_participations(**given, by=self.by))

    @acts("save-end-date", SaveEndDateSerializer, EndedSerializer, "Save End Date")
    def save_end_date(self, request: Request) -> Response:
        return self._ends("save_end_date", self.given(SaveEndDateSerializer))

    @acts("cancel", CancelSerializer, EndedSerializer, "Cancel Service")
    def cancel(self, request: Request) -> Response:
        return self._ends("cancel_service", self.given(CancelSerializer))

    @acts("ask-to-end", AskToEndSerializer, AskedSerializer, "Ask a second person to confirm", status=201)
    def ask_to_end(self, request: Request) -> Response:
        given = self.given(AskToEndSerializer)
        answer = done_once(request, given, lambda: self._asked(given), by=self.by, act="ask_to_end")
        return Response(answer, status=201)

    def _answers(self, act: str, given: Mapping[str, Any], run: Callable[[], Answered]) -> Response:
        answer = done_once(self.request, given, lambda: self._answered(act, run()), by=self.by, act=f"offers.{act}")
        return Response(answer)

    def _answered(self, act: str, answered: Answered) -> dict[str, Any]:
        names = names_of(self.by, [row.id for row in answered.refused])
        if not answered.ids:
            role = Role.SERVICE_MANAGEMENT if act in (ACCEPT, REJECT) else Role.COMMISSIONING_MANAGEMENT
            raise self._refused(answered.refused, names, [], role)
        return {
            "moved": list(answered.ids),
            "refused": refused_rows(answered.refused, names),
            "sentences": [answers_shown.done(act, answered, names)],
        }

    def _ends(self, act: str, given: dict[str, Any]) -> Response:
        preview = given.pop("preview")
        ending = Ending(given.get("end_date"), given["reason"])
        do = self._previewed if preview else self._ended
        answer = preview_or_once(self.request, given, lambda: do(given, ending), by=self.by, act=act, preview=preview)
        return Response(answer)

    def _ended(self, given: Mapping[str, Any], ending: Ending) -> dict[str, Any]:
        ended = save_as_seen(lambda: self._end(given, ending), SAYS, given["preview_token"], PURPOSE, self.by)
        names = self._names_or_refuse(ended)
        return self._answer(ended, names, [ends_shown.done(ended, names)])

    def _end(self, given: Mapping[str, Any], ending: Ending) -> Ended:
        if ending.end_date is None:
            return commands.cancel_participations(given["seen"], ending.reason, by=self.by)
        return commands.save_end_date(given["seen"], ending.end_date, ending.reason, by=self.by)

    def _previewed(self, given: Mapping[str, Any], ending: Ending) -> dict[str, Any]:
        ahead = commands.preview_end(given["seen"], ending, by=self.by)
        ended, expected = ahead.answer, [effect.sentence for effect in ahead.expected]
        names = self._names_or_refuse(ended)
        token = token_of(ahead.seen(SAYS), PURPOSE, self.by)
        return self._answer(ended, names, ended.sentences, expected, token)

    def _asked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        ending = Ending(given["end_date"], given["reason"])
        asked = save_as_seen(
            lambda: commands.ask_to_end(given["seen"], ending, by=self.by), attrgetter("ended.sentences"),
            given["preview_token"], PURPOSE, self.by, ahead_of=attrgetter("ahead"),
        )  # fmt: skip
        return {
            "end_request": asked.request_id,
            "participations": list(asked.ended.ids),
            "sentences": asked.ended.sentences,
        }

    def _answer(
        self, ended: Ended, names: Mapping[int, str], sentences: Sequence[str], expected: Sequence[str] = (),
        token: str = "",
    ) -> dict[str, Any]:  # fmt: skip
        return {
            "moved": list(ended.ids),
            "refused": refused_rows(ended.refused, names),
            "sentences": list(sentences),
            "warnings": list(ended.warnings),
            "expected": list(expected),
            "needs_second_person": ended.takes_approvals_back,
            "preview_token": token,
        }

    def _names_or_refuse(self, ended: Ended) -> Mapping[int, str]:
        names = names_of(self.by, [row.id for row in ended.refused])
        if not ended.ids:
            already = [f"It ends on {long_date(ended.ending.end_date)} already."] if ended.ending.end_date else []
            raise self._refused(ended.refused, names, [*already, AWAITS_A_REQUEST], Role.COMMISSIONING_MANAGEMENT)
        return names

    def _refused(
        self, refused: Collection[Refused], names: Mapping[int, str], stale: Collection[str], role: Role
    ) -> Exception:
        said = left_as_they_are(list(refused), names)
        who = lambda: [each for place in organisations_of(names, role) for each in who_can(role, place)]  # noqa: E731
        return refuse_all(refused, names, {*stale_sentences(State), *stale}, said, who)
