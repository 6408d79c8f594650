"""The overnight run: in shards, one for each lead commissioning organisation; each is one transaction of any worker."""

from __future__ import annotations

from datetime import date, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from achievement.commands.aggregation import Aggregated, aggregate_networks
from achievement.commands.calculation import calculate_achievements
from achievement.models import Achievement, OvernightRun, RunState, Shard
from achievement.states import State
from catalogue.models import AchievementDate
from core import clock
from core.actors import SYSTEM, Actor
from core.commands import command
from core.locking import wait_for_locks_at_most
from operations.commands import after_commit
from organisations.models import Lead

ATTEMPTS = 3
FIRST_SWEEP, SECOND_SWEEP = 1, 2
LOCK_TIMEOUT_MS = 10_000
BETWEEN_SWEEPS = timedelta(seconds=20)


@command
def start_overnight_run(*, by: Actor, business_date: date | None = None) -> OvernightRun:
    """Begin a run for a day: one shard for each commissioning organisation that leads a network."""
    day = business_date or clock.today()
    latest = OvernightRun.objects.filter(business_date=day).aggregate(number=Max("number"))["number"] or 0
    return _start(day, latest + 1, by=by)


@command
def resume_overnight_runs(*, by: Actor) -> None:
    """What each minute's tick does: start the run that is due, and finish those whose shards are all through."""
    if _is_due():
        _start(clock.today(), 1, by=by)
    for run in OvernightRun.objects.filter(state=RunState.RUNNING):
        finish_run(run.pk, by=by)


def _is_due() -> bool:
    now = clock.now().astimezone(clock.LONDON)
    if now.time() < time.fromisoformat(settings.OVERNIGHT_STARTS_AT):
        return False
    return not OvernightRun.objects.filter(business_date=now.date()).exists()


def _start(day: date, number: int, *, by: Actor) -> OvernightRun:
    """The same run asked for twice is one run: the database lets (day, number) in once."""
    run, is_new = OvernightRun.objects.get_or_create(
        business_date=day, number=number, defaults={"started_at": clock.now(), "started_by_id": by.user_id}
    )
    if is_new:
        leading = Lead.objects.as_of(clock.today()).values_list("commissioner", flat=True)
        shards = [Shard(run=run, commissioner_id=id) for id in sorted(set(leading))]
        for shard in Shard.objects.bulk_create(shards):
            after_commit("achievement.work_shard", {"shard": shard.pk})
        after_commit("achievement.finish_run", {"run": run.pk})
        after_commit("participation.close_the_day", {})
    return run


@command
def work_shard(shard_id: int, *, by: Actor = SYSTEM) -> bool:
    """Work one shard, in this transaction; False where it is done, or somebody else works it.

    What fails is rolled back to nothing done and tried again, three times in all; then the shard has failed.
    """
    shard = (
        Shard.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("run")
        .filter(pk=shard_id)
        .first()
    )
    if shard is None or shard.state != RunState.RUNNING:
        return False
    try:
        with transaction.atomic():
            _do(shard, by=by)
    except Exception as error:
        _failed(shard, error)
    shard.save()
    if shard.state != RunState.RUNNING:
        after_commit("achievement.finish_run", {"run": shard.run_id})
    return True


def _do(shard: Shard, *, by: Actor) -> None:
    if shard.sweep == SECOND_SWEEP:
        wait_for_locks_at_most(LOCK_TIMEOUT_MS)
    else:
        shard.lines_calculated += _calculate_what_is_due(shard, by=by)
    done = aggregate_networks(by=by, commissioner=shard.commissioner_id, skip_locked=shard.sweep == FIRST_SWEEP)
    _count(shard, done)
    if done.skipped:
        shard.sweep = SECOND_SWEEP
        after_commit("achievement.work_shard", {"shard": shard.pk}, not_before=BETWEEN_SWEEPS)
    else:
        shard.state, shard.finished_at, shard.error = RunState.DONE, clock.now(), ""


def _calculate_what_is_due(shard: Shard, *, by: Actor) -> int:
    """Lines of the dates that have come since this commissioner's last finished shard."""
    before = Shard.objects.filter(commissioner=shard.commissioner_id, state=RunState.DONE).exclude(pk=shard.pk)
    since = before.aggregate(last=Max("run__business_date"))["last"] or date.min
    dates = AchievementDate.objects.filter(is_payment_date=True, date__gt=since, date__lte=shard.run.business_date)
    networks = (
        Lead.objects.as_of(clock.today()).filter(commissioner=shard.commissioner_id).values_list("network", flat=True)
    )
    due = set(dates.values_list("date", flat=True))
    if not due:
        return 0
    return calculate_achievements(by=by, networks=set(networks), dates=due).changed


def _count(shard: Shard, done: Aggregated) -> None:
    shard.networks_aggregated += done.networks
    shard.lines_moved += done.lines
    shard.amount += done.pounds
    waiting = Achievement.objects.in_state(State.AWAITING_NETWORK).filter(commissioner=shard.commissioner_id)
    shard.waiting = waiting.order_by().values("service", "achievement_date", "network").distinct().count()


def _failed(shard: Shard, error: Exception) -> None:
    shard.refresh_from_db()
    shard.attempts += 1
    shard.error = f"{type(error).__name__}: {error}"[:2000]
    if shard.attempts < ATTEMPTS:
        after_commit("achievement.work_shard", {"shard": shard.pk}, not_before=BETWEEN_SWEEPS)
    else:
        shard.state, shard.finished_at = RunState.FAILED, clock.now()


@command
def finish_run(run_id: int, *, by: Actor = SYSTEM) -> bool:
    """A run whose shards are all through is done, or failed where one of them failed."""
    run = OvernightRun.objects.select_for_update(of=("self",)).filter(pk=run_id, state=RunState.RUNNING).first()
    if run is None or run.shards.filter(state=RunState.RUNNING).exists():
        return False
    failed = run.shards.filter(state=RunState.FAILED).exists()
    run.state, run.finished_at = (RunState.FAILED if failed else RunState.DONE), clock.now()
    run.save()
    return True
