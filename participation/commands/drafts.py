"""Offers are prepared, step by step: each writes its own part of the draft, so that two tabs and the way back lose
nothing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from accounts.rules import Acting
from catalogue.models import QualityService
from core.actors import Actor
from core.commands import command, instant
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from participation.models import OfferDraft
from participation.queries.offerable import offerable, services_to_offer
from participation.queries.planning import Terms, problems_of_days
from participation.rules import may_offer

WHO_OFFERS = "Offers are made by whoever holds Commissioning Management in a commissioning organisation."


@command
def begin_offers(service_id: int, *, by: Actor) -> OfferDraft:
    """Somebody begins to offer a service. Raises NotPermitted, NotVisible."""
    acting = _who_offers(by)
    service = _service(service_id, acting)
    assert acting.organisation is not None
    return OfferDraft.objects.create(
        organisation=acting.organisation,
        person=acting.user,
        service=service,
        begun_at=instant(),
        changed_at=instant(),
    )


@command
def choose_service(draft_id: int, service_id: int, *, by: Actor) -> OfferDraft:
    """Offer another service. Who was chosen stays, unless one pays practices and the other networks; so do the dates,
    which the next step looks at. Raises as `begin_offers` does, and Conflict."""
    acting = _who_offers(by)
    draft, service = unfinished_draft(draft_id, by=acting), _service(service_id, acting)
    if service.paid_to != draft.service.paid_to:
        draft.providers.clear()
    return _changed(draft, service=service)


@command
def set_days(
    draft_id: int, start_date: date, end_date: date, *, by: Actor, respond_by: date | None = None
) -> OfferDraft:
    """The first and last day of the offers, and until when they may be answered. Raises Invalid, with every problem."""
    draft = unfinished_draft(draft_id, by=_who_offers(by))
    problems = list(problems_of_days(Terms(draft.service, start_date, end_date, respond_by)))
    if problems:
        raise Invalid(*problems)
    return _changed(draft, start_date=start_date, end_date=end_date, respond_by=respond_by)


@command
def add_providers(draft_id: int, provider_ids: Collection[int], *, by: Actor) -> int:
    """Choose further providers; answers how many were not chosen before. Those that may not be offered to are left."""
    acting = _who_offers(by)
    draft = unfinished_draft(draft_id, by=acting)
    allowed = set(offerable(acting, draft.service).filter(pk__in=provider_ids).values_list("pk", flat=True))
    new = allowed - set(draft.providers.filter(pk__in=allowed).values_list("pk", flat=True))
    if new:
        draft.providers.add(*new)
        _changed(draft)
    return len(new)


@command
def remove_providers(draft_id: int, provider_ids: Collection[int], *, by: Actor) -> int:
    """These are no longer chosen; answers how many were."""
    draft = unfinished_draft(draft_id, by=_who_offers(by))
    chosen = set(draft.providers.filter(pk__in=provider_ids).values_list("pk", flat=True))
    if chosen:
        draft.providers.remove(*chosen)
        _changed(draft)
    return len(chosen)


@command
def drop_offers(draft_id: int, *, by: Actor) -> None:
    """What was prepared is not wanted; nothing of it was offered."""
    draft = unfinished_draft(draft_id, by=_who_offers(by))
    draft.dropped_at = instant()
    draft.save(update_fields=["dropped_at"])


def unfinished_draft(draft_id: int, *, by: Acting) -> OfferDraft:
    """One's own draft, locked. Raises NotVisible, and Conflict for one whose offers were made."""
    own = OfferDraft.objects.select_for_update(of=("self",)).select_related("service")
    draft = own.filter(pk=draft_id, person=by.user_id, organisation=by.organisation_id, dropped_at=None).first()
    if draft is None:
        raise NotVisible("These offers are not yours, or they were dropped.")
    if draft.made_at:
        raise Conflict("These offers were made already. Make another offer instead.")
    return draft


def _who_offers(by: Actor) -> Acting:
    if not isinstance(by, Acting) or not may_offer(by):
        raise NotPermitted(WHO_OFFERS)
    return by


def _service(service_id: int, by: Acting) -> QualityService:
    service = services_to_offer(by).filter(pk=service_id).first()
    if service is None:
        raise NotVisible("There is no such quality service to offer, or your role does not reach its payment type.")
    return service


def _changed(draft: OfferDraft, **values: Any) -> OfferDraft:
    values |= {"version": draft.version + 1, "changed_at": instant()}
    for name, value in values.items():
        setattr(draft, name, value)
    draft.save(update_fields=list(values))
    return draft
