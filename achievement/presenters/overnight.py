"""The pages of overnight runs: what they did, what waits and why, and how far the one under way is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse

from achievement.models import OvernightRun, RunState, Shard
from achievement.queries.overnight import Ahead
from achievement.queries.waiting import in_order
from ui.components import Bar, Bars, Cell, Confirm, Grid
from ui.frame import Link, Page
from ui.tables import Column, Pager, Table
from ui.wording import count, long_date, moment, money, number

WAITS = ("network total waits", "network totals wait")


@dataclass(frozen=True)
class CannotDo:
    """Something that cannot be done now: why, and who can."""

    act: str
    why: str
    who_can: str = ""


@dataclass(frozen=True, kw_only=True)
class RunsPage(Page):
    """The overnight runs, newest first; Start, or why not."""

    lead_sentence: str
    start: Link | None
    cannot: Sequence[CannotDo]
    table: Table
    pager: Pager


@dataclass(frozen=True, kw_only=True)
class RunPage(Page):
    """One run: how far it is or what it did, what waits and why, its shards; Resume, or why not."""

    status: str
    grid: Grid | None
    facts: Sequence[tuple[str, str]]
    actions: Sequence[Confirm]
    cannot: Sequence[CannotDo]
    waiting: Bars
    shards: Table


@dataclass(frozen=True, kw_only=True)
class StartPage(Page):
    """Before a run by hand: what it will do."""

    confirm: Confirm


@dataclass(frozen=True)
class RunRow:
    """One overnight run."""

    name: str
    href: str
    started_at: datetime
    took: str
    networks: int
    lines: int
    pounds: Decimal
    waiting: Sequence[str]
    status: str


@dataclass(frozen=True)
class ShardRow:
    """One commissioner's part of a run."""

    name: str
    status: str
    networks: int
    lines: int
    pounds: Decimal
    waiting: Sequence[str]
    remarks: Sequence[str]


def breadcrumb(*, of_one: bool = False) -> list[Link]:
    runs = [Link("Overnight runs", reverse("achievement:overnight_runs"))] if of_one else []
    return [Link("Home", reverse("home:home")), *runs]


def lead_sentence(running: OvernightRun | None, starts_at: str) -> str:
    """What is under way, or when the next begins by itself."""
    if running:
        return f"The overnight run of {running} is under way, since {moment(running.resumed_at or running.started_at)}."
    return f"A run starts by itself each night at {starts_at}, and goes through every commissioning organisation."


def runs_table(runs: Sequence[Any], waiting: Mapping[int, Mapping[str, int]]) -> Table:
    return Table(
        caption="Overnight runs",
        columns=[
            Column(key="name", label="Run of", href="href"),
            Column(key="started_at", label="Started", kind="moment"),
            Column(key="took", label="Took"),
            Column(key="networks", label="Networks aggregated", kind="number"),
            Column(key="lines", label="Lines moved", kind="number"),
            Column(key="pounds", label="Money", kind="money"),
            Column(key="waiting", label="Networks waiting", kind="lines"),
            Column(key="status", label="Result", kind="status"),
        ],
        rows=[_run_row(run, waiting[run.pk]) for run in runs],
        noun=("run", "runs"),
        empty="No overnight run yet. The first one starts by itself.",
    )


def _run_row(run: Any, waiting: Mapping[str, int]) -> RunRow:
    return RunRow(
        name=str(run),
        href=reverse("achievement:overnight_run", args=[run.pk]),
        started_at=run.started_at,
        took=took(run),
        networks=run.networks,
        lines=run.lines,
        pounds=run.pounds,
        waiting=worded(waiting),
        status=result(run),
    )


def result(run: Any) -> str:
    """The word on a run's tag: one that failed for some and is done for others is done in part."""
    if run.state == RunState.FAILED and run.shards_done:
        return "Done in part"
    return RunState(run.state).label


def worded(waiting: Mapping[str, int]) -> list[str]:
    """`Awaiting data: 166`, one line for each cause, first things first."""
    return [f"{reason}: {number(many)}" for reason, many in in_order(waiting).items()]


def took(run: OvernightRun) -> str:
    """`4 min 12 s`, from its start to its end; nothing while it is under way."""
    if run.finished_at is None:
        return ""
    seconds = int((run.finished_at - run.started_at) / timedelta(seconds=1))
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if hours or minutes else "", f"{rest} s"]
    return " ".join(part for part in parts if part)


