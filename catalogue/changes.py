"""What this app says has happened."""

from __future__ import annotations

from dataclasses import dataclass

from core.changes import Change


@dataclass(frozen=True)
class ServiceVersionReleased(Change):
    """A version of this service's definition has been released, in place of the one before."""

    service_id: int
