"""A practice's allocation of a service is part of its offer: how many items it is paid for in a payment period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from core.actors import Actor
from core.changes import Effect, publish
from core.commands import command
from core.dates import DAY, inclusive
from core.errors import Invalid, NotPermitted, NotVisible
from core.locking import lock_ids
from core.previews import Ahead, look_ahead, thoroughly
from core.texts import REASON_LENGTH
from core.timelines import Span, cut, with_value
from core.two_clocks import Belief, believe
from organisations.models import Organisation
from participation.changes import AllocationsChanged
from participation.models import Allocation, Participation
from participation.rules import SET_ALLOCATIONS, visible_to
from participation.states import OPEN
from ui.wording import count, dense_date, too_long

LARGEST = 2**31 - 1


class Setting(NamedTuple):
    """What one provider is allowed from a day to a day, both included; None takes an allocation away."""

    provider_id: int
    amount: int | None
    start_date: date
    end_date: date


class Said(NamedTuple):
    """What an allocation says: the amount, and who set it, and why."""

    amount: int
    by_id: int | None
    reason: str


@dataclass(frozen=True)
class AllocationsSet:
    """What came of setting allocations: providers whose allocation changed, how many stay as they were, what
    followed."""

    provider_ids: Sequence[int]
    unchanged: int
    effects: Sequence[Effect]

    def sentences(self) -> list[str]:
        """What it comes to, and what follows."""
        changed = count(len(self.provider_ids), "allocation")
        said = [f"{changed} {'changes' if len(self.provider_ids) == 1 else 'change'}."]
        if self.unchanged:
            said.append(f"{self.unchanged:,} {'is' if self.unchanged == 1 else 'are'} as set already.")
        return [*said, *(effect.sentence for effect in self.effects)]


@command
def set_allocations(
    service_id: int,
    amounts: Mapping[int, int | None],
    start_date: date,
    end_date: date,
    *,
    by: Actor,
    reason: str = "",
) -> AllocationsSet:
    """Set how many items providers (by id) are paid for in a payment period, all from a day to a day, both included.
    As `correct_allocations`."""
    settings = [Setting(provider, amount, start_date, end_date) for provider, amount in amounts.items()]
    return correct_allocations(service_id, settings, by=by, reason=reason)


@command
def correct_allocations(
    service_id: int, settings: Collection[Setting], *, by: Actor, reason: str = ""
) -> AllocationsSet:
    """Set how many items each of these providers is paid for in a payment period, each on its own days.

    None takes an allocation away: nothing limits what is paid then. What was believed before stays readable as recorded
    then; what is set so already stays as it is. Raises Invalid for days in the wrong order or an amount below nought,
    NotVisible where a provider has no offer of the service that may be seen, NotPermitted without Commissioning
    Management at the one who offers it.
    """
    _require_valid(settings, reason)
    providers = {setting.provider_id for setting in settings}
    lock_ids(Organisation, providers)
    _require_permission(service_id, providers, by)
    known = _known(service_id, providers)
    said = {each.provider_id: each for each in settings if not _is_so(known[each.provider_id], each)}
    timelines = {provider: known[provider] for provider in said}
    for each in settings:
        if each.provider_id in said and not _is_so(timelines[each.provider_id], each):
            timelines[each.provider_id] = _corrected(timelines[each.provider_id], each, by, reason.strip())
    beliefs = [
        Belief({"service": service_id, "provider": provider}, span.valid, span.value._asdict())
        for provider, timeline in timelines.items()
        for span in timeline
    ]
    changed = believe(
        Allocation, beliefs, about=[{"service": service_id, "provider": provider} for provider in timelines]
    )
    pairs = frozenset((int(service), int(provider)) for service, provider in changed.keys)
    effects = publish(AllocationsChanged(by, pairs)) if pairs else []
    return AllocationsSet(sorted(timelines), len(providers) - len(timelines), effects)


@command
def preview_allocations(
    service_id: int, settings: Collection[Setting], *, by: Actor, reason: str = ""
) -> Ahead[AllocationsSet]:
    """Answer what `correct_allocations` would, with all that follows; nothing is kept. Raises as it does."""
    with thoroughly():
        return look_ahead(lambda: correct_allocations(service_id, settings, by=by, reason=reason))


def _require_valid(settings: Collection[Setting], reason: str) -> None:
    if len(reason.strip()) > REASON_LENGTH:
        raise Invalid(too_long("Reason", REASON_LENGTH, len(reason.strip())))
    sentences = dict.fromkeys(sentence for each in settings for sentence in _problems(each))
    if sentences:
        raise Invalid(*sentences)


def _problems(each: Setting) -> Iterable[str]:
    if each.end_date < each.start_date:
        yield f"End date {dense_date(each.end_date)} is before the start date, {dense_date(each.start_date)}."
    if each.amount is not None and each.amount < 0:
        yield f"Allocation {each.amount} must be 0 or more."
    if each.amount is not None and each.amount > LARGEST:
        yield f"Allocation {each.amount} must be {LARGEST:,} or less."


def _require_permission(service_id: int, providers: Collection[int], by: Actor) -> None:
    rows = Participation.objects.filter(visible_to(by), service=service_id, provider__in=providers, state__in=OPEN)
    if set(providers) - set(rows.values_list("provider_id", flat=True)):
        raise NotVisible("You may not be able to see an offer of this service to these practices, or there is none.")
    refused = SET_ALLOCATIONS.refusals_for(rows, by)
    if refused:
        raise NotPermitted(*dict.fromkeys(sentence for sentences in refused.values() for sentence in sentences))


def _known(service_id: int, providers: Collection[int]) -> dict[int, list[Span[Said]]]:
    """The timeline of each provider, as believed now."""
    found: dict[int, list[Span[Said]]] = defaultdict(list)
    rows = Allocation.objects.known().filter(service=service_id, provider__in=providers).order_by("provider", "valid")
    for row in rows:
        said = Said(row.amount, row.by_id, row.reason)
        found[row.provider_id].append(Span(row.valid.lower, row.valid.upper, said))
    return found


def _is_so(timeline: Sequence[Span[Said]], each: Setting) -> bool:
    """Whether the timeline says the amount on all of the days already."""
    until = each.end_date + DAY
    within = [span for span in timeline if span.start < until and (span.until is None or span.until > each.start_date)]
    if each.amount is None:
        return not within
    day = each.start_date
    for span in within:
        if span.start > day or span.value.amount != each.amount:
            return False
        day = span.until or until
    return day >= until


def _corrected(timeline: Sequence[Span[Said]], each: Setting, by: Actor, reason: str) -> list[Span[Said]]:
    """The timeline with these days said anew."""
    days = inclusive(each.start_date, each.end_date)
    if each.amount is None:
        return cut(timeline, days.lower, each.end_date + DAY)
    return with_value(timeline, Span(days.lower, each.end_date + DAY, Said(each.amount, by.user_id, reason)))
