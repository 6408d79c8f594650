"""Achievements and network achievements: listed, explained, and acted on as they were seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.states import Role
from achievement import commands
from achievement.commands.declarations import OTHER_TEXT
from achievement.filters import AchievementFilters, NetworkAchievementFilters, WaitingNetworkFilters
from achievement.presenters import declarations as shown
from achievement.presenters.waiting import Finding, facts_of, findings_of, zip_of
from achievement.queries import acts as can_do
from achievement.queries import answers, causes, declarations, details, lists, nil
from achievement.rules import sees_network_pounds, sees_pounds
from achievement.serializers import (
    AchievementDetailSerializer,
    AchievementSerializer,
    ApproveSerializer,
    DeclareSerializer,
    ExplanationSerializer,
    NetworkAchievementDetailSerializer,
    NetworkAchievementSerializer,
    OutcomeSerializer,
    WaitingNetworkSerializer,
    WhyWaitingSerializer,
)
from achievement.states import State
from core.errors import NotPermitted
from operations.api import ReasonSerializer, RowsViewSet, acts, done_once, refuse_all, refused_rows, stale_sentences

NOUN = ("achievement", "achievements")
NO_POUNDS = "Your roles show points, not pounds."
DECLARE = "declare"
DONE = {**{act: done for act, (_button, done) in shown.ACTIONS.items()}, DECLARE: "declared"}
APPROVER, FINANCE, DECLARER = Role.APPROVAL_MANAGEMENT, Role.FINANCE_MANAGEMENT, Role.DECLARATION_MANAGEMENT


class _Acted(RowsViewSet):
    """Rows that are acted on as they were seen. `totals` marks those of networks."""

    totals: ClassVar[bool]
    keyset = ("achievement_date", "service_id", "id")
    lookup_value_regex = "[0-9]+"

    def get_object(self) -> Any:
        """With what the person asking can do to it."""
        found = super().get_object()
        found.can = [act.action for act in can_do.possible(found, self.by)]
        refused = can_do.impossible(found, self.by)
        found.cannot = [{"act": act, "why": why, "who_can": who} for act, why, who in refused]
        return found

    def done(self, act: str, command: Callable[..., Any], role: Role) -> Response:
        """Do it once, for the rows as they were seen; raise where none of them moved."""
        given = self.given(ReasonSerializer if act in shown.NEEDS_REASON else ApproveSerializer)
        seen, note = given["seen"], given.get("reason") or given.get("note", "")
        return self.once(act, given, lambda: command(seen, by=self.by, note=note), role)

    def once(self, act: str, given: Mapping[str, Any], run: Callable[[], Any], role: Role) -> Response:
        what = {**given, "totals": self.totals}
        return Response(done_once(self.request, what, lambda: self._answer(act, run(), role), by=self.by, act=act))

    def _answer(self, act: str, outcome: Any, role: Role) -> dict[str, Any]:
        names = lists.names_of(self.by, [row.id for row in outcome.refused], totals=self.totals)
        said = shown.sentences_of(outcome, DONE[act], names, NOUN)
        if not outcome.ids:
            stale = stale_sentences(State) | {OTHER_TEXT}
            raise refuse_all(
                outcome.refused, names, stale, said[1:], lambda: answers.who_can_act(role, names, totals=self.totals)
            )
        return {
            "moved": list(outcome.ids),
            "refused": refused_rows(outcome.refused, names),
            "sentences": said,
            "pounds": str(outcome.pounds),
            "networks_completed": answers.networks_completed(outcome.ids) if act == shown.APPROVE else [],
        }


class Achievements(_Acted):
    """What providers earn: one's own, one's network's lines, those one commissions or is parent of."""

    serializer_class = AchievementSerializer
    detail_class = AchievementDetailSerializer
    filterset_class = AchievementFilters
    totals = False
    may_refuse: ClassVar = {"explanation": {403}}

    def rows(self) -> QuerySet[Any]:
        return answers.achievements_for(self.by)

    def get_object(self) -> Any:
        """With the text that its declaration accepts, and who declared it."""
        found = super().get_object()
        found.declaration_text = declarations.texts_of([found.service_id])[found.service_id]
        found.declared = list(declarations.accepted_texts(found))
        return found

    @extend_schema(summary="How this was worked out", responses=ExplanationSerializer)
    @action(detail=True, methods=["get"], filter_backends=[], pagination_class=None)
    def explanation(self, request: Request, pk: str) -> Response:
        found = self.get_object()
        if not sees_pounds(self.by):
            raise NotPermitted(NO_POUNDS)
        about = {
            "achievement": found.pk,
            "quality_service": found.service.name,
            "service_version": found.service_version.number,
            "org_id": found.provider.code,
            "achievement_date": found.achievement_date.isoformat(),
        }
        return Response({**about, "explanation": details.explanation_of(found).to_json()})

    @acts("declare", DeclareSerializer, OutcomeSerializer, "Declare Achievement, accepting the declaration text")
    def declare(self, request: Request) -> Response:
        given = self.given(DeclareSerializer)
        return self.once(DECLARE, given, lambda: commands.declare_achievements(given["seen"], by=self.by), DECLARER)

    @acts("withdraw-declaration", ReasonSerializer, OutcomeSerializer, "Withdraw declaration")
    def withdraw_declaration(self, request: Request) -> Response:
        return self.done(shown.WITHDRAW, commands.withdraw_declarations, DECLARER)

    @acts("approve", ApproveSerializer, OutcomeSerializer, "Approve, as seen")
    def approve(self, request: Request) -> Response:
        return self.done(shown.APPROVE, commands.approve_achievements, APPROVER)

    @acts("reject", ReasonSerializer, OutcomeSerializer, "Reject; a line that the portal declared is held")
    def reject(self, request: Request) -> Response:
        return self.done(shown.REJECT, commands.reject_achievements, APPROVER)

    @acts("undo-approval", ReasonSerializer, OutcomeSerializer, "Undo approval")
    def undo_approval(self, request: Request) -> Response:
        return self.done(shown.UNDO, commands.undo_approval, APPROVER)

    @acts("lift-hold", ReasonSerializer, OutcomeSerializer, "Lift hold")
    def lift_hold(self, request: Request) -> Response:
        return self.done(shown.LIFT, commands.lift_hold, APPROVER)

    @acts("finance-approve", ApproveSerializer, OutcomeSerializer, "Give finance approval to what is paid to practices")
    def finance_approve(self, request: Request) -> Response:
        return self.done(shown.FINANCE_APPROVE, commands.approve_practice_payments, FINANCE)

    @acts("return", ReasonSerializer, OutcomeSerializer, "Return what is paid to practices to the commissioner")
    def return_(self, request: Request) -> Response:
        return self.done(shown.RETURN, commands.return_practice_payments, FINANCE)


