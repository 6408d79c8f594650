"""What the list of participations is narrowed by."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet

from operations.api.shapes import LARGEST_ID
from organisations.models import Membership, Organisation, Parent
from participation.models import Allocation, EndRequest, EndRequestRow, Participation, ServiceRequest
from participation.queries.closures import AWAITING, SETTLED, TO_SETTLE, closures_of
from participation.queries.joiners import Joining, joinings
from participation.queries.misfits import networks_concerning
from participation.states import AskState, RequestState, State

STATES = {state.label: state for state in State}
REQUEST_STATES = {state.label: state for state in RequestState}
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


class EndRequestFilters(django_filters.FilterSet):
    """What the list of requests to end is narrowed by."""

    status = django_filters.ChoiceFilter(choices=[(label, label) for label in REQUEST_STATES], method="in_state")
    participation = django_filters.NumberFilter(
        method="about", min_value=1, max_value=LARGEST_ID, help_text="The id of a participation it is about."
    )

    class Meta:
        model = EndRequest
        fields: tuple[str, ...] = ()

    def in_state(self, rows: QuerySet[EndRequest], name: str, label: str) -> QuerySet[EndRequest]:
        return rows.filter(state=REQUEST_STATES[label])

    def about(self, rows: QuerySet[EndRequest], name: str, id: Decimal) -> QuerySet[EndRequest]:
        return rows.filter(pk__in=EndRequestRow.objects.filter(participation=int(id)).values("request"))


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


class ClosureFilters(django_filters.FilterSet):
    """What the list of practices that closed is narrowed by. The last two ask what follows each that is left."""

    practice = django_filters.CharFilter(field_name="code", lookup_expr="iexact", max_length=12)
    network = django_filters.CharFilter(
        method="in_network", max_length=12, help_text="The Org ID of the PCN on the last day."
    )
    commissioner = django_filters.CharFilter(
        method="under", max_length=12, help_text="The Org ID of the Parent Organisation on the last day."
    )
    closed_from = django_filters.DateFilter(field_name="close_date", lookup_expr="gte", help_text="Included.")
    closed_to = django_filters.DateFilter(field_name="close_date", lookup_expr="lte", help_text="Included.")
    text = django_filters.CharFilter(
        method="matching", max_length=100, help_text="An Org ID's beginning, or part of a name."
    )
    status = django_filters.ChoiceFilter(
        choices=[(each, each) for each in (TO_SETTLE, AWAITING, SETTLED)], method="whose"
    )
    list_is_dropped = django_filters.ChoiceFilter(choices=[("true", "true"), ("false", "false")], method="whose")

    class Meta:
        model = Organisation
        fields: tuple[str, ...] = ()

    def in_network(self, rows: QuerySet[Organisation], name: str, code: str) -> QuerySet[Organisation]:
        members = Membership.objects.known().filter(practice=OuterRef("pk"), network__code__iexact=code)
        return rows.filter(Exists(members.filter(valid__contains=OuterRef("close_date"))))

    def under(self, rows: QuerySet[Organisation], name: str, code: str) -> QuerySet[Organisation]:
        parents = Parent.objects.known().filter(organisation=OuterRef("pk"), parent__code__iexact=code)
        return rows.filter(Exists(parents.filter(valid__contains=OuterRef("close_date"))))

    def matching(self, rows: QuerySet[Organisation], name: str, text: str) -> QuerySet[Organisation]:
        return rows.filter(Q(code__istartswith=text) | Q(name__icontains=text))

    def whose(self, rows: QuerySet[Organisation], name: str, value: str) -> QuerySet[Organisation]:
        asked: Any = value if name == "status" else value == "true"
        of = "state" if name == "status" else name
        return rows.filter(pk__in=[each.practice.pk for each in closures_of(list(rows)) if getattr(each, of) == asked])


class JoiningFilters(django_filters.FilterSet):
    """What the list of joiners and movers is narrowed by. Who is no member of the network has not joined on any day."""

    network = django_filters.CharFilter(method="at_once", max_length=12, help_text="The Org ID of a PCN.")
    practice = django_filters.CharFilter(method="at_once", max_length=12, help_text="Its Org ID.")
    service = django_filters.CharFilter(
        method="at_once", max_length=80, help_text="Missing, or of an offer that hangs."
    )
    joined_from = django_filters.DateFilter(method="at_once", help_text="Included.")
    joined_to = django_filters.DateFilter(method="at_once", help_text="Included.")
    text = django_filters.CharFilter(
        method="at_once", max_length=100, help_text="An Org ID's beginning, or part of a practice's name."
    )

    class Meta:
        model = Organisation
        fields: tuple[str, ...] = ()

    def at_once(self, rows: QuerySet[Organisation], name: str, value: Any) -> QuerySet[Organisation]:
        """They are found by all that is given together."""
        return rows

    def filter_queryset(self, queryset: QuerySet[Any]) -> Any:
        """The joinings themselves: they are computed, and rows of nothing."""
        given = self.form.cleaned_data
        return [each for each in joinings(networks_concerning(self.request.actor)) if _is_asked(each, given)]


def _is_asked(joining: Joining, given: Mapping[str, Any]) -> bool:
    network, practice, text = (given[name].upper() for name in ("network", "practice", "text"))
    first, last = given["joined_from"], given["joined_to"]
    code, name = joining.practice.code, joining.practice.name.upper()
    return (
        network in ("", joining.network.code)
        and practice in ("", code)
        and (not given["service"] or given["service"] in joining.services)
        and (not first or (joining.joined is not None and joining.joined >= first))
        and (not last or (joining.joined is not None and joining.joined <= last))
        and (code.startswith(text) or text in name)
    )
