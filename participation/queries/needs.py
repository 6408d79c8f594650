"""What waits for somebody in participation: what Home shows."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from accounts.rules import Acting
from accounts.states import Role
from core.needs import Need
from participation.models import EndRequest, Participation
from participation.queries import misfits
from participation.queries.closures import needs_of_closures
from participation.queries.drafts import needs_of_drafts
from participation.states import RequestState, State
from ui.wording import count, long_date

NETWORKS_NAMED = 5


def needs_of(actor: Acting) -> list[Need]:
    """Offers to answer; answers to approve, what another person asked to have confirmed, joiners to be offered,
    practices that closed, and offers that were begun."""
    needs = []
    if actor.is_shown_tasks_of(Role.SERVICE_MANAGEMENT):
        needs += _offers(actor)
    if actor.holds(Role.COMMISSIONING_MANAGEMENT):
        needs += [
            *_answers(actor),
            *_requests(actor),
            *_joiners(actor),
            *needs_of_closures(actor),
            *needs_of_drafts(actor),
        ]
    return needs


def _offers(actor: Acting) -> list[Need]:
    offers = Participation.objects.in_state(State.OFFERED).filter(provider=actor.organisation_id)
    days = list(offers.order_by("respond_by").values_list("respond_by", flat=True))
    if not days:
        return []
    first = f", the first by {long_date(days[0])}" if days[0] and len(days) > 1 else ""
    by = f" by {long_date(days[0])}" if days[0] and len(days) == 1 else ""
    whose = "your" if actor.holds(Role.SERVICE_MANAGEMENT) else "an"
    said = count(len(days), f"offer awaits {whose} answer", f"offers await {whose} answer")
    return [Need(f"{said}{by}{first}", None, reverse("participation:my_services"))]


def _answers(actor: Acting) -> list[Need]:
    accepted = Participation.objects.in_state(State.ACCEPTED).filter(commissioner=actor.organisation_id)
    services = accepted.order_by().values_list("service__code", flat=True)
    how_many, codes = len(services), set(services)
    if not how_many:
        return []
    said = count(how_many, "accepted offer awaits your approval", "accepted offers await your approval")
    if len(codes) > 1:
        return [Need(said, None, reverse("participation:offered_services"))]
    page = reverse("participation:offered_service", args=[codes.pop()])
    return [Need(said, None, f"{page}?status={State.ACCEPTED.value}")]


def _requests(actor: Acting) -> list[Need]:
    asked = EndRequest.objects.filter(commissioner=actor.organisation_id, state=RequestState.ASKED)
    how_many = asked.exclude(asked_by=actor.user_id).count()
    if not how_many:
        return []
    one, many = (
        "end date or cancellation awaits your confirmation",
        "end dates or cancellations await your confirmation",
    )
    return [Need(count(how_many, one, many), None, reverse("participation:end_requests"))]


def _joiners(actor: Acting) -> list[Need]:
    """Network by network, most practices first: who joined and was not offered, and offers that hang on another."""
    networks = [Misfits(*row) for row in misfits.rows_of(_MISFITS, actor)]
    needs = [_misfits(each) for each in networks[:NETWORKS_NAMED]]
    rest = len(networks) - NETWORKS_NAMED
    if rest > 0:
        said = f"Joiners or movers of {count(rest, 'more PCN', 'more PCNs')}"
        needs.append(Need(said, None, reverse("participation:joiners")))
    return needs


class Misfits(NamedTuple):
    """One network: how many practices joined and were not offered, how many have offers that hang, and one's name."""

    code: str
    name: str
    joined: int
    hanging: int
    practice: str


def _misfits(found: Misfits) -> Need:
    who = found.practice if found.joined + found.hanging == 1 else count(found.joined or found.hanging, "practice")
    if found.joined:
        were = "was" if found.joined == 1 else "were"
        said = f"{who} joined {found.name} and {were} not offered all it holds"
    else:
        said = f"{who} left or joined {found.name} and {'has' if found.hanging == 1 else 'have'} offers that hang"
    return Need(said, None, f"{reverse('participation:joiners')}?{urlencode({'network': found.code})}")


_MISFITS = f"""
    SELECT n.code, n.name, count(DISTINCT (practice_id, joined)) FILTER (WHERE missing),
           count(DISTINCT (practice_id, joined)) FILTER (WHERE NOT missing), min(p.name)
    FROM (SELECT network_id, practice_id, joined, true AS missing FROM ({misfits.missing_sql(misfits.CONCERNING)}) m
          UNION
          SELECT coalesce(newer_id, network_id), provider_id, joined, false
          FROM ({misfits.hanging_sql(misfits.CONCERNING)}) h) x
    JOIN organisations_organisation n ON n.id = x.network_id
    JOIN organisations_organisation p ON p.id = x.practice_id
    GROUP BY n.id ORDER BY count(*) DESC, n.name, n.code"""
