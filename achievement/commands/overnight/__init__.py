"""The overnight run: in shards, one for each lead commissioning organisation; each is one transaction of any worker."""

from achievement.commands.overnight.alarms import notice_overnight_runs
from achievement.commands.overnight.runs import (
    finish_run,
    resume_overnight_run,
    resume_overnight_runs,
    start_overnight_run,
)
from achievement.commands.overnight.shards import count_killed_workers, work_shard

__all__ = [
    "count_killed_workers",
    "finish_run",
    "notice_overnight_runs",
    "resume_overnight_run",
    "resume_overnight_runs",
    "start_overnight_run",
    "work_shard",
]
