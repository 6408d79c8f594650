"""What is to be adjusted: listed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet

from achievement.filters import AdjustmentDueFilters
from achievement.queries import adjustments as queries
from achievement.serializers import AdjustmentDueSerializer
from operations.api import RowsViewSet


class AdjustmentsDue(RowsViewSet):
    """Lines that finance has approved, and for which something else would be due by now: one's own, one's PCN's, those
    of one's commissioning organisation."""

    serializer_class = AdjustmentDueSerializer
    filterset_class = AdjustmentDueFilters
    keyset: ClassVar = ("achievement_date", "service_id", "id")
    lookup_value_regex = "[0-9]+"

    def rows(self) -> QuerySet[Any]:
        return queries.adjustments_due_for(self.by)
