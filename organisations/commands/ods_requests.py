"""ODS is asked to put right what nobody else can; its answer is noted, and the request is closed."""

from __future__ import annotations

from django.db.models import QuerySet

from core.actors import Actor
from core.commands import command, instant
from core.errors import Invalid
from core.texts import REQUEST_LENGTH
from core.transitions import Moved, Seen
from organisations.models import OdsRequest, OdsRequestChange, Organisation
from organisations.queries import visible_network, visible_to
from organisations.rules import ASK_ODS
from organisations.states import ASK_ODS as ASKED
from organisations.states import CLOSE_REQUEST, NOTE_ANSWER
from ui.wording import too_long


@command
def ask_ods(network_code: str, text: str, *, by: Actor, practice_code: str = "") -> int:
    """ODS was asked something about a network, or one of its practices; answers the request's id.

    Raises NotVisible for a network that is not seen, NotPermitted without the role, Invalid without a text.
    """
    if by.user_id is None:
        raise Invalid("A person asks ODS: the portal does not ask by itself.")
    network = visible_network(by, network_code)
    ASK_ODS.require(network, by)
    practice = visible_to(by).practices().filter(code=practice_code.upper()).first() if practice_code else None
    made = OdsRequest.objects.create(
        network=network, practice=practice, text=_said(text, "Request"), asked_at=instant(), asked_by_id=by.user_id,
        state=ASKED.target,
    )  # fmt: skip
    OdsRequestChange.objects.create(
        row=made, at=instant(), by_id=by.user_id, organisation_id=by.organisation_id, transition=ASKED.name,
        to_state=made.state, version=made.version,
    )  # fmt: skip
    return made.pk


@command
def note_answer(seen: Seen, answer: str, *, by: Actor) -> Moved:
    """What ODS answered to a request, as it was seen; a later answer takes the place of an earlier one."""
    said = _said(answer, "Answer")
    rows = OdsRequest.objects.filter(network__in=_seen_by(by), pk=seen.id)
    return NOTE_ANSWER.apply(rows, by=by, note=said, seen=[seen], values={"answer": said, "answered_at": instant()})


@command
def close_request(seen: Seen, *, by: Actor) -> Moved:
    """Nothing more is awaited of a request, as it was seen."""
    rows = OdsRequest.objects.filter(network__in=_seen_by(by), pk=seen.id)
    return CLOSE_REQUEST.apply(rows, by=by, seen=[seen])


def _seen_by(by: Actor) -> QuerySet[Organisation]:
    return Organisation.objects.filter(pk__in=visible_to(by).values("pk"))


def _said(text: str, field: str) -> str:
    said = text.strip()
    if not said:
        raise Invalid(f"{field}: enter what it says.")
    if len(said) > REQUEST_LENGTH:
        raise Invalid(too_long(field, REQUEST_LENGTH, len(said)))
    return said
