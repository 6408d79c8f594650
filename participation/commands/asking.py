"""A provider asks to be offered a service; it is offered, or the commissioning organisation says no, and why."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.queries import holders_in
from accounts.rules import Acting
from accounts.states import Role
from core.actors import SYSTEM, Actor
from core.commands import command, instant
from core.errors import Conflict, Invalid, NotPermitted
from core.locking import lock_ids
from core.texts import REASON_LENGTH
from core.transitions import Seen
from operations.notifications import send
from operations.tasks_for_people import ask, settle_keys
from organisations.models import Kind, Organisation
from participation import notifications
from participation.models import Participation, ServiceRequest, ServiceRequestChange
from participation.queries.available import Available, ask_key, available_service, stands, whom_to_ask
from participation.queries.service_requests import request_seen_by
from participation.rules import WHO_ASKS, may_ask
from participation.states import ASK_FOR_SERVICE, DECLINE_REQUEST, MEET_REQUEST, AskState

ASKING = {Kind.PRACTICE: Role.SERVICE_MANAGEMENT, Kind.NETWORK: Role.PCN_MANAGEMENT}
"""Who asks for a provider, and is told of the answer."""


@command
def ask_for_service(code: str, *, by: Actor) -> ServiceRequest:
    """Ask for a service: whoever would offer it has a task on Home, and an e-mail, until it is offered or declined.

    Raises NotPermitted, Conflict where an offer stands or it is asked for already, Invalid where nobody would offer it,
    NotVisible.
    """
    if not isinstance(by, Acting) or by.organisation is None or not may_ask(by):
        raise NotPermitted(WHO_ASKS)
    wanted = available_service(by, code)
    commissioner = whom_to_ask(by, wanted.service)
    if commissioner is None:
        raise Invalid(f"{wanted.service.name} is not offered to {by.organisation.name} by itself.")
    lock_ids(Organisation, [by.organisation.pk])
    return _ask(wanted, by.organisation, commissioner, by)


@command
def decline_request(seen: Seen, reason: str, *, by: Actor) -> ServiceRequest:
    """The commissioning organisation does not offer what was asked for, and says why; the provider is told.

    It may be asked for again, and may be offered all the same. Raises Invalid without a reason, NotVisible,
    NotPermitted, and Conflict where it is no longer as it was seen.
    """
    said = reason.strip()
    if not said or len(said) > REASON_LENGTH:
        raise Invalid(f"Enter reason: the provider reads why, in {REASON_LENGTH} characters or fewer.")
    found = request_seen_by(by, seen.id)
    rows = ServiceRequest.objects.filter(pk=found.pk)
    moved = DECLINE_REQUEST.apply(
        rows, by=by, note=said, seen=[seen], values={"reason": said, "decided_by": by.user_id}
    )
    for refused in moved.refused:
        found.refresh_from_db()
        barred = found.state == AskState.ASKED and DECLINE_REQUEST.rule.why_not(found, by)
        raise (NotPermitted if barred else Conflict)(*refused.reasons)
    settle_keys({ask_key(found.service_id, found.provider_id)})
    found.refresh_from_db()
    _tell_of_answer(found)
    return found


def meet_requests(made: Iterable[Participation], service_id: int) -> None:
    """What was asked for has been offered: to the provider, or to its network."""
    asked = ServiceRequest.objects.filter(service=service_id, state=AskState.ASKED)
    waiting = dict(asked.values_list("provider_id", "pk"))
    met = {of for row in made for of in (row.provider_id, row.network_id) if of in waiting} if waiting else set()
    if met:
        MEET_REQUEST.apply(ServiceRequest.objects.filter(pk__in=[waiting[of] for of in met]), by=SYSTEM)
        settle_keys({ask_key(service_id, of) for of in met})


def _ask(wanted: Available, here: Organisation, commissioner: Organisation, by: Acting) -> ServiceRequest:
    if stands(wanted.own):
        raise Conflict("An offer of it stands already: see My Services.")
    if ServiceRequest.objects.filter(service=wanted.service, provider=here, state=AskState.ASKED).exists():
        raise Conflict("It is asked for already.")
    made = ServiceRequest.objects.create(
        service=wanted.service, provider=here, commissioner=commissioner, asked_by_id=by.user_id, asked_at=instant(),
        state=ASK_FOR_SERVICE.target,
    )  # fmt: skip
    ServiceRequestChange.objects.create(
        row=made, at=instant(), by_id=by.user_id, organisation_id=by.organisation_id, transition=ASK_FOR_SERVICE.name,
        to_state=made.state, version=made.version,
    )  # fmt: skip
    key, role = ask_key(wanted.service.pk, here.pk), Role.COMMISSIONING_MANAGEMENT
    notice = notifications.service_asked_for(made)
    ask(key, commissioner.pk, role, notice.sentence, notice.href, again=True)
    for user in holders_in(role, [commissioner.pk])[commissioner.pk]:
        send(notifications.service_asked_for(made, user), event=f"{key} {instant().isoformat()}", to=user.email)
    return made


def _tell_of_answer(request: ServiceRequest) -> None:
    role = ASKING[Kind(request.provider.kind)]
    for user in holders_in(role, [request.provider_id])[request.provider_id]:
        told = notifications.service_request_declined(request, user)
        send(told, event=f"service request {request.pk} declined", to=user.email)
