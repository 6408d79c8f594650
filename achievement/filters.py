"""What lists of achievements are narrowed by. What is withdrawn is listed only where it is asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import django_filters
from django.db.models import QuerySet

from achievement.models import NOT_WITHDRAWN, Achievement, AdjustmentDue, NetworkAchievement, NilSettlement, on_any_date
from achievement.queries import causes
from achievement.queries.adjustments import LESS, MORE, named
from achievement.queries.causes import Cause
from achievement.queries.lists import called
from achievement.rules import sees_network_pounds, sees_pounds
from achievement.states import NilState, State
from core.dates import FinancialYear, is_financial_year
from core.errors import NotPermitted
from organisations.models import Organisation

NIL_STATES = {state.label: state for state in NilState}
STATES = {state.label: state for state in State}
UNKNOWN = 0
"""The id of what nothing has: a service or an organisation that is not among those that wait."""


class _Filters(django_filters.FilterSet):
    service = django_filters.CharFilter(field_name="service__code", max_length=80)
    status = django_filters.ChoiceFilter(choices=[(label, label) for label in STATES], method="in_state")
    achievement_date = django_filters.DateFilter()
    network = django_filters.CharFilter(field_name="network__code", max_length=12, help_text="The Org ID of a PCN.")
    text = django_filters.CharFilter(
        method="matching", max_length=100, help_text="An Org ID's beginning, part of a name, or a reference."
    )

    subject = "provider"

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("status") else found.filter(NOT_WITHDRAWN)

    def in_state(self, rows: QuerySet[Any], name: str, label: str) -> QuerySet[Any]:
        return rows.filter(state=STATES[label])

    def matching(self, rows: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        return rows.filter(called(text, self.subject))


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


class WaitingNetworkFilters(django_filters.FilterSet):
    """Which of the networks that wait are looked for, and which of their totals."""

    cause = django_filters.TypedChoiceFilter(
        method="at_once", choices=Cause.choices, coerce=lambda value: Cause(int(value)), help_text="Its number."
    )
    service = django_filters.CharFilter(method="at_once", max_length=80)
    financial_year = django_filters.CharFilter(
        method="at_once",
        max_length=7,
        validators=[is_financial_year],
        help_text="Of the achievement date: 2021/22.",
    )
    commissioner = django_filters.CharFilter(
        method="at_once", max_length=12, help_text="The Org ID of the lead commissioning organisation."
    )
    days = django_filters.NumberFilter(method="at_once", min_value=0, help_text="Totals that wait so long, or longer.")
    pounds = django_filters.NumberFilter(
        method="at_once", min_value=0, help_text="Networks that have so much approved and held, or more."
    )
    text = django_filters.CharFilter(
        method="at_once", max_length=100, help_text="An Org ID's beginning, or part of a name."
    )

    class Meta:
        model = Organisation
        fields: tuple[str, ...] = ()

    def at_once(self, rows: QuerySet[Organisation], name: str, value: Any) -> QuerySet[Organisation]:
        """The rows are found by all that is given together."""
        return rows

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The networks, with what each waits for in `waiting`. Raises NotPermitted for pounds that are not shown."""
        by, given = self.request.actor, self.form.cleaned_data
        if given["pounds"] is not None and not sees_network_pounds(by):
            raise NotPermitted("Your roles do not show the pounds of networks, so nothing is found by them.")
        every = causes.waiting_networks_for(by)
        found = {row.network.pk: row for row in causes.narrowed(every, _asked(given, every))}
        rows = causes.networks_of(found)
        rows.waiting = found  # type: ignore[attr-defined]
        return rows


def _asked(given: Mapping[str, Any], every: Collection[causes.WaitingNetwork]) -> causes.Filters:
    services = {each.code: each.pk for each in causes.services_waiting(every)} if given["service"] else {}
    leads = {each.code: each.pk for each in causes.leads_waiting(every)}
    year = given["financial_year"]
    return causes.Filters(
        cause=given["cause"] or None,
        service_id=services.get(given["service"], UNKNOWN) if given["service"] else None,
        text=given["text"],
        year=FinancialYear.named(year) if year else None,
        days=given["days"],
        pounds=given["pounds"],
        commissioner_id=leads.get(given["commissioner"].upper(), UNKNOWN) if given["commissioner"] else None,
    )


class NilSettlementFilters(django_filters.FilterSet):
    service = django_filters.CharFilter(field_name="service__code", max_length=80)
    status = django_filters.ChoiceFilter(choices=[(label, label) for label in NIL_STATES], method="in_state")
    achievement_date = django_filters.DateFilter()
    network = django_filters.CharFilter(field_name="network__code", max_length=12, help_text="The Org ID of a PCN.")
    provider = django_filters.CharFilter(field_name="provider__code", max_length=12)

    def in_state(self, rows: QuerySet[Any], name: str, label: str) -> QuerySet[Any]:
        return rows.filter(state=NIL_STATES[label])

    class Meta:
        model = NilSettlement
        fields: tuple[str, ...] = ()


class AdjustmentDueFilters(django_filters.FilterSet):
    """`difference` finds by pounds, so it is for whoever is shown them."""

    service = django_filters.CharFilter(field_name="service__code", max_length=80)
    financial_year = django_filters.CharFilter(
        method="in_year",
        max_length=7,
        validators=[is_financial_year],
        help_text="Of the achievement date: 2021/22.",
    )
    achievement_date = django_filters.DateFilter()
    network = django_filters.CharFilter(field_name="network__code", max_length=12, help_text="The Org ID of a PCN.")
    provider = django_filters.CharFilter(field_name="provider__code", max_length=12)
    commissioner = django_filters.CharFilter(field_name="commissioner__code", max_length=12)
    difference = django_filters.ChoiceFilter(choices=[(MORE, "More is due"), (LESS, "Less is due")], method="which_way")
    text = django_filters.CharFilter(
        method="matching", max_length=100, help_text="An Org ID's beginning, or part of a name, of practice or PCN."
    )

    def in_year(self, rows: QuerySet[Any], name: str, year: str) -> QuerySet[Any]:
        of = FinancialYear.named(year)
        return rows.filter(achievement_date__range=(of.start, of.end))

    def which_way(self, rows: QuerySet[Any], name: str, way: str) -> QuerySet[Any]:
        """Raises NotPermitted where pounds are not shown."""
        if not sees_pounds(self.request.actor):
            raise NotPermitted("Your roles show points, not pounds, so nothing is found by them.")
        return rows.filter(difference__gt=0) if way == MORE else rows.filter(difference__lt=0)

    def matching(self, rows: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        return rows.filter(named(text))

    class Meta:
        model = AdjustmentDue
        fields: tuple[str, ...] = ()
