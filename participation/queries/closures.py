"""Practices that closed, and what follows: offers that go on, who follows them, lists that nobody has, what is open."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from accounts.rules import Acting
from core import clock
from core.actors import Actor
from core.dates import DAY
from core.needs import Need
from core.open_items import OpenItem, knows_open_items, open_items_of
from organisations.models import ClosureProposal, Kind, ListSize, Membership, Organisation, Succession
from organisations.queries import (
    last_lists_of,
    memberships_after,
    open_closure_proposals,
    successions_of,
)
from organisations.rules import closed_under
from organisations.states import ClosureState
from participation.models import Participation, Term
from participation.rules import SETTLES_CLOSURES
from participation.states import COVERING, OPEN, State
from ui.wording import count, long_date

TO_SETTLE, AWAITING, SETTLED, DROPPED = "to settle", "awaiting", "settled", "dropped"
NAMED = 5


@dataclass(frozen=True)
class Closure:
    """One practice that closed: who follows it, what is proposed, and what goes on after its last day.

    `last_list` is the latest registered list that it is in; `succession`, what was decided; None where nothing was.
    """

    practice: Organisation
    succession: Succession | None
    proposal: ClosureProposal | None
    going_on: Sequence[Participation]
    memberships: Sequence[Membership]
    last_list: ListSize | None
    items: Sequence[OpenItem]

    @property
    def last_day(self) -> date:
        assert self.practice.close_date is not None
        return self.practice.close_date

    @property
    def list_is_dropped(self) -> bool:
        """Patients stand in its list, and nobody has taken them over."""
        has_patients = self.last_list is not None and self.last_list.size > 0
        return has_patients and not (self.succession and self.succession.takes_list)

    @property
    def state(self) -> str:
        if self.proposal:
            return AWAITING
        return SETTLED if self.succession and not self.going_on else TO_SETTLE


def concerning(by: Actor) -> QuerySet[Organisation]:
    """Closed practices that somebody's commissioning organisation looks after, by its closing date, the latest first:
    its own, members of networks that it led, and those that it offered something."""
    here = by.organisation if isinstance(by, Acting) else None
    if here is None or here.kind != Kind.COMMISSIONER or not by.roles():
        return Organisation.objects.none()
    took_part = Participation.objects.filter(provider=OuterRef("pk"))
    listed = ListSize.objects.known().filter(organisation=OuterRef("pk"), size__gt=0)
    decided = Succession.objects.known().filter(predecessor=OuterRef("pk"))
    closed = Organisation.objects.practices().filter(close_date__isnull=False)
    whose = closed_under(by) | Q(Exists(took_part.filter(commissioner=by.organisation_id)))
    something = Q(Exists(took_part)) | Q(Exists(listed)) | Q(Exists(decided))
    return closed.filter(whose, something).order_by(F("close_date").desc(), "name", "code")


def closures_of(practices: Collection[Organisation]) -> list[Closure]:
    """What follows each of these that closed, in their order; a constant number of queries."""
    ids = [each.pk for each in practices]
    successions, proposals = successions_of(ids), open_closure_proposals(ids)
    memberships, lists, items = memberships_after(ids), last_lists_of(ids), open_items_of(ids)
    going_on: dict[int, list[Participation]] = {}
    for row in going_on_of(ids):
        going_on.setdefault(row.provider_id, []).append(row)
    return [
        Closure(
            practice=each,
            succession=successions.get(each.pk),
            proposal=proposals.get(each.pk),
            going_on=going_on.get(each.pk, ()),
            memberships=memberships.get(each.pk, ()),
            last_list=lists.get(each.pk),
            items=items.get(each.pk, ()),
        )
        for each in practices
    ]


def going_on_of(practice_ids: Collection[int]) -> QuerySet[Participation]:
    """Participations that hold after their practice's last day, and offers that begin after it."""
    rows = Participation.objects.filter(provider__in=practice_ids, state__in=OPEN).with_terms()
    after = Q(state__in=COVERING, end_date__gt=F("provider__close_date")) | Q(start_date__gt=F("provider__close_date"))
    rows = rows.filter(after).select_related("service", "provider", "network", "commissioner")
    return rows.order_by("provider__name", "service__name", "pk")


def services_held(practice_ids: Collection[int], day: date) -> set[str]:
    """The short names of the services paid to PCNs that one of these takes part in on a day."""
    held = Participation.objects.covering(day).filter(provider__in=practice_ids, network__isnull=False)
    return {row.service.short_name for row in held.select_related("service")}


def closed_with(closure: Closure, by: Acting) -> list[Organisation]:
    """Others that closed on the same day and are not settled: they may have merged into one practice."""
    same = concerning(by).filter(close_date=closure.last_day).exclude(pk=closure.practice.pk)
    decided = Succession.objects.known().values("predecessor")
    waiting = ClosureProposal.objects.filter(state=ClosureState.PROPOSED).values("practices")
    return list(same.filter(closed_under(by)).exclude(pk__in=decided).exclude(pk__in=waiting))


