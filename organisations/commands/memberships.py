"""Which practices belong to which networks, and from when to when."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from core.actors import Actor
from core.changes import publish
from core.commands import command, instant
from core.dates import inclusive
from core.errors import Invalid
from core.two_clocks import Belief, believe
from organisations.changes import MembershipCorrected
from organisations.commands.results import Corrected
from organisations.commands.subjects import lock_practices, must_be
from organisations.models import Kind, Membership, Organisation
from organisations.queries import memberships_shadowed

Pair = tuple[int, int]  # practice id, network id


@dataclass(frozen=True, order=True)
class Spell:
    """A practice's time in a network, both days included; `end_date` None while it lasts.

    A zero-length one starts and ends on a day, as the Organisation Data Service records it, and counts on none.
    """

    start_date: date
    end_date: date | None = None
    zero_length: bool = False

    @property
    def valid(self) -> DateRange:
        return DateRange(empty=True) if self.zero_length else inclusive(self.start_date, self.end_date)


@command
def correct_membership(
    practice: Organisation, network: Organisation, spells: Iterable[Spell], *, by: Actor
) -> Corrected:
    """The practice was a member of the network in these spells, and in no others.

    Raises Invalid when a spell ends before it starts, or two share a day. Publishes MembershipCorrected.
    """
    must_be(practice, Kind.PRACTICE, "Practice")
    must_be(network, Kind.NETWORK, "PCN")
    return correct_memberships({(practice.pk, network.pk): tuple(spells)}, by=by)


@command
def correct_memberships(spells: Mapping[Pair, Collection[Spell]], *, by: Actor) -> Corrected:
    """The same for many pairs of (practice id, network id) at once: one instant, one change published."""
    for each in spells.values():
        _must_be_spells(each)
    lock_practices({practice for practice, _ in spells}, {network for _, network in spells})
    recorded = believe(Membership, membership_beliefs(spells), about=[_key(pair) for pair in spells])
    effects = publish(MembershipCorrected(by, with_shadowed(recorded.keys))) if recorded else ()
    return Corrected(recorded, effects)


@command
def end_membership(practice: Organisation, network: Organisation, end_date: date, *, by: Actor) -> Corrected:
    """The practice's membership that holds on `end_date` has that as its last day.

    Its other spells are left as they are. Raises Invalid when no membership holds on the day: a later end is a
    correction. Publishes MembershipCorrected.
    """
    lock_practices([practice.pk], [network.pk])
    known = Membership.objects.known().filter(practice=practice, network=network)
    spells = [_spell(row) for row in known]
    if not any(_holds_on(spell, end_date) for spell in spells):
        raise Invalid(f"End date {end_date:%d/%m/%Y}: {practice} is not a member of {network} on that day.")
    ended = [replace(spell, end_date=end_date) if _holds_on(spell, end_date) else spell for spell in spells]
    return correct_memberships({(practice.pk, network.pk): ended}, by=by)


def _spell(row: Membership) -> Spell:
    if row.zero_length_date:
        return Spell(row.zero_length_date, row.zero_length_date, zero_length=True)
    return Spell(row.valid.lower, row.end_date)


def _holds_on(spell: Spell, day: date) -> bool:
    return not spell.zero_length and spell.start_date <= day and (spell.end_date is None or day <= spell.end_date)


def _must_be_spells(spells: Collection[Spell]) -> None:
    for spell in spells:
        if spell.end_date and spell.end_date < spell.start_date:
            raise Invalid(
                f"End date {spell.end_date:%d/%m/%Y} is before start date {spell.start_date:%d/%m/%Y}. "
                "Both days are included."
            )
    held = sorted(spell for spell in spells if not spell.zero_length)
    for spell, following in pairwise(held):
        if spell.end_date is None or following.start_date <= spell.end_date:
            raise Invalid(
                f"Start date {following.start_date:%d/%m/%Y} is within the membership that starts on "
                f"{spell.start_date:%d/%m/%Y}: one must end before the other starts."
            )


def membership_beliefs(spells: Mapping[Pair, Collection[Spell]]) -> Iterator[Belief]:
    """What is to be believed of these pairs."""
    for pair, each in spells.items():
        for spell in set(each):
            zero_length_date = spell.start_date if spell.zero_length else None
            yield Belief(_key(pair), spell.valid, {"zero_length_date": zero_length_date})


def _key(pair: Pair) -> dict[str, int]:
    practice, network = pair
    return {"practice": practice, "network": network}


def with_shadowed(keys: frozenset[tuple[Any, ...]]) -> frozenset[Pair]:
    """Pairs that this command changed, and those of the same practices in other networks which they count before, or
    did: whether those count has changed too."""
    pairs = frozenset((practice, network) for practice, network in keys)
    return pairs | memberships_shadowed(pairs, instant())
