"""The files bring a closing date, move it or take it away: what follows, follows by itself and at once (ADR 0044)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from achievement.models import Achievement
from achievement.states import State
from core.actors import SYSTEM
from organisations import commands
from organisations.commands import LoadReport, OdsFiles
from organisations.models import ClosureProposal, Organisation
from participation.commands import confirm_closure, propose_closures
from participation.models import Participation, Term
from participation.queries.closures import going_on_of
from participation.states import State as Offered
from tests.achievement.payments import Payments, payments
from tests.factories.achievement import NOVEMBER, OCTOBER, World, seen, utsire
from tests.organisations.conftest import OdsRelease
from tests.participation.closing import closing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]
CLOSED = "20211031"


class Files:
    """A file of practices alone, of a later day with each load."""

    def __init__(self, folder: Path) -> None:
        self.release, self.day = OdsRelease(folder), 1

    def load(self, practices: list[Organisation], **closed: str) -> LoadReport:
        """These practices, with the closing dates given, `V00001="20211031"`; the others have none."""
        self.release.practices = {each.code: "01A" for each in practices}
        self.release.closed = closed
        self.day += 1
        file = self.release.practice_file(f"2021-12-{self.day:02d}")
        return commands.load_ods(OdsFiles(practices=file), by=SYSTEM)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def close(files: Files, world: World, day: str = CLOSED) -> LoadReport:
    """Portland Surgery has this closing date; empty for none."""
    return files.load(world.practices, **{world.practices[0].code: day})


def states(practice: Organisation) -> dict[date, State]:
    """Of October and November: the load works every month out."""
    rows = Achievement.objects.filter(provider=practice, achievement_date__gte=OCTOBER).order_by("achievement_date")
    return {row.achievement_date: State(row.state) for row in rows}


def effects(report: LoadReport) -> list[str]:
    """What is said of November."""
    return [effect.sentence for effect in report.effects if "30 November" in effect.sentence]


def test_lines_after_the_closing_date_are_withdrawn_by_the_load_itself(files):
    world = utsire()
    world.calculate(OCTOBER, NOVEMBER)

    report = close(files, world)

    assert states(world.practices[0]) == {OCTOBER: State.AWAITING_COMMISSIONER, NOVEMBER: State.WITHDRAWN}
    assert states(world.practices[1])[NOVEMBER] == State.AWAITING_COMMISSIONER
    assert effects(report) == ["30 November 2021: 1 line is withdrawn, £735.36."]


def test_an_approved_line_is_withdrawn_with_its_total_and_the_others_await_the_network_again(files):
    world = utsire()
    world.aggregated(NOVEMBER)

    report = close(files, world)

    assert states(world.practices[0])[NOVEMBER] == State.WITHDRAWN
    assert states(world.practices[1])[NOVEMBER] == State.AWAITING_NETWORK
    assert world.total(NOVEMBER) is None
    assert effects(report) == [
        "30 November 2021: 1 approved line is withdrawn, £735.36.",
        "30 November 2021: 1 network total is withdrawn, £2,250.78; its lines that stay await it again.",
    ]


def test_a_line_that_finance_has_approved_is_left_alone(files):
    world = utsire()
    world.completed(NOVEMBER)

    report = close(files, world)

    assert states(world.practices[0])[NOVEMBER] == State.AGGREGATED_COMPLETE
    assert world.total(NOVEMBER).state == State.AGGREGATED_COMPLETE
    assert effects(report) == []


@pytest.mark.parametrize("day", ["", "20211130"], ids=["taken away", "moved to the month's end"])
def test_a_closing_date_that_is_corrected_brings_the_line_back_for_approval(files, day):
    world = utsire()
    world.calculate(OCTOBER, NOVEMBER)
    close(files, world)

    report = close(files, world, day)

    assert states(world.practices[0])[NOVEMBER] == State.AWAITING_COMMISSIONER
    assert effects(report) == ["30 November 2021: 1 line is calculated anew, £735.36, and awaits approval."]


def test_a_file_that_repeats_the_closing_date_follows_up_nothing(files):
    world = utsire()
    world.calculate(OCTOBER, NOVEMBER)
    close(files, world)

    assert close(files, world).effects == []


def test_a_list_that_was_taken_over_follows_the_closing_date_to_whoever_has_it(files):
    made = closing()
    made.world.calculate(OCTOBER, NOVEMBER)
    propose_closures(made.decision(), by=made.one)
    confirm_closure(seen(ClosureProposal.objects.get())[0], by=made.other)
    with_list = Achievement.objects.get(provider=made.viking, achievement_date=NOVEMBER).amount

    close(files, made.world, "")

    without = Achievement.objects.get(provider=made.viking, achievement_date=NOVEMBER).amount
    assert (str(with_list), str(without)) == ("1732.34", "996.98")


def test_its_participation_stays_until_somebody_decides_and_is_named_as_going_on(files):
    world = utsire()

    close(files, world)

    assert Term.objects.known().get(participation__provider=world.practices[0]).end_date == date(2022, 3, 31)
    assert [row.provider for row in going_on_of([world.practices[0].pk])] == [world.practices[0]]


def test_an_offer_nobody_answered_stays_to_be_answered_and_is_an_open_item(files):
    world = utsire()
    offer = Participation.objects.get(provider=world.practices[0])
    Participation.objects.filter(pk=offer.pk).update(state=Offered.OFFERED)

    close(files, world)

    offer.refresh_from_db()
    assert offer.state == Offered.OFFERED


def close_alone(files: Files, made: Payments, day: str) -> LoadReport:
    return files.load([made.world.practice], **{made.world.practice.code: day})


def test_what_is_paid_to_a_practice_of_no_network_after_its_closing_date_is_withdrawn(files):
    made = payments()
    made.declared()
    assert not made.world.practice.memberships.exists()

    report = close_alone(files, made, CLOSED)

    assert states(made.world.practice) == {NOVEMBER: State.WITHDRAWN}
    assert effects(report) == [
        "30 November 2021: 1 achievement is withdrawn, £345.00.",
        f"Practice {made.world.practice.code} closed on 31 October 2021: nothing is paid for 30 November 2021.",
    ]


def test_what_finance_has_approved_for_a_practice_of_no_network_is_listed_as_to_be_adjusted(files):
    made = payments()
    made.finally_approved()

    report = close_alone(files, made, CLOSED)

    assert states(made.world.practice) == {NOVEMBER: State.FINANCE_APPROVED}
    assert effects(report)[0] == (
        "Practice V37647, Weight Management, 30 November 2021, is financially approved and stays as it is: to be "
        "adjusted by −£345.00."
    )


def test_a_later_closing_date_brings_a_practice_payment_back_to_be_declared(files):
    made = payments()
    made.declared()
    close_alone(files, made, CLOSED)

    close_alone(files, made, "20211130")

    assert states(made.world.practice) == {NOVEMBER: State.AWAITING_PROVIDER}
