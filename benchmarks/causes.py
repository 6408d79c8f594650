"""Bar 11: why networks wait, with every cause: one network, a commissioning organisation, England."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from django.db import transaction

from accounts.models import User
from achievement.queries.causes import Cause, Scope, first_causes, waiting
from benchmarks.england import England
from benchmarks.measuring import execute, value_of
from benchmarks.registry import Figure, measures
from catalogue import formats
from catalogue.states import VersionState
from core.dates import DAY, month_end
from organisations.models import ListKind

DEFINITIONS = Path(formats.__file__).parents[1] / "definitions"
DEFINITION = DEFINITIONS / "primary-care-networks-calculations-2020-22-clinical-director-payment.yaml"
YEARS = range(2018, 2022)
BUSIEST = "SELECT network_id FROM achievement_achievement WHERE commissioner_id = 1 GROUP BY 1 ORDER BY count(*) DESC"


@measures("causes")
def causes(england: England, runs: int) -> Sequence[Figure]:
    """Nothing of it is named unknown, however much waits."""
    release_definitions(england)
    network = int(str(value_of(f"{BUSIEST} LIMIT 1")))
    one, commissioner = Scope.of_networks([network]), Scope(commissioner=1)
    found = first_causes(Scope())
    return [
        _figure("one network", lambda: waiting(one), 0.1, runs),
        _figure("a commissioning organisation", lambda: waiting(commissioner), 1, runs),
        _figure(f"England, {sum(found.values()):,} totals that wait", lambda: first_causes(Scope()), 10, min(runs, 3)),
        Figure(
            "totals of England without a named cause", found.get(Cause.UNKNOWN, 0), "0",
            Cause.UNKNOWN not in found, unit="",
        ),
    ]  # fmt: skip


def _figure(what: str, act: Callable[[], object], bar: float, runs: int) -> Figure:
    seconds = []
    for _run in range(runs):
        started = perf_counter()
        act()
        seconds.append(perf_counter() - started)
    taken = median(seconds)
    return Figure(what, taken, f"< {bar:g} s", taken < bar, unit=" s")


def release_definitions(england: England) -> None:
    """Each synthetic service pays by capitation, on the month's last day; every practice has its lists."""
    releasers = [
        User.objects.get_or_create(email=f"release.{n}@benchmarks.example", defaults={"name": f"Release {n}"})[0]
        for n in (1, 2)
    ]
    with transaction.atomic():
        execute(
            f"""UPDATE catalogue_serviceversion SET state = {VersionState.RELEASED:d}, definition = %s::jsonb,
                       digest = 'benchmark', released_by_id = %s, confirmed_by_id = %s""",
            [json.dumps(_content()), *(user.pk for user in releasers)],
        )
        days = england.dates()
        days += [month_end(days[-1] + DAY), month_end(month_end(days[-1] + DAY) + DAY)]
        execute(
            """INSERT INTO catalogue_achievementdate (service_id, date, is_payment_date, period_start, period_end)
               SELECT s.id, d.day, true, date_trunc('month', d.day)::date, d.day
               FROM catalogue_qualityservice s, unnest(%s::date[]) AS d(day) ON CONFLICT DO NOTHING""",
            [days],
        )
        if not value_of("SELECT EXISTS (SELECT FROM organisations_listsize)"):
            execute(
                f"""INSERT INTO organisations_listsize (valid, recorded, organisation_id, kind, size)
                    SELECT daterange(make_date(y, 1, 1), make_date(y, 1, 2)), '[2018-07-01,)', o.id, {ListKind.CRP:d},
                           1000 + o.id %% 15000
                    FROM organisations_organisation o, unnest(%s::int[]) AS y WHERE o.kind = 1""",
                [list(YEARS)],
            )
    for table in ("catalogue_achievementdate", "organisations_listsize", "catalogue_serviceversion"):
        execute(f"ANALYZE {table}")


def _content() -> dict[str, Any]:
    """The Clinical Director payment, with rates and lists for all the years of synthetic England."""
    content = deepcopy(dict(formats.read_definition(DEFINITION).content))
    years = [f"{year}/{(year + 1) % 100:02d}" for year in YEARS]
    content |= {"start_date": f"{YEARS[0]}-04-01", "financial_years": years}
    rate, listed = content["calculation"]["rates"][-1], content["calculation"]["population"]["dates"][-1]
    content["calculation"]["rates"] = [rate | {"start_date": "2018-04-01", "end_date": "2022-03-31"}]
    content["calculation"]["population"]["dates"] = [
        listed | {"financial_year": name, "date": f"{year}-01-01"} for year, name in zip(YEARS, years, strict=True)
    ]
    return content
