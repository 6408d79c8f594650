"""What one finding is about: a cause, the lines where it holds, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from achievement.queries.causes import BlockedLine, Cause, Known, Offer
from achievement.states import State
from calculation.periods import financial_year
from catalogue.formats import Capitation, Definition
from catalogue.models import QualityService
from core.dates import DAY
from organisations.models import ListKind, Organisation
from participation.states import COVERING
from participation.states import State as Offered
from submission.queries.sheets import fields_given
from ui.wording import listed, long_date


@dataclass(frozen=True)
class Subject:
    """One cause in the lines where it holds. `practice` is the one concerned; None where it is the whole network."""

    cause: Cause
    practices: tuple[Organisation, ...]
    services: tuple[QualityService, ...]
    lines: tuple[BlockedLine, ...]
    known: Known

    @property
    def practice(self) -> Organisation | None:
        return self.practices[0] if self.practices else None

    @property
    def name(self) -> str:
        """`Forties Surgery (V84552)`; the network's where no practice is concerned."""
        whose = self.practice or self.known.network
        return f"{whose.name} ({whose.code})"

    @property
    def service(self) -> QualityService:
        return self.services[0]

    @property
    def service_names(self) -> str:
        return listed([each.short_name for each in self.services])

    @property
    def first_line(self) -> BlockedLine:
        return min(self.lines, key=lambda line: line.key)

    @property
    def first_date(self) -> date:
        return min(line.key.achievement_date for line in self.lines)

    def offers(self) -> list[Offer]:
        """The offers of these services to these practices."""
        return [
            offer
            for service in self.services
            for practice in self.practices
            for offer in self.known.offers.get((service.pk, practice.pk), ())
        ]

    @cached_property
    def offers_here(self) -> list[Offer]:
        return [offer for offer in self.offers() if offer.network == self.known.network]

    @cached_property
    def ended(self) -> list[Offer]:
        """Those that ended before a date that waits."""
        last = max(line.key.achievement_date for line in self.lines)
        return [offer for offer in self.offers_here if offer.state in COVERING and offer.end_date < last]

    @cached_property
    def later(self) -> list[Offer]:
        return [offer for offer in self.offers_here if offer.start_date > self.first_date]

    @cached_property
    def elsewhere(self) -> list[Offer]:
        days = {line.key.achievement_date for line in self.lines}
        return [
            offer
            for offer in self.offers()
            if offer.network != self.known.network and offer.state in COVERING
            and any(offer.start_date <= day <= offer.end_date for day in days)
        ]  # fmt: skip

    @cached_property
    def not_taken_up(self) -> list[Offer]:
        days = {line.key.achievement_date for line in self.lines}
        return [
            offer
            for offer in self.offers_here
            if offer.state not in COVERING and any(offer.start_date <= day <= offer.end_date for day in days)
        ]

    @property
    def is_unanswered(self) -> bool:
        return bool(self.not_taken_up) and self.not_taken_up[-1].state == Offered.OFFERED

    @property
    def definition(self) -> Definition | None:
        return self.known.definitions.get(self.service.pk)

    @property
    def lacks_list(self) -> bool:
        """Whether it is the list that lacks, and not a rate or a released version."""
        method = self.definition.calculation if self.definition else None
        if not isinstance(method, Capitation):
            return False
        return method.rate_on(self.first_date) is not None and method.population.date_for(self.first_date) is not None

    @property
    def list_words(self) -> str:
        """`registered list as at 1 January 2021`, of the year of the first date."""
        method = self.definition.calculation if self.definition else None
        if not isinstance(method, Capitation):
            return "list"
        return f"{method.population.name} as at {long_date(method.population.date_for(self.first_date))}"

    @property
    def list_asked(self) -> dict[str, str]:
        """Which list is looked for on the first date: its kind, and the day as at which it is."""
        method = self.definition.calculation if self.definition else None
        if not isinstance(method, Capitation):
            return {}
        as_at = method.population.date_for(self.first_date)
        kind = str(ListKind[method.population.kind].value)
        return {"kind": kind, "as_at": as_at.isoformat()} if as_at else {"kind": kind}

    @property
    def financial_year(self) -> str:
        return financial_year(self.first_date)

    @property
    def indicators(self) -> list[str]:
        """The names of the indicators whose figures are awaited."""
        if self.definition is None or self.practice is None:
            return []
        names = [
            indicator.name if indicator else group.name
            for group in self.definition.indicator_groups
            for _path, indicator, _field in fields_given(group, self.practice)
        ]
        return list(dict.fromkeys(names))

    @property
    def acting_organisation(self) -> Organisation | None:
        """Where the role is needed that a standing line waits for."""
        return self.practice if self.first_line.state == State.AWAITING_PROVIDER else self.known.lead

    @property
    def day_after_joining(self) -> date:
        """From when the practice is a member."""
        member = self.known.members.get(self.practice.pk) if self.practice else None
        return member.since if member else self.first_date

    @property
    def last_end(self) -> date:
        """The day the last of the offers that ended ended."""
        return max((offer.end_date for offer in self.ended), default=self.first_date - DAY)
