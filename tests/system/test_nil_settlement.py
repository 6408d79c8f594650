"""A network waits for a closed practice, and goes when its line is settled as nil; which is replaced in the end."""

from __future__ import annotations

from datetime import date

import pytest

from organisations.models import Organisation
from tests.plugins.browser import Eyes
from tests.system.conftest import Person

pytestmark = pytest.mark.story

UTSIRE = "/achievement/networks/Z05850/PCN-CD-2020-22/2021-10-31/"
WHY = "/achievement/waiting/Z05850/"


def test_one_closed_practice_does_not_hold_its_network_up(
    training: None, worker: object, person: Person, eyes: Eyes
) -> None:
    page = person.page

    # Given Wight Health Centre, closed in August, which ODS still has as a member of Utsire; two lines are approved
    Organisation.objects.filter(code="V89123").update(close_date=date(2021, 8, 31))
    person.signs_in("ada.marsh@biscay.example")
    person.follows("3 achievements await your approval")
    person.ticks("Portland Surgery", "Viking Medical Practice")
    person.presses("Approve")
    person.reads("2 achievements approved, £1,732.34.")

    # Then the page says why the network waits, and offers to settle the one line
    page.goto(person.address + WHY)
    person.reads("Practice or PCN closed")
    eyes.look("nil-why-it-waits")
    person.follows("Settle this line as nil for October 2021...")
    person.reads("becomes Aggregated, £1,732.34 from 2 lines, and awaits finance approval.")
    eyes.look("nil-propose")
    page.get_by_label("Reason").fill("")
    person.presses("Propose to settle as nil")
    person.reads("Enter reason.")
    eyes.look("nil-propose-without-a-reason")
    page.get_by_label("Reason").fill("Closed on 31 August 2021; ODS is asked to end its membership.")
    person.presses("Propose to settle as nil")
    person.reads("Nothing changes before another person confirms it")
    person.reads("Confirm: you cannot. You proposed it; the confirmation is another person's.")
    eyes.look("nil-proposed")
    page.goto(person.address + WHY)
    person.reads("awaits a second person: proposed by Ada Marsh")
    eyes.look("nil-why-it-waits-with-a-proposal")
    person.signs_out()

    # When a second person confirms it
    person.signs_in("bram.holt@biscay.example")
    eyes.look("nil-home-of-the-second-person")
    person.follows("To settle a line as nil awaits a second person")
    person.reads("becomes Aggregated, £1,732.34 from 2 lines")
    eyes.look("nil-to-confirm")
    person.presses("Confirm")
    person.reads("Wight Health Centre's line is settled as nil for October 2021.")
    eyes.look("nil-settled")

    # Then the network is aggregated without it, and says so
    page.goto(person.address + UTSIRE)
    person.reads("October 2021 is Aggregated: £1,732.34 for Viking Medical Practice")
    person.reads("+ £0.00 Wight Health Centre, settled as nil = £1,732.34.")
    eyes.look("nil-the-network-goes")
    page.goto(person.address + "/achievement/nil/")
    person.reads("1 settlement")
    eyes.look("nil-settlements")
    page.goto(person.address + "/achievement/declarations/?status=3&text=V89123")
    person.reads("settled as nil: approving it takes its place")
    eyes.look("nil-in-declaration-management")
    person.signs_out()

    # And the practice reads it, and a fellow member the status alone
    person.signs_in("vikram.fell@wight.example")
    page.goto(person.address + UTSIRE)
    person.reads("Closed on 31 August 2021; ODS is asked to end its membership.")
    eyes.look("nil-the-practice-reads-it")
    person.signs_out()
    person.signs_in("tamsin.dale@portland.example")
    page.goto(person.address + UTSIRE)
    person.reads("Settled as nil")
    assert "Closed on 31 August" not in page.get_by_role("main").inner_text()
    person.signs_out()

    # When it is resolved, and the line approved after all
    person.signs_in("bram.holt@biscay.example")
    page.goto(person.address + "/achievement/declarations/?status=3&text=V89123")
    page.get_by_label("Select Wight Health Centre", exact=True).first.check()
    person.presses("Approve")
    person.reads("1 achievement approved, £518.44.")

    # Then the total is made anew with it, by itself
    page.goto(person.address + UTSIRE)
    person.looks_again_until("October 2021 is Aggregated: £2,250.78 for Viking Medical Practice")
    eyes.look("nil-replaced")
