"""Story A: paid for what was done. Each person with their own sign-in; each told on Home and by e-mail."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from accounts.queries import acting_for
from achievement.commands import declare_achievements
from achievement.queries.declarations import ToDeclare, to_declare
from catalogue.models import QualityService
from core import clock
from core.transitions import Seen
from cqrs_portal.training.people import PASSWORD
from organisations.models import Organisation
from submission.changes import Key
from submission.commands import Figures, submit_achievement_data
from submission.states import ManualReason
from tests.plugins.browser import Eyes
from tests.plugins.smtp import MailServer, mail_server
from tests.system.conftest import Person, running, wait_until_ready

__all__ = ["mail_server"]

pytestmark = pytest.mark.story

DAY, NOVEMBER = date(2021, 12, 11), date(2021, 11, 30)
TAMSIN, LARS, MINA = "tamsin.dale@portland.example", "lars.quill@viking.example", "mina.stour@viking.example"
RECORD, DECLARE = "/submission/record/?service=WM-2021-22&date=2021-11-30", "/achievement/declare/"
WHAT = "Weight Management, 30 November 2021, Portland Surgery: £345.00"


@pytest.fixture
def mailing_worker(
    transactional_db: None, training_clock: Path, tmp_path: Path, mail_server: MailServer
) -> Iterator[object]:
    """A real worker that sends its e-mail to this test's own mail server."""
    address = f"smtp://127.0.0.1:{mail_server.port}"
    options = ("--pool", "solo", "--without-gossip", "--without-mingle")
    with running("worker", *options, clock_file=training_clock, log=tmp_path, EMAIL_URL=address) as process:
        wait_until_ready(process, tmp_path / "worker.log")
        yield process


def others_declare(*practices: tuple[str, str, int]) -> None:
    """Other practices of the same commissioning organisation have entered and declared theirs."""
    service = QualityService.objects.get(code="WM-2021-22")
    for code, email, referrals in practices:
        practice = Organisation.objects.get(code=code)
        by = acting_for(User.objects.get(email=email), practice.pk)
        figures = Figures({("WM", "WM001", "REFERRALS"): referrals}, ManualReason.CANNOT_BE_EXTRACTED)
        with clock.held_at(DAY):
            submit_achievement_data(Key(service.pk, NOVEMBER, practice.pk), figures, by=by)
            declare_achievements([ToDeclare(Seen(row.pk, row.version), 1) for row in to_declare(by)], by=by)


def subjects_to(mail_server: MailServer, address: str) -> list[str]:
    return [" ".join(str(mail["Subject"]).split()) for mail in list(mail_server.received) if mail["To"] == address]


def until_told(mail_server: MailServer, address: str, subject: str) -> None:
    end = time.monotonic() + 60
    while subject not in subjects_to(mail_server, address):
        assert time.monotonic() < end, f"{address} was only told: {subjects_to(mail_server, address)}"
        time.sleep(0.1)


def tab_to(page: Page, there: Locator) -> None:
    """Go on from control to control until this one is reached, as whoever has no mouse does."""
    expect(there).to_be_visible()
    for _ in range(200):
        page.keyboard.press("Tab")
        if there.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError(f"the keyboard does not reach {there}")


def with_the_keyboard(page: Page, there: Locator, key: str = "Enter") -> None:
    tab_to(page, there)
    page.keyboard.press(key)


def choose_with_the_arrows(page: Page, there: Locator) -> None:
    """One of several round buttons: Tab leads to the group, the arrows go through it."""
    name = there.get_attribute("name")
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            break
    page.keyboard.press("Space")
    for _ in range(10):
        if there.is_checked():
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"the arrows do not reach {there}")


def choose_by_typing(page: Page, label: str, beginning: str) -> None:
    tab_to(page, page.get_by_label(label, exact=True))
    page.keyboard.type(beginning)


