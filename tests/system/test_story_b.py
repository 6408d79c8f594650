"""Story B: the network waits, then goes."""

from __future__ import annotations

import pytest

from tests.plugins.browser import Eyes
from tests.system.conftest import Person

pytestmark = pytest.mark.story

UTSIRE_OCTOBER = "/achievement/networks/Z05850/PCN-CD-2020-22/2021-10-31/"


def test_the_network_waits_then_goes(training: None, worker: object, person: Person, eyes: Eyes) -> None:
    page = person.page

    # Given Utsire's October: two lines approved, the third is not
    person.signs_in("ada.marsh@biscay.example")
    person.reads("3 achievements await your approval")
    eyes.look("home-of-the-approver")
    person.follows("3 achievements await your approval")
    person.reads("3 achievements, £2,250.78")
    eyes.look("declaration-management")
    person.ticks("Portland Surgery", "Viking Medical Practice")
    person.reads("2 selected, £1,732.34")
    person.presses("Approve")
    person.reads("2 achievements approved, £1,732.34.")
    eyes.look("two-approved")

    # Then the network waits, and says for whom
    page.goto(person.address + UTSIRE_OCTOBER)
    person.reads("October 2021 waits: 2 of 3 practices are approved.")
    person.reads("Awaiting Network Achievement")
    eyes.look("the-network-waits")
    person.follows("Wight Health Centre")
    person.reads("8,499 patients on the registered list at 1 January 2021")
    eyes.look("the-line-that-is-missing")

    # When the third is approved
    person.presses("Approve")
    person.reads("Utsire Partnership PCN is complete and is being aggregated.")

    # Then the worker aggregates it by itself
    page.goto(person.address + UTSIRE_OCTOBER)
    person.looks_again_until(
        "October 2021 is Aggregated: £2,250.78 for Viking Medical Practice, nominated payee on 31 October 2021."
    )
    person.reads("Give finance approval: you cannot.")
    eyes.look("the-network-is-aggregated")
    person.signs_out()

    # When another person gives finance approval
    person.signs_in("cleo.finch@biscay.example")
    eyes.look("home-of-finance")
    person.follows("1 PCN achievement awaits your finance approval")
    person.reads("1 achievement, £2,250.78")
    eyes.look("awaiting-finance-approval")
    person.ticks("Utsire Partnership PCN")
    person.presses("Give finance approval")
    person.reads("1 achievement financially approved, £2,250.78.")

    # Then it is complete, and nothing can be done to it any more
    page.goto(person.address + UTSIRE_OCTOBER)
    person.reads("October 2021 is Aggregated Complete: £2,250.78")
    assert "What can be done now" not in page.get_by_role("main").inner_text()
    eyes.look("the-network-is-complete")


def test_the_story_is_told_with_the_keyboard_alone_and_without_scripts(
    training: None,
    worker: object,
    browser,
    live_server,  # type: ignore[no-untyped-def]
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    person = Person(context.new_page(), live_server.url)

    person.signs_in("ada.marsh@biscay.example")
    person.follows("3 achievements await your approval")
    person.ticks("Portland Surgery", "Viking Medical Practice", "Wight Health Centre")
    button = person.page.get_by_role("button", name="Approve", exact=True).first
    button.focus()
    person.page.keyboard.press("Enter")

    person.reads("3 achievements approved, £2,250.78.")
    person.page.goto(person.address + UTSIRE_OCTOBER)
    person.looks_again_until("October 2021 is Aggregated: £2,250.78")
    context.close()
