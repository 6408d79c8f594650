"""A run begins, goes on and ends: by the clock, or by hand of Operations. There is one at a time."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import date, time

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from accounts.models import User
from achievement.commands.overnight import alarms
from achievement.models import Achievement, NetworkAchievement, OvernightRun, RunState, Shard
from achievement.queries import overnight
from achievement.queries.waiting import waiting_by_reason
from achievement.rules import RESUME_OVERNIGHT_RUN, START_OVERNIGHT_RUN
from core import clock
from core.actors import SYSTEM, Actor
from core.commands import command
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from core.statistics import refresh_statistics
from operations.commands import after_commit
from operations.models import OutboxMessage
from organisations.models import Lead, Membership, Organisation
from participation.models import Participation, Term
from ui.wording import long_date

log = logging.getLogger(__name__)

ONE_AT_A_TIME = 0x0417
WORK = "achievement.work_shard"


@command
def start_overnight_run(*, by: Actor, business_date: date | None = None) -> OvernightRun:
    """Begin a run by hand, for today or another day: the next number of that day, one shard for each lead.

    Raises NotPermitted without the role Operations of the national operator, Conflict while another run is under way.
    """
    _may_start(by)
    _one_at_a_time()
    day = business_date or clock.today()
    if day > clock.today():
        raise Invalid(f"Business date: {long_date(day)} has not come yet.")
    latest = OvernightRun.objects.filter(business_date=day).aggregate(number=Max("number"))["number"] or 0
    _must_be_the_only_one()
    return _start(day, latest + 1, by=by)


@command
def resume_overnight_run(run_id: int, *, by: Actor) -> int:
    """Go on with a run that has failed, or that does not come to its end: every shard that is not done is tried anew,
    three times; what is done stays done. Answers how many shards.

    Raises NotVisible for an unknown run, NotPermitted as the permission says, Conflict while another run is under way.
    """
    _one_at_a_time()
    run = OvernightRun.objects.select_for_update(of=("self",)).filter(pk=run_id).first()
    if run is None:
        raise NotVisible(overnight.UNSEEN)
    RESUME_OVERNIGHT_RUN.require(run, by, overnight.who_operates())
    _must_be_the_only_one(besides=run)
    run.shards.filter(state=RunState.FAILED).update(state=RunState.RUNNING, attempts=0, sweep=1, finished_at=None)
    run.state, run.finished_at = RunState.RUNNING, None
    run.resumed_at, run.resumed_by = clock.now(), User.objects.filter(pk=by.user_id or 0).first()
    run.save()
    return _send(run, run.shards.filter(state=RunState.RUNNING))


@command
def resume_overnight_runs(*, by: Actor) -> None:
    """What each minute's tick does: start the run that is due, see that every shard has somebody coming for it, and
    finish the run whose shards are all through."""
    _one_at_a_time()
    if is_due() and overnight.running() is None:
        _start(clock.today(), 1, by=by)
    run = overnight.running()
    if run is not None and not finish_run(run.pk, by=by):
        _send(run, run.shards.filter(state=RunState.RUNNING).exclude(pk__in=_shards_with_a_message()))


def is_due() -> bool:
    """Whether the day's run should have begun, and has not."""
    now = clock.now().astimezone(clock.LONDON)
    if now.time() < time.fromisoformat(settings.OVERNIGHT_STARTS_AT):
        return False
    return not OvernightRun.objects.filter(business_date=now.date()).exists()


@command
def finish_run(run_id: int, *, by: Actor = SYSTEM) -> bool:
    """A run whose shards are all through is done; where one of them failed it has failed, and Operations are told.

    What waits then is counted once for all of them.
    """
    run = OvernightRun.objects.select_for_update(of=("self",)).filter(pk=run_id, state=RunState.RUNNING).first()
    if run is None or run.shards.filter(state=RunState.RUNNING).exists():
        return False
    _count_what_waits(run)
    failed = run.shards.filter(state=RunState.FAILED).exists()
    run.state, run.finished_at = (RunState.FAILED if failed else RunState.DONE), clock.now()
    run.save()
    alarms.after_the_end_of(run)
    return True


def _count_what_waits(run: OvernightRun) -> None:
    """Each shard is told what its networks wait for, by cause. Where that cannot be counted the run ends all the same,
    for its work is done, and each shard says why."""
    shards = list(run.shards.order_by("pk"))
    try:
        with transaction.atomic():
            counted = waiting_by_reason()
    except Exception as error:
        log.exception("What waits after the overnight run of %s was not counted.", run)
        run.shards.filter(error="").update(error=f"What waits was not counted: {error}"[:2000])
        return
    for shard in shards:
        shard.waiting_by_reason = counted.get(shard.commissioner_id, {})
        shard.waiting = sum(shard.waiting_by_reason.values())
        shard.error = "" if shard.state == RunState.DONE else shard.error
    Shard.objects.bulk_update(shards, ["waiting", "waiting_by_reason", "error"])


def _may_start(by: Actor) -> None:
    if by.is_system:
        return
    acting_for = Organisation.objects.filter(pk=by.organisation_id or 0).first()
    if acting_for is None:
        raise NotPermitted("You act for no organisation.", who_can=overnight.who_operates())
    START_OVERNIGHT_RUN.require(acting_for, by, overnight.who_operates())


def _one_at_a_time() -> None:
    """Whoever starts or resumes a run waits here for the others, until its transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])


def _must_be_the_only_one(besides: OvernightRun | None = None) -> None:
    running = overnight.running()
    if running is not None and running != besides:
        raise Conflict(overnight.under_way(running))


def _start(day: date, number: int, *, by: Actor) -> OvernightRun:
    run = OvernightRun.objects.create(
        business_date=day, number=number, started_at=clock.now(), started_by_id=by.user_id, state=RunState.RUNNING
    )
    leading = Lead.objects.as_of(clock.today()).values_list("commissioner", flat=True)
    Shard.objects.bulk_create(Shard(run=run, commissioner_id=id) for id in sorted(set(leading)))
    refresh_statistics(Membership, Lead, Participation, Term, Achievement, NetworkAchievement)
    _send(run, run.shards.all())
    after_commit("participation.close_the_day", {})
    return run


def _send(run: OvernightRun, shards: Collection[Shard]) -> int:
    """Ask for these shards to be worked, and for the run to be finished when they are through."""
    ids = [shard.pk for shard in shards]
    for id in sorted(ids):
        after_commit(WORK, {"shard": id})
    if ids or not run.shards.exists():
        after_commit("achievement.finish_run", {"run": run.pk})
    return len(ids)


def _shards_with_a_message() -> list[int]:
    """Shards that a worker will be asked to work, or is working: their message is not done."""
    messages = OutboxMessage.objects.filter(task=WORK, done_at=None)
    return [keys["shard"] for keys in messages.values_list("keys", flat=True)]
