"""What is put right is worked out and aggregated by itself, by a real worker."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from accounts.states import Role
from achievement.commands import approve_achievements
from achievement.models import Achievement, AchievementChange, NetworkAchievement
from achievement.states import State
from core.actors import SYSTEM
from core.transitions import Seen
from organisations.commands import Spell, correct_memberships, set_list_sizes
from organisations.models import ListKind, Organisation
from participation.commands import JoinerOffer, settle_joiners
from participation.queries.joiners import joinings
from tests.factories.accounts import acting_as
from ui.previews import APPROVED

pytestmark = pytest.mark.usefixtures("training", "worker")

PATIENCE = 20
AUGUST, JANUARY = date(2021, 8, 31), date(2021, 1, 1)


def place(code: str) -> Organisation:
    return Organisation.objects.get(code=code)


def totals() -> list[Decimal]:
    """Biscay's, of September to November."""
    rows = NetworkAchievement.objects.payable().filter(network__code="Z05849", achievement_date__gt=AUGUST)
    return list(rows.order_by("achievement_date").values_list("amount", flat=True))


def soon(is_so: Callable[[], bool]) -> float:
    """Seconds until it is so."""
    start = time.monotonic()
    while not is_so():
        assert time.monotonic() < start + PATIENCE, "it did not happen by itself"
        time.sleep(0.02)
    return time.monotonic() - start


def approve(lines: list[Achievement]) -> None:
    by = acting_as(Role.APPROVAL_MANAGEMENT, organisation=place("ZBY"))
    approve_achievements([Seen(line.pk, line.version) for line in lines], by=by)


def awaiting() -> list[Achievement]:
    return list(Achievement.objects.in_state(State.AWAITING_COMMISSIONER).filter(network__code="Z05849"))


def test_offers_to_joiners_are_worked_out_at_once_and_aggregated_after_the_last_approval() -> None:
    by = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=place("ZBY"))
    offers = [
        JoinerOffer(each.network.pk, each.practice.pk, offer.service.pk, offer.start_date, offer.end_date)
        for each in joinings([place("Z05849").pk])
        for offer in each.missing
    ]

    settle_joiners(offers, by=by)
    lines = awaiting()
    approve(lines)
    seconds = soon(lambda: len(totals()) == 3)

    assert sum(line.amount for line in lines) == Decimal("2316.42")
    assert totals() == [Decimal("3522.81")] * 3
    assert seconds < PATIENCE


def test_a_membership_taken_back_completes_the_network_and_nobody_has_to_ask() -> None:
    left = [Spell(date(2019, 10, 1), date(2020, 4, 1))]
    spells = {(place(code).pk, place("Z05849").pk): left for code in ("V84552", "V91037")}

    correct_memberships(spells, by=SYSTEM)
    soon(lambda: len(totals()) == 3)

    assert totals() == [Decimal("2750.67")] * 3


def test_a_corrected_list_brings_what_was_approved_back_with_the_difference_and_then_goes_on() -> None:
    left = [Spell(date(2019, 10, 1), date(2020, 4, 1))]
    correct_memberships({(place(code).pk, place("Z05849").pk): left for code in ("V84552", "V91037")}, by=SYSTEM)
    soon(lambda: len(totals()) == 3)

    set_list_sizes(ListKind.CRP, JANUARY, {place("V36546").pk: 9_220}, by=SYSTEM)
    back = awaiting()
    withdrawn = totals()
    notes = AchievementChange.objects.filter(row__in=back, transition="line changed").values_list("note", flat=True)
    approve(back)
    soon(lambda: len(totals()) == 3)

    assert [line.amount for line in back] == [Decimal("562.42")] * 3
    assert set(notes) == {"Was £556.32, now £562.42: £6.10 more. A list size was corrected."}
    assert withdrawn == []
    assert totals() == [Decimal("2756.77")] * 3


def test_what_finance_has_approved_is_left_alone_and_listed_with_the_pounds() -> None:
    final = NetworkAchievement.objects.in_state(State.AGGREGATED_COMPLETE).filter(network__code="Z05851")
    before = list(final.order_by("pk").values_list("pk", "version", "amount"))

    corrected = set_list_sizes(ListKind.CRP, JANUARY, {place("V10111").pk: 8_300}, by=SYSTEM)

    said = [effect for effect in corrected.effects if effect.kind == APPROVED]
    assert list(final.order_by("pk").values_list("pk", "version", "amount")) == before
    assert [effect.pounds for effect in said] == [Decimal("6.10")] * 8
    assert all(effect.href for effect in said)
    assert "in Fastnet PCN, April 2021, is financially approved and stays as it is" in said[0].sentence
