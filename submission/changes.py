"""What this app says has happened, and the key of what figures are given for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from core.changes import Change


class Key(NamedTuple):
    """What figures are given for: a service, an achievement date and a provider."""

    service_id: int
    achievement_date: date
    provider_id: int


@dataclass(frozen=True)
class ValuesSubmitted(Change):
    """Figures have been submitted, or taken in from an extract, for these keys; they count from now on."""

    keys: frozenset[Key]
