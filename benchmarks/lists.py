"""Bar 10: Declaration Management with 150 practices x 20 services to approve, as an approver opens it."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from statistics import median
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.rules import Acting
from achievement.queries import lists
from achievement.queries.lists import Filters
from achievement.states import State
from benchmarks.databases import inside
from benchmarks.england import England
from benchmarks.measuring import (
    milliseconds,
    p95,
    plan_of,
    profile_of,
    python_profile_of,
    queries_of,
    rows_of,
    seconds_of,
)
from benchmarks.memory import Watch
from benchmarks.people import approver, signed_in
from benchmarks.programs import web
from benchmarks.registry import Figure, measures
from core.selections import AT_MOST

COMMISSIONER = 1
PAGE = 50
CLIENTS, EACH, WARM_UPS = 4, 60, 6
MANY_QUERIES = 10


@measures("lists")
def declaration_management(england: England, runs: int) -> Sequence[Figure]:
    """Its two queries by themselves at every depth, the queries of a page, and the page by the real web server."""
    with inside(england), england.months_to_approve() as months:
        by = approver(COMMISSIONER)
        matching = Filters(State.AWAITING_COMMISSIONER, commissioner_id=COMMISSIONER, achievement_date=months[-1])
        client = signed_in(by)
        afters, row_times = _every_page(by, matching)
        address = f"{reverse('achievement:declaration_management')}?period={months[-1].isoformat()}"
        pages = [f"{address}&after={after}" for after in afters]
        return [
            _row_query(row_times, months[-1], lambda: _plan(by, matching, afters[-1])),
            *_sums(by, matching),
            _query_count(client, pages),
            *_page(client, pages),
        ]


def _every_page(by: Acting, matching: Filters) -> tuple[list[str], list[float]]:
    """The cursor of each page, from the first to the last; and how long each page's rows took, thrice."""
    afters, times = [""], []
    while True:
        with connection.execute_wrapper(_timing(times)):
            for _again in range(3):
                found = lists.page_matching(by, matching, order="date", descending=False, after=afters[-1], size=PAGE)
        if not found.next_cursor:
            return afters, times
        afters.append(found.next_cursor)


def _plan(by: Acting, matching: Filters, after: str) -> list[str]:
    """How the rows of the last page are found."""
    with CaptureQueriesContext(connection) as captured:
        lists.page_matching(by, matching, order="date", descending=False, after=after, size=PAGE)
    return plan_of(captured[-1]["sql"])


def _timing(times: list[float]) -> Callable[..., Any]:
    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            times.append(time.perf_counter() - started)

    return watch


def _row_query(times: Sequence[float], month: date, plan: Callable[[], list[str]]) -> Figure:
    bare = [seconds_of(lambda: rows_of(_BARE_ROWS, [COMMISSIONER, month, PAGE + 1])) for _again in range(100)]
    took = p95(times) * 1000
    return Figure(
        f"the rows of a page, p95 at {len(times) // 3} depths, median {milliseconds(median(times))}", took, "<= 1 ms",
        took <= 1, unit=" ms", measured=milliseconds(p95(times)),
        floor=f"{milliseconds(p95(bare))}, the first rows without their names", profile=plan() if took > 1 else [],
    )  # fmt: skip


def _sums(by: Acting, matching: Filters) -> list[Figure]:
    """Who may not act sees count and sum; who may, besides carries every row as it was seen."""
    bare = p95(
        [seconds_of(lambda: rows_of(_BARE_SUM, [COMMISSIONER, matching.achievement_date])) for _again in range(20)]
    )
    asked = {
        "count and sum": lambda: lists.summary_of(by, matching),
        "count, sum and every row as it is seen": lambda: lists.all_matching(by, matching, at_most=AT_MOST),
    }
    figures = []
    for what, ask in asked.items():
        took = p95([seconds_of(ask) for _again in range(20)])
        many = lists.summary_of(by, matching).count
        figures.append(
            Figure(
                f"{what} of {many:,}", took * 1000, "<= 30 ms", took <= 0.03, unit=" ms", measured=milliseconds(took),
                floor=f"{milliseconds(bare)}, the bare SELECT", profile=profile_of(ask) if took > 0.03 else [],
            )
        )  # fmt: skip
    return figures


def _query_count(client: Client, pages: Sequence[str]) -> Figure:
    """Of the dearest page; each is opened before, so that no definition is asked for the first time."""
    opened = (pages[0], pages[len(pages) // 2], pages[-1])
    for page in opened:
        client.get(page)
    asked = [queries_of(lambda page=page: client.get(page)) for page in opened]
    too_many = max(asked) > MANY_QUERIES
    return Figure(
        "queries of a page: the first, one in the middle, the last", max(asked), f"<= {MANY_QUERIES}", not too_many,
        unit="", measured=", ".join(map(str, asked)),
        profile=profile_of(lambda: client.get(pages[0]), shown=20) if too_many else [],
    )  # fmt: skip


def _page(client: Client, pages: Sequence[str]) -> list[Figure]:
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    with web() as (port, server), Watch(web=server.process.pid) as memory, ThreadPoolExecutor(CLIENTS) as clients:
        for _time in range(WARM_UPS):  # each on connections of its own, so that no process is left cold
            list(clients.map(lambda _n: _visit(port, cookie, pages, 3), range(CLIENTS)))
        visits = [clients.submit(_visit, port, cookie, pages[n:], EACH) for n in range(CLIENTS)]
        times = [seconds for visit in visits for seconds in visit.result()]
    took = p95(times)
    profile = _profile(lambda: client.get(pages[0])) if took > 0.06 else []
    return [
        Figure(
            f"the page, p95 of {len(times)} at {CLIENTS} clients through the web server, median "
            f"{milliseconds(sorted(times)[len(times) // 2])}",
            took * 1000, "<= 60 ms", took <= 0.06, unit=" ms", measured=milliseconds(took), profile=profile,
        ),
        *memory.figures(),
    ]  # fmt: skip


def _profile(page: Callable[[], object]) -> list[str]:
    """A page by itself: its statements, and its Python."""
    return [*profile_of(page), *python_profile_of(page)]


def _visit(port: int, cookie: str, pages: Sequence[str], times: int) -> list[float]:
    """One client, on one connection, from page to page; seconds of each, read to its end."""
    server = http.client.HTTPConnection("127.0.0.1", port)
    took = []
    for n in range(times):
        started = time.perf_counter()
        server.request("GET", pages[n % len(pages)], headers={"Cookie": cookie})
        answer = server.getresponse()
        body = answer.read()
        took.append(time.perf_counter() - started)
        assert answer.status == 200, f"{pages[n % len(pages)]}: {answer.status} {answer.headers.get('Location')}"
        assert b"</html>" in body
    server.close()
    return took


_OPEN = f"""FROM achievement_achievement
    WHERE commissioner_id = %s AND state = {State.AWAITING_COMMISSIONER:d} AND achievement_date = %s"""
_BARE_ROWS = f"SELECT * {_OPEN} ORDER BY achievement_date, service_id, provider_id LIMIT %s"
_BARE_SUM = f"SELECT count(*), sum(amount) {_OPEN}"
