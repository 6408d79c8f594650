"""What people are told about their own account."""

from __future__ import annotations

from django.urls import reverse

from accounts.models import User
from core.actors import Actor
from operations.notifications import Notice


def second_factor_reset(user: User, by: Actor) -> Notice:
    """Somebody took a person's second factor away; if the person did not ask for it, they must know."""
    said = {"user": user, "by": by.name}
    return Notice("Your second factor was reset", reverse("account_login"), "emails/second_factor_reset.txt", said)
