"""What the list of participations is narrowed by."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from participation.models import Allocation, Participation, ServiceRequest
from participation.states import AskState, State

STATES = {state.label: state for state in State}
ASK_STATES = {state.label: state for state in AskState}


class ParticipationFilters(django_filters.FilterSet):
    service = django_filters.CharFilter(field_name="service__code", max_length=80)
    status = django_filters.ChoiceFilter(choices=[(label, label) for label in STATES], method="in_state")
    network = django_filters.CharFilter(field_name="network__code", max_length=12, help_text="The Org ID of a PCN.")
    provider = django_filters.CharFilter(field_name="provider__code", max_length=12)
    text = django_filters.CharFilter(
        method="matching", max_length=100, help_text="An Org ID's beginning, or part of a practice's name."
    )

    class Meta:
        model = Participation
        fields: tuple[str, ...] = ()

    def in_state(self, rows: QuerySet[Participation], name: str, label: str) -> QuerySet[Participation]:
        return rows.filter(state=STATES[label])

    def matching(self, rows: QuerySet[Participation], name: str, text: str) -> QuerySet[Participation]:
        return rows.filter(Q(provider__code__istartswith=text) | Q(provider__name__icontains=text))


class AllocationFilterSet(django_filters.FilterSet):
    """What the list of allocations is narrowed by."""

    service = django_filters.CharFilter(field_name="service__code", max_length=80)
    provider = django_filters.CharFilter(field_name="provider__code", max_length=12)

    class Meta:
        model = Allocation
        fields: tuple[str, ...] = ()


class ServiceRequestFilters(django_filters.FilterSet):
    """What the list of services asked for is narrowed by."""

    service = django_filters.CharFilter(field_name="service__code", max_length=80)
    provider = django_filters.CharFilter(field_name="provider__code", lookup_expr="iexact", max_length=12)
    status = django_filters.ChoiceFilter(choices=[(label, label) for label in ASK_STATES], method="in_state")

    class Meta:
        model = ServiceRequest
        fields: tuple[str, ...] = ()

    def in_state(self, rows: QuerySet[ServiceRequest], name: str, label: str) -> QuerySet[ServiceRequest]:
        return rows.filter(state=ASK_STATES[label])
