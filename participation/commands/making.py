"""Offers that were prepared are looked at, and made, once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accounts.models import User
from accounts.queries import acting_for
from accounts.rules import Acting
from catalogue.models import PaidTo
from core.actors import Actor
from core.changes import Change, Effect, noting_changes
from core.commands import command, instant
from core.errors import Conflict, Invalid, NotPermitted
from core.previews import Ahead, Foreseen, WorldMoved, difference, foreseen, look_ahead, measured, thoroughly
from operations.jobs import UNFINISHED, Tell, do_job, start_job
from operations.models import Job
from participation.commands.drafts import WHO_OFFERS, unfinished_draft
from participation.commands.offering import OffersMade
from participation.commands.offers import offer_to_networks
from participation.commands.practice_offers import offer_to_practices
from participation.models import OfferDraft
from participation.queries import Plan
from participation.queries.drafts import own_draft, terms_of
from participation.rules import may_offer

PREVIEW = "participation.preview_offers"
IN_A_REQUEST = {PaidTo.NETWORK: 50, PaidTo.PRACTICE: 500}
"""Providers whose offers are looked at in the request; what follows from more of them a worker works out."""

STEPS = 2


def needs_worker(draft: OfferDraft) -> bool:
    """Whether what follows from the draft is worked out by a worker."""
    return draft.providers.count() > IN_A_REQUEST[PaidTo(draft.service.paid_to)]


@command
def preview_offers(draft_id: int, *, by: Actor) -> Ahead[OffersMade]:
    """Answer what `make_offers` would make of a draft, and what would follow; nothing is kept. Raises as it does."""
    draft = own_draft(_acting(by), draft_id)
    return look_ahead(lambda: _offer(draft, by))


@command
def make_offers(draft_id: int, version: int, seen: Foreseen, *, by: Actor) -> OfferDraft:
    """Make the offers of a draft, as its version was seen and as was foreseen of it; once. A draft made already is
    answered as it was made.

    Raises WorldMoved where they come to something else by now, Conflict for a draft that has changed since, Invalid
    for one that is not complete or offers nothing; NotPermitted, NotVisible.
    """
    acting = _acting(by)
    OfferDraft.objects.select_for_update().filter(pk=own_draft(acting, draft_id).pk).first()
    draft = own_draft(acting, draft_id)
    if draft.made_at:
        return draft
    if draft.version != version:
        raise Conflict("These offers have changed since you looked at them. Look at the review again.")
    with noting_changes() as changes:
        made = _offer(draft, acting)
    _require_as_foreseen(draft, made, seen, changes)
    draft.made_at = instant()
    draft.made = {"ids": list(made.ids), "networks": len(made.network_ids), "sentences": made.sentences(),
                  "own_days": list(made.own_days)}  # fmt: skip
    draft.save(update_fields=["made_at", "made"])
    return draft


def foreseen_of(
    plan: Plan, effects: Sequence[Effect] = (), expected: Sequence[Effect] = (), facts: Sequence[str] = ()
) -> Foreseen:
    """What making the offers is compared by: the days of each, who is left out; and what follows, where it is known,
    with the `facts` that days to come are measured by. What is `expected` of them is said, and not compared."""
    said = [*plan.sentences(), *(effect.sentence for effect in effects)]
    follows = [(effect.kind, effect.count, str(effect.pounds)) for effect in effects]
    told = foreseen(said, plan.facts(), follows, list(facts))
    return Foreseen((*told.sentences, *(effect.sentence for effect in expected)), told.digest)


@command
def start_preview(draft_id: int, *, by: Actor) -> Job:
    """Have a worker work out what would follow from a draft as it stands. One that is under way goes on."""
    draft = unfinished_draft(draft_id, by=_acting(by))
    if draft.preview and draft.previewed == draft.version and draft.preview.state in UNFINISHED:
        return draft.preview
    draft.preview = start_job(PREVIEW, f"What would follow from offering {draft.service.name}", {}, steps=STEPS, by=by)
    draft.previewed = draft.version
    draft.save(update_fields=["preview", "previewed"])
    return draft.preview


@command
def do_preview(job_id: int, *, by: Actor) -> None:
    """A worker's work: the offers are made, with all that follows, as whoever asked; and rolled back. Its result are
    the effects, and what is expected."""
    draft = OfferDraft.objects.select_related("service", "person", "organisation").get(preview=job_id)
    do_job(job_id, lambda tell: _worked_out(draft, tell))


def _worked_out(draft: OfferDraft, tell: Tell) -> dict[str, Any]:
    tell("The offers are written, and what follows from them is worked out. Nothing of it is kept.")

    acting = _still_acting(draft.person, draft.organisation_id)
    with thoroughly():
        ahead = look_ahead(lambda: _offer(draft, acting))
    return {"effects": _plain(ahead.answer.effects), "expected": _plain(ahead.expected)}


def _plain(effects: Sequence[Effect]) -> list[dict[str, Any]]:
    """Effects as plain JSON, which a job keeps; what they touched is left out."""
    return [
        {
            "kind": effect.kind, "sentence": effect.sentence, "count": effect.count, "pounds": str(effect.pounds),
            "href": effect.href, "undoes_approval": effect.undoes_approval,
        }
        for effect in effects
    ]  # fmt: skip


def _still_acting(person: User, organisation_id: int) -> Acting:
    """Whoever asked, with the roles they hold by now."""
    acting = acting_for(person, organisation_id)
    if acting.organisation_id != organisation_id:
        raise NotPermitted(WHO_OFFERS)
    return acting


def _offer(draft: OfferDraft, by: Actor) -> OffersMade:
    terms = terms_of(draft)
    chosen = list(draft.providers.values_list("pk", flat=True))
    if terms is None or not chosen:
        raise Invalid("These offers are not complete: choose their dates and at least one provider.")
    run = offer_to_networks if draft.service.paid_to == PaidTo.NETWORK else offer_to_practices
    made = run(
        draft.service_id, chosen, terms.start_date, terms.end_date, by=by, respond_by=terms.respond_by,
        only_missing=True,
    )  # fmt: skip
    if not made.ids:
        raise Invalid("There is nothing to offer: whoever was chosen has this offer already, or has no day in it.")
    return made


def _require_as_foreseen(draft: OfferDraft, made: OffersMade, seen: Foreseen, changes: Sequence[Change]) -> None:
    """What follows from many is worked out by a worker, and not compared."""
    many = needs_worker(draft)
    now = foreseen_of(made.plan) if many else foreseen_of(made.plan, made.effects, facts=measured(changes))
    differs = difference(seen, now)
    if differs:
        raise WorldMoved(made, differs)


def _acting(by: Actor) -> Acting:
    if not isinstance(by, Acting) or not may_offer(by):
        raise NotPermitted(WHO_OFFERS)
    return by
