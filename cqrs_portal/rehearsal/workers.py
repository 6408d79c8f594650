"""Processes that do what waits in the outbox, as the portal's workers do; here they end when nothing waits."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from django.conf import settings
from django.db import connection


class WorkFailed(Exception):
    """A worker ended in another way than by having nothing left to do."""


def work_in(processes: int, tasks: Sequence[str], at: datetime) -> None:
    """Have these kinds of later work done, by so many processes at once, with the clock held at a moment."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "work_outbox", "--at", at.isoformat()]
    command += [part for task in tasks for part in ("--task", task)]
    environment = os.environ | {"DATABASE_URL": database_url(), "CELERY_BROKER_URL": "memory://", "LOG_LEVEL": "ERROR"}
    environment["DJANGO_SETTINGS_MODULE"] = "cqrs_portal.settings.training"
    running = [subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR) for _ in range(processes)]  # noqa: S603
    ended = [process.wait() for process in running]
    if any(ended):
        raise WorkFailed("A worker could not do its work; what it says stands above.")


def database_url() -> str:
    """Where this process's database is, as DATABASE_URL says it."""
    given = connection.settings_dict
    host, port = given["HOST"] or given["OPTIONS"].get("host", ""), given["PORT"]
    who = quote(given["USER"], safe="") + (f":{quote(given['PASSWORD'], safe='')}" if given["PASSWORD"] else "")
    if host.startswith("/"):
        return f"postgresql://{who}@/{quote(given['NAME'])}?host={quote(host)}" + (f"&port={port}" if port else "")
    return f"postgresql://{who}@{host}{f':{port}' if port else ''}/{quote(given['NAME'])}"
