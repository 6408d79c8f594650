"""Allocations: listed, and set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue.queries import service_by_code
from core.errors import NotVisible
from operations.api import RowsViewSet, acts, preview_or_once
from organisations.queries import visible_to
from participation import commands
from participation.commands import Setting
from participation.filters import AllocationFilterSet
from participation.queries.allocations import allocations_seen_by
from participation.serializers.allocations import (
    AllocationSerializer,
    AllocationsSetSerializer,
    SetAllocationsSerializer,
)
from ui.wording import listed


class Allocations(RowsViewSet):
    """What is believed now of allocations: one's own, and those of practices that one offers the service to."""

    serializer_class = AllocationSerializer
    filterset_class = AllocationFilterSet
    keyset = ("service_id", "provider_id", "id")
    lookup_value_regex = "[0-9]+"

    def rows(self) -> QuerySet[Any]:
        return allocations_seen_by(self.by)

    @acts("set", SetAllocationsSerializer, AllocationsSetSerializer, "Set allocations")
    def set_allocations(self, request: Request) -> Response:
        given = self.given(SetAllocationsSerializer)
        preview = given.pop("preview")
        answer = preview_or_once(
            request, given, lambda: self._set(given, preview), by=self.by, act="set_allocations", preview=preview
        )
        return Response(answer)

    def _set(self, given: Mapping[str, Any], preview: bool) -> dict[str, Any]:
        service, ids = service_by_code(given["service"]), self._ids_of(given)
        settings = [
            Setting(ids[row["provider"].upper()], row["amount"], given["start_date"], given["end_date"])
            for row in given["allocations"]
        ]
        if preview:
            ahead = commands.preview_allocations(service.pk, settings, by=self.by, reason=given["reason"])
            done, expected = ahead.answer, [effect.sentence for effect in ahead.expected]
        else:
            done, expected = commands.correct_allocations(service.pk, settings, by=self.by, reason=given["reason"]), []
        codes = {id: code for code, id in ids.items()}
        return {
            "changed": [codes[id] for id in done.provider_ids],
            "sentences": [*done.sentences(), *expected],
        }

    def _ids_of(self, given: Mapping[str, Any]) -> dict[str, int]:
        wanted = {row["provider"].upper() for row in given["allocations"]}
        found = dict(visible_to(self.by).filter(code__in=wanted).values_list("code", "pk"))
        if wanted - found.keys():
            unseen = listed(sorted(wanted - found.keys())[:5])
            raise NotVisible(f"You may not be able to see {unseen}, or there is no such organisation.")
        return found
