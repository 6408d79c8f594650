"""Story D: the joiners. Named, offered in one step, worked out, approved: three totals that were held back."""

from __future__ import annotations

import pytest

from tests.plugins.browser import Eyes
from tests.system.conftest import Person

pytestmark = pytest.mark.story

BISCAY = "/achievement/waiting/Z05849/"
MONTHS = {"2021-09-30": "September 2021", "2021-10-31": "October 2021", "2021-11-30": "November 2021"}


def test_the_joiners(training: None, worker: object, person: Person, eyes: Eyes) -> None:
    page = person.page

    # Given Forties and Lundy, who rejoined Biscay and were not offered the service: three months wait
    person.signs_in("bram.holt@biscay.example")
    person.reads("Biscay Partnership PCN waits since 30 September 2021")
    person.follows("Biscay Partnership PCN waits since 30 September 2021")

    # Then the page names them, and what is held
    person.reads("3 totals waiting, on 3 achievement dates, £8,252.01 approved and held.")
    person.reads(
        "Forties Surgery (V84552) rejoined on 16 September 2021 and was not offered Clinical Director payment."
    )
    person.reads("Lundy Practice (V91037) rejoined on 16 September 2021 and was not offered Clinical Director payment.")
    person.reads("5 of 7 practices ready in each.")
    person.reads("Dilys Penn and Tove Brand of NHS Biscay CCG, as Commissioning Management.")
    eyes.look("story-d-why")
    person.signs_out()

    # When both are offered it from 16 September, in one step
    person.signs_in("dilys.penn@biscay.example")
    page.goto(person.address + BISCAY)
    person.follows("Offer both in one step")
    for month in ("30 September 2021", "31 October 2021", "30 November 2021"):
        person.reads(f"{month}: 2 lines are calculated, £772.14, and await approval.")
    eyes.look("story-d-what-would-change")
    person.presses("Offer")

    # Then six lines are worked out, and await approval
    page.goto(person.address + BISCAY)
    person.reads("awaits approval by NHS Biscay CCG.")
    person.signs_out()
    person.signs_in("bram.holt@biscay.example")
    page.goto(f"{person.address}/achievement/declarations/?status=3&text=V84552")
    person.reads("3 achievements, £1,361.52")
    page.goto(f"{person.address}/achievement/declarations/?status=3&text=V91037")
    person.reads("3 achievements, £954.90")

    # When they are approved
    for code in ("V84552", "V91037"):
        page.goto(f"{person.address}/achievement/declarations/?status=3&text={code}")
        page.get_by_label("Select All", exact=True).first.check()
        person.presses("Approve")
        person.reads("3 achievements approved")

    # Then the network is aggregated by itself, month by month, to the penny
    for day, name in MONTHS.items():
        page.goto(f"{person.address}/achievement/networks/Z05849/PCN-CD-2020-22/{day}/")
        person.looks_again_until(f"{name} is Aggregated: £3,522.81 for Biscay Health Centre")
    page.goto(person.address + BISCAY)
    person.reads("This network waits for nothing")
    person.reads("£3,522.81")
    eyes.look("story-d-nothing-waits")