def signs_in_with_the_keyboard(person: Person, email: str) -> None:
    """With the code too, where it is asked for: the page of a training portal has filled it in."""
    page = person.page
    page.goto(f"{person.address}/account/login/")
    tab_to(page, page.get_by_label("Email"))
    page.keyboard.type(email)
    tab_to(page, page.get_by_label("Password", exact=True))
    page.keyboard.type(PASSWORD)
    with_the_keyboard(page, page.get_by_role("button", name="Sign in"))
    page.wait_for_url(lambda address: "/login/" not in address)
    if "/2fa/" in page.url:
        with_the_keyboard(page, page.get_by_role("button", name="Sign in"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Home")


def signs_out_with_the_keyboard(page: Page) -> None:
    with_the_keyboard(page, page.get_by_role("button", name="Sign out").first)
    expect(page.get_by_label("Email")).to_be_visible()


def acts_with_the_keyboard(person: Person, need: str, button: str) -> None:
    """From Home to the list that it names, with Portland Surgery chosen there."""
    page = person.page
    with_the_keyboard(page, page.get_by_role("link", name=need).first)
    with_the_keyboard(page, page.get_by_label("Select Portland Surgery", exact=True), "Space")
    with_the_keyboard(page, page.get_by_role("button", name=button, exact=True).first)


def test_paid_for_what_was_done(
    second_factor: None, training: None, mailing_worker: object, mail_server: MailServer, person: Person, eyes: Eyes
) -> None:
    page = person.page
    others_declare(("V66334", "una.ellis@viking.example", 12), ("V89123", "vikram.fell@wight.example", 20))

    # Given Portland Surgery's manager, who enters 37 referrals by hand and saves work in progress
    person.signs_in(TAMSIN)
    page.goto(person.address + RECORD)
    person.presses("Add New Achievement")
    person.follows("Weight management")
    page.get_by_label("Referrals", exact=True).fill("37")
    page.get_by_label("The data of this service cannot be extracted").check()
    person.presses("Save Work in Progress")
    person.reads("1 in progress")
    person.signs_out()

    # When they return and submit
    person.signs_in(TAMSIN)
    page.goto(person.address + RECORD)
    person.follows("Open these figures")
    person.follows("Weight management")
    expect(page.get_by_label("Referrals", exact=True)).to_have_value("37")
    person.presses("Submit Achievement Data")
    person.presses("Submit Achievement Data")

    # Then they see £345.00, the 7 above the allocation, and why
    person.reads("37 referrals, 30 payable, 7 above the allocation of 30, x £11.50 a referral = £345.00")
    eyes.look("submitted")
    until_told(mail_server, TAMSIN, f"{WHAT} awaits your declaration")
    page.goto(person.address)
    person.reads("1 achievement awaits your declaration")
    eyes.look("home-of-the-practice-manager")

    # When they declare
    person.follows("1 achievement awaits your declaration")
    person.reads("37 referrals, 30 payable")
    person.reads("By declaring you confirm")
    eyes.look("declare")
    person.follows("Weight Management, November 2021")
    person.reads("7 above the allocation of 30")
    eyes.look("how-this-was-worked-out")
    person.follows("Declare Achievement")
    person.ticks("Weight Management, November 2021")
    person.presses("Declare Achievement")
    person.reads("1 achievement declared, £345.00. The commissioning organisation approves it next.")
    person.reads("Payment Declaration History")
    eyes.look("declared")
    person.follows("Run Achievement Summary Report")
    page.get_by_label("Quality Service").select_option("Weight Management 2021/22")
    person.presses("Apply")
    person.reads("1 achievement, £345.00")
    eyes.look("achievement-summary-report")
    person.signs_out()

    # And the commissioning organisation finds it by filter, and approves it with others
    until_told(mail_server, LARS, f"{WHAT} awaits your approval")
    person.signs_in(LARS)
    person.reads("3 achievements await your approval")
    person.follows("3 achievements await your approval")
    page.get_by_label("Quality Service").select_option("Weight Management 2021/22")
    page.get_by_label("Org ID or name").fill("Portland")
    person.presses("Apply")
    person.reads("1 achievement, £345.00")
    person.reads("entered and declared by one person")
    eyes.look("found-by-filter")
    page.get_by_label("Org ID or name").fill("")
    person.presses("Apply")
    person.reads("3 achievements, £713.00")
    person.ticks("Portland Surgery", "Viking Medical Practice", "Wight Health Centre")
    person.presses("Approve")
    person.reads("3 achievements approved, £713.00.")
    eyes.look("approved-with-others")
    person.signs_out()

    # And another person gives finance approval
    until_told(mail_server, MINA, "3 achievements, £713.00, await your finance approval")
    person.signs_in(MINA)
    person.follows("3 achievements await your finance approval")
    person.reads("By pay code")
    person.reads("TRAIN-WM")
    eyes.look("awaiting-finance-approval-by-pay-code")
    person.ticks("Portland Surgery", "Viking Medical Practice", "Wight Health Centre")
    person.presses("Give finance approval")
    person.reads("3 achievements financially approved, £713.00.")
    person.signs_out()

    # Then the practice is told, and its history says it
    until_told(mail_server, TAMSIN, f"{WHAT} has finance approval")
    person.signs_in(TAMSIN)
    page.goto(person.address + DECLARE)
    person.reads("Financially Approved")
    person.reads("Not yet in a payment run")
    eyes.look("payment-declaration-history")


def test_the_story_is_told_with_the_keyboard_alone_and_without_scripts_with_a_rejection_on_the_way(
    second_factor: None, training: None, browser: Any, live_server: Any
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    person = Person(context.new_page(), live_server.url)
    page, keyboard = person.page, person.page.keyboard

    # Given the practice enters its figures, saves them as work in progress, and submits them
    signs_in_with_the_keyboard(person, TAMSIN)
    with_the_keyboard(page, page.get_by_role("link", name="Data Submission", exact=True).first)
    choose_by_typing(page, "Quality Service", "Weight")
    with_the_keyboard(page, page.get_by_role("button", name="Apply"))
    choose_by_typing(page, "Achievement Date", "30 November")
    with_the_keyboard(page, page.get_by_role("button", name="Apply"))
    with_the_keyboard(page, page.get_by_role("button", name="Add New Achievement"))
    with_the_keyboard(page, page.get_by_role("link", name="Weight management").first)
    tab_to(page, page.get_by_label("Referrals", exact=True))
    keyboard.type("37")
    choose_with_the_arrows(page, page.get_by_label("The data of this service cannot be extracted"))
    with_the_keyboard(page, page.get_by_role("button", name="Save Work in Progress"))
    person.reads("1 in progress")
    with_the_keyboard(page, page.get_by_role("link", name="Weight management").first)
    with_the_keyboard(page, page.get_by_role("button", name="Submit Achievement Data"))
    person.reads("Check before you submit")
    with_the_keyboard(page, page.get_by_role("button", name="Submit Achievement Data"))
    person.reads("37 referrals, 30 payable, 7 above the allocation of 30, x £11.50 a referral = £345.00")

    # And declares them
    with_the_keyboard(page, page.get_by_role("link", name="CQRS Portal").first)
    with_the_keyboard(page, page.get_by_role("link", name="1 achievement awaits your declaration"))
    with_the_keyboard(page, page.get_by_label("Select Weight Management, November 2021", exact=True), "Space")
    with_the_keyboard(page, page.get_by_role("button", name="Declare Achievement"))
    person.reads("1 achievement declared, £345.00.")
    signs_out_with_the_keyboard(page)

    # And the commissioner rejects it
    signs_in_with_the_keyboard(person, LARS)
    acts_with_the_keyboard(person, "1 achievement awaits your approval", "Reject...")
    tab_to(page, page.get_by_label("Reason"))
    keyboard.type("Seven were made in October.")
    with_the_keyboard(page, page.get_by_role("button", name="Reject", exact=True))
    person.reads("1 achievement rejected, £345.00.")
    signs_out_with_the_keyboard(page)

    # When the practice reads why, and declares it again
    signs_in_with_the_keyboard(person, TAMSIN)
    person.reads("rejected by Lars Quill: Seven were made in October.")
    with_the_keyboard(page, page.get_by_role("link", name="1 achievement awaits your declaration"))
    person.reads("Rejected by Lars Quill: Seven were made in October.")
    with_the_keyboard(page, page.get_by_label("Select Weight Management, November 2021", exact=True), "Space")
    tab_to(page, page.get_by_label("Notes on Weight Management, November 2021"))
    keyboard.type("They were referred on 2 November.")
    with_the_keyboard(page, page.get_by_role("button", name="Declare Achievement"))
    person.reads("1 achievement declared, £345.00.")
    signs_out_with_the_keyboard(page)

    # And the commissioner approves it, and another person gives finance approval
    signs_in_with_the_keyboard(person, LARS)
    acts_with_the_keyboard(person, "1 achievement awaits your approval", "Approve")
    person.reads("1 achievement approved, £345.00.")
    signs_out_with_the_keyboard(page)
    signs_in_with_the_keyboard(person, MINA)
    acts_with_the_keyboard(person, "1 achievement awaits your finance approval", "Give finance approval")
    person.reads("1 achievement financially approved, £345.00.")
    signs_out_with_the_keyboard(page)

    # Then the practice finds it in its history, with the note
    signs_in_with_the_keyboard(person, TAMSIN)
    with_the_keyboard(page, page.get_by_role("link", name="Achievement", exact=True).first)
    with_the_keyboard(page, page.get_by_role("link", name="Declare", exact=True).first)
    person.reads("Financially Approved")
    with_the_keyboard(page, page.get_by_role("link", name="Weight Management, November 2021").first)
    person.reads("They were referred on 2 November.")
    context.close()
