"""Participations: listed, given end dates, and offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.queries import who_can
from accounts.states import Role
from catalogue.queries import service_by_code
from core.errors import NotVisible
from operations.api import (
    ActedSerializer,
    RowsViewSet,
    acts,
    done_once,
    preview_or_once,
    refuse_all,
    refused_rows,
    stale_sentences,
)
from organisations.queries import visible_to
from participation import commands
from participation.filters import ParticipationFilters
from participation.presenters import offered as shown
from participation.presenters import offers as offers_shown
from participation.queries import participations_for
from participation.serializers import (
    CreateOffersSerializer,
    OfferedSerializer,
    ParticipationSerializer,
    SaveEndDateSerializer,
)
from participation.states import State
from ui.wording import listed, long_date


class Participations(RowsViewSet):
    """Offers and the participations they became: one's own, one's network's, and those one offers or is parent of."""

    serializer_class = ParticipationSerializer
    filterset_class = ParticipationFilters
    keyset = ("service_id", "provider_id", "id")
    lookup_value_regex = "[0-9]+"

    def rows(self) -> QuerySet[Any]:
        return participations_for(self.by)

    @acts("save-end-date", SaveEndDateSerializer, ActedSerializer, "Save End Date")
    def save_end_date(self, request: Request) -> Response:
        given = self.given(SaveEndDateSerializer)
        preview = given.pop("preview")
        answer = preview_or_once(
            request, given, lambda: self._ended(given, preview), by=self.by, act="save_end_date", preview=preview
        )
        return Response(answer)

    def _ended(self, given: Mapping[str, Any], preview: bool) -> dict[str, Any]:
        run = commands.preview_end_date if preview else commands.save_end_date
        saved = run(given["seen"], given["end_date"], given["reason"], by=self.by)
        rows = self.rows().filter(pk__in=[row.id for row in saved.refused])
        names = {row.pk: f"{row.provider.name} ({row.provider.code})" for row in rows}
        if not saved.ids:
            already = f"It ends on {long_date(given['end_date'])} already."
            stale = {*stale_sentences(State), already}
            raise refuse_all(
                saved.refused, names, stale, shown.left_alone(saved, names), lambda: self._who_can(list(rows))
            )
        said = shown.would_change(saved, given["end_date"], names) if preview else []
        return {
            "moved": list(saved.ids),
            "refused": refused_rows(saved.refused, names),
            "sentences": said or [shown.done(saved, given["end_date"], names)],
        }

    def _who_can(self, rows: Sequence[Any]) -> list[str]:
        commissioners = {row.commissioner_id: row.commissioner for row in rows}
        return [said for each in commissioners.values() for said in who_can(Role.COMMISSIONING_MANAGEMENT, each)]

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
            "sentences": offers_shown.made_sentences(found, terms["start_date"], terms["end_date"], made),
        }

    def _ids_of(self, codes: Sequence[str]) -> list[int]:
        wanted = {code.upper() for code in codes}
        found = dict(visible_to(self.by).filter(code__in=wanted).values_list("code", "pk"))
        if wanted - found.keys():
            unseen = listed(sorted(wanted - found.keys())[:5])
            raise NotVisible(f"You may not be able to see {unseen}, or there is no such organisation.")
        return sorted(found.values())
