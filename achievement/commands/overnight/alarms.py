"""Operations are told, on Home and by e-mail, when a run failed or did not start; until it is put right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.conf import settings

from accounts.models import User
from accounts.queries import holders_of
from accounts.states import Role
from achievement import notifications
from achievement.models import OvernightRun, RunState
from core import clock
from core.actors import Actor
from core.commands import command
from operations.notifications import Notice, send
from operations.tasks_for_people import ask, settle
from organisations.models import Kind, OdsLoad, Organisation

FAILED, NOT_STARTED = "overnight run failed", "overnight run not started"


@command
def notice_overnight_runs(*, by: Actor) -> bool:
    """What each minute's tick looks for first: a run of today that had not begun by its set time. Answers whether.

    The first night ever is late as well, if reference files had been loaded when it should have begun; a portal that
    was set up since has nothing to be late with.
    """
    day = clock.today()
    expected_at = _latest_start(day)
    if clock.now() < expected_at or OvernightRun.objects.filter(business_date=day).exists():
        return False
    if not (OvernightRun.objects.exists() or OdsLoad.objects.filter(loaded_at__lt=_hour(day)).exists()):
        return False
    earlier = OvernightRun.objects.filter(state=RunState.RUNNING).first()
    return _tell(f"{NOT_STARTED} {day}", lambda user: notifications.run_not_started(day, expected_at, earlier, user))


def after_the_end_of(run: OvernightRun) -> None:
    """A failed run is told; one that is done settles what was told of it and, if it is the last, of those before it."""
    about_it = f"{FAILED} {run.pk}, "
    if run.state == RunState.FAILED:
        shards = list(run.shards.filter(state=RunState.FAILED).select_related("commissioner"))
        each_time = (run.resumed_at or run.started_at).isoformat()
        _tell(about_it + each_time, lambda user: notifications.run_failed(run, shards, user))
        return
    settle(about_it)
    if run == OvernightRun.objects.first():
        settle(FAILED, NOT_STARTED)


def _hour(day: date) -> datetime:
    return datetime.combine(day, time.fromisoformat(settings.OVERNIGHT_STARTS_AT), clock.LONDON)


def _latest_start(day: date) -> datetime:
    return _hour(day) + timedelta(minutes=settings.OVERNIGHT_GRACE_MINUTES)


def _tell(event: str, notice_for: Callable[[User], Notice]) -> bool:
    """A task for the role, and an e-mail to each who holds it. Told once for an event; answers whether it was news."""
    is_news = False
    for operator in Organisation.objects.filter(kind=Kind.NATIONAL).order_by("pk"):
        holders = holders_of(Role.OPERATIONS, operator)
        notice = notice_for(User(name=Role.OPERATIONS.label))
        if ask(event, operator.pk, Role.OPERATIONS, notice.sentence, notice.href):
            is_news = True
            for user in holders:
                send(notice_for(user), event=event, to=user.email)
    return is_news
