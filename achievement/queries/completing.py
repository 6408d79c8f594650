"""The totals of networks that a change sets free: whose lines are all approved by it, so that they are aggregated.

Asked before and after a command, as a forecast is (`core.previews`); the aggregation itself follows once it is saved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.urls import reverse

from achievement.models import Achievement, NetworkAchievement
from achievement.queries.addresses import network_href
from achievement.queries.networks import touched_by
from achievement.queries.readiness import readiness_of
from achievement.queries.scope import services_that_aggregate_amounts
from achievement.states import State
from catalogue.models import QualityService
from core.changes import Change, Effect
from organisations.models import Organisation
from ui.wording import count, long_date, money

Key = tuple[int, date, int]
"""Service id, achievement date, network id."""

COMPLETE = "total complete"
NAMED = 20


def measure(changes: Sequence[Change]) -> dict[Key, Decimal]:
    """The totals that are complete and not aggregated yet, as things stand, and their pounds."""
    touched = touched_by(changes)
    if not touched.networks:
        return {}
    rows = Achievement.objects.in_state(State.AWAITING_NETWORK).filter(
        service__in=services_that_aggregate_amounts(touched.services), network__in=touched.networks
    )
    keys = set(rows.order_by().values_list("service_id", "achievement_date", "network_id").distinct())
    if not keys:
        return {}
    ready = {key: found.pounds for key, found in readiness_of(keys).items() if found.is_complete}
    totals = NetworkAchievement.objects.payable().filter(network__in={network for *_, network in ready})
    for key in totals.values_list("service_id", "achievement_date", "network_id"):
        ready.pop(key, None)
    return ready


def compare(before: Mapping[Key, Decimal], after: Mapping[Key, Decimal]) -> Iterator[Effect]:
    """The totals that would be complete and were not, by date: the first by name, the rest by their sum."""
    keys = sorted((key for key in after if key not in before), key=lambda key: (key[1], key))
    services = QualityService.objects.in_bulk({service for service, *_ in keys})
    networks = Organisation.objects.in_bulk({network for *_, network in keys})
    for key in keys[:NAMED]:
        service, day, network = services[key[0]], key[1], networks[key[2]]
        sentence = f"{long_date(day)}: {network.name} is complete, {money(after[key])}: aggregated by itself."
        yield Effect(COMPLETE, sentence, 1, after[key], (key,), network_href(network.code, service.code, day))
    if rest := keys[NAMED:]:
        pounds = sum((after[key] for key in rest), Decimal(0))
        are = "is" if len(rest) == 1 else "are"
        sentence = f"{count(len(rest), 'more network total')}, {money(pounds)}, {are} complete: aggregated by itself."
        href = reverse("achievement:network_declaration_management")
        yield Effect(COMPLETE, sentence, len(rest), pounds, tuple(rest), href)
