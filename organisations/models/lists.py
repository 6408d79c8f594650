"""Who corrected which list by hand, and why."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models

from core.texts import REASON_LENGTH
from organisations.models.organisations import ListKind, Organisation


class ListCorrection(models.Model):
    """One row is one correction of a list size by hand: what it was and became, by whom and why. Appended only; null
    sizes say that none was known."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="list_corrections")
    kind = models.PositiveSmallIntegerField(choices=ListKind.choices)
    as_at = models.DateField()
    was = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    size = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    reason = models.CharField(max_length=REASON_LENGTH)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    by_organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]
