"""How each of the twenty causes comes about, planted straight into the tables; and which cannot be on one line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

from accounts.models import Grant
from accounts.states import Role
from achievement.queries.causes import Cause
from achievement.states import State
from core import clock
from core.dates import inclusive
from operations.models import OutboxMessage
from organisations.models import ListSize, Organisation
from participation.models import Participation, Term
from participation.states import State as Offered
from submission.states import State as Given
from tests.achievement.causes.world import ANOTHER_DAY, DAY, INFORMATION, LAST, OFFERED, PAYMENT, Place
from tests.factories.organisations import NetworkFactory, OdsLoadFactory
from tests.factories.participation import ParticipationFactory

BEFORE, AFTER = DAY - timedelta(days=10), DAY + timedelta(days=2)
LACKING, FIGURES, STANDING, ANY = "lacking", "figures", "standing", "any"


@dataclass(frozen=True)
class Planter:
    """`kind`: of a practice whose line lacks, of one whose figures do, of a line that stands, or of any."""

    kind: str
    plant: Callable[[Place], None]


def offers_end(place: Place) -> None:
    for practice in place.world.practices:
        _end(place.world.offers[place.service.pk, practice.pk])


def member_ends(place: Place) -> None:
    _end(place.participation)


def never_offered(place: Place) -> None:
    """Nobody has taken the offer away: it belongs to another service, as if it had never been made here."""
    _take_away(place)


def starts_late(place: Place) -> None:
    _new_offer(place, Offered.APPROVED, start=AFTER)


def hangs_elsewhere(place: Place) -> None:
    if _stands(place):
        _take_away(place)
    former = NetworkFactory.create()
    ParticipationFactory.create(
        service=place.service, provider=place.practice, network=former, commissioner=place.world.commissioner,
        start_date=OFFERED,
    )  # fmt: skip


def not_taken_up(place: Place) -> None:
    _new_offer(place, Offered.REJECTED, start=OFFERED)


def awaiting_data(place: Place) -> None:
    """Nothing was begun."""


def not_submitted(place: Place) -> None:
    place.save(INFORMATION)


def information_missing(place: Place) -> None:
    place.save(PAYMENT)


def no_payment_date(place: Place) -> None:
    place.give_figures(Given.SUBMITTED, ANOTHER_DAY)


def entry_closed(place: Place) -> None:
    """The world's second service with figures shuts its window after five days."""
    assert place.service == place.world.figures[1]


def no_figure(place: Place) -> None:
    ListSize.objects.filter(organisation=place.practice).delete()


def recalculation(place: Place) -> None:
    keys = {"networks": [place.world.network.pk], "services": None}
    OutboxMessage.objects.create(task="achievement.calculate_achievements", keys=keys)


def declaration(place: Place) -> None:
    place.give_line(State.AWAITING_PROVIDER)


def commissioner(place: Place) -> None:
    place.give_line(State.AWAITING_COMMISSIONER)


def held(place: Place) -> None:
    place.give_line(State.HELD)


def nobody(place: Place) -> None:
    """Above the limit of the only approver; where another cause has made the line, nobody holds the role it needs."""
    line = place.found()
    if line is None or line.state is None:
        place.give_line(State.AWAITING_COMMISSIONER, amount="5000.00")
        return
    role = Role.DECLARATION_MANAGEMENT if line.state == State.AWAITING_PROVIDER else Role.APPROVAL_MANAGEMENT
    where = place.practice if role == Role.DECLARATION_MANAGEMENT else place.world.commissioner
    Grant.objects.filter(role=role, organisation=where).update(ended_at=clock.now())


def ods(place: Place) -> None:
    row = ["refused", 12, "Partner Organisation Code", place.practice.code, "was already on line 3"]
    OdsLoadFactory.create(layout="networks", refused_rows=1, rows=[row])


def closed(place: Place) -> None:
    Organisation.objects.filter(pk=place.practice.pk).update(close_date=BEFORE)


def unknown(place: Place) -> None:
    place.give_line(State.AWAITING_FINANCE)


def _end(participation: Participation) -> None:
    Term.objects.filter(participation=participation).update(valid=inclusive(OFFERED, BEFORE))


def _take_away(place: Place) -> None:
    """Another offer of this place may stand; the first one is gone as if it had never been."""
    term = Term.objects.filter(participation=place.participation)
    term.update(valid=inclusive(OFFERED - timedelta(days=900), OFFERED - timedelta(days=890)))
    Participation.objects.filter(pk=place.participation.pk).update(state=Offered.REJECTED)


