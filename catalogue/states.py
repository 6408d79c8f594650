"""The states of a service definition."""

from __future__ import annotations

from django.db import models


class VersionState(models.IntegerChoices):
    DRAFT = 1, "Draft"
    RELEASED = 2, "Released"
    SUPERSEDED = 3, "Superseded"
