"""Reference files: uploaded, their report read, confirmed, checked again or dropped; and what was loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, ClassVar

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from operations.api import RowsViewSet, acts, done_once
from organisations import commands, queries
from organisations.filters import ReferenceLoadFilters, ReferenceUploadFilters
from organisations.forms import UploadForm
from organisations.forms.reference_files import MOST_BYTES
from organisations.presenters import uploads as shown
from organisations.presenters.loads import FileRow, file_rows
from organisations.queries.followed import all_that_follows
from organisations.rules import must_load_reference_data
from organisations.serializers import (
    ConfirmUploadSerializer,
    ReferenceLoadDetailSerializer,
    ReferenceLoadSerializer,
    ReferenceUploadDetailSerializer,
    ReferenceUploadSerializer,
    UploadActSerializer,
    UploadSerializer,
)
from organisations.states import Purpose

FOR_THE_REST = 1 << 20


class ReferenceUploads(RowsViewSet):
    """Reference files on their way in: `upload` them, read the report here when a worker has checked them, `confirm`.

    Newest first.
    """

    serializer_class = ReferenceUploadSerializer
    detail_class = ReferenceUploadDetailSerializer
    filterset_class = ReferenceUploadFilters
    keyset: ClassVar = ("-id",)
    lookup_value_regex = "[0-9]+"
    may_refuse: ClassVar = {"list": {403}, "retrieve": {403}}

    def rows(self) -> QuerySet[Any]:
        must_load_reference_data(self.by)
        return queries.ods_uploads()

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(_detail(self.get_object()))

    @acts(
        "upload",
        UploadSerializer,
        ReferenceUploadSerializer,
        "Upload reference files, which a worker then checks",
        status=201,
        parser_classes=[MultiPartParser],
        most_bytes=len(Purpose) * MOST_BYTES + FOR_THE_REST,
    )
    def upload(self, request: Request) -> Response:
        must_load_reference_data(self.by)
        given = self.given(UploadSerializer)
        form = _form(given)
        what = {name: _digest(value) if isinstance(value, UploadedFile) else value for name, value in given.items()}
        answer = done_once(request, what, lambda: self._uploaded(form), by=self.by, act="upload_reference_files")
        return Response(answer, status=201)

    @acts("confirm", ConfirmUploadSerializer, ReferenceUploadSerializer, "Load these files")
    def confirm(self, request: Request) -> Response:
        given = self.given(ConfirmUploadSerializer)
        return self._acted(given, lambda: commands.confirm_upload(given["id"], given["version"], by=self.by))

    @acts("check-again", UploadActSerializer, ReferenceUploadSerializer, "Check again")
    def check_again(self, request: Request) -> Response:
        given = self.given(UploadActSerializer)
        return self._acted(given, lambda: commands.check_again(given["id"], by=self.by))

    @acts("drop", UploadActSerializer, ReferenceUploadSerializer, "Drop these files")
    def drop(self, request: Request) -> Response:
        given = self.given(UploadActSerializer)
        return self._acted(given, lambda: commands.drop_upload(given["id"], by=self.by))

    def _uploaded(self, form: UploadForm) -> dict[str, Any]:
        kept = commands.upload_files([each.to_keep() for each in form.given()], form.days(), by=self.by)
        return _said(kept.pk)

    def _acted(self, given: Mapping[str, Any], run: Callable[[], None]) -> Response:
        def do() -> dict[str, Any]:
            run()
            return _said(given["id"])

        act = f"reference_upload.{self.action}"
        return Response(done_once(self.request, given, do, by=self.by, act=act))


class ReferenceLoads(RowsViewSet):
    """Every reference file that was loaded, newest first, and what it changed."""

    serializer_class = ReferenceLoadSerializer
    detail_class = ReferenceLoadDetailSerializer
    filterset_class = ReferenceLoadFilters
    keyset: ClassVar = ("-loaded_at", "-id")
    lookup_value_regex = "[0-9]+"
    may_refuse: ClassVar = {"list": {403}, "retrieve": {403}}

    def rows(self) -> QuerySet[Any]:
        must_load_reference_data(self.by)
        return queries.ods_loads()

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        load = self.get_object()
        rows = [_row(row) for row in file_rows(load.rows, load.file_name)]
        said = ReferenceLoadSerializer(load).data
        return Response({**said, "counts": load.summary, "effects": load.effects, "rows": rows})


def _form(given: Mapping[str, Any]) -> UploadForm:
    """The page's own form, which looks at the files. Raises ValidationError with its sentences, field by field."""
    days = {name: value for name, value in given.items() if isinstance(value, date)}
    boxes = {f"{name}_{box}": str(getattr(day, box)) for name, day in days.items() for box in ("day", "month", "year")}
    files = {name: value for name, value in given.items() if isinstance(value, UploadedFile)}
    form = UploadForm(boxes, files)
    if not form.is_valid():
        raise ValidationError({field: [str(said) for said in errors] for field, errors in form.errors.items()})
    return form


def _digest(file: UploadedFile) -> list[Any]:
    found = hashlib.sha256()
    for piece in file.chunks():
        found.update(piece)
    return [file.name, found.hexdigest()]


def _said(upload_id: int) -> dict[str, Any]:
    return dict(ReferenceUploadSerializer(queries.ods_upload(upload_id)).data)


def _detail(upload: Any) -> dict[str, Any]:
    job = upload.load_job or upload.check_job
    report: Mapping[str, Any] = job.result
    files = report.get("files", [])
    followed = all_that_follows(report)
    return {
        **ReferenceUploadSerializer(upload).data,
        "step": job.step,
        "problem": report.get("problem", []),
        "warnings": list(shown.warnings(files, clock.today())) if upload.load_job is None else [],
        "moved": report.get("moved"),
        "changes": report.get("changed"),
        "reported": [{"published": None, **{name: file[name] for name in _REPORTED if name in file}} for file in files],
        "effects": [effect.in_full for effect in followed],
        "follows": [effect.as_plain() for effect in followed],
        "rows": [_row(row) for row in shown.all_rows(report)],
        "loads": report.get("loads", []),
    }


_REPORTED = ("file_name", "layout", "as_at", "published", "counts", "corrections")


def _row(row: FileRow) -> dict[str, Any]:
    return {
        "file": row.file,
        "why_listed": row.kind,
        "line": row.line,
        "column": row.column,
        "value": row.value,
        "found": row.words,
    }
