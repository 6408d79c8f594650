from __future__ import annotations

from datetime import date

import pytest

from accounts.states import Role
from achievement.models import Declaration
from organisations.models import Organisation
from participation.models import Participation
from submission.changes import Key
from submission.commands import Figures, submit_achievement_data
from tests.factories.accounts import acting_as
from tests.factories.organisations import PracticeFactory
from tests.factories.submission import BY_HAND, REFERRALS
from tests.participation.closing import close
from tests.participation.test_in_browser import enter

pytestmark = [pytest.mark.usefixtures("training_portal")]
NOVEMBER = date(2021, 11, 30)


def place(code):
    return Organisation.objects.get(code=code)


def test_the_commissioning_organisation_declares_for_a_practice_that_closed(page, eyes, live_server):
    practice, viking = place("V37647"), place("ZVU")
    clerk = acting_as(Role.ACHIEVEMENT_ENTRY, Role.DECLARATION_MANAGEMENT, organisation=viking)
    service = Participation.objects.filter(provider=practice, network=None).latest("pk").service
    submit_achievement_data(Key(service.pk, NOVEMBER, practice.pk), Figures({REFERRALS: 12}, BY_HAND), by=clerk)
    close(practice, NOVEMBER)

    enter(page, live_server, clerk)
    page.goto(f"{live_server.url}/achievement/declare/")
    eyes.look("declare-on-behalf")
    page.get_by_label("Select all").first.check()
    page.get_by_role("button", name="Declare Achievement").first.click()
    page.get_by_text("1 achievement declared").wait_for()
    eyes.look("declared-on-behalf")

    assert Declaration.objects.latest("pk").closed_on == NOVEMBER


def test_access_for_a_closed_practice_ends_with_a_reason(page, eyes, live_server):
    practice = PracticeFactory.create(name="Dogger Surgery")
    close(practice, NOVEMBER)
    manager = acting_as(Role.VIEW, organisation=practice)

    enter(page, live_server, manager)
    page.goto(live_server.url)
    page.get_by_text("nothing of it is open any more").wait_for()
    eyes.look("access-ended")
