"""Create Offers: what was begun, and the steps of one offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from catalogue.models import PaidTo
from participation.queries.drafts import days_fit
from ui.components import Confirm, Step
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.tables import Address, Column, Table
from ui.wording import count, period

SERVICE, DATES, PROVIDERS, REVIEW, DONE = "service", "dates", "providers", "review", "made"
LABELS = {
    SERVICE: "Payment type and service", DATES: "Dates", PROVIDERS: "Providers", REVIEW: "Review",
    DONE: "Confirmation",
}  # fmt: skip
PAGES = {
    SERVICE: "offer_service", DATES: "offer_dates", PROVIDERS: "offer_providers", REVIEW: "review_offers",
    DONE: "offers_made",
}  # fmt: skip


@dataclass(frozen=True)
class DraftRow:
    """One offer that was begun and is not finished."""

    name: str
    href: str
    days: str
    chosen: str
    changed_at: datetime
    drop: Link


@dataclass(frozen=True, kw_only=True)
class DraftsPage(Page):
    """What was begun; `nothing_to_offer` says why nothing can be."""

    table: Table
    new_href: str
    nothing_to_offer: str


@dataclass(frozen=True, kw_only=True)
class StepPage(Page):
    """One step: where one is, and a form."""

    steps: Sequence[Step]
    form: PortalForm
    button: str = "Continue"
    cancel_href: str = ""
    cancel_label: str = "Back"


@dataclass(frozen=True, kw_only=True)
class ServicePage(StepPage):
    """The first step: services to choose from, narrowed by payment type and year."""

    filters: PortalForm
    address: Address
    empty: str


@dataclass(frozen=True, kw_only=True)
class DatesPage(StepPage):
    """The second step, with the service's own dates."""

    facts: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class DropPage(Page):
    """What was begun is dropped, once that is confirmed."""

    confirm: Confirm


COLUMNS = (
    Column(key="name", label="Quality Service", href="href"),
    Column(key="days", label="Dates"),
    Column(key="chosen", label="Chosen"),
    Column(key="changed_at", label="Last changed", kind="moment"),
    Column(key="drop", label="Not wanted", kind="link"),
)


def drafts_table(drafts: Sequence[Any]) -> Table:
    return Table(
        caption="Offers you began",
        columns=COLUMNS,
        rows=[_row(draft) for draft in drafts],
        empty="You have no offers that are not finished. What you begin is kept here until you make or drop it.",
        noun=("offer", "offers"),
    )


def _row(draft: Any) -> DraftRow:
    return DraftRow(
        name=draft.service.name,
        href=resume_href(draft),
        days=period(draft.start_date, draft.end_date) if draft.start_date else "Not chosen yet",
        chosen=chosen_sentence(draft),
        changed_at=draft.changed_at,
        drop=Link(f"Drop {draft.service.short_name}", reverse("participation:drop_offers", args=[draft.pk])),
    )


def chosen_sentence(draft: Any) -> str:
    """`12 PCNs`, `1 practice`, `Nobody yet`."""
    return count(draft.chosen, *noun_of(draft)) if draft.chosen else "Nobody yet"


def noun_of(draft: Any) -> tuple[str, str]:
    return ("PCN", "PCNs") if draft.service.paid_to == PaidTo.NETWORK else ("practice", "practices")


def steps_of(draft: Any | None, at: str) -> list[Step]:
    """The five steps; those before the first that is not complete, and that one, can be gone to."""
    if draft is None:
        return [Step(label, "current" if name == at else "to do") for name, label in LABELS.items()]
    done = _done(draft)
    reachable = {name for name in LABELS if name != DONE and all(done[before] for before in _before(name))}
    return [
        Step(
            label,
            "current" if name == at else ("done" if done[name] else "to do"),
            _href(draft, name) if name in reachable and not draft.made_at else "",
        )
        for name, label in LABELS.items()
    ]


def first_missing(draft: Any, before: str = REVIEW) -> str:
    """The first step before this one that is not complete; empty where all are."""
    done = _done(draft)
    return next((name for name in _before(before) if not done[name]), "")


def resume_href(draft: Any) -> str:
    """Where to go on with it: its first step that is not complete, or the review."""
    return _href(draft, first_missing(draft) or REVIEW)


def step_href(draft: Any, name: str) -> str:
    return _href(draft, name)


def breadcrumb() -> Sequence[Link]:
    return (Link("Home", reverse("home:home")), Link("Create Offers", reverse("participation:create_offers")))


def _done(draft: Any) -> dict[str, bool]:
    made = bool(draft.made_at)
    fits = made or days_fit(draft)
    return {SERVICE: True, DATES: fits, PROVIDERS: bool(draft.chosen), REVIEW: made, DONE: made}


def _before(name: str) -> list[str]:
    names = list(LABELS)
    return names[: names.index(name)]


def _href(draft: Any, name: str) -> str:
    return reverse(f"participation:{PAGES[name]}", args=[draft.pk])
