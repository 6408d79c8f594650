"""What somebody selected, carried through a form: every row with the version they saw, signed."""

from __future__ import annotations

from collections.abc import Collection

from django.core import signing

from core.actors import Actor
from core.errors import Conflict
from core.transitions import Seen

AT_MOST = 5_000
"""Rows that can be selected as "all matching"; above it, the filters have to be narrowed."""


Packed = str
"""Rows as they were seen, as one text: "12:3 15:1", id and version; the database can write it in one go."""


def token_of(seen: Collection[Seen] | Packed, purpose: str, by: Actor) -> str:
    """The rows as text that nobody can alter, and nobody else can send; empty for none."""
    text = seen if isinstance(seen, str) else " ".join(f"{row.id}:{row.version}" for row in seen)
    return signing.dumps(text, salt=_salt(purpose, by), compress=True) if text else ""


def seen_in(token: str, purpose: str, by: Actor) -> list[Seen]:
    """The rows of a token. Raises Conflict for one that was altered, made for another purpose or for somebody else."""
    try:
        rows = signing.loads(token, salt=_salt(purpose, by)).split()
    except signing.BadSignature:
        raise Conflict("What was selected could not be read. Go back to the list and select again.") from None
    return [Seen(int(id), int(version)) for id, version in (row.split(":") for row in rows)]


def version_seen(id: int, version: str, *, otherwise: int = 0) -> Seen:
    """One row, with the version that its form carried; `otherwise` where it carried none that can be one."""
    return Seen(id, int(version) if version.isdecimal() and len(version) < 10 else otherwise)


def _salt(purpose: str, by: Actor) -> str:
    return f"{purpose}.{by.user_id}.{by.organisation_id}"
