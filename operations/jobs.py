"""Long work that somebody waits for: asked for in a transaction, done by a worker, its progress seen meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db.models import F, Q

from core import clock
from core.actors import Actor
from core.errors import PortalError
from core.locking import Occupied, impatient
from operations.attempts import AT_MOST, beside
from operations.commands import after_commit
from operations.later import PutOff
from operations.models import Job, JobState

log = logging.getLogger(__name__)

Tell = Callable[[str], None]
WAIT = 10_000
"""Milliseconds that a job waits for a lock, as the overnight run does: so long may each keep the other waiting."""
PAUSE = timedelta(seconds=20)
PATIENCE = timedelta(minutes=30)
OCCUPIED = (
    "Others are at work on the same practices or PCNs, the overnight run perhaps. This waits, and is tried again each "
    "minute."
)
GIVEN_UP = (
    f"Others were at work on the same practices or PCNs for {PATIENCE // timedelta(minutes=1)} minutes. Nothing was "
    "kept: try again later."
)
UNFINISHED = (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True)
class AtRequestOf:
    """The portal, at work on what a person asked for and was permitted when they asked."""

    user_id: int | None
    organisation_id: int | None = None
    name: str = "CQRS Portal"
    is_system: bool = True

    def roles(self) -> frozenset[str]:
        return frozenset()

    def reach(self, role: str, organisation: str) -> Q:
        return Q()


def start_job(kind: str, title: str, keys: dict[str, Any], *, steps: int, by: Actor) -> Job:
    """Have long work done once this transaction has committed. `kind` names it, as `later_work` does."""
    job = Job.objects.create(kind=kind, title=title[:200], started_by_id=by.user_id, steps=steps)
    after_commit(kind, {**keys, "job": job.pk})
    return job


def do_job(job_id: int, work: Callable[[Tell], dict[str, Any]]) -> None:
    """Do a job's work and keep its answer (plain JSON), both in the transaction of whoever delivers it.

    What the work refuses fails the job, with the refusal's sentences, and nothing of the work stays. Where others are
    at work on the same rows for longer than WAIT it is put off, for PATIENCE at most. A database that is away is no
    failure: the outbox delivers again, and the work begins anew.
    """
    if not Job.objects.filter(pk=job_id, state__in=UNFINISHED).exists():
        return
    try:
        with transaction.atomic(), impatient(WAIT):
            _finish(job_id, JobState.DONE, work(_Teller(job_id)))
    except Occupied:
        _put_off(job_id)
    except PortalError as refused:
        _finish(job_id, JobState.FAILED, {"problem": list(refused.sentences)})
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("Job %s could not be done.", job_id)
        problem = f"Something went wrong, and nothing was kept. Tell the help desk: job {job_id}."
        _finish(job_id, JobState.FAILED, {"problem": [problem]})


def give_up_job(keys: dict[str, Any], times: int) -> bool:
    """For `when_killed`: work that kills its worker each time it is begun has failed; nothing of it was kept."""
    if times < AT_MOST:
        return False
    sentence = f"It was begun {times} times, and each time whatever worked on it was killed. Nothing was kept."
    _finish(keys["job"], JobState.FAILED, {"problem": [f"{sentence} Tell the help desk: job {keys['job']}."]})
    return True


def _put_off(job_id: int) -> None:
    """Raises PutOff, having said so; after PATIENCE the job has failed."""
    if Job.objects.filter(pk=job_id, created_at__gt=clock.now() - PATIENCE).exists():
        _Teller(job_id)(OCCUPIED)
        raise PutOff(PAUSE)
    _finish(job_id, JobState.FAILED, {"problem": [GIVEN_UP]})


def _finish(job_id: int, state: JobState, result: dict[str, Any]) -> None:
    done = F("steps") if state == JobState.DONE else F("steps_done")
    Job.objects.filter(pk=job_id).update(state=state, finished_at=clock.now(), steps_done=done, step="", result=result)


class _Teller:
    """Writes how far a job is, over a connection of its own: everybody sees it before the work commits."""

    def __init__(self, job_id: int) -> None:
        self.job_id, self.begun = job_id, 0

    def __call__(self, sentence: str) -> None:
        done, self.begun = self.begun, self.begun + 1
        try:
            with beside() as cursor:
                cursor.execute(
                    "UPDATE operations_job SET state = %s, step = %s, steps_done = least(%s, steps)"
                    " WHERE id = %s AND state = ANY(%s)",
                    [JobState.RUNNING, sentence[:300], done, self.job_id, list(UNFINISHED)],
                )
        except DatabaseError as error:
            log.warning("How far job %s is could not be told: %s", self.job_id, error)
