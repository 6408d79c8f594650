"""Reference files, narrowed: uploads by where they stand, loads by what, when and for whom."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from operations.models import JobState
from organisations.formats import Layout
from organisations.models import OdsLoad, OdsUpload
from organisations.states import UploadStatus

_BUSY = (JobState.WAITING, JobState.RUNNING)
_TO_CHECK, _TO_LOAD = Q(dropped_at=None, load_job=None), Q(dropped_at=None, load_job__isnull=False)
STANDS = {
    UploadStatus.BEING_CHECKED: _TO_CHECK & Q(check_job__state__in=_BUSY),
    UploadStatus.NOT_CHECKED: _TO_CHECK & Q(check_job__state=JobState.FAILED),
    UploadStatus.CHECKED: _TO_CHECK & Q(check_job__state=JobState.DONE),
    UploadStatus.BEING_LOADED: _TO_LOAD & Q(load_job__state__in=_BUSY),
    UploadStatus.NOT_LOADED: _TO_LOAD & Q(load_job__state=JobState.FAILED),
    UploadStatus.LOADED: _TO_LOAD & Q(load_job__state=JobState.DONE),
    UploadStatus.DROPPED: Q(dropped_at__isnull=False),
}
"""The same as `OdsUpload.status`, of many."""
LABELS = {status.label: status for status in UploadStatus}


class ReferenceUploadFilters(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=[(label, label) for label in LABELS], method="standing")

    class Meta:
        model = OdsUpload
        fields: tuple[str, ...] = ()

    def standing(self, rows: QuerySet[OdsUpload], name: str, label: str) -> QuerySet[OdsUpload]:
        return rows.filter(STANDS[LABELS[label]])


class ReferenceLoadFilters(django_filters.FilterSet):
    layout = django_filters.ChoiceFilter(
        choices=[(layout.name.lower(), str(layout)) for layout in Layout if layout is not Layout.PLACEMENTS]
    )
    as_at = django_filters.DateFilter(help_text="The day that the file is of.")
    loaded_from = django_filters.DateFilter(field_name="loaded_at", lookup_expr="date__gte", help_text="Included.")
    loaded_until = django_filters.DateFilter(field_name="loaded_at", lookup_expr="date__lte", help_text="Included.")
    commissioner = django_filters.CharFilter(
        field_name="scope", max_length=12, help_text="Limited to this commissioning organisation."
    )

    class Meta:
        model = OdsLoad
        fields: tuple[str, ...] = ()
