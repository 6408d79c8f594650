"""Organisations: those that somebody may see, acting for theirs."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet

from operations.api import RowsViewSet
from organisations import queries
from organisations.filters import OrganisationFilters
from organisations.serializers import OrganisationDetailSerializer, OrganisationSerializer


class Organisations(RowsViewSet):
    """Practices, PCNs and commissioning organisations, by Org ID."""

    serializer_class = OrganisationSerializer
    detail_class = OrganisationDetailSerializer
    filterset_class = OrganisationFilters
    keyset = ("name", "code")
    lookup_field = "code"
    lookup_url_kwarg = "org_id"
    lookup_value_regex = "[A-Za-z0-9]+"
    may_refuse: ClassVar = {"list": {404}}

    def rows(self) -> QuerySet[Any]:
        return queries.visible_to(self.by)

    def get_object(self) -> Any:
        """With the organisations it belongs to today."""
        self.kwargs["org_id"] = self.kwargs["org_id"].upper()
        found = super().get_object()
        found.parent_organisation = queries.parent_of(found)
        found.lead_commissioning_organisation = queries.lead_of(found)
        found.network = queries.network_of(found)
        found.nominated_payee = queries.payee_of(found)
        found.members = queries.members_of(found)
        return found
