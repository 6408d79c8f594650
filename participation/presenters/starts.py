"""The start of an offer is corrected: what is asked, and what would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from participation.commands import StartSaved
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.previews import WouldChange
from ui.wording import long_date, period

TITLE = "Correct the start date"


@dataclass(frozen=True, kw_only=True)
class StartPage(Page):
    """The date and the reason; then what they would do."""

    facts: Sequence[tuple[str, str]]
    form: PortalForm | None
    change: WouldChange | None
    cancel_href: str
    asked: Sequence[Link]
    hidden: Sequence[tuple[str, str]]


def facts_of(row: Any) -> list[tuple[str, str]]:
    return [
        ("Service Provider", f"{row.provider.name} ({row.provider.code})"),
        *([("PCN", row.network.name)] if row.network else []),
        ("Offered for", period(row.start_date, row.end_date)),
        ("Status", row.state_label),
    ]


def done(saved: StartSaved) -> str:
    effects = [effect.sentence for effect in saved.effects]
    return " ".join([f"Start date {long_date(saved.start_date)} saved.", *effects])


def breadcrumb(row: Any) -> Sequence[Link]:
    return (
        Link("Home", reverse("home:home")),
        Link("Offered Services", reverse("participation:offered_services")),
        Link(row.provider.name, offer_href(row.pk)),
    )


def offer_href(participation_id: int) -> str:
    return reverse("participation:offer", args=[participation_id])
