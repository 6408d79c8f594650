"""What may be settled as nil: a line that its network waits for, of a date that has come."""

from __future__ import annotations

from achievement.models import NilSettlement
from achievement.queries.nil import NilLine, standing_of
from achievement.queries.readiness import MemberLine
from achievement.states import NilState, State
from core import clock
from core.errors import Conflict, Invalid, NotPermitted
from core.locking import lock_ids
from organisations.models import Organisation
from ui.wording import long_date, moment, month


def must_be_a_person(by: object) -> int:
    """Two people stand behind a settlement, so the portal itself, which nothing else refuses, is refused here."""
    person: int | None = getattr(by, "user_id", None)
    if person is None:
        raise NotPermitted("A line is settled as nil by two people, and not by the portal itself.")
    return person


def lock_line(line: NilLine) -> None:
    """Its network, as by all that moves lines; then what is settled of it."""
    lock_ids(Organisation, [line.network.pk])
    lock_ids(NilSettlement, NilSettlement.objects.of_key(*line.key).values_list("pk", flat=True))


def must_be_alone(line: NilLine) -> None:
    """Raises Conflict where one is proposed, or stands."""
    other = standing_of(line)
    if other is None:
        return
    name, when = line.practice.name, month(line.achievement_date)
    if other.state == NilState.PROPOSED:
        who = f"{other.proposed_by.name} on {moment(other.proposed_at)}"
        raise Conflict(f"To settle {name}'s line as nil for {when} was proposed by {who}: confirm or decline that.")
    raise Conflict(f"{name}'s line is settled as nil for {when} already.")


def must_hold_its_network_up(line: NilLine) -> MemberLine:
    """The member that the network waits for. Raises Invalid for a date to come, and Conflict where it waits no more.

    With finance approval a total never changes: what is due after it is put right by adjustment.
    """
    when, network, name = month(line.achievement_date), line.network.name, line.practice.name
    if line.achievement_date > clock.today():
        raise Invalid(f"Date of Achievement: {long_date(line.achievement_date)} has not come yet.")
    _must_be_without_total(line)
    own = line.own()
    if own is None or not (own.expected or own.state is not None):
        raise Conflict(f"{network} does not wait for {name} on {long_date(line.achievement_date)}.")
    if own.is_paid_elsewhere:
        raise Conflict(
            f"{name} was paid for {when} through another PCN, so {network} does not wait for it: what is due here is "
            "to be adjusted."
        )
    if own.state == State.AWAITING_NETWORK:
        raise Conflict(
            f"{name}'s line for {when} is approved, so {network} does not wait for it. If it is not to be paid, undo "
            "its approval first."
        )
    return own


def _must_be_without_total(line: NilLine) -> None:
    total, when, network = line.total(), month(line.achievement_date), line.network.name
    if total is None:
        return
    if total.state == State.AGGREGATED_COMPLETE:
        raise Conflict(
            f"{network}'s total for {when} has finance approval: no line of it is settled any more. What changes is "
            "put right by adjustment."
        )
    raise Conflict(f"{network} is {State(total.state).label} for {when}: it waits for nothing.")
