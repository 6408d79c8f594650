"""What a calculation did, in words and pounds, by date: what a preview shows and a result page says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import Count, Sum
from django.urls import reverse

from achievement.commands.courses import LINES, Course
from achievement.models import NetworkAchievement
from achievement.states import State
from core.changes import Effect
from core.dates import FinancialYear
from ui.wording import count, first_of, long_date, money

TO_BE_ADJUSTED = "to be adjusted"
"""The verdict on what finance has approved: the differences are told as they are kept (`adjustments`)."""

NAMED = 3
"""Of many, whose an effect is: so many are named."""

UNDONE = ("gone", "changed")
"""Verdicts that take an approval back, where there was one."""

APPROVED_AND_OPEN = (State.AWAITING_FINANCE, State.AWAITING_NETWORK, State.AGGREGATED)


def effects_of_verdicts(course: Course) -> tuple[dict[str, int], tuple[Effect, ...]]:
    """Rows of the temporary table `verdict` by verdict; and by date and whether they were approved, as effects. What
    is to be adjusted is counted alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT v.verdict, v.achievement_date, coalesce(v.was_state = ANY(%s) AND v.verdict = ANY(%s), false),
                      s.code, count(*), sum(coalesce(v.amount, 0)), sum(coalesce(v.was, 0)),
                      (array_agg(DISTINCT o.name))[1:%s], count(DISTINCT o.name)
               FROM verdict v JOIN catalogue_qualityservice s ON s.id = v.service_id
               JOIN organisations_organisation o ON o.id = v.provider_id
               WHERE v.verdict <> 'other inputs' GROUP BY 1, 2, 3, 4 ORDER BY 2, 1, 3""",
            [list(APPROVED_AND_OPEN), list(UNDONE), NAMED],
        )
        rows = cursor.fetchall()
    counts: dict[str, int] = {}
    for verdict, _day, _approved, _code, how_many, *_rest in rows:
        counts[verdict] = counts.get(verdict, 0) + how_many
    return counts, tuple(_effect(course, *row) for row in rows if row[0] != TO_BE_ADJUSTED)


def effects_of_totals(ids: Sequence[int]) -> tuple[Effect, ...]:
    """Totals of networks that were withdrawn, by date."""
    if not ids:
        return ()
    totals = NetworkAchievement.objects.filter(pk__in=ids).order_by("achievement_date", "service__code")
    by_date = totals.values_list("achievement_date", "service__code").annotate(
        how_many=Count("pk"),
        pounds=Sum("amount"),
        names=ArrayAgg("network__name", distinct=True, order_by="network__name"),
    )
    return tuple(_of_totals(*row) for row in by_date)


def _of_totals(day: date, code: str, how_many: int, pounds: Decimal, names: Sequence[str]) -> Effect:
    are, its = ("is", "its") if how_many == 1 else ("are", "their")
    totals = count(how_many, "network total")
    sentence = f"{long_date(day)}: {totals} {are} withdrawn, {money(pounds)}; {its} lines that stay await it again."
    return Effect("totals withdrawn", sentence, how_many, -pounds, href=_networks(code, day), undoes_approval=True,
                  whose=first_of(names[:NAMED], len(names)))  # fmt: skip


def _effect(
    course: Course, verdict: str, day: date, approved: bool, code: str, how_many: int, now: Decimal, was: Decimal,
    names: Sequence[str], providers: int,
) -> Effect:  # fmt: skip
    one, awaited = how_many == 1, course.awaits
    rows = count(how_many, *(f"approved {noun}" for noun in course.noun) if approved else course.noun)
    are, await_ = ("is", "awaits") if one else ("are", "await")
    said = {
        "new": f"{rows} {are} calculated, {money(now)}, and {await_} {awaited}",
        "revived": f"{rows} {are} calculated anew, {money(now)}, and {await_} {awaited}",
        "changed": f"{rows} {'changes' if one else 'change'} from {money(was)} to {money(now)} "
        f"and {await_} {awaited} again",
        "gone": f"{rows} {are} withdrawn, {money(was)}",
    }
    return Effect(
        f"{course.noun[1]} {verdict}",
        f"{long_date(day)}: {said[verdict].removesuffix('.')}.",
        how_many,
        now - was,
        href=_networks(code, day) if course is LINES else "",
        undoes_approval=approved,
        whose=first_of(names, providers),
    )


def _networks(code: str, day: date) -> str:
    query = urlencode({"year": str(FinancialYear.of(day)), "service": code, "date": day.isoformat()})
    return f"{reverse('achievement:network_declaration_management')}?{query}"
