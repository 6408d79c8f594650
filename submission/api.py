"""Submissions: listed, entered, submitted, and nil returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from operations.api import PortalViewSet, RowsViewSet, acts, done_once
from submission import commands, queries
from submission.changes import Key
from submission.commands import Figures, Submitted
from submission.filters import DataSubmissionFilters, SubmissionFilters
from submission.presenters import sheets as shown
from submission.queries import answers, network_achievement
from submission.serializers import (
    REASONS,
    DataSubmissionSerializer,
    FiguresSerializer,
    NilReturnSerializer,
    SavedSerializer,
    SubmissionDetailSerializer,
    SubmissionSerializer,
    SubmitSerializer,
)
from ui.wording import count, long_date


class DataSubmissions(ListModelMixin, PortalViewSet):
    """Network Achievement: whose data for a service and achievement date have come, and what is missing, PCN by PCN.

    Members of a PCN see each other's status, not each other's figures.
    """

    serializer_class = DataSubmissionSerializer
    filterset_class = DataSubmissionFilters
    keyset: ClassVar = ("pcn", "name", "code")
    may_refuse: ClassVar = {"list": {404}}

    def get_queryset(self) -> QuerySet[Any]:
        return network_achievement.no_rows()

    def paginate_queryset(self, queryset: Any) -> Any:
        """With what is missing of the rows of this page."""
        rows = super().paginate_queryset(queryset) or []
        missing = network_achievement.missing_of(queryset.asked, rows)
        for row in rows:
            row.missing = missing.get(row.pk, "")
        return rows


class Submissions(RowsViewSet):
    """What providers give: one's own, one's network's, those of one's offers and of practices under one."""

    serializer_class = SubmissionSerializer
    detail_class = SubmissionDetailSerializer
    filterset_class = SubmissionFilters
    keyset: ClassVar = ("achievement_date", "service_id", "id")
    lookup_value_regex = "[0-9]+"

    def rows(self) -> QuerySet[Any]:
        return answers.submissions_for(self.by)

    def get_object(self) -> Any:
        """With every field of it."""
        found = super().get_object()
        found.fields_given = [
            {
                "path": ".".join(line.path),
                "label": line.label,
                "kind": line.field.kind,
                "required": line.field.required,
                "submitted": line.current.value if line.current else None,
                "in_progress": line.draft.value if line.draft else None,
                "updated_at": line.updated_at,
            }
            for line in queries.sheet_of(found).lines.values()
        ]
        return found

    @acts("save", FiguresSerializer, SavedSerializer, "Save Work in Progress")
    def save(self, request: Request) -> Response:
        given = self.given(FiguresSerializer)

        def do() -> dict[str, Any]:
            saved = commands.save_work_in_progress(_key(given), _figures(given), by=self.by)
            said = f"{count(saved.in_progress, 'field')} in progress."
            return {"id": saved.submission_id, "version": saved.version, "sentences": [said, *saved.kept_theirs]}

        return Response(done_once(request, given, do, by=self.by, act="submission.save"))

    @acts("submit", SubmitSerializer, SavedSerializer, "Submit Achievement Data")
    def submit(self, request: Request) -> Response:
        given = self.given(SubmitSerializer)

        def do() -> dict[str, Any]:
            done = commands.submit_achievement_data(
                _key(given), _figures(given), by=self.by, version=given["version"], zero_fill=given["zero_fill"]
            )
            return self._submitted(given, done)

        return Response(done_once(request, given, do, by=self.by, act="submission.submit"))

    @acts("nil-return", NilReturnSerializer, SavedSerializer, "Nil return")
    def nil_return(self, request: Request) -> Response:
        given = self.given(NilReturnSerializer)

        def do() -> dict[str, Any]:
            reason = REASONS[given["reason"]]
            done = commands.nil_return(_key(given), reason, given["note"], by=self.by, version=given["version"])
            return self._submitted(given, done)

        return Response(done_once(request, given, do, by=self.by, act="submission.nil_return"))

    def _submitted(self, given: Mapping[str, Any], done: Submitted) -> dict[str, Any]:
        first = f"{count(done.values, 'value')} submitted for {long_date(given['achievement_date'])}."
        by: Any = self.by
        followed = shown.said_of([effect.sentence for effect in done.effects], done.warnings, by)
        return {"id": done.submission_id, "version": done.version, "sentences": [first, *followed]}


def _key(given: Mapping[str, Any]) -> Key:
    return answers.key_named(given["service"], given["achievement_date"], given["provider"])


def _figures(given: Mapping[str, Any]) -> Figures:
    values = {tuple(path.split(".")): value for path, value in given["values"].items()}
    return Figures(values, REASONS[given["reason"]] if "reason" in given else None, given.get("note"))
