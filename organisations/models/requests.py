"""What ODS was asked to put right, where nobody else can."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models

from core.texts import REQUEST_LENGTH
from core.transitions import Stateful, TransitionLog
from organisations.models.organisations import Organisation
from organisations.states import RequestState


class OdsRequest(Stateful):
    """One row is one thing about a network that ODS was asked to put right: the text, who asked, and the answer."""

    STATES = RequestState

    network = models.ForeignKey(Organisation, models.PROTECT, related_name="ods_requests")
    practice = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    text = models.TextField(max_length=REQUEST_LENGTH)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    answer = models.TextField(max_length=REQUEST_LENGTH, blank=True)
    answered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Request {self.pk} to ODS about {self.network}"


class OdsRequestChange(TransitionLog):
    """One row is one move of one request to ODS."""

    row = models.ForeignKey(OdsRequest, models.PROTECT, related_name="history")
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        triggers: ClassVar = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


OdsRequest.LOG = OdsRequestChange
