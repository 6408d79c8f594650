"""One achievement, one network's total, and how each came about."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum

from achievement.models import Achievement, AchievementChange, NetworkAchievement, NetworkAchievementChange
from achievement.queries.figures import explained as by_item
from achievement.queries.lists import Summary
from achievement.queries.taken_over import lists_in, size_counted
from achievement.rules import visible_to
from achievement.states import State
from calculation.capitation import CapitationInputs, calculate
from calculation.explanation import Explanation, PopulationWords, TakenList, explain_capitation
from catalogue.formats import Capitation
from catalogue.models import Aggregates, QualityService
from catalogue.queries import definition_of_version, released_services
from core import clock
from core.actors import Actor
from core.errors import NotVisible
from organisations.models import Lead, Organisation
from organisations.queries import payee_of
from organisations.queries import visible_to as organisations_visible_to

UNSEEN = "You may not be able to see this, or it does not exist."


def achievement_seen_by(by: Actor, achievement_id: int) -> Achievement:
    """One line or practice-paid achievement. Raises NotVisible."""
    rows = Achievement.objects.filter(visible_to(by)).select_related(
        "service", "provider", "network", "commissioner", "service_version", "list_size", "network_achievement"
    )
    found = rows.filter(pk=achievement_id).first()
    if found is None:
        raise NotVisible(UNSEEN)
    return found


def history_of(achievement: Achievement) -> QuerySet[AchievementChange]:
    return AchievementChange.objects.filter(row=achievement).select_related("by", "organisation").order_by("-pk")


def network_history(totals: QuerySet[NetworkAchievement]) -> QuerySet[NetworkAchievementChange]:
    changes = NetworkAchievementChange.objects.filter(row__in=totals)
    return changes.select_related("by", "organisation").order_by("-pk")


def explanation_of(achievement: Achievement) -> Explanation:
    """The calculation run again on what it was worked out from. Raises NotVisible where there is nothing to explain."""
    explanation = _by_capitation(achievement) or by_item(achievement)
    if explanation is None:
        raise NotVisible("There is no explanation for this amount.")
    return explanation


def _by_capitation(achievement: Achievement) -> Explanation | None:
    method = definition_of_version(achievement.service_version).calculation
    rate = method.rate_on(achievement.achievement_date) if isinstance(method, Capitation) else None
    size = size_counted(achievement)
    if not isinstance(method, Capitation) or rate is None or size is None:
        return None
    counts, own, day = method.population.counts, achievement.list_size, achievement.achievement_date
    words = PopulationWords(
        method.population.name,
        own.start_date or day if own else day,
        counts.one,
        counts.many,
        tuple(TakenList(str(each.organisation), each.size, each.start_date or day) for each in lists_in(achievement)),
    )
    return explain_capitation(calculate(CapitationInputs(size, rate)), words)


@dataclass(frozen=True)
class NetworkDate:
    """A network for a service and an achievement date: its current total, if there is one, and its payee then."""

    service: QualityService
    network: Organisation
    achievement_date: date
    total: NetworkAchievement | None
    payee: Organisation | None
    versions: QuerySet[NetworkAchievement]


def network_date_seen_by(by: Actor, code: str, service_code: str, day: date) -> NetworkDate:
    """Raises NotVisible where the network may not be seen or the service has no such payment date."""
    network = organisations_visible_to(by).networks().filter(code=code.upper()).first()
    service = released_services().filter(code=service_code, paid_to="network").first()
    if network is None or service is None or not service.achievement_dates.filter(date=day).exists():
        raise NotVisible(UNSEEN)
    versions = NetworkAchievement.objects.filter(service=service, network=network, achievement_date=day).order_by("-pk")
    total = versions.exclude(state=State.WITHDRAWN).first()
    return NetworkDate(service, network, day, total, payee_of(network, day), versions)


def sees_network_pounds(by: Actor, network: Organisation, total: NetworkAchievement | None = None) -> bool:
    """Pounds of a whole network; those of a total too, where it is given."""
    return network.pk in pounds_seen_of(by, [network.pk], [total] if total else [])


def pounds_seen_of(by: Actor, network_ids: Collection[int], totals: Iterable[NetworkAchievement] = ()) -> set[int]:
    """Those of these networks whose pounds as a whole are shown: to the network itself, to who leads it now, and of
    one of these totals to who commissioned it.

    Members see each other's status, not each other's pounds. A former lead sees those of the totals that stayed with
    it, and of no other date.
    """
    if by.is_system:
        return set(network_ids)
    leads = Lead.objects.as_of(clock.today()).filter(network__in=network_ids, commissioner=by.organisation_id)
    commissioned = {total.network_id for total in totals if total.commissioner_id == by.organisation_id}
    itself = {each for each in network_ids if each == by.organisation_id}
    return {*leads.values_list("network", flat=True), *commissioned, *itself}


def leads(by: Actor, network: Organisation) -> bool:
    """Whether somebody acts for the commissioning organisation that leads a network today."""
    return Lead.objects.as_of(clock.today()).filter(network=network, commissioner=by.organisation_id).exists()


def opens_network(by: Actor, network: Organisation) -> bool:
    """Whether somebody may open a network's page: a parent organisation that does not lead it may not."""
    return organisations_visible_to(by).networks().filter(pk=network.pk).exists()


def networks_led(by: Actor) -> QuerySet[Organisation]:
    """The networks of Network Declaration Management: those one may see, by name."""
    return organisations_visible_to(by).networks().order_by("name", "code")


def network_services() -> QuerySet[QualityService]:
    """Released services whose networks are paid the sum of their lines."""
    return released_services().filter(aggregates=Aggregates.AMOUNTS)


def payment_dates_until_today(service: QualityService) -> list[date]:
    """Payment dates of a service that have come, latest first."""
    come = service.achievement_dates.filter(is_payment_date=True, date__lte=clock.today())
    return list(come.order_by("-date").values_list("date", flat=True))


def totals_of(service: QualityService, day: date, network_ids: list[int]) -> dict[int, NetworkAchievement]:
    """Network id -> its current total for a service and date."""
    rows = NetworkAchievement.objects.payable().filter(service=service, achievement_date=day, network__in=network_ids)
    return {row.network_id: row for row in rows}


def awaiting(by: Actor, state: State) -> Summary:
    """How many rows of a commissioning organisation await an act, and their pounds."""
    model = NetworkAchievement if state == State.AGGREGATED else Achievement
    rows = model._default_manager.filter(commissioner=by.organisation_id, state=state)
    found = rows.aggregate(count=Count("pk"), pounds=Sum("amount", default=Decimal(0)))
    return Summary(found["count"], found["pounds"])


def payment_period_of(row: Any) -> tuple[date, date]:
    """The first and last day of the payment period that an achievement is for, by the version it was worked out with: a
    closing date is in its period, and no achievement date of the service."""
    days = definition_of_version(row.service_version).period_of(row.achievement_date)
    assert days.start is not None
    assert days.last is not None
    return days.start, days.last
