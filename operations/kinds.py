"""What e-mails are about, as people choose among them."""

from __future__ import annotations

from django.db import models


class MailKind(models.TextChoices):
    """A kind of e-mail that somebody may have at once, once a day, or not at all."""

    DECLARATION = "declaration", "What awaits your declaration"
    APPROVAL = "approval", "What awaits your approval"
    FINANCE = "finance", "What awaits your finance approval"
    CAME_BACK = "came back", "What comes back: rejected, held, returned, undone, or its figures changed"
    FINANCE_APPROVED = "finance approved", "What has finance approval"
    PARTICIPATION = "participation", "Offers to answer, and what becomes of participations"
    PAYEES = "payees", "Nominated payees"
    NIL_SETTLEMENT = "nil settlement", "Lines of a PCN that are settled as nil"
    OVERNIGHT = "overnight", "Overnight runs that failed or did not start"
    TOKENS = "tokens", "Your API tokens whose time is up"


class Frequency(models.IntegerChoices):
    """When an e-mail of a kind is sent."""

    AT_ONCE = 1, "At once"
    DAILY = 2, "Once a day, with the others of that day"
    NEVER = 3, "Not by e-mail; Home shows it"
