"""Lines settled as nil: those somebody may see, those of a network, and what can be done with one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from accounts.queries import who_can, who_proposed
from accounts.states import Role
from achievement.models import (
    Achievement,
    NetworkAchievement,
    NilSettlement,
    NilSettlementChange,
    NilSettlementQuerySet,
)
from achievement.queries.details import UNSEEN, network_date_seen_by
from achievement.queries.readiness import MemberLine, member_lines
from achievement.rules import beside_visible_to
from achievement.states import (
    CONFIRM_NIL,
    DECLINE_NIL,
    LIFT_NIL,
    NIL_SETTLEMENT,
    WITHDRAW_NIL,
    NilState,
)
from catalogue.models import QualityService
from core.actors import Actor
from core.errors import NotVisible
from core.paging import Slice, page_of
from core.transitions import Transition
from organisations.models import Organisation

ORDER = ("-proposed_at", "-id")
BY_A_SECOND_PERSON = (CONFIRM_NIL, DECLINE_NIL)
BY_HAND = (CONFIRM_NIL, DECLINE_NIL, WITHDRAW_NIL, LIFT_NIL)


@dataclass(frozen=True)
class NilLine:
    """What is settled: the line of one practice in one network, for one service and achievement date."""

    service: QualityService
    network: Organisation
    achievement_date: date
    practice: Organisation

    @property
    def key(self) -> tuple[int, date, int]:
        return self.service.pk, self.achievement_date, self.network.pk

    def members(self) -> list[MemberLine]:
        return member_lines(self.service.pk, self.achievement_date, self.network.pk)

    def own(self) -> MemberLine | None:
        """How the practice stands in its network; None where it has no part in it on the date."""
        return next((each for each in self.members() if each.practice_id == self.practice.pk), None)

    def total(self) -> NetworkAchievement | None:
        rows = NetworkAchievement.objects.payable().filter(service=self.service, network=self.network)
        return rows.filter(achievement_date=self.achievement_date).first()


def line_named(by: Actor, code: str, service_code: str, day: date, practice_code: str) -> NilLine:
    """A line by its names, of a network that somebody may see. Raises NotVisible."""
    found = network_date_seen_by(by, code, service_code, day)
    practice = Organisation.objects.practices().filter(code=practice_code.upper()).first()
    line = NilLine(found.service, found.network, day, practice) if practice else None
    if line is None or (line.own() is None and not standing_of(line)):
        raise NotVisible(UNSEEN)
    return line


def line_of(settlement: NilSettlement) -> NilLine:
    return NilLine(settlement.service, settlement.network, settlement.achievement_date, settlement.provider)


def standing_of(line: NilLine) -> NilSettlement | None:
    """The settlement of a line that is proposed or stands."""
    rows = NilSettlement.objects.standing().of_key(*line.key).filter(provider=line.practice)
    return rows.select_related("proposed_by").first()


def settlements_for(by: Actor) -> NilSettlementQuerySet:
    """The settlements that somebody may see, with all that they name."""
    related = ("service", "network", "provider", "commissioner", "proposed_by", "confirmed_by")
    return NilSettlement.objects.filter(beside_visible_to(by)).select_related(*related)


def settlement_seen_by(by: Actor, settlement_id: int) -> NilSettlement:
    """Raises NotVisible."""
    found = settlements_for(by).filter(pk=settlement_id).first()
    if found is None:
        raise NotVisible(UNSEEN)
    return found


@dataclass(frozen=True)
class NilFilters:
    """What the list is limited to: a status, and an Org ID's beginning or part of a name."""

    state: NilState | None = None
    text: str = ""


def matching(by: Actor, filters: NilFilters) -> QuerySet[NilSettlement]:
    rows = settlements_for(by)
    if filters.state is not None:
        rows = rows.filter(state=filters.state)
    if filters.text:
        called = [Q(**{f"{whose}__name__icontains": filters.text}) for whose in ("provider", "network")]
        coded = [Q(**{f"{whose}__code__istartswith": filters.text}) for whose in ("provider", "network")]
        rows = rows.filter(called[0] | called[1] | coded[0] | coded[1])
    return rows


def page_of_settlements(by: Actor, filters: NilFilters, *, after: str, size: int) -> Slice:
    """Newest first."""
    return page_of(matching(by, filters), ORDER, after=after, size=size)


def history_of(*settlements: NilSettlement) -> QuerySet[NilSettlementChange]:
    moves = NilSettlementChange.objects.filter(row__in=settlements)
    return moves.select_related("by", "organisation", "row__provider").order_by("-pk")


def of_network(by: Actor, service_id: int, day: date, network_id: int) -> list[NilSettlement]:
    """The settlements of a network for a service and date that somebody may see, whatever became of them."""
    return list(settlements_for(by).of_key(service_id, day, network_id).order_by("provider__name", "pk"))


def of_line(by: Actor, line: Achievement) -> list[NilSettlement]:
    """The same, of one line; newest first."""
    if line.network_id is None:
        return []
    rows = settlements_for(by).of_key(line.service_id, line.achievement_date, line.network_id)
    return list(rows.filter(provider=line.provider_id).order_by("-pk"))


def standing_of_network(network: Organisation) -> list[NilSettlement]:
    """Proposed or settled, of one network, those that totals were completed without too; earliest first."""
    rows = NilSettlement.objects.standing().filter(network=network)
    related = ("service", "provider", "proposed_by", "confirmed_by")
    return list(rows.select_related(*related).order_by("achievement_date", "provider__name", "pk"))


def to_confirm(by: Actor) -> list[NilSettlement]:
    """What awaits a second person, in the organisation acted for, and was proposed by somebody else."""
    rows = NilSettlement.objects.pending().filter(commissioner=by.organisation_id).exclude(proposed_by=by.user_id)
    return list(rows.select_related("service", "network", "provider").order_by("proposed_at", "pk"))


def refusals(settlement: NilSettlement, by: Actor) -> dict[Transition, list[str]]:
    """Move by hand -> why not, of those that its status allows."""
    return {
        move: move.rule.why_not(settlement, by)
        for move in NIL_SETTLEMENT.values()
        if move in BY_HAND and settlement.state in move.sources
    }


def who_can_move(settlement: NilSettlement, move: Transition) -> tuple[str, ...]:
    """Who could make a move instead of somebody who is refused: a second person, whoever proposed it, or any."""
    if move is WITHDRAW_NIL:
        return who_proposed(settlement.proposed_by)
    but = settlement.proposed_by_id if move in BY_A_SECOND_PERSON else None
    return who_can(Role.APPROVAL_MANAGEMENT, settlement.commissioner, but=but)
