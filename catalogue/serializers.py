"""What the API says of quality services."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class AchievementDateSerializer(serializers.Serializer[Any]):
    """A valid "as at" date; figures on one that is not a payment date lead to no payment."""

    date = serializers.DateField()
    is_payment_date = serializers.BooleanField()
    period_start = serializers.DateField()
    period_end = serializers.DateField()


class ServiceSerializer(serializers.Serializer[Any]):
    """A released quality service; all dates are included."""

    code = serializers.CharField()
    name = serializers.CharField()
    short_name = serializers.CharField()
    payment_type = serializers.CharField()
    start_date = serializers.DateField()
    end_date = serializers.DateField()
    financial_years = serializers.ListField(child=serializers.CharField(), help_text="Such as 2021/22.")
    paid_to = serializers.CharField(source="get_paid_to_display")
    aggregates = serializers.CharField(source="get_aggregates_display")
    no_declaration_required = serializers.BooleanField()
    no_approval_required = serializers.BooleanField()
    achievement_dates = AchievementDateSerializer(many=True)
