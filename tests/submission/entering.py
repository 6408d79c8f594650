"""Figures of Weight Management, typed and read."""

from __future__ import annotations

from submission import commands
from submission.commands import Figures
from submission.models import DraftValue
from submission.queries import values_of
from tests.factories.submission import (
    BY_HAND,
    REFERRALS,
)


def typed(value, reason=BY_HAND, **more):
    return Figures({REFERRALS: value}, reason, **more)


def save(world, value, *, by=None, key=None, **more):
    return commands.save_work_in_progress(key or world.key(), typed(value, **more), by=by or world.tamsin)


def value_of(world, path=REFERRALS):
    found = values_of(*world.key()).get(path)
    return found.value if found else None


def drafts():
    return {tuple(row.path): row.value for row in DraftValue.objects.all()}
