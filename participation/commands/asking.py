"""A provider asks to be offered a service."""

from __future__ import annotations

from accounts.queries import holders_in
from accounts.rules import Acting
from accounts.states import Role
from core.actors import Actor
from core.commands import command, instant
from core.errors import Conflict, Invalid, NotPermitted
from operations.notifications import send
from operations.tasks_for_people import ask
from organisations.models import Organisation
from participation import notifications
from participation.queries.available import Available, ask_key, available_service, stands, whom_to_ask
from participation.rules import WHO_ASKS, may_ask


@command
def ask_for_service(code: str, *, by: Actor) -> Organisation:
    """Ask for a service: whoever would offer it has a task on Home, and an e-mail, until it is offered.

    Answers whom it was asked of. Raises NotPermitted, Conflict where an offer stands or it is asked for already,
    Invalid where nobody would offer it, NotVisible.
    """
    if not isinstance(by, Acting) or by.organisation is None or not may_ask(by):
        raise NotPermitted(WHO_ASKS)
    wanted = available_service(by, code)
    commissioner = whom_to_ask(by, wanted.service)
    if commissioner is None:
        raise Invalid(f"{wanted.service.name} is not offered to {by.organisation.name} by itself.")
    _ask(wanted, by.organisation, commissioner, by)
    return commissioner


def _ask(wanted: Available, here: Organisation, commissioner: Organisation, by: Actor) -> None:
    if stands(wanted.own):
        raise Conflict("An offer of it stands already: see My Services.")
    key, role = ask_key(wanted.service.pk, here.pk), Role.COMMISSIONING_MANAGEMENT
    notice = notifications.service_asked_for(wanted.service, here)
    if not ask(key, commissioner.pk, role, notice.sentence, notice.href, again=True):
        raise Conflict("It is asked for already.")
    for user in holders_in(role, [commissioner.pk])[commissioner.pk]:
        told = notifications.service_asked_for(wanted.service, here, user)
        send(told, event=f"{key} {instant().isoformat()}", to=user.email)
