"""What reference files are uploaded as, and what may be odd about their rows."""

from __future__ import annotations

from django.db import models


class RowKind(models.TextChoices):
    """Why a row is listed after a load: it was refused, or was taken and needs a look."""

    REFUSED = "refused", "Rows refused"
    BY_CODE = "by code", "Members known by code only"
    OTHER_SETTING = "other setting", "Members that are no general practice"
    CLOSED = "closed", "Closed, and still a member"
    OVERLAP = "overlap", "In two networks on the same days"
    SAME_DAY = "same day", "Left one network and joined another on one day"
    GAP = "gap", "In no network between two memberships"
    ZERO_LENGTH = "zero length", "Of zero length, counting on no day"
    ACROSS = "across", "In a network that another commissioner leads"
    NO_NETWORK = "no network", "Active, in no network"
    GONE = "gone", "Known before, in no row now"


class Purpose(models.TextChoices):
    """What an uploaded file is meant as."""

    PRACTICES = "practices", "Practices (epraccur)"
    NETWORKS = "networks", "Networks and their members (ePCN)"
    SUB_ICBS = "sub_icbs", "Sub-ICB locations (eccg)"
    ICBS = "icbs", "Integrated care boards"
    LISTS = "lists", "List sizes"
