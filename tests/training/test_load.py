"""The training data is what the specification says (domain 10), to the penny."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Grant, User
from accounts.queries import acting_for
from accounts.states import Role
from achievement.models import Achievement, NetworkAchievement
from achievement.states import State
from core import clock
from cqrs_portal.training.people import ADA, BRAM, CERYS, CLEO, PASSWORD, PEOPLE
from home.queries import happenings_of, needs_of
from operations.models import OutboxMessage
from organisations.models import Membership, Organisation
from participation.models import Term
from submission.models import Hand
from submission.states import Stage

LINES = {
    "V37647": "735.36", "V66334": "996.98", "V89123": "518.44",
    "V36546": "556.32", "V74553": "694.42", "V48832": "408.82", "V97222": "491.11", "V05387": "600.00",
    "V10110": "610.00", "V10111": "500.20", "V10112": "445.30", "V10120": "573.40", "V10121": "402.60",
}  # fmt: skip

SEPTEMBER, OCTOBER, NOVEMBER = date(2021, 9, 30), date(2021, 10, 31), date(2021, 11, 30)
MONTHS = [date(2021, month, day) for month, day in ((4, 30), (5, 31), (6, 30), (7, 31), (8, 31))]


pytestmark = pytest.mark.usefixtures("training")


def states_of(network: str, day: date) -> dict[str, State]:
    lines = Achievement.objects.filter(network__code=network, achievement_date=day)
    return {line.provider.code: State(line.state) for line in lines.select_related("provider")}


def total_of(network: str, day: date) -> tuple[State, Decimal] | None:
    total = NetworkAchievement.objects.filter(network__code=network, achievement_date=day).first()
    return (State(total.state), total.amount) if total else None


def test_each_line_is_worked_out_to_the_penny():
    lines = Achievement.objects.filter(achievement_date=date(2021, 8, 31)).select_related("provider")

    assert {line.provider.code: str(line.amount) for line in lines} == LINES


def test_utsires_october_awaits_ada():
    assert states_of("Z05850", OCTOBER) == dict.fromkeys(("V37647", "V66334", "V89123"), State.AWAITING_COMMISSIONER)
    assert total_of("Z05850", OCTOBER) is None


def test_utsires_offers_end_too_early_so_november_has_no_lines():
    ends = Term.objects.known().filter(participation__network__code="Z05850").values_list("valid", flat=True)

    assert {term.upper for term in ends} == {date(2021, 11, 1)}
    assert states_of("Z05850", NOVEMBER) == {}


@pytest.mark.parametrize("day", [SEPTEMBER, OCTOBER, NOVEMBER])
def test_biscay_waits_with_five_lines_approved_and_held(day):
    states = states_of("Z05849", day)
    held = Achievement.objects.filter(network__code="Z05849", achievement_date=day)

    assert states == dict.fromkeys(("V36546", "V74553", "V48832", "V97222", "V05387"), State.AWAITING_NETWORK)
    assert sum(line.amount for line in held) == Decimal("2750.67")
    assert total_of("Z05849", day) is None


@pytest.mark.parametrize("day", MONTHS)
@pytest.mark.parametrize(
    "network, amount", [("Z05850", "2250.78"), ("Z05849", "2750.67"), ("Z05851", "1555.50"), ("Z05852", "976.00")]
)
def test_earlier_months_are_financially_approved(network, amount, day):
    assert total_of(network, day) == (State.AGGREGATED_COMPLETE, Decimal(amount))


@pytest.mark.parametrize("network, amount", [("Z05851", "1555.50"), ("Z05852", "976.00")])
def test_fastnet_and_shannon_were_approved_for_november_before_anybody_knew_of_the_move(network, amount):
    before = date(2021, 12, 5)
    then = Membership.objects.counting_on(NOVEMBER, known_at=before).get(practice__code="V10112")
    now = Membership.objects.counting_on(NOVEMBER).get(practice__code="V10112")

    assert total_of(network, NOVEMBER) == (State.AGGREGATED_COMPLETE, Decimal(amount))
    assert (then.network.code, now.network.code) == ("Z05851", "Z05852")


def test_one_person_acted_in_one_stage_of_each_chain():
    hands = set(Hand.objects.values_list("actor__email", "stage"))

    closed = {(CERYS.email, Stage.COMMISSIONER), ("ianto.oak@thames.example", Stage.PROVIDER)}
    assert hands == {(BRAM.email, Stage.COMMISSIONER), (CLEO.email, Stage.FINANCE)} | closed


MALIN_MOVED = ("1 line that has finance approval is to be adjusted", Decimal("-445.30"))
"""Malin Practice left Fastnet before its November was approved, and ODS said so afterwards."""


def needs_at_home(person):
    user = User.objects.get(email=person.email)
    return [(need.sentence, need.pounds) for need in needs_of(acting_for(user, None))]


def test_ada_is_told_of_utsires_october_and_of_biscay_waiting():
    assert needs_at_home(ADA) == [
        ("3 achievements await your approval", Decimal("2250.78")),
        MALIN_MOVED,
        ("Biscay Partnership PCN waits since 30 September 2021", Decimal("8252.01")),
    ]


def test_nothing_awaits_finance_approval():
    waits = ("Biscay Partnership PCN waits since 30 September 2021", Decimal("8252.01"))

    assert needs_at_home(CLEO) == [MALIN_MOVED, waits]


def test_what_happened_last_was_finance_approval_of_november():
    ada = User.objects.get(email=ADA.email)

    last = happenings_of(acting_for(ada, None))[0]

    assert (last.whose, last.what, last.pounds, last.by) == (
        "Fastnet PCN and Shannon PCN", "November 2021 financially approved", Decimal("2531.50"), "Cleo Finch",
    )  # fmt: skip


def test_everybody_signs_in_with_the_one_password():
    user = User.objects.get(email=ADA.email)

    assert user.check_password(PASSWORD)
    assert User.objects.count() == len({person.email for person in PEOPLE})


def test_every_role_is_somebodys():
    assert set(Grant.objects.in_force().values_list("role", flat=True)) == set(Role)


def test_every_organisation_that_acts_has_somebody():
    acting = {person.organisation for person in PEOPLE}

    assert set(Organisation.objects.exclude(code="ZSA").values_list("code", flat=True)) == acting


def test_no_later_work_is_left_over():
    assert not OutboxMessage.objects.filter(done_at=None).exists()


def test_nothing_is_recorded_in_the_future():
    assert not Membership.objects.filter(recorded__startswith__gt=clock.now()).exists()


def test_loading_again_changes_nothing(capsys):
    before = Achievement.objects.count()

    call_command("load_training")

    assert "loaded already" in capsys.readouterr().out
    assert Achievement.objects.count() == before


def test_sign_ins_are_printed_for_everybody(capsys):
    call_command("training_sign_ins")

    printed = capsys.readouterr().out
    assert all(person.email in printed for person in PEOPLE)
    assert PASSWORD in printed


@pytest.mark.parametrize("command", [["training_sign_ins"], ["load_training"], ["set_training_clock", "2021-12-11"]])
def test_outside_training_nothing_of_it_can_be_had(command, settings):
    settings.TRAINING = False

    with pytest.raises(CommandError):
        call_command(*command)
