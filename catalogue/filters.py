"""What the list of quality services is narrowed by."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from catalogue.models import PaidTo, QualityService
from core.dates import FinancialYear, is_financial_year

PAID_TO = {each.label: each for each in PaidTo}


class ServiceFilters(django_filters.FilterSet):
    financial_year = django_filters.CharFilter(
        method="in_year", validators=[is_financial_year], help_text="Such as 2021/22."
    )
    payment_type = django_filters.CharFilter(max_length=60)
    paid_to = django_filters.ChoiceFilter(choices=[(label, label) for label in PAID_TO], method="paid")
    text = django_filters.CharFilter(field_name="name", lookup_expr="icontains", max_length=100)

    class Meta:
        model = QualityService
        fields: tuple[str, ...] = ()

    def in_year(self, rows: QuerySet[QualityService], name: str, text: str) -> QuerySet[QualityService]:
        year = FinancialYear.named(text)
        return rows.filter(start_date__lte=year.end, end_date__gte=year.start)

    def paid(self, rows: QuerySet[QualityService], name: str, label: str) -> QuerySet[QualityService]:
        return rows.filter(paid_to=PAID_TO[label])
