"""Requests to end participations, which a second person confirms or declines."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from core.actors import Actor
from core.errors import NotVisible
from core.paging import Slice, page_of
from participation.models import EndRequest, EndRequestChange, EndRequestRow, Participation
from participation.rules import CONFIRM_END, end_requests_visible_to
from participation.states import COVERING, TAKE_BACK, RequestState

ORDER = ("state", "-asked_at", "-id")
"""Those that await somebody first; then the newest."""


@dataclass(frozen=True)
class Can:
    """What somebody may do with a request: nothing said is nothing refused."""

    confirm: bool
    take_back: bool
    why_not: str


def requests_for(by: Actor) -> QuerySet[EndRequest]:
    """The requests that somebody may see, with how many practices each is about."""
    seen = EndRequest.objects.filter(end_requests_visible_to(by))
    return seen.select_related("service", "commissioner", "asked_by", "decided_by").annotate(practices=Count("rows"))


def page_of_requests(by: Actor, *, after: str, size: int) -> Slice:
    return page_of(requests_for(by), ORDER, after=after, size=size)


def count_of_requests(by: Actor) -> int:
    return EndRequest.objects.filter(end_requests_visible_to(by)).count()


def count_of_open(by: Actor, service_id: int | None = None) -> int:
    """How many await somebody's confirmation, of one service or of all."""
    asked = EndRequest.objects.filter(end_requests_visible_to(by), state=RequestState.ASKED)
    return (asked.filter(service=service_id) if service_id else asked).count()


def request_seen_by(by: Actor, request_id: int) -> EndRequest:
    """One request. Raises NotVisible."""
    found = requests_for(by).filter(pk=request_id).first()
    if found is None:
        raise NotVisible("You may not be able to see this request, or it does not exist.")
    return found


def what_can_be_done(request: EndRequest, by: Actor) -> Can:
    if request.state != RequestState.ASKED:
        return Can(confirm=False, take_back=False, why_not="")
    refused = CONFIRM_END.why_not(request, by)
    return Can(confirm=not refused, take_back=TAKE_BACK.rule.has(request, by), why_not=" ".join(refused))


def history_of(request: EndRequest) -> list[EndRequestChange]:
    return list(request.history.select_related("by", "organisation").order_by("-pk"))


def open_requests_of(participation: Participation, by: Actor) -> list[EndRequest]:
    """Requests about one participation that await somebody, of those that the reader sees. What nobody has approved
    is ended without a second person."""
    seen = by.is_system or participation.commissioner_id == by.organisation_id
    if not seen or participation.state not in COVERING:
        return []
    asked = EndRequest.objects.filter(state=RequestState.ASKED, rows__participation=participation)
    return list(asked.select_related("asked_by").order_by("pk"))


def open_requests_about(participation_ids: Collection[int], by: Actor) -> list[EndRequest]:
    """Requests about any of these that await somebody, of those that the reader sees."""
    asked = EndRequest.objects.filter(end_requests_visible_to(by), state=RequestState.ASKED)
    about = asked.filter(pk__in=EndRequestRow.objects.filter(participation__in=participation_ids).values("request"))
    return list(about.select_related("asked_by").order_by("pk"))


def participation_ids_of(request: EndRequest) -> list[int]:
    return list(request.rows.order_by("participation").values_list("participation", flat=True))
