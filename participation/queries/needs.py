"""What waits for somebody in participation: what Home shows."""

from __future__ import annotations

from django.urls import reverse

from accounts.rules import Acting
from accounts.states import Role
from core.needs import Need
from participation.models import EndRequest, Participation
from participation.states import RequestState, State
from ui.wording import count, long_date


def needs_of(actor: Acting) -> list[Need]:
    """Offers to answer, answers to approve, and what another person asked to have confirmed."""
    needs = []
    if actor.holds(Role.SERVICE_MANAGEMENT):
        needs += _offers(actor)
    if actor.holds(Role.COMMISSIONING_MANAGEMENT):
        needs += [*_answers(actor), *_requests(actor)]
    return needs


def _offers(actor: Acting) -> list[Need]:
    offers = Participation.objects.in_state(State.OFFERED).filter(provider=actor.organisation_id)
    days = list(offers.order_by("respond_by").values_list("respond_by", flat=True))
    if not days:
        return []
    first = f", the first by {long_date(days[0])}" if days[0] and len(days) > 1 else ""
    by = f" by {long_date(days[0])}" if days[0] and len(days) == 1 else ""
    said = count(len(days), "offer awaits your answer", "offers await your answer")
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
