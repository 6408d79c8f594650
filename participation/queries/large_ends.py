"""The worker's steps of ends and cancellations that concern many networks."""

from __future__ import annotations

from core.actors import Actor
from core.errors import NotVisible
from operations.jobs import UNFINISHED
from operations.models import Job

KIND = "participation.large_end"
IN_A_REQUEST = 50
"""Networks that an end is worked out for while somebody waits; more are left to a worker."""


def job_of(by: Actor, job_id: int) -> Job:
    """A step that this person asked for. Raises NotVisible."""
    found = Job.objects.filter(pk=job_id, kind=KIND, started_by=by.user_id).first() if by.user_id else None
    if found is None:
        raise NotVisible("You may not be able to see this, or it does not exist.")
    return found


def is_busy(job: Job) -> bool:
    return job.state in UNFINISHED
