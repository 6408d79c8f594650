"""What Home shows of every app: what waits for somebody, and what has happened. Plain facts; Home draws them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True)
class Need:
    """One thing that waits for this person: a sentence, its pounds if any, and the page that is already filtered on it.

    `remark` is a word or two after the pounds, such as "held".
    """

    sentence: str
    pounds: Decimal | None
    href: str
    remark: str = ""


@dataclass(frozen=True)
class Happening:
    """One thing that has happened, newest first on Home: when, to whose affairs, what ("October 2021 aggregated")."""

    at: datetime
    whose: str
    what: str
    pounds: Decimal | None = None
    by: str = ""
    href: str = ""
