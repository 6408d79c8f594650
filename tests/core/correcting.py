"""Commands that correct who is payee of two networks, on PostgreSQL and in a plain dictionary beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from core import clock
from core.actors import SYSTEM, Actor
from core.commands import command, instant
from core.locking import lock_ids
from core.timelines import Span, cut, with_value
from core.two_clocks import Belief, Recorded, believe
from organisations.models import Organisation, Payee
from tests.factories.organisations import (
    NetworkFactory,
    PracticeFactory,
)

FIRST = date(2021, 1, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(8)]
NOON = datetime(2021, 12, 1, 12, tzinfo=UTC)

Believed = dict[date, str]


@dataclass(frozen=True)
class Correction:
    """One call of believe: about network 0 or 1, one of three ways to change its timeline."""

    network: int
    how: str
    spans: tuple[Span[str], ...]

    def applied_to(self, timeline: list[Span[str]]) -> list[Span[str]]:
        if self.how == "rewrite":
            return list(self.spans)
        change = with_value if self.how == "with_value" else lambda now, span: cut(now, span.start, span.until)
        for span in self.spans:
            timeline = change(timeline, span)
        return timeline


@dataclass(frozen=True)
class Given:
    """One command: the moment its clock shows, and its corrections."""

    moment: datetime
    corrections: tuple[Correction, ...]


class World:
    """Two networks with nominated payees in the tables, and the same in plain Python."""

    def __init__(self) -> None:
        self.networks = [NetworkFactory(code=f"Z9000{n}") for n in range(2)]
        self.payees = {name: PracticeFactory(code=f"V9000{name.upper()}") for name in "ab"}
        self.names = {practice.pk: name for name, practice in self.payees.items()}
        self.timelines: list[list[Span[str]]] = [[], []]
        self.answers: list[dict[datetime, Believed]] = [{}, {}]

    def run(self, given: Given) -> datetime:
        """Answers the command's instant; what it left of the networks it changed is kept in `answers`."""
        before = [list(timeline) for timeline in self.timelines]
        with clock.held_at(given.moment):
            done_at = self.correct(given.corrections, by=SYSTEM)
        for network in (0, 1):
            if self.timelines[network] != before[network]:
                self.answers[network][done_at] = self.expected(network)
        return done_at

    @command
    def correct(self, corrections: tuple[Correction, ...], *, by: Actor) -> datetime:
        lock_ids(Organisation, [network.pk for network in self.networks])
        for correction in corrections:
            timeline = correction.applied_to(self.timelines[correction.network])
            self.timelines[correction.network] = timeline
            self.believe(correction.network, timeline)
        return instant()

    def believe(self, network: int, timeline: list[Span[str]]) -> Recorded:
        key = {"network": self.networks[network]}
        return believe(
            Payee, [Belief(key, span.valid, {"payee": self.payees[span.value]}) for span in timeline], about=[key]
        )

    def expected(self, network: int) -> Believed:
        return {day: span.value for day in DAYS for span in self.timelines[network] if span.holds_on(day)}

    def found(self, network: int, known_at: datetime | None = None) -> Believed:
        rows = list(Payee.objects.known(known_at).filter(network=self.networks[network]))
        held = [(day, self.names[row.payee_id]) for day in DAYS for row in rows if day in row.valid]
        assert len(held) == len(dict(held)), "two beliefs about one day at one instant"
        return dict(held)

    def moments(self, network: int) -> list[datetime]:
        """Every instant at which the beliefs about a network can differ from those a microsecond before."""
        rows = Payee.objects.filter(network=self.networks[network]).values_list("recorded", flat=True)
        return sorted({bound for recorded in rows for bound in (recorded.lower, recorded.upper) if bound})
