"""Story F: the mistake that never happens. Each is refused or warned of before it is saved, with its effect shown."""

from __future__ import annotations

from datetime import date

import pytest

from catalogue.models import QualityService
from organisations.models import Payee
from participation.models import Participation
from tests.factories.catalogue import AchievementDateFactory
from tests.plugins.browser import Eyes
from tests.system.conftest import Person

pytestmark = [pytest.mark.story, pytest.mark.usefixtures("training")]

CLINICAL_DIRECTOR = "/participation/offered/PCN-CD-2020-22/"
DILYS = "dilys.penn@biscay.example"


def fills_date(person: Person, label: str, day: date) -> None:
    group = person.page.get_by_role("group", name=label)
    for box, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        group.get_by_label(box, exact=True).fill(str(value))


def ends_on(person: Person, practice: str, day: date) -> None:
    """Chooses a practice in the Clinical Director service, and asks what another end date would change."""
    person.page.goto(f"{person.address}{CLINICAL_DIRECTOR}?q={practice.split(maxsplit=1)[0]}")
    person.ticks(practice)
    person.presses("Save End Date")
    fills_date(person, "End date", day)
    person.page.get_by_label("Reason").fill("It left the network.")
    person.presses("See what would change")


def end_date_of_bailey() -> date:
    rows = Participation.objects.filter(service__code="PCN-CD-2020-22", provider__code="V36546").with_terms()
    return rows.get().end_date


def test_an_end_before_the_start_is_refused(person: Person, eyes: Eyes) -> None:
    person.signs_in(DILYS)

    ends_on(person, "Bailey Medical Practice", date(2020, 3, 31))

    person.reads("End date must be 1 April 2020 or later: it is 31 March 2020.")
    eyes.look("end-before-start-refused")
    assert end_date_of_bailey() == date(2022, 3, 31)


def test_a_leaver_removed_by_an_end_date_is_warned_of(person: Person, eyes: Eyes) -> None:
    person.signs_in(DILYS)

    ends_on(person, "Bailey Medical Practice", date(2021, 10, 31))

    person.reads("What would change")
    person.reads("1 practice is still a member of its PCN after 31 October 2021")
    person.reads("ask ODS to say so")
    person.reads("30 November 2021: 1 approved line is withdrawn, £556.32.")
    person.reads("another person with Commissioning Management must confirm it")
    eyes.look("leaver-warned-of")
    person.follows("Cancel")
    assert end_date_of_bailey() == date(2022, 3, 31)


def test_a_figure_on_a_date_that_is_no_payment_date_is_said_to_pay_nothing(person: Person, eyes: Eyes) -> None:
    service = QualityService.objects.get(name__startswith="Weight Management")
    AchievementDateFactory.create(service=service, date=date(2021, 11, 15), is_payment_date=False)
    person.signs_in("tamsin.dale@portland.example")

    person.page.goto(f"{person.address}/submission/record/?service={service.code}")
    person.reads("15 November 2021")
    person.reads("Not a payment date")
    eyes.look("dates-that-pay-and-one-that-does-not")


def test_a_payee_changed_the_day_before_is_warned_of(person: Person, eyes: Eyes) -> None:
    person.signs_in("ewan.frost@biscay.example")
    before = set(Payee.objects.known().values_list("pk", flat=True))

    person.page.goto(f"{person.address}/organisations/networks/Z05850/payees/propose/")
    eyes.look("propose-payee")
    person.page.get_by_label("Member practice").select_option("Portland Surgery (V37647)")
    fills_date(person, "Start Date", date(2021, 10, 1))
    person.page.get_by_label("Reason").fill("The PCN wrote to us.")
    person.presses("See what would change")
    eyes.look("payee-warned-of")
    person.reads(
        "Clinical Director payment, October 2021: 3 lines, £2,250.78, Awaiting Commissioning Organisation Approval: "
        "paid to Portland Surgery in place of Viking Medical Practice."
    )
    assert set(Payee.objects.known().values_list("pk", flat=True)) == before


def test_an_offer_that_overlaps_another_is_not_made(person: Person, eyes: Eyes) -> None:
    before = Participation.objects.count()
    person.signs_in(DILYS)

    person.page.goto(f"{person.address}/participation/create-offers/new/")
    person.page.get_by_label("Primary Care Networks calculations 2020/22 - Clinical Director payment").check()
    person.presses("Continue")
    fills_date(person, "Start date", date(2021, 10, 1))
    fills_date(person, "End date", date(2022, 3, 31))
    person.presses("Continue")
    person.ticks("Fastnet PCN")
    person.presses("Add")
    person.presses("Continue to review")

    person.reads("There is nothing to offer: see below why each of them is left out.")
    person.reads("3 practices have this offer on all of these days already, and are left out.")
    person.reads("Malin Practice (V10112) in Fastnet PCN, 01/04/2021 - 31/10/2021")
    eyes.look("overlap-refused")
    assert Participation.objects.count() == before
