"""Story C: the wrong end date. Named, the right one previewed, saved: the rest happens by itself."""

from __future__ import annotations

import pytest

from tests.plugins.browser import Eyes
from tests.system.conftest import Person

pytestmark = pytest.mark.story

UTSIRE_NOVEMBER = "/achievement/networks/Z05850/PCN-CD-2020-22/2021-11-30/"


def test_the_wrong_end_date(training: None, worker: object, person: Person, eyes: Eyes) -> None:
    page = person.page

    # Given Utsire's offers, which end on 31 October: November has no lines, and the network waits
    person.signs_in("dilys.penn@biscay.example")
    page.goto(f"{person.address}/achievement/waiting/")
    person.reads("Utsire Partnership PCN")
    eyes.look("story-c-networks-waiting")
    person.follows("Utsire Partnership PCN")

    # Then the portal names the cause
    person.reads(
        "All offers of Clinical Director payment to this PCN end on 31 October 2021; the service ends on 31 March"
    )
    person.reads("You can put this right.")
    eyes.look("story-c-why")

    # When the right date is asked for, it is filled in, and what would change is said before it is saved
    person.follows("Save End Date: 31 March 2022")
    assert page.get_by_label("Day").input_value() == "31"
    assert page.get_by_label("Year").input_value() == "2022"
    page.get_by_label("Reason").fill("The offers were made with the wrong end date.")
    eyes.look("story-c-save-end-date")
    person.presses("See what would change")
    person.reads("November 2021")
    person.reads("£2,250.78")
    person.reads("£9,003.12")
    eyes.look("story-c-what-would-change")
    person.presses("Save End Date")

    # Then it happens by itself: three lines await approval
    person.reads("31 March 2022")
    page.goto(person.address + UTSIRE_NOVEMBER)
    person.reads("November 2021 waits: 0 of 3 practices are approved.")
    person.signs_out()
    person.signs_in("ada.marsh@biscay.example")
    page.goto(f"{person.address}/achievement/declarations/?status=3&period=2021-11-30")
    person.reads("3 achievements, £2,250.78")
    person.ticks("Portland Surgery", "Viking Medical Practice", "Wight Health Centre")
    person.presses("Approve")
    person.reads("Utsire Partnership PCN is complete and is being aggregated.")

    # And the network's total, to the penny
    page.goto(person.address + UTSIRE_NOVEMBER)
    person.looks_again_until("November 2021 is Aggregated: £2,250.78 for Viking Medical Practice")
    eyes.look("story-c-aggregated")
