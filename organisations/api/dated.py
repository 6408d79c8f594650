"""Dated facts: memberships, payees and list sizes, on the days asked for, as known now or earlier."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet

from operations.api import RowsViewSet
from organisations.filters import ListSizeFilters, NominationFilters, RelationshipFilters
from organisations.queries.list_sizes import known_list_sizes
from organisations.queries.relationships import memberships_between, nominations_between
from organisations.serializers import ListSizeSerializer, NominationSerializer, RelationshipSerializer


class Memberships(RowsViewSet):
    """Network Organisation Relationship: practices in PCNs, from and to, with who leads them."""

    serializer_class = RelationshipSerializer
    filterset_class = RelationshipFilters
    keyset: ClassVar = ("network_id", "practice_id", "id")
    lookup_value_regex = "[0-9]+"

    def rows(self) -> QuerySet[Any]:
        return memberships_between(self.by, None, None)


class Nominations(RowsViewSet):
    """Nominated Payees of PCNs, from and to, with who set and who confirmed them."""

    serializer_class = NominationSerializer
    filterset_class = NominationFilters
    keyset: ClassVar = ("network_id", "id")
    lookup_value_regex = "[0-9]+"

    def rows(self) -> QuerySet[Any]:
        return nominations_between(self.by, None, None)


class ListSizes(RowsViewSet):
    """List sizes of practices and PCNs, each as at a day."""

    serializer_class = ListSizeSerializer
    filterset_class = ListSizeFilters
    keyset: ClassVar = ("organisation_id", "kind", "id")
    lookup_value_regex = "[0-9]+"

    def rows(self) -> QuerySet[Any]:
        return known_list_sizes(self.by)
