"""Lines settled as nil, by the two people who settle them."""

from __future__ import annotations

from datetime import date

from accounts.rules import Acting
from accounts.states import Role
from achievement import commands
from achievement.models import Achievement, NilSettlement
from achievement.queries.nil import NilLine
from core.transitions import Seen
from participation.models import Participation
from tests.factories.achievement import OCTOBER, World, seen

REASON = "The practice closed in August; ODS has been asked to end its membership."


def nil_line(world: World, at: int = 2, day: date = OCTOBER) -> NilLine:
    """Of one of the world's practices: Wight Health Centre, unless told otherwise."""
    return NilLine(world.service, world.network, day, world.practices[at])


def second_person(world: World) -> Acting:
    """Another approver of the lead."""
    if "second" not in world.people:
        world.people["second"] = world.acting(Role.APPROVAL_MANAGEMENT)
    return world.people["second"]


def proposed(world: World, at: int = 2, day: date = OCTOBER) -> NilSettlement:
    made = commands.propose_nil(nil_line(world, at, day), REASON, by=world.approver)
    return NilSettlement.objects.get(pk=made.settlement_id)


def settled(world: World, at: int = 2, day: date = OCTOBER) -> NilSettlement:
    row = proposed(world, at, day)
    return commands.confirm_nil(as_seen(row), by=second_person(world)).settlement


def as_seen(row: NilSettlement) -> Seen:
    return Seen(row.pk, row.version)


def two_approved(world: World, day: date = OCTOBER) -> Achievement:
    """Calculated; all but Wight Health Centre's line approved. Answers that line."""
    world.calculate(day)
    *others, waits = world.lines(day)
    commands.approve_achievements(seen(*others), by=world.approver)
    waits.refresh_from_db()
    return waits


def without_line(world: World, day: date = OCTOBER) -> None:
    """Wight Health Centre does not take part: it has no line, and its network waits for it all the same."""
    Participation.objects.filter(provider=world.practices[2]).update(state=8)
    world.calculate(day)
    commands.approve_achievements(seen(*world.lines(day)), by=world.approver)
