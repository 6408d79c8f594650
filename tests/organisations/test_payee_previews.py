"""What another payee would change is said before, keeps nothing, and is confirmed as it was seen."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.previews import WorldMoved, foreseen
from operations.models import OutboxMessage
from operations.notifications import SEND
from organisations import commands
from organisations.commands import Nomination
from organisations.models import Organisation
from organisations.queries import payee_of
from tests.factories.achievement import OCTOBER
from tests.factories.organisations import PracticeFactory
from tests.organisations.payees import JANUARY, portland_for, proposed, seen

pytestmark = pytest.mark.django_db


def effects_of(world, ewan, start=date(2021, 10, 1)):
    return commands.preview_payee(portland_for(world, start), by=ewan)


def test_the_preview_says_which_totals_would_be_paid_to_whom(world, ewan):
    world.aggregated()

    effects = effects_of(world, ewan)

    assert [effect.sentence for effect in effects] == [
        f"{world.service.short_name}, October 2021: 1 PCN achievement, £2,250.78, Aggregated: paid to Portland Surgery "
        "in place of Viking Medical Practice."
    ]
    assert (effects[0].count, effects[0].pounds) == (1, Decimal("2250.78"))


def test_the_preview_names_open_lines_too(world, ewan):
    world.calculate(OCTOBER)

    effects = effects_of(world, ewan)

    assert effects[0].sentence.startswith(f"{world.service.short_name}, October 2021: 3 lines, £2,250.78")


def test_a_change_before_a_release_is_warned_of(world, ewan):
    """Story F: finance has approved it, and it is not paid yet."""
    world.completed()

    effects = effects_of(world, ewan)

    assert [effect.kind for effect in effects] == ["held at release"]
    assert "It is held at release" in effects[0].sentence


def test_what_is_of_other_days_is_left_alone(world, ewan):
    world.aggregated()

    assert effects_of(world, ewan, JANUARY) == []


def test_a_preview_keeps_nothing(world, ewan):
    world.aggregated()

    commands.preview_payee(Nomination(world.network, "V12345", date(2021, 10, 1), payee_name="Federation"), by=ewan)

    assert payee_of(world.network, OCTOBER).name == "Viking Medical Practice"
    assert not Organisation.objects.filter(code="V12345").exists()
    assert not OutboxMessage.objects.filter(task=SEND).exists()


def test_what_has_moved_on_since_it_was_seen_is_not_confirmed(world, ewan, freda):
    proposal = proposed(portland_for(world, date(2021, 10, 1)), ewan)
    shown = foreseen([effect.sentence for effect in commands.preview_confirmation(proposal.pk, by=freda)])
    world.aggregated()

    with pytest.raises(WorldMoved, match="New: .* paid to Portland Surgery"):
        commands.confirm_payee(seen(proposal), by=freda, expected=shown)

    assert payee_of(world.network, OCTOBER).name == "Viking Medical Practice"


def test_what_was_seen_is_confirmed(world, ewan, freda):
    world.aggregated()
    proposal = proposed(portland_for(world, date(2021, 10, 1)), ewan)
    shown = foreseen([effect.sentence for effect in commands.preview_confirmation(proposal.pk, by=freda)])

    settled = commands.confirm_payee(seen(proposal), by=freda, expected=shown)

    assert "paid to Portland Surgery" in settled.effects[0].sentence


def test_a_practice_outside_the_network_may_be_payee(world, ewan):
    other = PracticeFactory(name="Dogger Surgery")

    made = proposed(Nomination(world.network, other.code, JANUARY), ewan)

    assert made.payee == other
