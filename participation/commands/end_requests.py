"""What takes back an approval needs two people: one asks for it, another confirms or declines it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from core.actors import Actor
from core.commands import command, instant
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from core.locking import lock_ids
from core.previews import Ahead, look_ahead
from core.transitions import Moved, Seen
from operations.commands import after_commit
from organisations.models import Organisation
from participation.commands.ending import Ended, Ending, carry_out
from participation.models import EndRequest, EndRequestChange, EndRequestRow, Participation
from participation.queries import network_ids_of
from participation.rules import end_requests_visible_to
from participation.states import ASK, CONFIRM, DECLINE, TAKE_BACK, RequestState

TELL_OF_REQUEST = "participation.tell_of_end_request"


@dataclass(frozen=True)
class AskedFor:
    """A request that a second person confirms or declines, and what it would do as things stand."""

    request_id: int
    ahead: Ahead[Ended]

    @property
    def ended(self) -> Ended:
        return self.ahead.answer


@command
def ask_to_end(seen: Collection[Seen], ending: Ending, *, by: Actor) -> AskedFor:
    """Ask another person to confirm an end date or a cancellation, of rows as they were seen; nothing ends yet.

    Only the rows that would end are asked for; those that another request is about are left as they are. Raises as
    `save_end_date` does, and Conflict where none would.
    """
    if by.user_id is None:
        raise NotPermitted("The portal does not ask a second person.")
    _lock([row.id for row in seen])
    ahead = look_ahead(lambda: carry_out(seen, ending, by=by))
    ended = ahead.answer
    if not ended.ids:
        raise Conflict("Nothing would change, so there is nothing to confirm.", *_reasons(ended))
    service_id, commissioner_id = _one_service(ended.ids)
    request = EndRequest.objects.create(
        service_id=service_id,
        commissioner_id=commissioner_id,
        end_date=ending.end_date,
        reason=ending.reason.strip(),
        foreseen=_foreseen(ahead),
        asked_by_id=by.user_id,
        asked_at=instant(),
        state=ASK.target,
    )
    versions = {row.id: row.version for row in seen}
    EndRequestRow.objects.bulk_create(
        EndRequestRow(request=request, participation_id=id, version=versions[id]) for id in ended.ids
    )
    EndRequestChange.objects.create(
        row=request, at=instant(), by_id=by.user_id, organisation_id=by.organisation_id, transition=ASK.name,
        to_state=request.state, version=request.version, note=request.reason,
    )  # fmt: skip
    _tell(request.pk)
    return AskedFor(request.pk, ahead)


@command
def preview_request(request_id: int, *, by: Actor) -> Ahead[Ended]:
    """What a request would change now, if this person confirmed it; nothing is kept. Raises NotVisible."""
    request = _visible(request_id, by)
    return look_ahead(lambda: _confirm(request, Seen(request.pk, request.version), by))


@command
def confirm_end(request: Seen, *, by: Actor) -> Ended:
    """The second person confirms it: the participations end, or are cancelled.

    Raises NotPermitted with every refusal, Conflict where it was decided meanwhile or nothing can end any more,
    NotVisible.
    """
    found = _visible(request.id, by)
    ended = _confirm(found, request, by)
    if not ended.ids:
        raise Conflict("None of these can be ended any more. Decline the request.", *_reasons(ended))
    _tell(found.pk)
    return ended


@command
def decline_end(request: Seen, reason: str, *, by: Actor) -> None:
    """The second person declines, and says why: nothing ends. Raises as `confirm_end` does."""
    if not reason.strip():
        raise Invalid("Enter reason: whoever asked reads it.")
    found = _visible(request.id, by)
    _decide(DECLINE.apply(_only(found), by=by, note=reason.strip(), seen=[request], values=_decided(by)), by)
    _tell(found.pk)


@command
def take_back_end(request: Seen, *, by: Actor) -> None:
    """Whoever asked wants it no more. Raises as `confirm_end` does."""
    found = _visible(request.id, by)
    _decide(TAKE_BACK.apply(_only(found), by=by, seen=[request]), by)


def _foreseen(ahead: Ahead[Ended]) -> list[str]:
    """What would change, and what is expected of the days to come."""
    return [*ahead.answer.sentences, *(effect.sentence for effect in ahead.expected)]


def _one_service(ids: Collection[int]) -> tuple[int, int]:
    """Service and commissioner of these; whoever may end them acts for one commissioner."""
    found = set(Participation.objects.filter(pk__in=ids).values_list("service_id", "commissioner_id"))
    if len(found) > 1:
        raise Invalid("Seen: ask for one quality service at a time.")
    return found.pop()


def _lock(participation_ids: Collection[int]) -> None:
    """Held until the end, so that of two requests for one offer the second sees the first."""
    lock_ids(Organisation, network_ids_of(participation_ids))
    lock_ids(Participation, participation_ids)


def _confirm(request: EndRequest, as_seen: Seen, by: Actor) -> Ended:
    """It is decided first: what nobody is asked about any more may be ended."""
    lock_ids(Organisation, network_ids_of(list(request.rows.values_list("participation", flat=True))))
    _decide(CONFIRM.apply(_only(request), by=by, seen=[as_seen], values=_decided(by)), by)
    seen = [Seen(*row) for row in request.rows.order_by("participation").values_list("participation", "version")]
    note = f" Asked for by {request.asked_by.name}."
    return carry_out(seen, Ending(request.end_date, request.reason), by=by, note=note)


def _visible(request_id: int, by: Actor) -> EndRequest:
    seen = EndRequest.objects.filter(end_requests_visible_to(by), pk=request_id).select_related("asked_by")
    found = seen.first()
    if found is None:
        raise NotVisible("You may not be able to see this request, or it does not exist.")
    return found


def _only(request: EndRequest):  # type: ignore[no-untyped-def]
    return EndRequest.objects.filter(pk=request.pk)


def _decided(by: Actor) -> dict[str, int | None]:
    return {"decided_by": by.user_id}


def _decide(moved: Moved, by: Actor) -> None:
    """Raises what refused the one row there is."""
    for refused in moved.refused:
        row = EndRequest.objects.get(pk=refused.id)
        kind = NotPermitted if row.state == RequestState.ASKED and moved.transition.rule.why_not(row, by) else Conflict
        raise kind(*refused.reasons)


def _reasons(ended: Ended) -> Sequence[str]:
    return list(dict.fromkeys(reason for row in ended.refused for reason in row.reasons))


def _tell(request_id: int) -> None:
    after_commit(TELL_OF_REQUEST, {"request": request_id})
