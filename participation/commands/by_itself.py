"""What the portal does by itself: participations end with memberships and on their day; offers expire."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.urls import reverse

from accounts.queries import holders_of
from accounts.states import Role
from core import clock
from core.actors import SYSTEM, Actor
from core.changes import Effect
from core.commands import command
from core.dates import DAY, inclusive
from core.locking import lock_ids
from operations.notifications import send
from operations.tasks_for_people import settle_keys
from organisations.models import Lead, Organisation
from participation import notifications
from participation.commands.reminders import task_key
from participation.commands.terms import change_end_dates
from participation.models import Participation, Term
from participation.queries import FOLLOWS_MEMBERSHIP, ends_that_follow
from participation.queries.joiners import Joining, joiners_href, joinings, sentence_of
from participation.states import END, EXPIRE, State
from ui.wording import count, first_of

NAMED = 3
TOLD_SINGLY = 20
"""Joiners that effects tell one by one; more are told by their number."""


@dataclass(frozen=True)
class DayClosed:
    """What had come to its day: participations ended, offers expired."""

    ended: int
    expired: int


@command
def follow_memberships(pairs: Collection[tuple[int, int]], *, by: Actor) -> list[Effect]:
    """End participations with the memberships they began in, of these (practice id, network id); or move such an end.

    The portal acts, whoever corrected the membership (domain 4). A later end of the membership takes the
    participation no further than was last asked for by hand.
    """
    lock_ids(Organisation, [network for _practice, network in pairs])
    end_dates = {end.participation_id: end.until - DAY for end in ends_that_follow(pairs)}
    if not end_dates:
        return []
    saved = change_end_dates(end_dates, reason=FOLLOWS_MEMBERSHIP, by=SYSTEM)
    return [_effect(saved.ids), *saved.effects]


@command
def propose_offers(pairs: Collection[tuple[int, int]], *, by: Actor) -> list[Effect]:
    """Practices of these (practice id, network id) that joined a network and were never offered what it holds are
    proposed to whoever leads it: on Home as long as it is so, and once by e-mail. Nothing is offered by itself."""
    networks, practices = {network for _, network in pairs}, {practice for practice, _ in pairs}
    found = [each for each in joinings(networks, practices) if each.missing and each.network.pk in networks]
    if found:
        _tell_leads(found, by)
    effects = [
        Effect("offers proposed", sentence_of(each), len(each.missing), href=joiners_href(each)) for each in found
    ]
    if len(found) <= TOLD_SINGLY:
        return effects
    rest = len(found) - TOLD_SINGLY
    more = Effect("offers proposed", f"{rest:,} more practices joined and were not offered.", rest, href=joiners_href())
    return [*effects[:TOLD_SINGLY], more]


def _tell_leads(found: Sequence[Joining], by: Actor) -> None:
    leads = Lead.objects.as_of(clock.today()).filter(network__in={each.network.pk for each in found})
    led: dict[Organisation, list[Joining]] = {}
    by_network = {lead.network_id: lead.commissioner for lead in leads.select_related("commissioner")}
    for each in found:
        if each.network.pk in by_network:
            led.setdefault(by_network[each.network.pk], []).append(each)
    for commissioner, of_lead in led.items():
        told = "|".join(":".join(each.key) for each in of_lead)
        event = f"joiners {commissioner.code} {sha256(told.encode()).hexdigest()[:32]}"
        for user in holders_of(Role.COMMISSIONING_MANAGEMENT, commissioner):
            if user.pk != by.user_id:
                send(notifications.practices_joined(of_lead, user), event=event, to=user.email)


@command
def close_the_day(*, by: Actor) -> DayClosed:
    """End what has passed its end date, and let offers expire that nobody answered in time. For the overnight run."""
    before_today = inclusive(None, clock.today() - DAY)
    past = Term.objects.known().filter(valid__contained_by=before_today).values("participation")
    approved = Participation.objects.in_state(State.APPROVED).filter(pk__in=past)
    ended = END.apply(approved, by=by, note="Its end date has passed.")
    unanswered = Participation.objects.in_state(State.OFFERED).filter(respond_by__lt=clock.today())
    expired = EXPIRE.apply(unanswered, by=by, note="Nobody answered it by the day to respond by.")
    settle_keys({task_key(id) for id in expired.ids})
    return DayClosed(len(ended), len(expired))


def _effect(ids: Sequence[int]) -> Effect:
    ends = "ends" if len(ids) == 1 else "end"
    sentence = f"{count(len(ids), 'participation')} now {ends} with the membership."
    href = reverse("participation:offer", args=[ids[0]]) if len(ids) == 1 else ""
    names = Participation.objects.filter(pk__in=ids).order_by("provider__name").values_list("provider__name", flat=True)
    known = list(names.distinct())
    return Effect(
        "participations follow memberships", sentence, len(ids), keys=tuple(ids), href=href,
        whose=first_of(known[:NAMED], len(known)),
    )  # fmt: skip
