"""Workers in processes of their own, to be killed in the middle of later work."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from cqrs_portal.rehearsal.workers import database_url
from tests.achievement.racing import somebody_waits

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30


def a_worker(task: str, at: datetime) -> subprocess.Popen[bytes]:
    """A process that does what waits in the outbox under a name, its clock held at a moment."""
    command = [sys.executable, "manage.py", "work_outbox", "--task", task, "--at", at.isoformat()]
    environment = os.environ | {
        "DATABASE_URL": database_url(), "CELERY_BROKER_URL": "memory://",
        "DJANGO_SETTINGS_MODULE": "cqrs_portal.settings.training",
    }  # fmt: skip
    return subprocess.Popen(command, cwd=ROOT, env=environment)


def kill_in_the_middle(task: str, at: datetime, hold: Callable[[], object]) -> None:
    """Have a worker begin, and kill it when it waits for what `hold` locks; return once its transaction has ended."""
    with transaction.atomic():
        hold()
        worker = a_worker(task, at)
        try:
            until(somebody_waits)
        finally:
            worker.kill()
            worker.wait()
    until(nobody_else_is_in_a_transaction)


def nobody_else_is_in_a_transaction() -> bool:
    """PostgreSQL has noticed that whoever worked is gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL
               AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""
        )
        return not cursor.fetchone()[0]


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "It did not come to that."
        time.sleep(0.05)
