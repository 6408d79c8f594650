"""Every network's total against a sum of fractions from the files: what should be there, what is, and what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from achievement.models import NetworkAchievement
from catalogue.models import QualityService
from cqrs_portal.rehearsal.files import lists_in, members_on, spells_in

Key = tuple[str, date]
"""Network's Org ID and achievement date."""

RATE = {2021: Fraction(61, 1000)}
"""Pounds a registered patient a month for a Clinical Director, by the year the financial year starts in: as printed in
the Network Contract DES financial entitlements, not as the portal's service definition has it."""


@dataclass(frozen=True)
class Total:
    """A network's total: how many lines, and pounds."""

    lines: int
    pounds: Decimal


@dataclass(frozen=True)
class Proof:
    """How many totals there should be and what they come to, and every difference in words."""

    totals: int
    pounds: Decimal
    differences: Sequence[str]


def prove(
    networks: Path, lists: Path, year: int, days: Sequence[date], unapproved: set[tuple[str, date]],
    service: QualityService,
) -> Proof:  # fmt: skip
    """Compare the totals of a service with the files; `unapproved` are lines nobody approved: (practice, date)."""
    should = expected_totals(networks, lists, year, days, unapproved)
    found = _found(service, days, {code for code, _day in should} | {spell.network for spell in spells_in(networks)})
    return Proof(
        len(should), sum((each.pounds for each in should.values()), Decimal(0)), list(_compared(should, found))
    )


def expected_totals(
    networks: Path, lists: Path, year: int, days: Sequence[date], unapproved: set[tuple[str, date]]
) -> dict[Key, Total]:
    """A total for each network and date whose every member has a list, and was approved."""
    spells, sizes, totals = spells_in(networks), lists_in(lists), {}
    for day in days:
        for network, practices in members_on(day, spells).items():
            if practices <= sizes.keys() and not any((practice, day) in unapproved for practice in practices):
                lines = [to_the_penny(sizes[practice] * RATE[year]) for practice in practices]
                totals[network, day] = Total(len(lines), sum(lines, Decimal(0)))
    return totals


def to_the_penny(pounds: Fraction) -> Decimal:
    """Half a penny up, by whole numbers alone."""
    pennies, rest = divmod(pounds * 100, 1)
    return Decimal(int(pennies) + (rest >= Fraction(1, 2))) / 100


def _found(service: QualityService, days: Sequence[date], networks: set[str]) -> dict[Key, Total]:
    rows = NetworkAchievement.objects.payable().filter(
        service=service, achievement_date__in=days, network__code__in=networks
    )
    named = rows.values_list("network__code", "achievement_date", "lines", "amount")
    return {(code, day): Total(lines, amount) for code, day, lines, amount in named}


def _compared(should: Mapping[Key, Total], found: Mapping[Key, Total]) -> Iterator[str]:
    for key in sorted(should.keys() | found.keys()):
        if should.get(key) != found.get(key):
            yield f"{key[0]}, {key[1]:%d/%m/%Y}: {_worded(found.get(key))}; by the files {_worded(should.get(key))}"


def _worded(total: Total | None) -> str:
    return f"£{total.pounds:,.2f} from {total.lines} lines" if total else "no total"
