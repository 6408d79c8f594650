"""Create Offers: the form, the review, and the confirmation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from catalogue.models import QualityService
from participation.commands import OffersMade
from ui.components import Confirm
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.wording import count, listed, long_date

NAMED_AT_MOST = 10


@dataclass(frozen=True, kw_only=True)
class CreateOffersPage(Page):
    """The form; `nothing_to_offer` says why there is none."""

    form: PortalForm
    nothing_to_offer: str


@dataclass(frozen=True, kw_only=True)
class ReviewPage(Page):
    """What would be offered, before it is."""

    facts: Sequence[tuple[str, str]]
    confirm: Confirm


@dataclass(frozen=True, kw_only=True)
class OffersMadePage(Page):
    """What was offered, and what next."""

    sentences: Sequence[str]
    another_href: str
    service_href: str


def facts_of(
    service: QualityService, start: date, end: date, made: OffersMade, names: Sequence[str]
) -> list[tuple[str, str]]:
    return [
        ("Quality Service", service.name),
        ("Start Date", long_date(start)),
        ("End Date", long_date(end)),
        ("PCNs", f"{len(made.network_ids):,}: {shortened(names)}"),
        ("Practices", f"{len(made.ids):,}"),
    ]


def warnings_of(service: QualityService, end: date, made: OffersMade) -> str:
    """What to look at before offering; empty when there is nothing."""
    said = []
    if end < service.end_date:
        said.append(f"The offer ends before the service does, on {long_date(service.end_date)}.")
    if made.left_out:
        said.append(left_out(made.left_out))
    return " ".join(said)


def effects_of(made: OffersMade, *, taken_up: bool, approved: bool) -> list[str]:
    """What becomes of the offers; `taken_up` by membership, `approved` at once, as the service says."""
    accepted = "Membership takes the offers up" if taken_up else "The practices answer the offers"
    then = "they are approved at once" if approved else "your organisation approves what is accepted"
    return [f"{accepted}, and {then}.", *(effect.sentence for effect in made.effects)]


def made_sentences(service: QualityService, start: date, end: date, made: OffersMade) -> list[str]:
    """The confirmation, in sentences."""
    networks = [count(len(made.network_ids), "PCN", "PCNs")] if made.network_ids else []
    to = listed([*networks, count(len(made.ids), "practice")])
    first = f"{service.name} was offered to {to}, from {long_date(start)} to {long_date(end)}."
    return [first, *(effect.sentence for effect in made.effects), *([left_out(made.left_out)] if made.left_out else [])]


def left_out(names: Sequence[str]) -> str:
    return f"No member practice on these days, so not offered: {shortened(names)}."


def shortened(names: Sequence[str]) -> str:
    more = len(names) - NAMED_AT_MOST
    return listed([*names[:NAMED_AT_MOST], f"{more:,} more"] if more > 0 else list(names))


def breadcrumb() -> Sequence[Link]:
    return (Link("Home", reverse("home:home")), Link("Create Offers", reverse("participation:create_offers")))


def remembered(service: QualityService, sentences: Sequence[str]) -> Mapping[str, Any]:
    """What the session keeps for the confirmation page, so that reloading it offers nothing twice."""
    return {"service": service.code, "sentences": list(sentences)}
