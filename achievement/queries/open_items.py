"""What of achievements is open for a practice that closed: all that finance has not approved."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlencode

from django.db.models import Count, Min
from django.urls import reverse

from achievement.models import Achievement, on_any_date
from achievement.states import FINALS, State
from core.open_items import OpenItem, knows_open_items
from ui.wording import count, long_date


@knows_open_items
def open_items(practice_ids: Collection[int]) -> dict[int, list[OpenItem]]:
    """One item for each service and status, with the first date of those there are."""
    rows = Achievement.objects.payable().filter(on_any_date(), provider__in=practice_ids).exclude(state__in=FINALS)
    named = rows.order_by().values("provider", "provider__code", "service__code", "service__name", "state")
    found: dict[int, list[OpenItem]] = {}
    for row in named.annotate(rows=Count("pk"), first=Min("achievement_date")).order_by("service__name", "state"):
        state = State(row["state"])
        since = f", the first of {long_date(row['first'])}" if row["rows"] > 1 else f" of {long_date(row['first'])}"
        sentence = f"{row['service__name']}: {count(row['rows'], 'achievement')} {state.label}{since}"
        asked = {"status": int(state), "service": row["service__code"], "text": row["provider__code"]}
        href = f"{reverse('achievement:declaration_management')}?{urlencode(asked)}"
        found.setdefault(row["provider"], []).append(OpenItem(sentence, href))
    return found
