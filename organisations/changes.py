"""What this app says has happened."""

from __future__ import annotations

from dataclasses import dataclass

from core.changes import Change


@dataclass(frozen=True)
class MembershipCorrected(Change):
    """What we believe about these memberships has changed. Pairs of (practice id, network id)."""

    pairs: frozenset[tuple[int, int]]

    @property
    def network_ids(self) -> frozenset[int]:
        return frozenset(network for _practice, network in self.pairs)

    @property
    def practice_ids(self) -> frozenset[int]:
        return frozenset(practice for practice, _network in self.pairs)


@dataclass(frozen=True)
class ClosingDatesCorrected(Change):
    """What the files say of the closing date of these practices has changed: given, moved or taken away."""

    practice_ids: frozenset[int]


@dataclass(frozen=True)
class ListSizesCorrected(Change):
    """What we believe about the list sizes of these organisations has changed. Pairs of (organisation id, kind)."""

    pairs: frozenset[tuple[int, int]]


@dataclass(frozen=True)
class LeadsCorrected(Change):
    """Who leads these networks has changed."""

    network_ids: frozenset[int]


@dataclass(frozen=True)
class PayeesCorrected(Change):
    """Who is nominated to receive these networks' money has changed."""

    network_ids: frozenset[int]


@dataclass(frozen=True)
class ParentsCorrected(Change):
    """The Parent Organisation of these has changed."""

    organisation_ids: frozenset[int]


@dataclass(frozen=True)
class PayeeProposed(Change):
    """Somebody has proposed a payee for a network; another person confirms or declines it."""

    proposal_id: int


@dataclass(frozen=True)
class PayeeProposalSettled(Change):
    """A proposed payee has been confirmed, declined or withdrawn."""

    proposal_id: int


@dataclass(frozen=True)
class SuccessionsRecorded(Change):
    """Who follows these practices has changed: those that closed, and those that follow now or did before."""

    predecessor_ids: frozenset[int]
    successor_ids: frozenset[int]

    @property
    def practice_ids(self) -> frozenset[int]:
        return self.predecessor_ids | self.successor_ids
