"""Work done in a process of its own that dies at a chosen point, as `kill -9` would have it.

`python -m tests.under_fire.scenes deliver MESSAGE [before|after]` delivers one message of the outbox. With `before` it
dies when the work is done and before the message is marked, with `after` when all is committed and nobody was told.
`approve NETWORK DAY` and `night` are what a person and the clock ask for.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from accounts.models import Grant
from accounts.rules import Acting
from accounts.states import Role
from achievement import commands
from achievement.models import Achievement, Shard
from achievement.states import State
from core.actors import SYSTEM
from core.transitions import Seen
from operations import commands as outbox
from operations.later import Work


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def deliver(message: str, dies: str = "") -> None:
    if dies == "before":
        outbox.work_named = _dying(outbox.work_named)
    print(outbox.deliver(int(message)))
    if dies == "after":
        die()


def _dying(work_named: Callable[[str], Work]) -> Callable[[str], Work]:
    """Work that is done, and whose process then is no more."""

    def named(name: str) -> Work:
        def work(keys: dict[str, Any]) -> None:
            work_named(name)(keys)
            die()

        return work

    return named


def approve(network: str, day: str) -> None:
    """Approve what is left of a network's lines of a date."""
    rows = Achievement.objects.filter(network=network, achievement_date=date.fromisoformat(day))
    lines = rows.in_state(State.AWAITING_COMMISSIONER).select_related("commissioner")
    commissioner = lines[0].commissioner
    grant = Grant.objects.filter(organisation=commissioner, role=Role.APPROVAL_MANAGEMENT).select_related("user")[0]
    seen = [Seen(line.pk, line.version) for line in lines]
    print(commands.approve_achievements(seen, by=Acting(grant.user, commissioner)).moved)


def night() -> None:
    """A run, and the messages that ask for its shards."""
    run = commands.start_overnight_run(by=SYSTEM)
    print(*Shard.objects.filter(run=run).values_list("pk", flat=True))


if __name__ == "__main__":
    {"deliver": deliver, "approve": approve, "night": night}[sys.argv[1]](*sys.argv[2:])
