"""What people are told about offers and participations: a sentence, a page, and the text of an e-mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from accounts.models import User
from operations.kinds import MailKind
from operations.notifications import Notice
from organisations.models import ClosureProposal, Kind, Organisation
from organisations.states import ClosureState
from participation.models import EndRequest, Participation, ServiceRequest
from participation.queries.closures import names_of
from participation.queries.joiners import Joining, joiners_href, sentence_of
from participation.states import RequestState, State
from ui.wording import count, long_date

NAMED_AT_MOST = 10


@dataclass(frozen=True)
class Told:
    """What one act did to participations that concern one organisation: `done` as in "accepted", by whom, and why."""

    done: str
    by: str
    reason: str
    rows: Sequence[Participation]


def participations_moved(told: Told, organisation: Organisation, user: User) -> Notice:
    """What happened to participations of this organisation's, and what comes next."""
    rows = told.rows
    sentence = _sentence(told)
    lines = [_line(row) for row in rows[:NAMED_AT_MOST]] if len(rows) > 1 else []
    said = {
        "user": user,
        "told": told,
        "lines": lines,
        "more": max(0, len(rows) - NAMED_AT_MOST),
        "next": _next(told, organisation),
    }
    return Notice(sentence, _page(told, organisation), "emails/participations_moved.txt", said, MailKind.PARTICIPATION)


def to_answer(row: Participation) -> str:
    """The task of an offer that is to be answered soon."""
    return f"Answer {row.service.name} by {long_date(row.respond_by)}, or the offer expires"


def answer_href() -> str:
    return reverse("participation:my_services")


def offers_to_answer(rows: Sequence[Participation], user: User) -> Notice:
    """Offers that expire unless they are answered in the next days, earliest first."""
    first = long_date(rows[0].respond_by)
    sentence = to_answer(rows[0])
    if len(rows) > 1:
        sentence = f"{count(len(rows), 'offer')} await your answer, the first by {first}"
    lines = [f"{row.service.name}, offered by {row.commissioner.name}: by {long_date(row.respond_by)}" for row in rows]
    said = {"user": user, "lines": lines[:NAMED_AT_MOST], "more": max(0, len(rows) - NAMED_AT_MOST)}
    return Notice(sentence, answer_href(), "emails/offers_to_answer.txt", said, MailKind.PARTICIPATION)


def end_request_moved(request: EndRequest, how_many: int, user: User) -> Notice:
    """Somebody asked for a second person, or a second person has decided."""
    what = "Cancel Service" if request.cancels else f"Save End Date, {long_date(request.end_date)}"
    about = f"{what}: {request.service.short_name}, {count(how_many, 'practice')}"
    sentences = {
        RequestState.ASKED: f"{about}, awaits your confirmation",
        RequestState.CONFIRMED: f"{about}, was confirmed",
        RequestState.DECLINED: f"{about}, was declined",
    }
    last = request.history.order_by("-pk").select_related("by").first()
    said = {"user": user, "request": request, "last": last, "is_asked": request.state == RequestState.ASKED}
    return Notice(
        sentences[RequestState(request.state)],
        reverse("participation:end_request", args=[request.pk]),
        "emails/end_request_moved.txt",
        said,
        MailKind.PARTICIPATION,
    )


def closure_moved(proposal: ClosureProposal, user: User) -> Notice:
    """Somebody proposed what follows a closure, or a second person has decided."""
    about = f"What follows the closure of {names_of(proposal)}"
    sentences = {
        ClosureState.PROPOSED: f"{about}, awaits your confirmation",
        ClosureState.CONFIRMED: f"{about}, was confirmed",
        ClosureState.DECLINED: f"{about}, was declined",
        ClosureState.TAKEN_BACK: f"{about}, was taken back",
    }
    last = proposal.history.order_by("-pk").select_related("by").first()
    said = {"user": user, "proposal": proposal, "last": last, "is_proposed": proposal.state == ClosureState.PROPOSED}
    return Notice(
        sentences[ClosureState(proposal.state)],
        reverse("participation:closure_proposal", args=[proposal.pk]),
        "emails/closure_moved.txt",
        said,
        MailKind.PARTICIPATION,
    )


def service_asked_for(request: ServiceRequest, user: User | None = None) -> Notice:
    """A provider asks to be offered a service."""
    here = request.provider
    return Notice(
        f"{here.name} ({here.code}) asks to be offered {request.service.short_name}",
        reverse("participation:service_request", args=[request.pk]),
        "emails/service_asked_for.txt",
        {"user": user},
        MailKind.PARTICIPATION,
    )


def service_request_declined(request: ServiceRequest, user: User) -> Notice:
    """A provider is not offered what it asked for."""
    return Notice(
        f"{request.commissioner.name} does not offer you {request.service.short_name}, which was asked for",
        reverse("participation:service_request", args=[request.pk]),
        "emails/service_request_declined.txt",
        {"user": user, "request": request},
        MailKind.PARTICIPATION,
    )


def _sentence(told: Told) -> str:
    first, how_many = told.rows[0], len(told.rows)
    service = first.service.short_name
    if len({row.service_id for row in told.rows}) > 1:
        service = "Quality services"
    if how_many == 1:
        return f"{service}, {first.provider.name}: {told.done}{_until(told)}"
    return f"{service}: {told.done} for {count(how_many, 'practice')}{_until(told)}"


def _until(told: Told) -> str:
    """What a few words can say of the days: until when to answer, or the new end."""
    first = told.rows[0]
    if first.state == State.OFFERED and first.respond_by:
        return f", to be answered by {long_date(first.respond_by)}"
    same = len({row.end_date for row in told.rows}) == 1
    return f" {long_date(first.end_date)}" if told.done.endswith("end date") and same else ""


def _line(row: Participation) -> str:
    return f"{row.provider.name} ({row.provider.code}), {long_date(row.start_date)} to {long_date(row.end_date)}"


def _next(told: Told, organisation: Organisation) -> str:
    state, here = told.rows[0].state, organisation.kind
    if here == Kind.COMMISSIONER:
        return "It awaits your approval." if state == State.ACCEPTED else ""
    said = {
        State.OFFERED: "Accept or reject it in My Services. An offer that nobody answers in time expires.",
        State.ACCEPTED: "The commissioning organisation approves it next.",
        State.APPROVED: "There is nothing for you to do.",
    }
    return said.get(State(state), "")


def _page(told: Told, organisation: Organisation) -> str:
    first = told.rows[0]
    if len(told.rows) == 1:
        return reverse("participation:offer", args=[first.pk])
    if organisation.kind != Kind.COMMISSIONER:
        return reverse("participation:my_services")
    return f"{reverse('participation:offered_service', args=[first.service.code])}?status={int(first.state)}"


def practices_joined(joinings: Sequence[Joining], user: User) -> Notice:
    """Practices joined networks that the reader's organisation leads, and were not offered what these hold."""
    first, how_many = joinings[0], len(joinings)
    said = f"{count(how_many, 'practice')} joined PCNs that you lead and were not offered their services"
    sentence = sentence_of(first).removesuffix(".") if how_many == 1 else said
    lines = [sentence_of(each) for each in joinings[:NAMED_AT_MOST]]
    more = max(0, how_many - NAMED_AT_MOST)
    return Notice(
        sentence,
        joiners_href(first) if how_many == 1 else joiners_href(),
        "emails/practices_joined.txt",
        {"user": user, "lines": lines, "more": more},
    )