class NetworkAchievements(_Acted):
    """The totals of networks: those one commissions, and one's own."""

    serializer_class = NetworkAchievementSerializer
    detail_class = NetworkAchievementDetailSerializer
    filterset_class = NetworkAchievementFilters
    totals = True

    def rows(self) -> QuerySet[Any]:
        return answers.network_achievements_for(self.by)

    def get_object(self) -> Any:
        """With the lines that it counts as nil."""
        found = super().get_object()
        rows = nil.of_network(self.by, found.service_id, found.achievement_date, found.network_id)
        found.settled_as_nil = [each for each in rows if each.is_settled and found.state != State.WITHDRAWN]
        return found

    @acts("finance-approve", ApproveSerializer, OutcomeSerializer, "Give finance approval")
    def finance_approve(self, request: Request) -> Response:
        return self.done(shown.FINANCE_APPROVE, commands.give_finance_approval, FINANCE)

    @acts("return", ReasonSerializer, OutcomeSerializer, "Return; the lines await the commissioner again")
    def return_(self, request: Request) -> Response:
        return self.done(shown.RETURN, commands.return_network_achievements, FINANCE)


class WaitingNetworks(RowsViewSet):
    """Networks that wait: one's own, those one is a member of, those one leads; with every cause. Of those that another
    organisation leads: what keeps the practices whose Parent Organisation one is."""

    serializer_class = WaitingNetworkSerializer
    detail_class = WhyWaitingSerializer
    filterset_class = WaitingNetworkFilters
    keyset = ("code",)
    lookup_field = "code"
    lookup_value_regex = "[A-Za-z0-9]{1,12}"
    may_refuse: ClassVar = {"list": {403}}

    def rows(self) -> QuerySet[Any]:
        """None yet: the filters find them, with what each waits for."""
        return causes.networks_of(())

    def paginate_queryset(self, queryset: Any) -> Any:
        """`waiting` has what each network of the list waits for."""
        self.waiting = queryset.waiting
        return super().paginate_queryset(queryset)

    def get_object(self) -> Any:
        """All that is known of one, as *Escalate* gives it."""
        return self._told()[0]

    @extend_schema(summary="Escalate: the evidence as a zip", responses={(200, "application/zip"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], filter_backends=[], pagination_class=None)
    def evidence(self, request: Request, code: str) -> HttpResponse:
        facts, told, pounds = self._told()
        name = f"why-{facts['network']['org_id']}-waits.zip"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(zip_of(facts, told, pounds=pounds), content_type="application/zip", headers=headers)

    def _told(self) -> tuple[dict[str, Any], list[Finding], bool]:
        seen = causes.network_seen_by(self.by, self.kwargs["code"])
        found = seen.what_waits()
        known = causes.known_of(seen.network, seen.lead, found)
        told = findings_of(found, known)
        pounds = sees_network_pounds(self.by) and details.sees_network_pounds(self.by, seen.network)
        facts = facts_of(found, told, known, by=self.by.name, help_desk=settings.HELP_DESK, pounds=pounds)
        return facts, told, pounds
