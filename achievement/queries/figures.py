"""What an achievement paid to a practice is worked out from: submitted values, allocation, participation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from calculation.explanation import Explanation, explain_item
from calculation.item import ItemInputs, ItemResult, calculate
from catalogue.formats import Definition, Item
from catalogue.models import PaidTo, QualityService
from catalogue.queries import definition_of_version
from organisations.models import Organisation
from participation.models import Participation
from participation.queries import allocations_for
from submission.changes import Key
from submission.models import Submission
from submission.queries.values import values_for
from ui.wording import long_date

ALLOCATION, FIELD = "allocation", "field"


@dataclass(frozen=True)
class Claim:
    """What one provider claims for one date, worked out or not: `problem` says why there is nothing to pay.

    `inputs` are the ids of what it was worked out from, and `figures` the numbers; both are kept with the achievement.
    """

    provider: Organisation
    participation: Participation | None = None
    result: ItemResult | None = None
    inputs: dict[str, Any] | None = None
    problem: str = ""


def services_paid_by_item(among: Collection[int]) -> dict[int, QualityService]:
    """Id -> service, of those that pay the practice itself."""
    return QualityService.objects.filter(pk__in=among, paid_to=PaidTo.PRACTICE).in_bulk()


def claims_of(
    service: QualityService, definition: Definition, method: Item, day: date, provider_ids: Collection[int]
) -> list[Claim]:
    """What these providers claim for a payment date, by provider; of those that have submitted nothing, nothing."""
    keys = [Key(service.pk, day, provider) for provider in provider_ids]
    values, allocations = values_for(keys), allocations_for(keys)
    covering = Participation.objects.covering(day).filter(service=service, network=None, provider__in=provider_ids)
    taking_part = {each.provider_id: each for each in covering.order_by("pk")}
    claims = []
    for provider in Organisation.objects.filter(pk__in=provider_ids).order_by("name", "pk"):
        key = Key(service.pk, day, provider.pk)
        counted = values.get(key, {}).get(method.counted_field)
        if counted is None or counted.value is None:
            continue
        problem = _problem(service, method, day, provider, taking_part.get(provider.pk))
        if problem:
            claims.append(Claim(provider, problem=problem))
            continue
        claims.append(_claim(method, day, provider, taking_part[provider.pk], values[key], allocations.get(key)))
    return claims


def _problem(
    service: QualityService, method: Item, day: date, provider: Organisation, taking_part: Participation | None
) -> str:
    """Why nothing can be paid for these figures, in a sentence; empty where something can."""
    when = f"{day.day} {day:%B %Y}"
    if provider.close_date and provider.close_date < day:
        return f"{provider.name} closed on {long_date(provider.close_date)}: nothing is paid for {when}."
    if taking_part is None:
        return f"{provider.name} has no approved participation in {service.name} that covers {when}: nothing is paid."
    if method.fee_on(day) is None:
        return f"{service.name} has no fee for {when}: nothing is paid until it is known."
    return ""


def _claim(
    method: Item, day: date, provider: Organisation, taking_part: Participation, values: Any, allocation: Any
) -> Claim:
    counted, limiting = values[method.counted_field], values.get(method.limit.field)
    limit = _limit(method, limiting, allocation)
    fee = method.fee_on(day)
    assert fee is not None
    inputs = {
        "figures": {"count": int(counted.value), "limit": limit},
        "values": {"count": counted.id, "limit": limiting.id if limiting and method.limit.kind == FIELD else None},
        "allocation": allocation.id if allocation and method.limit.kind == ALLOCATION else None,
    }
    return Claim(provider, taking_part, calculate(ItemInputs(int(counted.value), fee, limit)), inputs)


def _limit(method: Item, limiting: Any, allocation: Any) -> int | None:
    """The most that is paid for. Who has no allocation is not limited by one; a register not given allows nothing."""
    if method.limit.kind == ALLOCATION:
        return int(allocation.amount) if allocation else None
    if method.limit.kind == FIELD:
        return int(limiting.value) if limiting and limiting.value is not None else 0
    return None


def result_of(achievement: Any) -> ItemResult | None:
    """The calculation run again on what a row keeps; None for one that is not paid by item."""
    method = definition_of_version(achievement.service_version).calculation
    figures = achievement.inputs.get("figures")
    fee = method.fee_on(achievement.achievement_date) if isinstance(method, Item) else None
    return calculate(ItemInputs(figures["count"], fee, figures["limit"])) if figures and fee is not None else None


def explained(achievement: Any) -> Explanation | None:
    """How an achievement paid by item was worked out: the same calculation run again."""
    result, method = result_of(achievement), definition_of_version(achievement.service_version).calculation
    if result is None or not isinstance(method, Item):
        return None
    return explain_item(result, method.counts.one, method.counts.many, limit=limit_words(method))


def lacks_allocation(achievement: Any) -> bool:
    """Whether an allocation would limit what it pays, and none does."""
    result, method = result_of(achievement), definition_of_version(achievement.service_version).calculation
    if result is None or not isinstance(method, Item):
        return False
    return method.limit.kind == ALLOCATION and result.inputs.allocation is None


def limit_words(method: Item) -> str:
    """What a limit is called in a sentence."""
    return "register" if method.limit.kind == FIELD else ALLOCATION


def figures_in_words(achievement: Any) -> str:
    """ "37 referrals, 30 payable"; empty for what is not paid by item."""
    result, method = result_of(achievement), definition_of_version(achievement.service_version).calculation
    if result is None or not isinstance(method, Item):
        return ""
    noun = method.counts.one if result.inputs.count == 1 else method.counts.many
    claimed = f"{result.inputs.count:,} {noun}"
    return f"{claimed}, {result.payable:,} payable" if result.above_allocation else claimed


def keys_submitted(*, services: Collection[int] | None = None, providers: Collection[int] | None = None) -> list[Key]:
    """The keys that figures have been submitted for, of these services that pay the practice itself; None is all."""
    rows = Submission.objects.filter(service__paid_to=PaidTo.PRACTICE, submitted_at__isnull=False)
    if services is not None:
        rows = rows.filter(service__in=services)
    if providers is not None:
        rows = rows.filter(provider__in=providers)
    return [Key(*row) for row in rows.values_list("service_id", "achievement_date", "provider_id")]
