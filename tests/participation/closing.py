"""Utsire Partnership PCN: Portland Surgery closed on 31 October 2021; Viking Medical Practice may follow it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.rules import Acting
from accounts.states import Role
from core.transitions import Seen
from organisations.commands import Decision
from organisations.models import ClosureProposal, Membership, Organisation, Succession
from participation.commands import confirm_closure, propose_closures
from tests.factories.accounts import acting_as
from tests.factories.achievement import World, utsire

CLOSED, DAY_AFTER = date(2021, 10, 31), date(2021, 11, 1)


@dataclass
class Closing:
    """The network and its people; `portland` closed, `viking` follows, `wight` stays."""

    world: World
    one: Acting
    other: Acting

    @property
    def portland(self) -> Organisation:
        return self.world.practices[0]

    @property
    def viking(self) -> Organisation:
        return self.world.practices[1]

    @property
    def wight(self) -> Organisation:
        return self.world.practices[2]

    def decision(self, **changes: Any) -> Decision:
        """Viking Medical Practice follows with the list, from the day after."""
        said: dict[str, Any] = {
            "practices": (self.portland.code,),
            "successor": self.viking.code,
            "from_date": None,
            "takes_list": True,
            "takes_debts": False,
            "reason": "They merged.",
            "replaces": believed(self.portland),
        }
        return Decision(**said | changes)

    def nobody(self, **changes: Any) -> Decision:
        return self.decision(successor="", takes_list=False, reason="The partners retired.", **changes)


def closing(*, ods_knows: bool = True) -> Closing:
    """`ods_knows`: its membership ended with it."""
    world = utsire()
    people = [acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=world.commissioner) for _ in range(2)]
    made = Closing(world, *people)
    close(made.portland, ods_knows=ods_knows)
    return made


def close(practice: Organisation, day: date = CLOSED, *, ods_knows: bool = True) -> None:
    """The files say that it closed."""
    practice.close_date = day
    practice.save()
    if ods_knows:
        for row in Membership.objects.known().filter(practice=practice):
            Membership.objects.filter(pk=row.pk).update(valid=(row.start_date, date.fromordinal(day.toordinal() + 1)))


def believed(*practices: Organisation) -> frozenset[int]:
    return frozenset(Succession.objects.known().filter(predecessor__in=practices).values_list("pk", flat=True))


def proposed(made: Closing, **changes: Any) -> Seen:
    """A decision that a second person confirms."""
    proposal = ClosureProposal.objects.get(pk=propose_closures(made.decision(**changes), by=made.one).proposal_id)
    return Seen(proposal.pk, proposal.version)


def confirmed(made: Closing, **changes: Any) -> Succession:
    """The same, confirmed by another."""
    confirm_closure(proposed(made, **changes), by=made.other)
    return Succession.objects.known().get(predecessor=made.portland)
