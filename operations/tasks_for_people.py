"""Tasks: what waits on Home for whoever holds a role in an organisation, until it is settled."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from core import clock
from core.actors import Actor
from core.needs import Need
from operations.models import Task


def ask(key: str, organisation_id: int, role: str, sentence: str, href: str, *, again: bool = False) -> bool:
    """Put a task before a role of an organisation, in the caller's transaction; False where it was put before.

    With `again`, one that is done may be put once more.
    """
    told = Task.objects.filter(key=key, organisation=organisation_id, role=role)
    if (told.open() if again else told).exists():
        return False
    Task.objects.bulk_create(
        [Task(key=key, organisation_id=organisation_id, role=role, sentence=sentence, href=href)],
        ignore_conflicts=True,
    )
    return True


def is_asked(beginning: str) -> bool:
    """Whether a task whose key begins so is open."""
    return Task.objects.open().filter(key__startswith=beginning).exists()


def settle(*beginnings: str) -> int:
    """The open tasks whose key begins with one of these are done; answers how many."""
    about = Q(pk__in=())
    for beginning in beginnings:
        about |= Q(key__startswith=beginning)
    return Task.objects.open().filter(about).update(done_at=clock.now())


def settle_keys(keys: Collection[str]) -> int:
    """The open tasks with these keys are done; answers how many."""
    return Task.objects.open().filter(key__in=keys).update(done_at=clock.now())


def ever_asked(keys: Collection[str]) -> set[str]:
    """Those of these keys of which a task was ever put, done or not."""
    return set(Task.objects.filter(key__in=keys).values_list("key", flat=True))


def asked_at(keys: Collection[str]) -> dict[str, datetime]:
    """Key -> when its task was put, of those that are open."""
    return dict(Task.objects.open().filter(key__in=keys).values_list("key", "created_at"))


def needs_of(by: Actor, *, of_every_role: bool = False) -> list[Need]:
    """The open tasks of the roles somebody holds in the organisation they act for, oldest first; or of all its roles,
    what was put before several of them once."""
    if by.organisation_id is None:
        return []
    tasks = Task.objects.open().filter(organisation=by.organisation_id).order_by("pk")
    theirs = tasks if of_every_role else tasks.filter(role__in=by.roles())
    return list(dict.fromkeys(Need(task.sentence, None, task.href) for task in theirs))
