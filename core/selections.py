"""What somebody selected, carried through a form: every row with the version they saw, signed."""

from __future__ import annotations

from collections.abc import Sequence

from django.core import signing

from core.actors import Actor
from core.errors import Conflict
from core.transitions import Seen

AT_MOST = 5_000
"""Rows that can be selected as "all matching"; above it, the filters have to be narrowed."""


def token_of(seen: Sequence[Seen], purpose: str, by: Actor) -> str:
    """The rows as text that nobody can alter, and nobody else can send; empty for none."""
    return signing.dumps([tuple(row) for row in seen], salt=_salt(purpose, by), compress=True) if seen else ""


def seen_in(token: str, purpose: str, by: Actor) -> list[Seen]:
    """The rows of a token. Raises Conflict for one that was altered, made for another purpose or for somebody else."""
    try:
        return [Seen(*row) for row in signing.loads(token, salt=_salt(purpose, by))]
    except signing.BadSignature:
        raise Conflict("What was selected could not be read. Go back to the list and select again.") from None


def _salt(purpose: str, by: Actor) -> str:
    return f"{purpose}.{by.user_id}.{by.organisation_id}"
