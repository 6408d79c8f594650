"""Offers that somebody is preparing."""

from __future__ import annotations

from django.db.models import Count, QuerySet
from django.urls import reverse

from accounts.rules import Acting
from core.actors import Actor
from core.errors import NotVisible
from core.needs import Need
from participation.models import OfferDraft
from participation.queries.planning import Terms, problems_of_days
from participation.rules import may_offer
from ui.wording import count


def own_drafts(by: Actor) -> QuerySet[OfferDraft]:
    """What somebody began for the organisation they act for and has not finished, with `chosen`, how many providers;
    last changed first."""
    unfinished = OfferDraft.objects.unfinished().filter(person=by.user_id, organisation=by.organisation_id)
    return unfinished.select_related("service").annotate(chosen=Count("providers")).order_by("-changed_at", "-pk")


def own_draft(by: Actor, draft_id: int) -> OfferDraft:
    """One's own draft, unfinished or made, with `chosen`. Raises NotVisible."""
    own = OfferDraft.objects.filter(person=by.user_id, organisation=by.organisation_id, dropped_at=None)
    found = own.select_related("service", "preview").annotate(chosen=Count("providers")).filter(pk=draft_id).first()
    if found is None:
        raise NotVisible("These offers are not yours, or they were dropped.")
    return found


def terms_of(draft: OfferDraft) -> Terms | None:
    """What the draft's offers say; None while it has no dates."""
    if draft.start_date is None or draft.end_date is None:
        return None
    return Terms(draft.service, draft.start_date, draft.end_date, draft.respond_by)


def days_fit(draft: OfferDraft) -> bool:
    """Whether the draft has dates that its offers can hold on."""
    terms = terms_of(draft)
    return terms is not None and not list(problems_of_days(terms))


def needs_of_drafts(actor: Acting) -> list[Need]:
    """What Home says of offers that were begun."""
    begun = own_drafts(actor).count() if may_offer(actor) else 0
    if not begun:
        return []
    said = "offer you began is not finished" if begun == 1 else "offers you began are not finished"
    return [Need(count(begun, said, said), None, reverse("participation:create_offers"))]
