"""The lines of practices that closed which hold their networks up, and where each is settled as nil."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlencode

from django.urls import reverse

from achievement.models import NilSettlement
from achievement.queries.causes import BlockedLine, Cause, Scope, waiting
from catalogue.models import Aggregates, QualityService
from core.open_items import OpenItem, knows_who_waits
from organisations.models import Membership, Organisation
from ui.wording import month

NAMED = 12
REASON = "{practice} is closed, and ODS still has it as a member."


@knows_who_waits
def held_up_by(practice_ids: Collection[int]) -> dict[int, list[OpenItem]]:
    """Lines of amounts that wait because their practice has closed, the earliest first; the first of many."""
    memberships = Membership.objects.known().filter(practice__in=practice_ids).values_list("network_id", flat=True)
    networks = Organisation.objects.in_bulk(set(memberships))
    waits = waiting(Scope.of_networks(list(networks))) if networks else []
    lines = [line for each in waits for line in each.lines if _is_closed(line, practice_ids)]
    practices = Organisation.objects.in_bulk({line.practice_id for line in lines if line.practice_id})
    services = QualityService.objects.in_bulk({line.key.service_id for line in lines})
    proposed = _proposed(practice_ids) if lines else {}
    found: dict[int, list[OpenItem]] = {}
    for line in sorted(lines, key=lambda line: (line.key.achievement_date, line.key)):
        service, practice = services[line.key.service_id], practices[line.practice_id or 0]
        if service.aggregates == Aggregates.AMOUNTS:
            network = networks[line.key.network_id]
            item = _item(line, service, network, practice, proposed.get((*line.key, practice.pk)))
            found.setdefault(practice.pk, []).append(item)
    return {practice: items[:NAMED] for practice, items in found.items()}


def _is_closed(line: BlockedLine, practice_ids: Collection[int]) -> bool:
    return line.practice_id in practice_ids and Cause.CLOSED in line.causes


def _proposed(practice_ids: Collection[int]) -> dict[tuple[object, ...], int]:
    """(service, date, network, practice) -> the proposal that awaits a second person."""
    rows = NilSettlement.objects.pending().filter(provider__in=practice_ids)
    named = rows.values_list("service_id", "achievement_date", "network_id", "provider_id", "pk")
    return {tuple(key): pk for *key, pk in named}


def _item(
    line: BlockedLine, service: QualityService, network: Organisation, practice: Organisation, proposed: int | None
) -> OpenItem:
    waits = f"{network.name}, {service.short_name}, {month(line.key.achievement_date)}"
    if proposed:
        href = reverse("achievement:nil_settlement", args=[proposed])
        return OpenItem(f"{waits}: confirm or decline to settle its line as nil", href)
    named = [network.code, service.code, line.key.achievement_date.isoformat(), practice.code]
    back = reverse("participation:closure", args=[practice.code])
    query = urlencode({"reason": REASON.format(practice=practice.name), "back": back})
    return OpenItem(f"{waits}: settle its line as nil", f"{reverse('achievement:propose_nil', args=named)}?{query}")
