"""Whose draft is on the page, and whether its earlier steps are complete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.rules import Acting
from core.errors import NotPermitted
from participation.presenters import drafts as shown
from participation.queries import drafts
from participation.rules import may_offer

if TYPE_CHECKING:
    from participation.models import OfferDraft

MISSING = {
    shown.DATES: "Choose the dates first: those you had do not fit this service.",
    shown.PROVIDERS: "Choose at least one provider first.",
}


def who_offers(request: HttpRequest) -> Acting:
    """Whoever asks. Raises NotPermitted unless they may make offers."""
    by: Acting = request.actor  # type: ignore[attr-defined]
    if not may_offer(by):
        raise NotPermitted("Offers are made by whoever holds Commissioning Management in a commissioning organisation.")
    return by


def draft_at(request: HttpRequest, draft_id: int) -> tuple[Acting, OfferDraft]:
    by = who_offers(request)
    return by, drafts.own_draft(by, draft_id)


def elsewhere(request: HttpRequest, draft: OfferDraft, step: str) -> HttpResponse | None:
    """Where one has to go before this step: to the confirmation of what was made, or to a step that is missing."""
    if draft.made_at:
        return redirect("participation:offers_made", draft.pk)
    missing = shown.first_missing(draft, step)
    if not missing:
        return None
    messages.info(request, MISSING[missing])
    return redirect(shown.step_href(draft, missing))


def heading(draft: OfferDraft | None, step: str, **page: Any) -> dict[str, Any]:
    """What every step's page says of itself."""
    return {
        "title": shown.LABELS[step],
        "subject": "Create Offers",
        "caption": f"Create Offers: {draft.service.short_name}" if draft else "Create Offers",
        "breadcrumb": shown.breadcrumb(),
        "steps": shown.steps_of(draft, step),
        **page,
    }
