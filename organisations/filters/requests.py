"""Requests to ODS, narrowed."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from organisations.models import OdsRequest
from organisations.states import RequestState

STATES = {state.label: state for state in RequestState}


class OdsRequestFilters(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=[(label, label) for label in STATES], method="in_state")
    pcn = django_filters.CharFilter(
        field_name="network__code", lookup_expr="iexact", max_length=12, help_text="The Org ID of a PCN."
    )
    practice = django_filters.CharFilter(field_name="practice__code", lookup_expr="iexact", max_length=12)

    class Meta:
        model = OdsRequest
        fields: tuple[str, ...] = ()

    def in_state(self, rows: QuerySet[OdsRequest], name: str, label: str) -> QuerySet[OdsRequest]:
        return rows.filter(state=STATES[label])