def facts(run: Any) -> list[tuple[str, str]]:
    """What happened, for a summary list."""
    by = f", by {run.started_by.name}" if run.started_by else ", by itself"
    resumed = [("Resumed", f"{moment(run.resumed_at)}{_by(run)}")] if run.resumed_at else []
    ended = [("Ended", f"{moment(run.finished_at)}, after {took(run)}")] if run.finished_at else []
    return [
        ("Started", f"{moment(run.started_at)}{by}"),
        *resumed,
        *ended,
        ("Networks aggregated", f"{number(run.networks)}, from {count(run.lines, 'line')}"),
        ("Money", money(run.pounds)),
        ("Lines calculated or changed", number(run.calculated)),
    ]


def _by(run: Any) -> str:
    return f", by {run.resumed_by.name}" if run.resumed_by else ""


def grid(run: Any, shards: Sequence[Shard]) -> Grid:
    """Each shard's cell, and the sentence that says how far all of them are."""
    under_way = run.state == RunState.RUNNING
    return Grid(
        label="Shards, one for each commissioning organisation",
        sentence=progress_sentence(run),
        cells=[_cell(shard) for shard in shards],
        refresh_href=reverse("achievement:overnight_run", args=[run.pk]) if under_way else "",
    )


def progress_sentence(run: Any) -> str:
    """`17 of 42 commissioning organisations are through, 1 failed. 1,204 networks aggregated so far, £318,204.11.`"""
    through = run.shards_done + run.shards_failed
    failed = f", {number(run.shards_failed)} failed" if run.shards_failed else ""
    done = f"{count(run.networks, 'network')} aggregated so far, {money(run.pounds)}."
    return f"{number(through)} of {count(run.shard_count, 'commissioning organisation')} through{failed}. {done}"


def _cell(shard: Shard) -> Cell:
    if shard.state == RunState.DONE:
        return Cell(shard.commissioner.name, "done")
    if shard.state == RunState.FAILED:
        return Cell(shard.commissioner.name, "failed")
    return Cell(shard.commissioner.name, "again" if shard.attempts or shard.sweep > 1 else "to come")


def waiting_bars(waiting: Mapping[str, int], run: OvernightRun) -> Bars:
    return Bars(
        caption="Networks that wait",
        what="For this first",
        unit="Totals",
        bars=[Bar(reason, many) for reason, many in waiting.items()],
        empty="No network waits." if run.finished_at else "Counted when the run has ended.",
    )


def shards_table(shards: Sequence[Shard]) -> Table:
    return Table(
        caption="Commissioning organisations",
        caption_hidden=False,
        columns=[
            Column(key="name", label="Commissioning Organisation"),
            Column(key="networks", label="Networks aggregated", kind="number"),
            Column(key="lines", label="Lines moved", kind="number"),
            Column(key="pounds", label="Money", kind="money"),
            Column(key="waiting", label="Networks waiting", kind="lines"),
            Column(key="status", label="Result", kind="status"),
        ],
        rows=[_shard_row(shard) for shard in shards],
        noun=("shard", "shards"),
        detail="remarks",
        empty="No commissioning organisation leads a network yet.",
        id="shards",
    )


def _shard_row(shard: Shard) -> ShardRow:
    return ShardRow(
        name=shard.commissioner.name,
        status="Waiting" if shard.state == RunState.RUNNING else RunState(shard.state).label,
        networks=shard.networks_aggregated,
        lines=shard.lines_moved,
        pounds=shard.amount,
        waiting=worded(shard.waiting_by_reason),
        remarks=_remarks(shard),
    )


def _remarks(shard: Shard) -> list[str]:
    again = "Some of its networks were locked; it comes back for them." if shard.sweep > 1 and not shard.error else ""
    error = f"Attempt {shard.attempts}: {shard.error}" if shard.attempts and shard.error else shard.error
    under_way = shard.state == RunState.RUNNING
    return [remark for remark in (again if under_way else "", error) if remark]


def resume(run: Any) -> Confirm:
    """The button; what it will do stands on the page already."""
    return Confirm(
        href=reverse("achievement:resume_overnight_run", args=[run.pk]), button="Resume", cancel_href="",
        style="primary" if run.state == RunState.FAILED else "warning",
    )  # fmt: skip


def start_confirm(ahead: Ahead, day: date, key: str) -> Confirm:
    return Confirm(
        href=reverse("achievement:start_overnight_run"),
        button="Start",
        cancel_href=reverse("achievement:overnight_runs"),
        effects=(
            f"It goes through {count(ahead.shards, 'commissioning organisation')} and "
            f"{count(ahead.networks, 'network')}, on {long_date(day)}.",
            "Lines are calculated for payment dates that have come since the last run.",
            "Every network whose practices are all approved is aggregated; its total awaits finance approval.",
            "Participations whose end date has passed end, and offers that nobody answered in time expire.",
            "People can go on working meanwhile. What fails is rolled back, for that commissioning organisation alone.",
        ),
        hidden=(("key", key),),
    )
