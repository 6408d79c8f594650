"""What somebody sent after their session had ended: kept in the next one, to be sent again after they sign in."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest

from ui.wording import count

KEY = "kept_post"
SENT_AGAIN = "kept_post"
"""The hidden field by which the form that sends it again says so."""

LARGEST = 200_000
SECRETS = re.compile(r"csrfmiddlewaretoken|password|secret|^code$", re.IGNORECASE)
NUMBERS = re.compile(r"^value_|_(day|month|year)$|amount|limit|pounds")
ACTS = ("act", "action")
NOT_TYPED = frozenset({*ACTS, "seen", "totals", "confirmed", "back", "asked"})
"""Fields that pages fill in by themselves."""

UNREADABLE = re.compile(r"[A-Za-z0-9_:=+/-]{32,}")


@dataclass(frozen=True)
class KeptPost:
    """Whose it is, where it was sent, its fields, in order, and the page it was sent from, if the browser said it."""

    user_id: int
    path: str
    page: str
    fields: tuple[tuple[str, str], ...]

    @property
    def does(self) -> str:
        """What sending it would do: "Reject, 2 rows chosen"; empty where its button said no more than "Save"."""
        acts = [value for name, value in self.fields if name in ACTS and value]
        chosen = sum(name == "seen" for name, _value in self.fields)
        rows = f"{count(chosen, 'row')} chosen" if chosen else ""
        return ", ".join(filter(None, [acts[0].replace("_", " ").capitalize(), rows])) if acts else ""

    @property
    def typed(self) -> list[tuple[str, str]]:
        """What a person reads of it: what they typed. What they chose is known by its number alone, and left out."""
        return [(_worded(name), value) for name, value in self.fields if _is_typed(name, value)]


def keep(session: MutableMapping[str, Any], request: HttpRequest, user_id: int) -> bool:
    """Keep what was sent, in place of what was kept before; False for files and what is too large to keep."""
    fields = [
        (name, value) for name, values in request.POST.lists() for value in values if not SECRETS.search(str(name))
    ]
    if request.FILES or sum(len(name) + len(str(value)) for name, value in fields) > LARGEST:
        return False
    session[KEY] = {"user": user_id, "path": request.get_full_path(), "page": _sent_from(request), "fields": fields}
    return True


def kept_in(session: MutableMapping[str, Any], user_id: int) -> KeptPost | None:
    """What is kept for a person; None where nothing is, or it is another's."""
    found = session.get(KEY)
    if not found or found["user"] != user_id:
        return None
    return KeptPost(user_id, found["path"], found["page"], tuple((name, value) for name, value in found["fields"]))


def drop(session: MutableMapping[str, Any]) -> None:
    session.pop(KEY, None)


def _is_typed(name: str, value: str) -> bool:
    if not value or UNREADABLE.search(value) or name in NOT_TYPED:
        return False
    return not value.isdigit() or bool(NUMBERS.search(name))


def _sent_from(request: HttpRequest) -> str:
    sent_from = urlsplit(request.META.get("HTTP_REFERER", ""))
    if sent_from.netloc != request.get_host():
        return ""
    return f"{sent_from.path}?{sent_from.query}" if sent_from.query else sent_from.path


def _worded(name: str) -> str:
    """`value_0_referrals` as people read it: Referrals; `note_102`: Note."""
    return re.sub(r"^value_\d+_|_\d+$", "", name).replace("_", " ").strip().capitalize()
