"""One shard of a run: what is due is calculated, and what is complete is aggregated."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max

from achievement.commands.aggregation import Aggregated, aggregate_networks
from achievement.commands.calculation import calculate_achievements, take_over_networks
from achievement.models import RunState, Shard
from catalogue.models import AchievementDate
from core import clock
from core.actors import SYSTEM, Actor
from core.commands import command
from core.locking import lock_ids, wait_for_locks_at_most
from operations.attempts import WorkerKilled
from operations.commands import after_commit
from organisations.models import Lead, Organisation

ATTEMPTS = 3
FIRST_SWEEP, SECOND_SWEEP = 1, 2
LOCK_TIMEOUT_MS = 10_000
BETWEEN_SWEEPS = timedelta(seconds=20)
AT_WORK_AT_ONCE = 16
"""Shards, at most, that workers have in hand at an instant."""


@command
def work_shard(shard_id: int, *, by: Actor = SYSTEM) -> bool:
    """Work one shard, in this transaction; False where it is done, or somebody else works it.

    What fails is rolled back to nothing done and tried again, three times in all; then the shard has failed.
    """
    shard = _claim(shard_id)
    if shard is None:
        return False
    try:
        with transaction.atomic():
            _do(shard, by=by)
    except Exception as error:
        _failed(shard, error)
    shard.save()
    if shard.state != RunState.RUNNING:
        _ask_to_finish(shard)
    return True


@command
def count_killed_workers(shard_id: int, times: int, *, by: Actor = SYSTEM) -> bool:
    """Workers were killed in the middle of a shard: each was a try, and after the last the shard has failed.

    Answers whether it has. What they had done was rolled back with them.
    """
    shard = _claim(shard_id)
    if shard is None:
        return False
    shard.attempts += times
    shard.error = str(WorkerKilled(times))
    _fail_if_tried_enough(shard)
    shard.save()
    if shard.state == RunState.FAILED:
        _ask_to_finish(shard)
    return shard.state == RunState.FAILED


def _ask_to_finish(shard: Shard) -> None:
    """Have it looked whether the run is through, unless so many shards are left that it cannot be. If more than that
    end at the same instant, none of which sees the others' end, the next tick looks."""
    left = Shard.objects.filter(run=shard.run_id, state=RunState.RUNNING).exclude(pk=shard.pk).count()
    if left <= AT_WORK_AT_ONCE:
        after_commit("achievement.finish_run", {"run": shard.run_id})


def _claim(shard_id: int) -> Shard | None:
    """The shard, if it is to be worked and nobody works it; held until the transaction ends."""
    rows = Shard.objects.select_for_update(skip_locked=True, of=("self",)).select_related("run")
    return rows.filter(pk=shard_id, state=RunState.RUNNING).first()


def _do(shard: Shard, *, by: Actor) -> None:
    """One sweep: the first leaves networks out that somebody works on, the second waits for them, a while."""
    first = shard.sweep == FIRST_SWEEP
    wait_for_locks_at_most(LOCK_TIMEOUT_MS)
    led = set(
        Lead.objects.as_of(clock.today()).filter(commissioner=shard.commissioner_id).values_list("network", flat=True)
    )
    free = lock_ids(Organisation, led, skip_locked=first)
    shard.lines_calculated += _catch_up(shard, free, by=by)
    done = aggregate_networks(by=by, commissioner=shard.commissioner_id, skip_locked=first)
    _count(shard, done)
    if first and (done.skipped or len(free) < len(led)):
        shard.sweep = SECOND_SWEEP
        after_commit("achievement.work_shard", {"shard": shard.pk}, not_before=BETWEEN_SWEEPS)
    else:
        shard.state, shard.finished_at, shard.error = RunState.DONE, clock.now(), ""


def _catch_up(shard: Shard, networks: Collection[int], *, by: Actor) -> int:
    """What has come since this commissioner's last finished shard: networks it leads now, and dates to work out."""
    before = Shard.objects.filter(commissioner=shard.commissioner_id, state=RunState.DONE).exclude(pk=shard.pk)
    since = before.aggregate(last=Max("run__business_date"))["last"] or date.min
    led_since = Lead.objects.as_of(clock.today()).filter(network__in=networks, valid__startswith__gt=since)
    take_over_networks(by=by, networks=list(led_since.values_list("network", flat=True)))
    dates = AchievementDate.objects.filter(is_payment_date=True, date__gt=since, date__lte=shard.run.business_date)
    due = set(dates.values_list("date", flat=True))
    return calculate_achievements(by=by, networks=networks, dates=due).changed if due and networks else 0


def _count(shard: Shard, done: Aggregated) -> None:
    shard.networks_aggregated += done.networks
    shard.lines_moved += done.lines
    shard.amount += done.pounds


def _failed(shard: Shard, error: Exception) -> None:
    shard.refresh_from_db()
    shard.attempts += 1
    shard.error = f"{type(error).__name__}: {error}"[:2000]
    if not _fail_if_tried_enough(shard):
        after_commit("achievement.work_shard", {"shard": shard.pk}, not_before=BETWEEN_SWEEPS)


def _fail_if_tried_enough(shard: Shard) -> bool:
    if shard.attempts < ATTEMPTS:
        return False
    shard.state, shard.finished_at = RunState.FAILED, clock.now()
    return True
