"""Rows that somebody may see, listed in keyset pages, and one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from rest_framework.exceptions import ParseError
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from core.actors import SYSTEM, Actor
from core.errors import PortalError
from core.paging import Slice, page_of


class TooLarge(PortalError):
    """More was sent than one request may hold: 413."""

    status = 413
    title = "This is too large"


class PortalViewSet(GenericViewSet[Any]):
    """A part of the API. `by` is who acts; while the OpenAPI document is drawn nobody does, and nothing is read.

    `may_refuse` names what an action answers beyond what all of its kind do: `{"list": {404}}`.
    """

    may_refuse: ClassVar[Mapping[str, set[int]]] = {}

    keyset: ClassVar[Sequence[str]]
    most_bytes: int | None = None
    """How large a request may be, where that is more than usual."""

    @property
    def by(self) -> Actor:
        drawing = getattr(self, "swagger_fake_view", False)
        return SYSTEM if drawing else self.request.actor  # type: ignore[attr-defined]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not request.META.get("CONTENT_LENGTH") and "HTTP_TRANSFER_ENCODING" in request.META:
            raise ParseError("What was sent does not say how long it is: send it whole, with Content-Length.")
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > (self.most_bytes or settings.DATA_UPLOAD_MAX_MEMORY_SIZE):
            raise TooLarge("What was sent is too large. Send fewer rows at a time.")

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Nothing between the portal and whoever asked keeps an answer."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    def page_of(self, rows: Any, *, after: str, size: int) -> Slice:
        """The page of a list that starts after a cursor, by `keyset`."""
        return page_of(rows, self.keyset, after=after, size=size)

    def given(self, serializer: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """What was sent, as the serializer reads it; refused with the names of its fields otherwise."""
        read = serializer(data=self.request.data, context=self.get_serializer_context())
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)


class RowsViewSet(ListModelMixin, RetrieveModelMixin, PortalViewSet):
    """Rows of one kind. A subclass says which of them somebody may see (`rows`), and in which order they are listed.

    `keyset` names columns that are never null, ascending or all descending; the last is unique.
    `detail_class` is the serializer of one row, where that says more than a line of the list.
    """

    detail_class: ClassVar[type[BaseSerializer[Any]] | None] = None

    def rows(self) -> QuerySet[Any]:
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        return self.rows()

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        one = self.action == "retrieve" and self.detail_class
        return one or super().get_serializer_class()
