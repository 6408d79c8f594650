"""The way from Home to the pages of one's own account."""

from __future__ import annotations

from django.urls import reverse

from ui.frame import Link

HOME = Link("Home", "/")


def to_account() -> list[Link]:
    return [HOME, Link("My Account", reverse("accounts:my_account"))]
