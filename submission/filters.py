"""What the list of submissions is narrowed by."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from submission.models import Submission
from submission.states import State

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
