"""Offers are made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from catalogue.queries import service_by_code
from core.errors import NotVisible
from core.previews import look_ahead
from operations.api import PortalViewSet, acts, done_once
from organisations.queries import visible_to
from participation import commands
from participation.commands import OffersMade
from participation.presenters import offers as shown
from participation.serializers import CreateOffersSerializer, OfferedSerializer, OffersForeseenSerializer
from ui.wording import listed


class Offers(PortalViewSet):
    """The part of participations in which they begin: a service is offered."""

    @acts("offers", CreateOffersSerializer, OfferedSerializer, "Create Offers", status=201)
    def offers(self, request: Request) -> Response:
        given = self.given(CreateOffersSerializer)
        answer = done_once(request, given, lambda: self._offered(**given), by=self.by, act="create_offers")
        return Response(answer, status=201)

    @acts("preview-offers", CreateOffersSerializer, OffersForeseenSerializer, "What Create Offers would do")
    def preview_offers(self, request: Request) -> Response:
        given = self.given(CreateOffersSerializer)
        ahead = look_ahead(lambda: self._made(**given))
        return Response(
            {
                "offers": len(ahead.answer.ids),
                "left_out": list(ahead.answer.left_out),
                "sentences": ahead.answer.sentences(),
                "expected": [effect.sentence for effect in ahead.expected],
            }
        )

    def _made(self, service: str, organisations: Sequence[str], **terms: Any) -> OffersMade:
        found = service_by_code(service)
        run = commands.offer_to_networks if found.paid_to == "network" else commands.offer_to_practices
        return run(found.pk, self._ids_of(organisations), by=self.by, **terms)

    def _offered(self, service: str, organisations: Sequence[str], **terms: Any) -> dict[str, Any]:
        made = self._made(service, organisations, **terms)
        return {
            "participations": list(made.ids),
            "left_out": list(made.left_out),
            "sentences": shown.made_sentences(made.plan.terms.service, made.plan.terms, made),
        }

    def _ids_of(self, codes: Sequence[str]) -> list[int]:
        wanted = {code.upper() for code in codes}
        found = dict(visible_to(self.by).filter(code__in=wanted).values_list("code", "pk"))
        if wanted - found.keys():
            unseen = listed(sorted(wanted - found.keys())[:5])
            raise NotVisible(f"You may not be able to see {unseen}, or there is no such organisation.")
        return sorted(found.values())
