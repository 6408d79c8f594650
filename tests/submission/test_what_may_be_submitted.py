"""What is refused of figures, and what is said of them."""

from __future__ import annotations

import pytest

from core.errors import Invalid
from submission import commands
from submission.commands import Figures
from submission.models import Submission
from tests.factories.submission import (
    BY_HAND,
    REFERRALS,
    a_field,
    an_indicator,
    weight_management_content,
    with_indicators,
    world,
)
from tests.submission.entering import drafts, save, typed, value_of

pytestmark = pytest.mark.django_db


def weight_management_calculation(**changes):
    return weight_management_content()["calculation"] | changes


@pytest.fixture
def informed(training_day, below_alone):
    """A service with management information."""
    return world(**with_indicators(an_indicator("MI", a_field("DECLINED", name="Declined"), mi=True)))


def test_submitting_without_a_reason_is_refused(portland):
    with pytest.raises(Invalid, match="Select why the figures are entered by hand"):
        commands.submit_achievement_data(portland.key(), typed(37, reason=None), by=portland.tamsin)

    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("abc", "Referrals must be a whole number: 'abc' is not one."),
        ("3.5", "Referrals must be a whole number: '3.5' is not one."),
        ("-1", "Referrals must be 0 or more: it is −1."),
        ("1,00", "Referrals must be a whole number: '1,00' is not one."),
        (True, "Referrals must be a whole number: 'True' is not one."),
        ("100000000", "Referrals must be 99,999,999 or less: it is 100,000,000."),
    ],
)
def test_what_a_field_cannot_hold_is_refused_with_field_value_and_rule(portland, value, sentence):
    with pytest.raises(Invalid) as refused:
        save(portland, value)

    assert refused.value.sentences == (sentence,)
    assert drafts() == {}


def test_whole_numbers_may_be_typed_with_commas(portland):
    save(portland, " 1,234 ")

    assert drafts() == {REFERRALS: 1234}


def test_a_field_of_another_service_is_refused(portland):
    with pytest.raises(Invalid, match=r"WM\.NO is not a field that Portland Surgery gives"):
        commands.save_work_in_progress(portland.key(), Figures({("WM", "NO"): 1}), by=portland.tamsin)


def test_a_note_too_long_is_refused(portland):
    with pytest.raises(Invalid, match="Submission notes must be 1,000 characters or fewer: they are 1,001"):
        save(portland, 1, note="x" * 1001)


def test_a_required_field_left_empty_is_refused(portland):
    with pytest.raises(Invalid, match="Enter referrals: it is required"):
        commands.submit_achievement_data(portland.key(), Figures(reason=BY_HAND), by=portland.tamsin)


def test_nothing_new_is_not_submitted_again(portland):
    portland.submit(37)

    with pytest.raises(Invalid, match="Nothing has changed since the figures were last submitted"):
        portland.submit(37)


def test_more_than_the_allocation_is_shown_and_not_dropped(portland):
    done = portland.submit(37)

    assert value_of(portland) == 37
    assert done.warnings == [
        "Referrals: 37 were given, and 30 are payable. 7 are above the allocation of 30: shown, and not paid."
    ]


def test_within_the_allocation_nothing_is_said(training_day, below_alone):
    somewhere = world(allocation=30)

    assert somewhere.submit(30).warnings == []


def test_without_an_allocation_it_is_said_that_nothing_limits_what_is_paid(training_day, below_alone):
    somewhere = world(allocation=None)

    assert somewhere.submit(37).warnings == [
        "No allocation of Weight Management is recorded for Portland Surgery on 30 November 2021: nothing limits what "
        "is paid."
    ]


def test_a_claim_is_capped_by_another_field(training_day, below_alone):
    register = an_indicator("REG", a_field("REGISTER", "register", name="Register"))
    calculation = weight_management_calculation(
        limit={"kind": "field", "field": ["WM", "REG", "REGISTER"], "over": "payment_period", "source": "Test."}
    )
    somewhere = world(**with_indicators(register), calculation=calculation)

    figures = Figures({REFERRALS: 12, ("WM", "REG", "REGISTER"): 10}, BY_HAND)
    done = commands.submit_achievement_data(somewhere.key(), figures, by=somewhere.tamsin)

    assert done.warnings == [
        "Referrals: 12 were given, and 10 are payable. 2 are above the register of 10: shown, and not paid."
    ]


def test_a_numerator_above_its_denominator_is_refused(checks):
    figures = Figures({REFERRALS: 1, ("WM", "CK", "NUM"): 12, ("WM", "CK", "DEN"): 10}, BY_HAND)

    with pytest.raises(Invalid, match="Checked must be 10 or less, the value of eligible: it is 12"):
        commands.submit_achievement_data(checks.key(), figures, by=checks.tamsin)


def test_a_numerator_equal_to_its_denominator_is_taken(checks):
    figures = Figures({REFERRALS: 1, ("WM", "CK", "NUM"): 10, ("WM", "CK", "DEN"): 10}, BY_HAND)

    assert commands.submit_achievement_data(checks.key(), figures, by=checks.tamsin).values == 3


def test_every_problem_is_said_at_once(checks):
    figures = Figures({("WM", "CK", "NUM"): 12})

    with pytest.raises(Invalid) as refused:
        commands.submit_achievement_data(checks.key(), figures, by=checks.tamsin)

    assert refused.value.sentences == (
        "Enter referrals: it is required.",
        "Enter eligible: it is required.",
        "Select why the figures are entered by hand.",
    )


def test_fields_of_one_name_are_told_apart(training_day, below_alone):
    somewhere = world(**with_indicators(an_indicator("WM002", a_field("REFERRALS", name="Referrals"))))

    with pytest.raises(Invalid) as refused:
        commands.submit_achievement_data(somewhere.key(), Figures(reason=BY_HAND), by=somewhere.tamsin)

    assert "Enter indicator WM002: referrals: it is required." in refused.value.sentences


def test_management_information_must_be_there(informed):
    with pytest.raises(Invalid, match="Enter declined, or choose to enter 0 for management information left empty"):
        informed.submit(3)


def test_management_information_left_empty_can_be_filled_with_nought(informed):
    done = commands.submit_achievement_data(informed.key(), typed(3), by=informed.tamsin, zero_fill=True)

    assert done.values == 2
    assert value_of(informed, ("WM", "MI", "DECLINED")) == 0


def test_nought_is_not_filled_in_for_what_is_paid(informed):
    with pytest.raises(Invalid, match="Enter referrals: it is required"):
        commands.submit_achievement_data(informed.key(), Figures(reason=BY_HAND), by=informed.tamsin, zero_fill=True)


def test_days_money_and_yes_or_no_are_read(training_day, below_alone):
    fields = (a_field("DAY", "date"), a_field("COST", "money"), a_field("DONE", "yes_no"))
    somewhere = world(**with_indicators(fields=fields))
    given = {("WM", "DAY"): "2021-11-05", ("WM", "COST"): "£1,234.5", ("WM", "DONE"): "Yes"}

    commands.save_work_in_progress(somewhere.key(), Figures(given), by=somewhere.tamsin)

    assert drafts() == {("WM", "DAY"): "2021-11-05", ("WM", "COST"): "1234.50", ("WM", "DONE"): True}
