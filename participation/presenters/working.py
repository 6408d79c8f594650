"""Work that a worker does while somebody waits: how far it is, and what it answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.changes import Effect
from core.errors import Invalid
from ui.components import Progress

if TYPE_CHECKING:
    from operations.models import Job


def progress_of(job: Job, label: str, href: str) -> Progress:
    """How far a job is; `href` asks again."""
    waiting = "It waits for a worker to be free."
    return Progress(
        label=label,
        done=job.steps_done,
        total=job.steps,
        sentence=f"Step {job.steps_done + 1} of {job.steps}: {job.step}" if job.step else waiting,
        refresh_href=href,
    )


def effects_in(job: Job, name: str) -> Sequence[Effect]:
    """The effects that a job answered under a name. Raises Invalid, with why, for one that failed."""
    if "problem" in job.result:
        raise Invalid(*job.result["problem"])
    return [Effect.from_plain(each) for each in job.result[name]]
