"""What is paid to the practice itself: worked out when figures are submitted, and anew when they change."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from achievement import commands
from achievement.models import Achievement, AchievementChange
from achievement.queries.details import explanation_of
from achievement.queries.figures import figures_in_words
from achievement.states import State
from core.actors import SYSTEM
from core.errors import NotPermitted
from participation.models import Allocation, Participation
from submission.changes import Key
from submission.models import IndicatorValue
from tests.achievement.payments import OCTOBER, Payments, payments
from tests.factories.submission import NOVEMBER, weight_management_content

BY_TAMSIN = "Other figures were submitted by Tamsin Dale, Portland Surgery."

pytestmark = pytest.mark.django_db


@pytest.fixture
def portland(db, training_day):
    return payments()


def last_move(achievement: Achievement) -> AchievementChange:
    return AchievementChange.objects.filter(row=achievement).order_by("-pk").first()


def sentences(submitted) -> str:
    return " ".join(effect.sentence for effect in submitted.effects)


def test_submitting_works_out_what_is_paid_and_shows_what_is_above_the_allocation(portland: Payments):
    submitted = portland.submit(37)

    made = portland.achievement
    assert (made.amount, made.state, made.auto_declared) == (Decimal("345.00"), State.AWAITING_PROVIDER, False)
    assert made.commissioner == portland.world.commissioner
    assert (
        "Portland Surgery, 30 November 2021: 37 referrals, 30 payable, 7 above the allocation of 30, "
        "x £11.50 a referral = £345.00." in sentences(submitted)
    )
    assert "1 achievement is calculated, £345.00, and awaits declaration." in sentences(submitted)


def test_the_effect_names_the_achievement_so_that_a_page_can_lead_to_it(portland: Payments):
    submitted = portland.submit(37)

    (told,) = [effect for effect in submitted.effects if effect.kind == "provisional payment"]
    assert (told.keys, told.pounds) == ((portland.achievement.pk,), Decimal("345.00"))


def test_it_keeps_the_ids_of_what_it_was_worked_out_from(portland: Payments):
    portland.submit(37)

    value, allocation = IndicatorValue.objects.get(), Allocation.objects.get()
    assert portland.achievement.inputs == {
        "figures": {"count": 37, "limit": 30},
        "values": {"count": value.pk, "limit": None},
        "allocation": allocation.pk,
    }


def test_the_explanation_is_the_calculation_run_again(portland: Payments):
    portland.submit(37)

    explanation = explanation_of(portland.achievement)

    assert explanation.amount == portland.achievement.amount
    assert explanation.sentence() == (
        "37 referrals, 30 payable, 7 above the allocation of 30, x £11.50 a referral = £345.00"
    )
    assert figures_in_words(portland.achievement) == "37 referrals, 30 payable"


def test_a_claim_within_the_allocation_is_paid_in_full(portland: Payments):
    portland.submit(12)

    assert portland.achievement.amount == Decimal("138.00")
    assert figures_in_words(portland.achievement) == "12 referrals"


def test_one_referral_is_one_referral(portland: Payments):
    portland.submit(1)

    assert figures_in_words(portland.achievement) == "1 referral"


def test_a_nil_return_is_an_achievement_of_nothing_that_is_declared_like_others(portland: Payments):
    portland.submit(0)

    assert (portland.achievement.amount, portland.achievement.state) == (Decimal(0), State.AWAITING_PROVIDER)


def test_who_has_no_allocation_is_not_limited_by_one(training_day):
    unlimited = payments(allocation=None)

    unlimited.submit(101)

    assert unlimited.achievement.amount == Decimal("1161.50")


def test_a_register_limits_as_an_allocation_does(training_day):
    content = weight_management_content()
    group = content["indicator_groups"][0]
    register = {"code": "REGISTER", "name": "Register", "kind": "register", "required": True}
    indicator = group["indicators"][0]
    indicator = indicator | {"fields": [*indicator["fields"], register]}
    limit = {"kind": "field", "field": ["WM", "WM001", "REGISTER"], "over": "payment_period", "source": "A test."}
    limited = payments(
        indicator_groups=[group | {"indicators": [indicator]}], calculation=content["calculation"] | {"limit": limit}
    )
    from submission.commands import Figures, submit_achievement_data
    from tests.factories.submission import BY_HAND, REFERRALS

    figures = Figures({REFERRALS: 37, ("WM", "WM001", "REGISTER"): 20}, BY_HAND)
    submit_achievement_data(limited.world.key(), figures, by=limited.manager)

    assert limited.achievement.amount == Decimal("230.00")
    assert "above the register of 20" in explanation_of(limited.achievement).sentence()


def test_without_an_approved_participation_there_is_no_achievement_and_it_is_said(portland: Payments):
    Participation.objects.update(state=1)

    submitted = portland.submit(37)

    assert not Achievement.objects.exists()
    assert (
        "Portland Surgery has no approved participation in Weight Management 2021/22 that covers 30 November 2021: "
        "nothing is paid." in sentences(submitted)
    )


def test_figures_on_a_date_that_is_not_a_payment_date_yield_no_payment_and_it_is_said(training_day):
    days = ["2021-07-31", "2021-10-31", "2021-11-15", "2021-11-30", "2022-03-31"]
    listed = [{"date": day, "payment_date": not day.endswith("15")} for day in days]
    some = payments(achievement_dates={"rule": "listed", "dates": listed})
    middle = next(each for each in some.service.achievement_dates.all() if not each.is_payment_date).date

    submitted = some.submit(37, day=middle, by=some.world.kezia)

    assert not Achievement.objects.exists()
    assert "15 November 2021 is not a payment date of Weight Management 2021/22: these figures yield no payment." in (
        sentences(submitted)
    )


def test_figures_changed_before_declaration_change_the_amount(portland: Payments):
    portland.submit(37)

    submitted = portland.submit(12)

    assert (portland.achievement.amount, portland.achievement.state) == (Decimal("138.00"), State.AWAITING_PROVIDER)
    assert "1 achievement changes from £345.00 to £138.00 and awaits declaration again." in sentences(submitted)


def test_figures_changed_after_declaration_send_it_back_to_its_provider_with_the_difference(portland: Payments):
    portland.declared(37)

    portland.submit(12)

    move = last_move(portland.achievement)
    assert portland.achievement.state == State.AWAITING_PROVIDER
    assert (move.transition, move.by) == ("figures changed", None)
    assert move.note == f"Was £345.00 for 37 claimed, now £138.00 for 12 claimed: £207.00 less. {BY_TAMSIN}"


def test_who_changed_the_figures_on_behalf_is_said_with_the_difference(portland: Payments):
    portland.approved(37)

    portland.submit(25, by=portland.world.kezia)

    note = last_move(portland.achievement).note
    assert note.endswith("£57.50 less. Other figures were submitted by Kezia Moor, NHS Viking CCG.")


def test_figures_above_the_allocation_before_and_after_are_declared_anew_although_the_amount_stands(
    portland: Payments,
):
    portland.declared(37)

    portland.submit(38)

    assert (portland.achievement.amount, portland.achievement.state) == (Decimal("345.00"), State.AWAITING_PROVIDER)
    note = last_move(portland.achievement).note
    assert note == f"Was £345.00 for 37 claimed, now £345.00 for 38 claimed. {BY_TAMSIN}"


def test_the_provider_does_not_change_what_is_approved(portland: Payments):
    portland.approved(37)

    with pytest.raises(NotPermitted, match="It is approved: only the commissioning organisation can change"):
        portland.submit(12)

    assert portland.achievement.amount == Decimal("345.00")


def test_the_commissioner_changes_what_is_approved_until_finance_approval(portland: Payments):
    portland.approved(37)
    clerk = portland.world.kezia

    portland.submit(12, by=clerk)

    assert (portland.achievement.amount, portland.achievement.state) == (Decimal("138.00"), State.AWAITING_PROVIDER)


def test_nobody_changes_figures_after_finance_approval(portland: Payments):
    portland.finally_approved(37)

    with pytest.raises(NotPermitted, match="It has finance approval"):
        portland.submit(12, by=portland.world.kezia)


def test_what_finance_has_approved_stays_and_is_answered_as_to_be_adjusted(portland: Payments):
    before = portland.finally_approved(37)
    Allocation.objects.update(amount=10)

    done = commands.calculate_practice_payments(by=SYSTEM, keys=[portland.world.key()])

    assert done.lines == {"to be adjusted": 1}
    assert (portland.achievement.amount, portland.achievement.version) == (before.amount, before.version)
    assert "Weight Management, 30 November 2021, is financially approved and stays as it is" in done.effects[0].sentence


def test_calculating_again_changes_nothing(portland: Payments):
    before = portland.declared(37)

    done = commands.calculate_practice_payments(by=SYSTEM, keys=[portland.world.key()])

    assert (done.lines, done.effects) == ({}, ())
    assert portland.achievement.version == before.version


def test_a_participation_that_ends_withdraws_what_it_no_longer_covers_and_brings_it_back(portland: Payments):
    portland.declared(37)
    Participation.objects.update(state=8)
    commands.calculate_practice_payments(by=SYSTEM, keys=[portland.world.key()])
    assert portland.achievement.state == State.WITHDRAWN

    Participation.objects.update(state=5)
    commands.calculate_practice_payments(by=SYSTEM, keys=[portland.world.key()])

    assert (portland.achievement.state, portland.achievement.amount) == (State.AWAITING_PROVIDER, Decimal("345.00"))
    assert last_move(portland.achievement).transition == "revive"


def test_many_practices_are_worked_out_together_each_by_its_own_allocation(portland: Payments):
    for number in range(5):
        practice, manager = portland.another_practice(f"Practice {number}", allocation=10 * number)
        portland.submit_for(practice, 25, manager)
    keys = [Key(portland.service.pk, NOVEMBER, id) for id in Achievement.objects.values_list("provider", flat=True)]
    Allocation.objects.update(amount=5)

    done = commands.calculate_practice_payments(by=SYSTEM, keys=keys)

    assert done.lines == {"changed": 5}
    assert set(Achievement.objects.values_list("amount", flat=True)) == {Decimal("57.50")}
    assert any(effect.sentence == "5 achievements, £287.50." for effect in done.effects)


def test_the_queries_do_not_grow_with_the_practices(portland: Payments, django_assert_max_num_queries):
    keys = []
    for number in range(10):
        practice, manager = portland.another_practice(f"Practice {number}")
        portland.submit_for(practice, 25, manager)
        keys.append(Key(portland.service.pk, NOVEMBER, practice.pk))

    with django_assert_max_num_queries(45):
        commands.calculate_practice_payments(by=SYSTEM, keys=keys)


def test_each_date_of_a_service_is_an_achievement_of_its_own(portland: Payments):
    portland.submit(12, by=portland.world.kezia, day=OCTOBER)
    portland.submit(37)

    assert dict(Achievement.objects.values_list("achievement_date", "amount")) == {
        OCTOBER: Decimal("138.00"),
        NOVEMBER: Decimal("345.00"),
    }


class TestWithoutDeclaration:
    @pytest.fixture
    def automatic(self, training_day) -> Payments:
        return payments(no_declaration_required=True)

    def test_it_awaits_the_commissioner_at_once(self, automatic: Payments):
        submitted = automatic.submit(37)

        made = automatic.achievement
        assert (made.state, made.auto_declared) == (State.AWAITING_COMMISSIONER, True)
        assert "and awaits approval." in sentences(submitted)

    def test_changed_figures_keep_the_declaration_and_lose_the_approval(self, automatic: Payments):
        automatic.submit(37)
        automatic.approve()

        automatic.submit(12, by=automatic.world.kezia)

        assert (automatic.achievement.state, automatic.achievement.amount) == (
            State.AWAITING_COMMISSIONER,
            Decimal("138.00"),
        )

    def test_a_rejected_one_is_held_until_it_is_lifted(self, automatic: Payments):
        automatic.submit(37)

        commands.reject_achievements(automatic.as_seen(), by=automatic.approver, note="Too many.")
        assert automatic.achievement.state == State.HELD
        commands.lift_hold(automatic.as_seen(), by=automatic.approver, note="The practice explained.")

        assert automatic.achievement.state == State.AWAITING_COMMISSIONER

    def test_a_held_one_awaits_approval_again_when_its_figures_change(self, automatic: Payments):
        automatic.submit(37)
        commands.reject_achievements(automatic.as_seen(), by=automatic.approver, note="Too many.")

        automatic.submit(12)

        assert automatic.achievement.state == State.AWAITING_COMMISSIONER

    def test_its_declaration_is_not_withdrawn_by_anybody(self, automatic: Payments):
        automatic.submit(37)

        outcome = commands.withdraw_declarations(automatic.as_seen(), by=automatic.manager, note="A mistake.")

        assert outcome.moved == 0
        assert "It was declared by the portal itself" in outcome.refused[0].reasons[0]

    def test_where_no_approval_is_required_either_it_awaits_finance(self, training_day):
        nobody = payments(no_declaration_required=True, no_approval_required=True)

        nobody.submit(37)

        assert nobody.achievement.state == State.AWAITING_FINANCE


def test_what_is_paid_is_at_the_fee_of_the_achievement_date_not_of_today(db, training_day):
    content = weight_management_content()
    (fee,) = content["calculation"]["fees"]
    until_november = fee | {"end_date": NOVEMBER, "amount": "10.00"}
    from_december = fee | {"start_date": NOVEMBER + timedelta(days=1), "amount": "20.00"}
    nil = [case for case in content["golden_cases"] if case["count"] == 0]
    fees = content["calculation"] | {"fees": [until_november, from_december]}
    priced = payments(calculation=fees, golden_cases=nil)

    priced.submit(12)

    assert priced.achievement.amount == Decimal("120.00")
    assert "£10.00 a referral" in explanation_of(priced.achievement).sentence()
