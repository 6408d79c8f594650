"""The stages of a payment chain (domain 2): one person acts in one of them only."""

from __future__ import annotations

from django.db.models import IntegerChoices


class Stage(IntegerChoices):
    PROVIDER = 1, "provider side"
    COMMISSIONER = 2, "commissioner"
    FINANCE = 3, "finance"
    RELEASE = 4, "release"
