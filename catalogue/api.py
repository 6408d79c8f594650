"""Quality services: those that are released, with their achievement dates."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from catalogue import queries
from catalogue.filters import ServiceFilters
from catalogue.serializers import ServiceSerializer
from operations.api import RowsViewSet


class Services(RowsViewSet):
    """Quality services, by code."""

    serializer_class = ServiceSerializer
    filterset_class = ServiceFilters
    keyset = ("name", "id")
    lookup_field = "code"
    lookup_value_regex = "[-A-Za-z0-9_]+"

    def rows(self) -> QuerySet[Any]:
        return queries.released_services().prefetch_related("achievement_dates")
