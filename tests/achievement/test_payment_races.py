"""Two people at once on what is paid to a practice: nobody declares or approves what has changed under them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from achievement import commands
from achievement.models import Achievement, AchievementChange, Declaration
from achievement.states import State
from core import clock
from core.actors import SYSTEM
from core.errors import NotPermitted
from tests.achievement.payments import Payments, payments
from tests.achievement.racing import at_once, overtaken

pytestmark = [pytest.mark.django_db(transaction=True)]

CHANGED = ("It has changed since you saw it.",)


@pytest.fixture
def portland(transactional_db, training_day) -> Payments:
    return payments()


def on_the_day(act):
    """The clock of a thread of its own is held too."""

    def do():
        with clock.held_at(date(2021, 12, 11)):
            return act()

    return do


def reasons(outcome):
    return [row.reasons for row in outcome.refused]


def test_declaring_while_figures_change_declares_nothing(portland: Payments):
    portland.submit(37)
    before = portland.chosen()

    outcome = overtaken(
        on_the_day(lambda: commands.declare_achievements(before, by=portland.manager)),
        by=lambda: portland.submit(12),
    )

    assert (outcome.moved, reasons(outcome)) == (0, [CHANGED])
    assert (portland.achievement.state, portland.achievement.amount) == (State.AWAITING_PROVIDER, Decimal("138.00"))
    assert not Declaration.objects.exists()


def test_figures_that_change_while_somebody_declares_come_back_to_be_declared(portland: Payments):
    portland.submit(37)

    overtaken(on_the_day(lambda: portland.submit(12)), by=lambda: portland.declare())

    moves = (
        AchievementChange.objects.filter(row=portland.achievement).order_by("pk").values_list("transition", flat=True)
    )
    assert list(moves) == ["calculate", "declare", "figures changed"]
    assert (portland.achievement.state, portland.achievement.amount) == (State.AWAITING_PROVIDER, Decimal("138.00"))


def test_approving_while_the_commissioner_corrects_the_figures_approves_nothing(portland: Payments):
    portland.declared(37)
    before, clerk = portland.as_seen(), portland.world.kezia

    outcome = overtaken(
        on_the_day(lambda: commands.approve_achievements(before, by=portland.approver)),
        by=lambda: portland.submit(12, by=clerk),
    )

    assert outcome.moved == 0
    assert portland.achievement.state == State.AWAITING_PROVIDER


def test_finance_approval_while_the_figures_change_approves_nothing(portland: Payments):
    portland.approved(37)
    before, clerk = portland.as_seen(), portland.world.kezia

    outcome = overtaken(
        on_the_day(lambda: commands.approve_practice_payments(before, by=portland.finance)),
        by=lambda: portland.submit(12, by=clerk),
    )

    assert outcome.moved == 0
    assert portland.achievement.state == State.AWAITING_PROVIDER


def test_a_calculation_after_finance_approval_has_overtaken_it_changes_nothing(portland: Payments):
    portland.approved(37)
    from participation.models import Allocation

    Allocation.objects.update(amount=10)

    done = overtaken(
        on_the_day(lambda: commands.calculate_practice_payments(by=SYSTEM, keys=[portland.world.key()])),
        by=lambda: portland.give_finance_approval(),
    )

    assert done.lines == {"to be adjusted": 1}
    assert (portland.achievement.state, portland.achievement.amount) == (State.FINANCE_APPROVED, Decimal("345.00"))


def test_figures_submitted_while_they_are_approved_are_refused_and_the_approval_stands(portland: Payments):
    portland.declared(37)
    approver = on_the_day(portland.approve)

    with pytest.raises(NotPermitted, match="It is approved: only the commissioning organisation can change"):
        overtaken(on_the_day(lambda: portland.submit(12)), by=approver)

    assert (portland.achievement.state, portland.achievement.amount) == (State.AWAITING_FINANCE, Decimal("345.00"))
    assert portland.world.submission.values.count() == 1


def test_a_correction_on_behalf_during_finance_approval_is_refused_and_the_approval_stands(portland: Payments):
    portland.approved(37)
    clerk = portland.world.kezia

    with pytest.raises(NotPermitted, match="It has finance approval: its figures are not changed any more"):
        overtaken(on_the_day(lambda: portland.submit(12, by=clerk)), by=on_the_day(portland.give_finance_approval))

    assert (portland.achievement.state, portland.achievement.amount) == (State.FINANCE_APPROVED, Decimal("345.00"))
    assert portland.world.submission.values.count() == 1


def test_two_people_who_declare_at_once_declare_once(portland: Payments):
    portland.submit(37)
    chosen = portland.chosen()
    act = on_the_day(lambda: commands.declare_achievements(chosen, by=portland.manager))

    outcomes = at_once(act, act)

    assert sorted(outcome.moved for outcome in outcomes) == [0, 1]
    assert Declaration.objects.count() == 1


def test_withdrawing_while_it_is_approved_moves_it_once(portland: Payments):
    portland.declared(37)
    seen = portland.as_seen()

    outcomes = at_once(
        on_the_day(lambda: commands.withdraw_declarations(seen, by=portland.manager, note="The count was wrong.")),
        on_the_day(lambda: commands.approve_achievements(seen, by=portland.approver)),
    )

    assert sorted(outcome.moved for outcome in outcomes) == [0, 1]
    assert portland.achievement.state in (State.AWAITING_PROVIDER, State.AWAITING_FINANCE)


def test_two_calculations_at_once_make_one_achievement(portland: Payments):
    portland.submit(37)
    key = portland.world.key()
    act = on_the_day(lambda: commands.calculate_practice_payments(by=SYSTEM, keys=[key]))

    outcomes = at_once(act, act)

    assert [outcome.lines for outcome in outcomes] == [{}, {}]
    assert Achievement.objects.count() == 1
