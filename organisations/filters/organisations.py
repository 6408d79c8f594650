"""What lists of organisations are narrowed by."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from organisations.models import Kind, Organisation
from organisations.queries import members_of, visible_network

KINDS = {kind.label: kind for kind in Kind}


class OrganisationFilters(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=[(label, label) for label in KINDS], method="of_kind")
    text = django_filters.CharFilter(
        method="matching", max_length=100, help_text="An Org ID's beginning, or part of a name."
    )
    network = django_filters.CharFilter(
        method="in_network", max_length=12, help_text="The Org ID of a PCN: practices that count as its members today."
    )

    class Meta:
        model = Organisation
        fields: tuple[str, ...] = ()

    def of_kind(self, rows: QuerySet[Organisation], name: str, label: str) -> QuerySet[Organisation]:
        return rows.filter(kind=KINDS[label])

    def matching(self, rows: QuerySet[Organisation], name: str, text: str) -> QuerySet[Organisation]:
        return rows.matching(text)  # type: ignore[attr-defined]

    def in_network(self, rows: QuerySet[Organisation], name: str, code: str) -> QuerySet[Organisation]:
        """Raises NotVisible for a network that may not be seen."""
        network = visible_network(self.request.actor, code)
        return rows.filter(pk__in=members_of(network).order_by().values("practice"))
