"""Offers are made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from catalogue.queries import service_by_code
from core.errors import NotVisible
from operations.api import PortalViewSet, acts, done_once
from organisations.queries import visible_to
from participation import commands
from participation.presenters import offers as shown
from participation.serializers import CreateOffersSerializer, OfferedSerializer
from ui.wording import listed


class Offers(PortalViewSet):
    """The part of participations in which they begin: a service is offered."""

    @acts("offers", CreateOffersSerializer, OfferedSerializer, "Create Offers", status=201)
    def offers(self, request: Request) -> Response:
        given = self.given(CreateOffersSerializer)
        answer = done_once(request, given, lambda: self._offered(**given), by=self.by, act="create_offers")
        return Response(answer, status=201)

    def _offered(self, service: str, organisations: Sequence[str], **terms: Any) -> dict[str, Any]:
        found = service_by_code(service)
        to_networks = found.paid_to == "network"
        run = commands.offer_to_networks if to_networks else commands.offer_to_practices
        made = run(found.pk, self._ids_of(organisations), by=self.by, **terms)
        return {
            "participations": list(made.ids),
            "left_out": list(made.left_out),
            "sentences": shown.made_sentences(found, made.plan.terms, made),
        }

    def _ids_of(self, codes: Sequence[str]) -> list[int]:
        wanted = {code.upper() for code in codes}
        found = dict(visible_to(self.by).filter(code__in=wanted).values_list("code", "pk"))
        if wanted - found.keys():
            unseen = listed(sorted(wanted - found.keys())[:5])
            raise NotVisible(f"You may not be able to see {unseen}, or there is no such organisation.")
        return sorted(found.values())
