"""What lists of achievements are narrowed by. What is withdrawn is listed only where it is asked for."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from achievement.models import NOT_WITHDRAWN, Achievement, NetworkAchievement, on_any_date
from achievement.states import State

STATES = {state.label: state for state in State}


class _Filters(django_filters.FilterSet):
    service = django_filters.CharFilter(field_name="service__code", max_length=80)
    status = django_filters.ChoiceFilter(choices=[(label, label) for label in STATES], method="in_state")
    achievement_date = django_filters.DateFilter()
    network = django_filters.CharFilter(field_name="network__code", max_length=12, help_text="The Org ID of a PCN.")
    text = django_filters.CharFilter(
        method="matching", max_length=100, help_text="An Org ID's beginning, or part of a name."
    )

    subject = "provider"

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("status") else found.filter(NOT_WITHDRAWN)

    def in_state(self, rows: QuerySet[Any], name: str, label: str) -> QuerySet[Any]:
        return rows.filter(state=STATES[label])

    def matching(self, rows: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        code, called = f"{self.subject}__code__istartswith", f"{self.subject}__name__icontains"
        return rows.filter(Q(**{code: text}) | Q(**{called: text}))


class AchievementFilters(_Filters):
    provider = django_filters.CharFilter(method="of_provider", max_length=12)

    def of_provider(self, rows: QuerySet[Any], name: str, code: str) -> QuerySet[Any]:
        return rows.filter(on_any_date(), provider__code=code)

    class Meta:
        model = Achievement
        fields: tuple[str, ...] = ()


class NetworkAchievementFilters(_Filters):
    subject = "network"

    class Meta:
        model = NetworkAchievement
        fields: tuple[str, ...] = ()
