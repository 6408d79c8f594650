"""What the list of submissions is narrowed by."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import django_filters
from django.db.models import QuerySet

from organisations.models import Organisation
from submission.models import Submission
from submission.queries import network_achievement
from submission.states import State

STATUSES = {words: status for status, words in network_achievement.STATUSES.items()}
STATES = {state.label: state for state in State}


class SubmissionFilters(django_filters.FilterSet):
    service = django_filters.CharFilter(field_name="service__code", max_length=80)
    status = django_filters.ChoiceFilter(choices=[(label, label) for label in STATES], method="in_state")
    achievement_date = django_filters.DateFilter()
    provider = django_filters.CharFilter(field_name="provider__code", max_length=12)
    network = django_filters.CharFilter(field_name="network__code", max_length=12, help_text="The Org ID of a PCN.")

    class Meta:
        model = Submission
        fields: tuple[str, ...] = ()

    def in_state(self, rows: QuerySet[Submission], name: str, label: str) -> QuerySet[Submission]:
        return rows.filter(state=STATES[label])


class DataSubmissionFilters(django_filters.FilterSet):
    """Which data are looked for; the service and the date are needed."""

    service = django_filters.CharFilter(method="at_once", max_length=80, required=True)
    achievement_date = django_filters.DateFilter(method="at_once", required=True)
    status = django_filters.ChoiceFilter(method="at_once", choices=[(words, words) for words in STATUSES])

    class Meta:
        model = Organisation
        fields: tuple[str, ...] = ()

    def at_once(self, rows: QuerySet[Organisation], name: str, value: Any) -> QuerySet[Organisation]:
        """The rows are found by all that is given together."""
        return rows

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Raises NotVisible for a service that somebody sees no offer of, or a date that is none of its."""
        by, given = self.request.actor, self.form.cleaned_data
        asked = network_achievement.asked_for(by, given["service"], given["achievement_date"])
        rows = network_achievement.rows_of(by, replace(asked, status=STATUSES.get(given["status"])))
        rows.asked = asked  # type: ignore[attr-defined]
        return rows
