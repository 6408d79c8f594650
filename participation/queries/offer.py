"""One offer and the participation it became: its terms on two clocks, every move, and what can be done now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from accounts.queries import who_can_each
from accounts.states import Role
from core import clock
from core.actors import Actor
from core.dates import last_day
from core.errors import NotVisible
from core.permissions import why_not_any
from core.transitions import Transition
from participation.models import Participation, ParticipationChange, Term
from participation.queries.offered import shown
from participation.rules import visible_to
from participation.states import ACCEPT, APPROVE, CANCEL, CORRECT_END, NOT_APPROVE, REJECT, REOPEN, SAVE_END_DATE, State

UNSEEN = "You may not be able to see this offer, or it does not exist."


@dataclass(frozen=True)
class Act:
    """Something that the status of an offer allows: nothing said is nothing refused."""

    name: str
    button: str
    why_not: str
    who_can: str


ACTS: Sequence[tuple[str, Role, str, tuple[Transition, ...]]] = (
    ("accept", Role.SERVICE_MANAGEMENT, "Accept", (ACCEPT,)),
    ("reject", Role.SERVICE_MANAGEMENT, "Reject", (REJECT,)),
    ("approve", Role.COMMISSIONING_MANAGEMENT, "Approve", (APPROVE,)),
    ("not_approve", Role.COMMISSIONING_MANAGEMENT, "Do not approve", (NOT_APPROVE,)),
    ("save_end_date", Role.COMMISSIONING_MANAGEMENT, "Save End Date", (SAVE_END_DATE, CORRECT_END, REOPEN)),
    ("cancel_service", Role.COMMISSIONING_MANAGEMENT, "Cancel Service", (CANCEL,)),
)
"""What can be done by hand, in the order it comes."""


def offer_seen_by(by: Actor, participation_id: int) -> Participation:
    """One participation, as a list shows it, with the offer it replaces. Raises NotVisible."""
    rows = shown(Participation.objects.filter(visible_to(by), pk=participation_id))
    rows = rows.select_related("service", "provider", "network", "commissioner")
    found: Participation | None = rows.annotate(re_offers_made=_re_offers()).first()
    if found is None:
        raise NotVisible(UNSEEN)
    return found


def history_of(row: Participation, known_at: date | None = None) -> list[ParticipationChange]:
    """Every move, newest first; up to the end of a day, where one is given."""
    moves = row.history.select_related("by", "organisation")
    if known_at:
        moves = moves.filter(at__lte=clock.end_of(known_at))
    return list(moves.order_by("-pk"))


def terms_of(row: Participation, known_at: date | None = None) -> list[Term]:
    """Every belief about its days, newest first; those held by the end of a day, where one is given."""
    terms = Term.objects.filter(participation=row).select_related("by")
    if known_at:
        terms = terms.filter(recorded__startswith__lte=clock.end_of(known_at))
    return list(terms.order_by("-recorded__startswith", "-pk"))


def state_then(history: Sequence[ParticipationChange]) -> State | None:
    """The state its newest move led to; None where nothing had happened yet."""
    return State(history[0].to_state) if history else None


def term_then(terms: Sequence[Term], known_at: date | None) -> Term | None:
    """The belief that held at the end of a day; the present one without a day."""
    moment = clock.end_of(known_at) if known_at else None
    return next((term for term in terms if _held_at(term, moment)), None)


def _held_at(term: Term, moment: datetime | None) -> bool:
    until = term.recorded.upper
    return until is None if moment is None else until is None or until > moment


def re_offers_of(row: Participation) -> list[int]:
    """The ids of the offers that replaced one as `offer_seen_by` answers it, oldest first."""
    return list(row.re_offers_made)  # type: ignore[attr-defined]


def _re_offers() -> ArraySubquery:
    return ArraySubquery(Participation.objects.filter(replaces=OuterRef("pk")).order_by("pk").values("pk"))


def what_can_be_done(row: Participation, by: Actor) -> list[Act]:
    """The acts that its status allows, each with why this person may not, and who can."""
    return list(_acts(row, by))


@dataclass(frozen=True)
class Move:
    """One move, in plain values."""

    at: datetime
    transition: str
    status: str
    by: str
    organisation: str | None
    note: str


@dataclass(frozen=True)
class Belief:
    """What was believed of its days, and when."""

    start_date: date
    end_date: date | None
    recorded_from: datetime
    recorded_until: datetime | None
    by: str
    reason: str


def with_all(row: Participation, by: Actor) -> Participation:
    """With `moves`, `beliefs`, `replaced_by` and `can`: what an answer about one participation says."""
    whole: Any = row
    whole.moves = [_move(change) for change in history_of(row)]
    whole.beliefs = [_belief(term) for term in terms_of(row)]
    whole.replaced_by = re_offers_of(row)
    whole.can = what_can_be_done(row, by)
    return row


def _move(change: ParticipationChange) -> Move:
    by = change.by.name if change.by else ""
    organisation = change.organisation.name if change.organisation else None
    return Move(change.at, change.transition, State(change.to_state).label, by, organisation, change.note)


def _belief(term: Term) -> Belief:
    recorded, by = term.recorded, term.by.name if term.by else ""
    return Belief(term.valid.lower, last_day(term.valid), recorded.lower, recorded.upper, by, term.reason)


def _acts(row: Participation, by: Actor) -> Iterator[Act]:
    """Who can is asked of the roles and organisations of what is refused, all at once."""
    moves = [
        (name, role, button, move)
        for name, role, button, transitions in ACTS
        for move in [next((each for each in transitions if row.state in each.sources), None)]
        if move
    ]
    refused = why_not_any(row, by, [move.rule for *_act, move in moves])
    places = {role: row.provider if role == Role.SERVICE_MANAGEMENT else row.commissioner for _, role, *_ in moves}
    asked = {(role, places[role]) for _name, role, _button, move in moves if refused[move.permission]}
    can = who_can_each(asked) if asked else {}
    for name, role, button, move in moves:
        said = " ".join(refused[move.permission])
        yield Act(name, button, said, " ".join(can[role, places[role].pk]) if said else "")
