"""Participations: listed, and given end dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.queries import who_can
from accounts.states import Role
from operations.api import (
    ActedSerializer,
    RowsViewSet,
    acts,
    preview_or_once,
    refuse_all,
    refused_rows,
    stale_sentences,
)
from participation import commands
from participation.api.offers import Offers
from participation.filters import ParticipationFilters
from participation.presenters import offered as shown
from participation.queries import participations_for
from participation.serializers import (
    ParticipationSerializer,
    SaveEndDateSerializer,
)
from participation.states import State
from ui.wording import long_date


class Participations(Offers, RowsViewSet):
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
