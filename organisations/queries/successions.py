"""Who follows practices that closed, and what is proposed for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet

from core.actors import Actor
from core.dates import DAY
from core.errors import NotVisible
from core.paging import Slice, page_of
from organisations.models import (
    ClosureProposal,
    ClosureProposalChange,
    Kind,
    ListKind,
    ListSize,
    Membership,
    Organisation,
    Succession,
)
from organisations.queries.belonging import KnownAt
from organisations.rules import CONFIRM_CLOSURE, closures_visible_to
from organisations.states import TAKE_BACK_CLOSURE, ClosureState

ORDER = ("state", "-proposed_at", "-id")
"""Those that await somebody first; then the newest."""


@dataclass(frozen=True)
class CanSettle:
    """What somebody may do with a proposal: nothing said is nothing refused."""

    confirm: bool
    take_back: bool
    why_not: str


def successions_of(practice_ids: Collection[int], known_at: KnownAt = None) -> dict[int, Succession]:
    """Practice id -> what is believed of who follows it; of those that nothing was decided for, nothing."""
    known = Succession.objects.known(known_at).filter(predecessor__in=practice_ids)
    return {row.predecessor_id: row for row in known.select_related("successor", "predecessor", "by", "proposal")}


def taken_over_by(practice: Organisation, known_at: KnownAt = None) -> list[Succession]:
    """The practices that this one follows, by name."""
    known = Succession.objects.known(known_at).filter(successor=practice).select_related("predecessor", "successor")
    return list(known.order_by("predecessor__name", "predecessor__code"))


def successions_through_time(practice: Organisation) -> QuerySet[Succession]:
    """Every belief about who follows a practice, the latest first."""
    rows = Succession.objects.filter(predecessor=practice)
    return rows.select_related("successor", "by", "proposal__decided_by").order_by("-recorded__startswith", "-pk")


def last_lists_of(practice_ids: Collection[int]) -> dict[int, ListSize]:
    """Practice id -> the latest registered list that it is in, as believed now."""
    known = ListSize.objects.known().filter(organisation__in=practice_ids, kind=ListKind.CRP, valid__isempty=False)
    latest = known.order_by("organisation_id", "-valid__startswith").distinct("organisation_id")
    return {row.organisation_id: row for row in latest}


def memberships_after(practice_ids: Collection[int]) -> dict[int, list[Membership]]:
    """Practice id -> memberships that ODS has go on after its closing date, by network; without any, no key."""
    known = Membership.objects.known().filter(practice__in=practice_ids, practice__close_date__isnull=False)
    going_on = Q(valid__upper_inf=True) | Q(valid__endswith__gt=F("practice__close_date") + DAY)
    rows = known.filter(going_on, valid__isempty=False).select_related("network", "practice")
    found: dict[int, list[Membership]] = {}
    for row in rows.order_by("network__name", "pk"):
        found.setdefault(row.practice_id, []).append(row)
    return found


def heirs_of(practice_ids: Collection[int]) -> set[int]:
    """The ids of the practices that follow these, and those that follow them, and so on; by what is believed now."""
    found: set[int] = set()
    asked = set(practice_ids)
    while asked:
        known = Succession.objects.known().filter(predecessor__in=asked, successor__isnull=False)
        asked = set(known.values_list("successor_id", flat=True)) - found
        found |= asked
    return found


def last_days_of(practice_ids: Collection[int]) -> dict[int, date]:
    """Practice id -> its closing date; of those that the files give one."""
    closed = Organisation.objects.filter(pk__in=practice_ids, close_date__isnull=False)
    return {id: day for id, day in closed.values_list("pk", "close_date") if day}


def practice_named(code: str) -> Organisation | None:
    """Any practice, by its Org ID: who follows another need not be under one."""
    return Organisation.objects.filter(code=code.strip().upper(), kind=Kind.PRACTICE).first()


def closure_proposals_for(by: Actor) -> QuerySet[ClosureProposal]:
    seen = ClosureProposal.objects.filter(closures_visible_to(by))
    return seen.select_related("successor", "commissioner", "proposed_by", "decided_by").prefetch_related("practices")


def page_of_closure_proposals(by: Actor, *, after: str, size: int) -> Slice:
    return page_of(closure_proposals_for(by), ORDER, after=after, size=size)


def closure_proposal_seen_by(by: Actor, proposal_id: int) -> ClosureProposal:
    """One proposal. Raises NotVisible."""
    found = closure_proposals_for(by).filter(pk=proposal_id).first()
    if found is None:
        raise NotVisible("You may not be able to see this proposal, or it does not exist.")
    return found


def open_closure_proposals(practice_ids: Collection[int]) -> dict[int, ClosureProposal]:
    """Practice id -> the proposal that awaits a second person."""
    rows = ClosureProposal.objects.filter(state=ClosureState.PROPOSED, practices__in=practice_ids).distinct()
    found = rows.select_related("proposed_by", "commissioner").prefetch_related("practices")
    return {practice.pk: row for row in found for practice in row.practices.all()}


def what_can_be_done(proposal: ClosureProposal, by: Actor) -> CanSettle:
    if proposal.state != ClosureState.PROPOSED:
        return CanSettle(confirm=False, take_back=False, why_not="")
    refused = CONFIRM_CLOSURE.why_not(proposal, by)
    return CanSettle(not refused, TAKE_BACK_CLOSURE.rule.has(proposal, by), " ".join(refused))


def history_of_closure(proposal: ClosureProposal) -> list[ClosureProposalChange]:
    return list(proposal.history.select_related("by", "organisation").order_by("-pk"))