def _stands(place: Place) -> bool:
    """Whether the first offer covers the date, so that it has to go."""
    return Participation.objects.filter(pk=place.participation.pk).covering(DAY).exists()


def _new_offer(place: Place, state: Offered, *, start: object) -> None:
    """In place of the first, unless that was ended: then beside it."""
    if _stands(place):
        _take_away(place)
    ParticipationFactory.create(
        service=place.service, provider=place.practice, network=place.world.network, state=state,
        commissioner=place.world.commissioner, start_date=start, end_date=LAST,
    )  # fmt: skip


PLANTERS = {
    Cause.OFFERS_END: Planter(LACKING, offers_end),
    Cause.MEMBER_ENDS: Planter(LACKING, member_ends),
    Cause.NEVER_OFFERED: Planter(LACKING, never_offered),
    Cause.STARTS_LATE: Planter(LACKING, starts_late),
    Cause.HANGS_ELSEWHERE: Planter(LACKING, hangs_elsewhere),
    Cause.NOT_TAKEN_UP: Planter(LACKING, not_taken_up),
    Cause.AWAITING_DATA: Planter(FIGURES, awaiting_data),
    Cause.NOT_SUBMITTED: Planter(FIGURES, not_submitted),
    Cause.INFORMATION_MISSING: Planter(FIGURES, information_missing),
    Cause.NO_PAYMENT_DATE: Planter(FIGURES, no_payment_date),
    Cause.ENTRY_CLOSED: Planter(FIGURES, entry_closed),
    Cause.NO_FIGURE: Planter(LACKING, no_figure),
    Cause.RECALCULATION: Planter(ANY, recalculation),
    Cause.DECLARATION: Planter(STANDING, declaration),
    Cause.COMMISSIONER: Planter(STANDING, commissioner),
    Cause.HELD: Planter(STANDING, held),
    Cause.NOBODY: Planter(STANDING, nobody),
    Cause.ODS: Planter(LACKING, ods),
    Cause.CLOSED: Planter(ANY, closed),
    Cause.UNKNOWN: Planter(STANDING, unknown),
}

C = Cause
NOT_ON_ONE_LINE = frozenset(
    frozenset(pair)
    for pair in (
        # All offers of the network end, or others go on; a later offer is one that goes on.
        (C.OFFERS_END, C.MEMBER_ENDS), (C.OFFERS_END, C.STARTS_LATE),
        # Whoever was never offered it has no offer, here or elsewhere, that could be wrong.
        *((C.NEVER_OFFERED, other)
          for other in (C.OFFERS_END, C.MEMBER_ENDS, C.STARTS_LATE, C.HANGS_ELSEWHERE, C.NOT_TAKEN_UP)),
        # Data are awaited of who takes part, has begun nothing, and still can.
        *((C.AWAITING_DATA, other)
          for other in (C.OFFERS_END, C.MEMBER_ENDS, C.NEVER_OFFERED, C.STARTS_LATE, C.HANGS_ELSEWHERE,
                        C.NOT_TAKEN_UP, C.NOT_SUBMITTED, C.INFORMATION_MISSING, C.NO_PAYMENT_DATE, C.ENTRY_CLOSED)),
        # After its last day a practice is due no line: neither an offer nor a list would bring one (ADR 0044).
        *((C.CLOSED, other)
          for other in (C.OFFERS_END, C.MEMBER_ENDS, C.NEVER_OFFERED, C.STARTS_LATE, C.HANGS_ELSEWHERE,
                        C.NOT_TAKEN_UP, C.NO_FIGURE)),
        # Only management information is missing, or something else too.
        (C.NOT_SUBMITTED, C.INFORMATION_MISSING),
        # A line is in one status; with nobody at the queue it is nobody's.
        *combinations((C.DECLARATION, C.COMMISSIONER, C.HELD, C.UNKNOWN), 2),
        (C.COMMISSIONER, C.NOBODY), (C.NOBODY, C.UNKNOWN),
    )
)  # fmt: skip
"""Pairs that exclude each other on one line, and why."""


def share_a_line(one: Cause, other: Cause) -> bool:
    """Whether both can be true of one line: a line that stands lacks nothing that comes before it."""
    kinds = {PLANTERS[one].kind, PLANTERS[other].kind}
    return frozenset((one, other)) not in NOT_ON_ONE_LINE and not (STANDING in kinds and kinds & {LACKING, FIGURES})
