"""Lists: filters, and pages that follow each other."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

LARGEST_PAGE, USUAL_PAGE = 250, 50


class Filters(DjangoFilterBackend):
    """django-filter, and other names refused: a filter misspelt would list everything. One row is not filtered."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        if view.action == "retrieve":
            return queryset
        filterset = self.get_filterset_class(view, queryset)
        known = {*(filterset.base_filters if filterset else ()), *KeysetPagination.PARAMETERS}
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            raise ValidationError(dict.fromkeys(unknown, "There is no such filter."))
        return super().filter_queryset(request, queryset, view)


class KeysetPagination(BasePagination):
    """The next page starts after the last row seen: `next` is its address. `view` is how many rows a page has."""

    PARAMETERS = ("after", "view")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        after, size = request.query_params.get("after", ""), self._size(request.query_params.get("view", ""))
        self.slice = view.page_of(queryset, after=after, size=size)
        return self.slice.rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self._next()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        rows = {"type": "array", "items": schema.get("items", schema)}
        link = {"type": "string", "format": "uri", "nullable": True, "description": "Null on the last page."}
        return {"type": "object", "required": ["results", "next"], "properties": {"results": rows, "next": link}}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": USUAL_PAGE}
        said = {"after": ({"type": "string"}, "Where the page starts; take `next` as it is given."),
                "view": (size, "How many rows a page has.")}  # fmt: skip
        return [
            {"name": name, "in": "query", "required": False, "schema": schema, "description": description}
            for name, (schema, description) in said.items()
        ]

    def _size(self, asked: str) -> int:
        if not asked:
            return USUAL_PAGE
        if not re.fullmatch(r"[0-9]{1,3}", asked) or not 1 <= int(asked) <= LARGEST_PAGE:
            raise ValidationError({"view": f"View must be a whole number from 1 to {LARGEST_PAGE}."})
        return int(asked)

    def _next(self) -> str | None:
        if not self.slice.next_cursor:
            return None
        kept = [
            (name, value) for name, values in self.request.query_params.lists() for value in values if name != "after"
        ]
        query = urlencode([*kept, ("after", self.slice.next_cursor)])
        return self.request.build_absolute_uri(f"{self.request.path}?{query}")
