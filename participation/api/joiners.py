"""Joiners and movers: what is proposed, and one act that settles it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue.queries import service_by_code
from core.errors import NotPermitted, NotVisible
from core.paging import Slice
from core.previews import look_ahead, save_as_seen, token_of
from core.transitions import Seen
from operations.api import PortalViewSet, acts, preview_or_once
from organisations.queries import visible_to
from participation import commands
from participation.commands import JoinerOffer, JoinersSettled
from participation.filters import JoiningFilters
from participation.presenters import joiners as shown
from participation.queries.joiners import page_by_code
from participation.rules import looks_after_networks
from participation.serializers import JoinersSettledSerializer, JoiningSerializer, SettleJoinersSerializer
from ui.wording import listed

PURPOSE = "participation.api-joiners"
NAMED = 5


class Joiners(ListModelMixin, PortalViewSet):
    """Practices that joined networks which one leads and were not offered what these hold, and offers that hang; by
    the Org IDs of network and practice."""

    serializer_class = JoiningSerializer
    filterset_class = JoiningFilters
    may_refuse: ClassVar = {"list": {403}}

    def get_queryset(self) -> QuerySet[Any]:
        """None yet: the filters find what is to be put right."""
        return visible_to(self.by).none()

    def page_of(self, rows: Any, *, after: str, size: int) -> Slice:
        return page_by_code(rows, after=after, size=size)

    @extend_schema(summary="Joiners and movers")
    def list(self, request: Request) -> Response:
        self._must_look_after_networks()
        return super().list(request)

    @acts("settle", SettleJoinersSerializer, JoinersSettledSerializer, "Offer, and end the old offers")
    def settle(self, request: Request) -> Response:
        self._must_look_after_networks()
        given = self.given(SettleJoinersSerializer)
        preview, hanging = given.pop("preview"), [Seen(**row) for row in given["hanging"]]
        offers = self._offers(given["offers"])
        do = self._previewed if preview else self._settled
        answer = preview_or_once(
            request, given, lambda: do(offers, hanging, given["preview_token"]), by=self.by, act="settle_joiners",
            preview=preview,
        )  # fmt: skip
        return Response(answer)

    def _previewed(self, offers: Sequence[JoinerOffer], hanging: Sequence[Seen], _token: str) -> dict[str, Any]:
        ahead = look_ahead(lambda: commands.settle_joiners(offers, hanging, by=self.by))
        said = shown.all_said(ahead.answer)
        expected = [effect.sentence for effect in ahead.expected]
        token = token_of(ahead.seen(shown.all_said), PURPOSE, self.by)
        return _answer(ahead.answer, said, expected, token)

    def _settled(self, offers: Sequence[JoinerOffer], hanging: Sequence[Seen], token: str) -> dict[str, Any]:
        settled = save_as_seen(
            lambda: commands.settle_joiners(offers, hanging, by=self.by), shown.all_said, token, PURPOSE, self.by
        )
        return _answer(settled, [shown.done_sentence(settled)], [], "")

    def _offers(self, given: Sequence[Mapping[str, Any]]) -> Sequence[JoinerOffer]:
        wanted = {each[name].upper() for each in given for name in ("network", "practice")}
        places = dict(visible_to(self.by).filter(code__in=wanted).values_list("code", "pk"))
        if wanted - places.keys():
            unseen = listed(sorted(wanted - places.keys())[:NAMED])
            raise NotVisible(f"You may not be able to see {unseen}, or there is no such organisation.")
        services = {each["service"]: service_by_code(each["service"]).pk for each in given}
        return [
            JoinerOffer(
                places[each["network"].upper()],
                places[each["practice"].upper()],
                services[each["service"]],
                each["start_date"],
                each["end_date"],
            )
            for each in given
        ]

    def _must_look_after_networks(self) -> None:
        if not self.by.is_system and not looks_after_networks(self.by):
            raise NotPermitted("Joiners and movers are put right by the commissioning organisation.")


def _answer(settled: JoinersSettled, sentences: Sequence[str], expected: Sequence[str], token: str) -> dict[str, Any]:
    return {
        "offered": list(settled.offered),
        "ended": list(settled.ended),
        "cancelled": list(settled.cancelled),
        "sentences": list(sentences),
        "expected": list(expected),
        "preview_token": token,
    }
