"""What is to be adjusted is kept: each difference from what finance has approved, as each calculation finds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from django.db import connection
from django.urls import reverse

from achievement.commands.courses import Course
from achievement.models import WHY_LENGTH
from achievement.queries.addresses import network_href
from achievement.states import FINALS
from catalogue.models import QualityService
from core import clock
from core.changes import Effect
from core.commands import instant
from organisations.models import Organisation
from ui.previews import APPROVED
from ui.wording import count, long_date, money, month

NAMED_AT_MOST = 20
LISTED = partial(reverse, "achievement:to_be_adjusted")

KEY = "service_id, achievement_date, provider_id"
_SAME = """(f.service_id, f.achievement_date, f.provider_id) = (d.service_id, d.achievement_date, d.provider_id)
           AND f.network_id IS NOT DISTINCT FROM d.network_id"""
_FINALS = ", ".join(str(int(state)) for state in sorted(FINALS))
_FOUND = f"""
    SELECT v.service_id, v.achievement_date, v.provider_id, v.network_id,
           coalesce(v.commissioner_id, l.commissioner_id, a.commissioner_id) AS commissioner_id,
           CASE WHEN v.was_state IN ({_FINALS}) THEN v.was ELSE 0 END AS approved, coalesce(v.amount, 0) AS due
    FROM verdict v LEFT JOIN achievement_achievement a ON a.id = v.id
    LEFT JOIN organisations_lead l ON l.network_id = v.network_id AND upper_inf(l.recorded) AND l.valid @> %s::date
    WHERE v.verdict = 'to be adjusted'"""
_CLOSE = f"""
    WITH found AS ({_FOUND})
    UPDATE achievement_adjustmentdue d SET until = %s
    WHERE until IS NULL AND service_id = %s AND achievement_date = ANY(%s) AND {{standing}}
      AND NOT EXISTS (
          SELECT FROM found f WHERE {_SAME}
             AND (f.approved, f.due) = (d.approved, d.due))
    RETURNING {KEY}, network_id, approved, due"""
_OPEN = f"""
    WITH found AS ({_FOUND})
    INSERT INTO achievement_adjustmentdue
        ({KEY}, network_id, commissioner_id, approved, due, why, since)
    SELECT {KEY}, network_id, commissioner_id, approved, due, %s, %s FROM found f
    WHERE approved <> due AND NOT EXISTS (
        SELECT FROM achievement_adjustmentdue d
        WHERE d.until IS NULL AND {_SAME})
    ORDER BY achievement_date, service_id, provider_id
    RETURNING {KEY}, network_id, approved, due"""


def keep_what_is_to_be_adjusted(
    course: Course, service_id: int, dates: Sequence[date], whose: Sequence[int], *, why: str
) -> tuple[Effect, ...]:
    """What the verdicts of a calculation leave "to be adjusted" stands from now on, and what they do not does no more.

    `dates` and `whose` are what was worked out; `why` is what changed. A difference that stands stays as it was found,
    and is not told again: the effects are what is new, what changed and what is gone, each once and by name.
    """
    today = clock.today()
    with connection.cursor() as cursor:
        close = _CLOSE.format(standing=course.standing)
        cursor.execute(close, [today, instant(), service_id, list(dates), list(whose)])
        closed = _by_line(cursor.fetchall())
        cursor.execute(_OPEN, [today, why[:WHY_LENGTH], instant()])
        opened = _by_line(cursor.fetchall())
    return tuple(_effects(closed, opened)) if closed or opened else ()


class _Line(NamedTuple):
    """What a difference is of; without a network it is paid to the practice."""

    service_id: int
    day: date
    provider_id: int
    network_id: int | None


class _Difference(NamedTuple):
    approved: Decimal
    due: Decimal

    @property
    def pounds(self) -> Decimal:
        return self.due - self.approved


_NONE = _Difference(Decimal(0), Decimal(0))


def _by_line(rows: Sequence[tuple[Any, ...]]) -> dict[_Line, _Difference]:
    return {_Line(*row[:4]): _Difference(*row[4:]) for row in rows}


def _effects(closed: Mapping[_Line, _Difference], opened: Mapping[_Line, _Difference]) -> Iterator[Effect]:
    """The first by name, and the rest by their sum."""
    lines = sorted({**closed, **opened}, key=lambda line: (line.day, line.service_id, line.provider_id))
    services = QualityService.objects.in_bulk({line.service_id for line in lines})
    places = Organisation.objects.in_bulk({id for line in lines for id in (line.provider_id, line.network_id) if id})
    for line in lines[:NAMED_AT_MOST]:
        network = places[line.network_id] if line.network_id else None
        said = _worded(closed.get(line, _NONE), opened.get(line, _NONE))
        label = _label(line, services[line.service_id], places[line.provider_id], network)
        href = network_href(network.code, services[line.service_id].code, line.day) if network else LISTED()
        pounds = opened.get(line, _NONE).pounds - closed.get(line, _NONE).pounds
        yield Effect(APPROVED, f"{label}{said}", 1, pounds, (tuple(line),), href)
    rest = lines[NAMED_AT_MOST:]
    if rest:
        pounds = sum((opened.get(line, _NONE).pounds - closed.get(line, _NONE).pounds for line in rest), Decimal(0))
        said = f"{count(len(rest), 'more line')} that finance has approved: to be adjusted by {money(pounds)} in all."
        yield Effect(APPROVED, said, len(rest), pounds, href=LISTED())


def _label(line: _Line, service: QualityService, practice: Organisation, network: Organisation | None) -> str:
    if network:
        return f"{practice.name} in {network.name}, {month(line.day)}"
    return f"{practice.name}, {service.short_name}, {long_date(line.day)}"


def _worded(was: _Difference, now: _Difference) -> str:
    """What is to be adjusted from now on, after the line's name; and instead of what, where that was another amount."""
    if not now.pounds:
        return f": what finance has approved is due again; {money(was.pounds)} is to be adjusted no more."
    stays = ", is financially approved and stays as it is" if now.approved else ", came after what finance has approved"
    instead = f", instead of {money(was.pounds)}" if was.pounds else ""
    return f"{stays}: to be adjusted by {money(now.pounds)}{instead}."
