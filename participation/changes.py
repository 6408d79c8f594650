"""What this app says has happened."""

from __future__ import annotations

from dataclasses import dataclass

from core.changes import Change


@dataclass(frozen=True)
class ParticipationsChanged(Change):
    """States or terms of participations have changed. Triples of (service id, network id or None, provider id).

    `reason` is what was given for it. `at_once`: what follows is wanted in this transaction, however much it is.
    """

    keys: frozenset[tuple[int, int | None, int]]
    reason: str = ""
    at_once: bool = False

    @property
    def network_keys(self) -> frozenset[tuple[int, int]]:
        """Pairs of (service id, network id)."""
        return frozenset((service, network) for service, network, _provider in self.keys if network)


@dataclass(frozen=True)
class AllocationsChanged(Change):
    """Allocations of providers have been set or corrected. Pairs of (service id, provider id)."""

    keys: frozenset[tuple[int, int]]
