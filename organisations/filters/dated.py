"""Dated facts, narrowed to the days they hold on, as recorded on a day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet

from core import clock
from organisations.models import ListKind, ListSize, Membership, Payee
from organisations.queries.list_sizes import known_list_sizes
from organisations.queries.relationships import memberships_between, nominations_between

KINDS = {kind.name: kind for kind in ListKind}


class PeriodForm(forms.Form):
    """An end before the start, and a day of recording to come, are refused."""

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        start, end, recorded = given.get("start_date"), given.get("end_date"), given.get("recorded_on")
        if start and end and end < start:
            self.add_error("end_date", f"End date must be on or after start date, {start}: it is {end}.")
        if recorded and recorded > clock.today():
            self.add_error("recorded_on", f"Recorded on must be {clock.today()} or earlier: it is {recorded}.")
        return given


class _PeriodFilters(django_filters.FilterSet):
    """What holds on a day from `start_date` to `end_date`, both included; without them, whatever ever held."""

    start_date = django_filters.DateFilter(help_text="The first day of those on which it has to hold.")
    end_date = django_filters.DateFilter(help_text="The last day, included.")
    recorded_on = django_filters.DateFilter(help_text="As known at the end of that day; as known now without it.")

    between: ClassVar[Callable[..., QuerySet[Any]]]

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        given = self.form.cleaned_data
        between = type(self).between
        return between(self.request.actor, given["start_date"], given["end_date"], given["recorded_on"])


class RelationshipFilters(_PeriodFilters):
    between = memberships_between

    class Meta:
        model = Membership
        form = PeriodForm
        fields: tuple[str, ...] = ()


class NominationFilters(_PeriodFilters):
    between = nominations_between

    class Meta:
        model = Payee
        form = PeriodForm
        fields: tuple[str, ...] = ()


class ListSizeFilters(django_filters.FilterSet):
    organisation = django_filters.CharFilter(
        max_length=12, method="ignored", help_text="The Org ID of a practice or PCN."
    )
    list = django_filters.ChoiceFilter(choices=[(name, name) for name in KINDS], method="ignored")
    as_at = django_filters.DateFilter(method="ignored", help_text="The day that the size is of.")
    recorded_on = django_filters.DateFilter(
        method="ignored", help_text="As known at the end of that day; as known now without it."
    )

    class Meta:
        model = ListSize
        form = PeriodForm
        fields: tuple[str, ...] = ()

    def ignored(self, rows: QuerySet[ListSize], name: str, value: Any) -> QuerySet[ListSize]:
        """The rows are found at once, by all that is given."""
        return rows

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        given = self.form.cleaned_data
        rows = known_list_sizes(self.request.actor, given["recorded_on"])
        if given["organisation"]:
            rows = rows.filter(organisation__code=given["organisation"].upper())
        if given["list"]:
            rows = rows.filter(kind=KINDS[given["list"]])
        return rows.filter(valid__contains=given["as_at"]) if given["as_at"] else rows