@knows_open_items
def open_items(practice_ids: Collection[int]) -> dict[int, list[OpenItem]]:
    """What of participation is open for closed practices: what goes on after the last day, offers nobody answered."""
    rows = list(going_on_of(practice_ids))
    known = {row.pk for row in rows}
    waiting = Participation.objects.filter(provider__in=practice_ids, state__in=(State.OFFERED, State.ACCEPTED))
    rows += [row for row in waiting.with_terms().select_related("service") if row.pk not in known]
    found: dict[int, list[OpenItem]] = {}
    for row in rows:
        found.setdefault(row.provider_id, []).append(OpenItem(_said(row), offer_href(row)))
    return found


def _said(row: Participation) -> str:
    words = {
        State.OFFERED: "is offered, and awaits an answer",
        State.ACCEPTED: "is accepted, and awaits approval",
    }
    goes_on = f"goes on until {long_date(row.end_date)}, after the last day"
    return f"{row.service.short_name} {words.get(State(row.state), goes_on)}"


def offer_href(row: Participation) -> str:
    return reverse("participation:offer", args=[row.pk])


def closure_href(practice: Organisation) -> str:
    """Where is said what follows the closure of a practice."""
    return reverse("participation:closure", args=[practice.code])


def needs_of_closures(by: Acting) -> list[Need]:
    """Closures that nobody has settled, the latest first; and what another person proposed. One query."""
    if by.organisation is None or by.organisation.kind != Kind.COMMISSIONER or not by.holds(*SETTLES_CLOSURES):
        return []
    to_settle: list[Organisation] = []
    proposed: dict[int, list[Organisation]] = {}
    for practice in _that_need(by):
        if practice.proposal is None:
            to_settle.append(practice)
        else:
            proposed.setdefault(practice.proposal, []).append(practice)
    return [*_to_settle(to_settle), *_to_confirm(proposed)]


def _that_need(by: Acting) -> QuerySet[Organisation, Any]:
    """Practices that took part in something when they closed and that nobody has decided on; those that were decided
    on and are to be looked at `again`; and those, with their `proposal`, of which another person here has proposed
    what follows."""
    waiting = ClosureProposal.objects.filter(state=ClosureState.PROPOSED, practices=OuterRef("pk"))
    elsewhere = waiting.filter(commissioner=by.organisation_id).exclude(proposed_by=by.user_id)
    decided = Succession.objects.known().filter(predecessor=OuterRef("pk"))
    terms = Term.objects.known().filter(participation__provider=OuterRef("pk"), participation__state__in=COVERING)
    held = terms.filter(valid__endswith__gt=OuterRef("close_date"))
    open_still = closed_under(by) & Q(Exists(held)) & ~Q(Exists(decided)) & ~Q(Exists(waiting))
    rows = Organisation.objects.practices().filter(close_date__isnull=False)
    rows = rows.annotate(
        proposal=Subquery(elsewhere.values("pk")[:1]), again=Q(Exists(decided), _again(by)) & ~Q(Exists(waiting))
    )
    wanted = Q(proposal__isnull=False) | ((open_still | Q(again=True)) & Q(close_date__lte=clock.today()))
    return rows.filter(wanted).order_by("-close_date", "name", "code")


def _again(by: Acting) -> Q:
    """On practices, by their closing date: something that this organisation offered goes on after it all the same; or
    the files give a later one now, on which whoever decided has to decide again."""
    last = OuterRef("close_date")
    terms = Term.objects.known().filter(participation__provider=OuterRef("pk"))
    own = terms.filter(participation__commissioner=by.organisation_id)
    goes_on = own.filter(participation__state__in=COVERING, valid__endswith__gt=last + DAY)
    begins = own.filter(participation__state__in=OPEN, valid__startswith__gt=last)
    too_early = Succession.objects.known().filter(predecessor=OuterRef("pk"), valid__startswith__lte=last)
    return Q(Exists(goes_on)) | Q(Exists(begins)) | (closed_under(by) & Q(Exists(too_early)))


def _to_settle(closed: Sequence[Organisation]) -> list[Need]:
    needs = [Need(_sentence(each), None, closure_href(each)) for each in closed[:NAMED]]
    if len(closed) > NAMED:
        more = count(len(closed) - NAMED, "more practice", "more practices")
        needs.append(Need(f"{more} closed: what follows", None, reverse("participation:closures")))
    return needs


def _sentence(practice: Any) -> str:
    if practice.again:
        return f"{practice.name} closed on {long_date(practice.close_date)}, and something goes on: look at it again"
    return f"{practice.name} closed on {long_date(practice.close_date)}: what follows"


def _to_confirm(proposed: Mapping[int, Sequence[Organisation]]) -> list[Need]:
    return [
        Need(
            f"What follows the closure of {_named(practices)} awaits your confirmation",
            None,
            reverse("participation:closure_proposal", args=[proposal]),
        )
        for proposal, practices in sorted(proposed.items())[:NAMED]
    ]


def names_of(proposal: ClosureProposal) -> str:
    return _named(list(proposal.practices.all()))


def _named(practices: Sequence[Organisation]) -> str:
    """ "Portland Surgery", "Portland Surgery and 2 more practices"."""
    names = sorted(each.name for each in practices)
    more = len(names) - 1
    return names[0] + (f" and {count(more, 'more practice', 'more practices')}" if more else "")
