"""Create Offers in a real browser: every step, wide and narrow, with errors, with nothing, with a lot; by keyboard."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from core.actors import SYSTEM
from organisations.models import Kind, Lead, Membership, Organisation
from participation.commands import (
    add_providers,
    begin_offers,
    do_preview,
    offer_to_networks,
    offer_to_practices,
    set_days,
)
from participation.models import OfferDraft, Participation
from participation.states import State
from tests.factories.organisations import (
    LeadFactory,
    ListSizeFactory,
    MembershipFactory,
    NetworkFactory,
    PracticeFactory,
)
from tests.participation.conftest import END, ENDS, START, STARTS
from tests.participation.test_in_browser import enter, fill_date

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("training_day")]


def test_a_commissioner_offers_a_service_to_networks(page, eyes, live_server, service, utsire, biscay, commissioning):
    other = NetworkFactory.create(name="Biscay Partnership PCN", code="Z05849", led_by=biscay)
    practice = PracticeFactory.create(name="Bailey Medical Practice", member_of=other)
    for each in [*utsire.practices, practice]:
        ListSizeFactory.create(organisation=each)
    enter(page, live_server, commissioning)

    page.goto(live_server.url + reverse("participation:create_offers"))
    eyes.look("create-offers-empty")
    page.get_by_role("link", name="Start a new offer").click()
    page.get_by_role("button", name="Continue").click()
    eyes.look("offer-service-refused")
    page.get_by_label(service.name).check()
    page.get_by_role("button", name="Continue").click()
    eyes.look("offer-dates")
    fill_date(page, "End date", date(2023, 3, 31))
    page.get_by_role("button", name="Continue").click()
    eyes.look("offer-dates-refused")
    fill_date(page, "End date", date(2021, 10, 31))
    page.get_by_role("button", name="Continue").click()
    eyes.look("offer-providers")
    page.get_by_role("button", name="Add").first.click()
    eyes.look("offer-providers-refused")
    page.get_by_label("Select Utsire Partnership PCN").check()
    page.get_by_role("button", name="Add").first.click()
    page.get_by_role("link", name="Paste or upload Org IDs").click()
    page.get_by_role("textbox", name="Org IDs").fill("Z05849\nX99999, V37647")
    page.get_by_role("button", name="Check and add").click()
    eyes.look("offer-codes-refused")
    expect(page.get_by_role("textbox", name="Org IDs")).to_have_value("Z05849\nX99999, V37647")
    page.get_by_role("button", name="Add the 1 PCN that is right").click()
    eyes.look("offer-providers-chosen")

    page.goto(live_server.url + reverse("home:home"))
    page.get_by_role("link", name="1 offer you began is not finished").click()
    eyes.look("create-offers-begun")
    page.get_by_role("link", name=service.name).click()
    eyes.look("review-offers")
    expect(page.get_by_text("4 lines are calculated, £2,440.00").first).to_be_visible()
    page.get_by_role("button", name="Offer", exact=True).click()
    eyes.look("offers-made")

    assert Participation.objects.in_state(State.APPROVED).count() == 4
    page.get_by_role("link", name="Make another offer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Payment type and service")


def test_practices_are_offered_a_service_with_a_day_to_respond_by(page, eyes, live_server, somewhere, kezia):
    PracticeFactory.create(
        code="V00003", name="Closed Surgery", parent=somewhere.commissioner, close_date=date(2021, 6, 30)
    )
    enter(page, live_server, kezia)

    page.goto(live_server.url + reverse("participation:new_offer"))
    page.get_by_label("Weight Management 2021/22").check()
    page.get_by_role("button", name="Continue").click()
    fill_date(page, "Respond by", date(2021, 12, 1))
    page.get_by_role("button", name="Continue").click()
    eyes.look("offer-dates-respond-by-refused")
    fill_date(page, "Respond by", date(2021, 12, 20))
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Select All", exact=True).check()
    page.get_by_role("button", name="Add").first.click()
    eyes.look("offer-practices-chosen")
    page.get_by_role("button", name="Continue to review").click()
    eyes.look("review-practice-offers")
    page.get_by_role("button", name="Offer", exact=True).click()
    expect(page.get_by_text("1 practice closed before the start, left out.")).to_be_visible()

    assert Participation.objects.get().respond_by == date(2021, 12, 20)


def test_the_whole_of_it_goes_by_keyboard(page, live_server, service, utsire, commissioning):
    enter(page, live_server, commissioning)

    page.goto(live_server.url + reverse("participation:create_offers"))
    press(page, page.get_by_role("link", name="Start a new offer"), "Enter")
    press(page, page.get_by_label(service.name), "Space")
    press(page, page.get_by_role("button", name="Continue"), "Enter")
    press(page, page.get_by_role("button", name="Continue"), "Enter")
    press(page, page.get_by_label("Select Utsire Partnership PCN"), "Space")
    press(page, page.get_by_role("button", name="Add").last, "Enter")
    press(page, page.get_by_role("button", name="Continue to review"), "Enter")
    press(page, page.get_by_role("button", name="Offer", exact=True), "Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Offers made")

    assert Participation.objects.count() == 3


def press(page, target, key):
    """Go to a place by the Tab key alone, and press a key there."""
    expect(target).to_be_visible()
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("each => each === document.activeElement"):
            page.keyboard.press(key)
            page.wait_for_load_state()
            return
    raise AssertionError(f"the Tab key does not lead to {target}")


def test_a_draft_is_dropped(page, eyes, live_server, service, utsire, commissioning):
    begin_offers(service.pk, by=commissioning)
    enter(page, live_server, commissioning)

    page.goto(live_server.url + reverse("participation:create_offers"))
    page.get_by_role("link", name="Drop Clinical Director payment").click()
    eyes.look("drop-offers")
    page.get_by_role("button", name="Drop these offers").click()
    expect(page.get_by_text("Nobody was offered it.")).to_be_visible()
    eyes.look("create-offers-dropped")


@pytest.fixture
def england(biscay, viking):
    """1,270 networks led by NHS Biscay, of four practices each."""
    networks = [Organisation(code=f"U{n:05d}", name=f"Sea Area {n:04d} PCN", kind=Kind.NETWORK) for n in range(1_270)]
    networks = Organisation.objects.bulk_create(networks)
    practices = [Organisation(code=f"A{n:05d}", name=f"Surgery {n:04d}", kind=Kind.PRACTICE) for n in range(5_080)]
    practices = Organisation.objects.bulk_create(practices)
    Lead.objects.bulk_create(LeadFactory.build(network=network, commissioner=biscay) for network in networks)
    Membership.objects.bulk_create(
        MembershipFactory.build(practice=practice, network=networks[n // 4]) for n, practice in enumerate(practices)
    )
    return networks


@pytest.mark.full
def test_a_national_service_is_offered_to_all_networks_of_england(
    page, eyes, live_server, service, england, commissioning
):
    offer_to_networks(service.pk, [england[0].pk], START, date(2021, 10, 31), by=commissioning)
    MembershipFactory.create(network=england[0], start_date=date(2021, 9, 16))
    draft = set_days(begin_offers(service.pk, by=commissioning).pk, START, END, by=commissioning)
    enter(page, live_server, commissioning)
    page.set_default_timeout(60_000)

    page.goto(live_server.url + reverse("participation:offer_providers", args=[draft.pk]))
    page.get_by_label("Select All", exact=True).check()
    page.get_by_label("Select all 1,270 matching").check()
    page.get_by_role("button", name="Add").first.click()
    expect(page.get_by_text("1,270 PCNs added.")).to_be_visible(timeout=60_000)
    eyes.look("offer-providers-england")
    page.get_by_role("button", name="Continue to review").click()
    expect(page.get_by_text("It waits for a worker to be free.")).to_be_visible(timeout=60_000)
    eyes.look("review-offers-working")
    do_preview(OfferDraft.objects.get().preview.pk, by=SYSTEM)
    expect(page.get_by_role("button", name="Offer", exact=True)).to_be_visible(timeout=60_000)
    eyes.look("review-offers-england")
    page.get_by_role("button", name="Offer", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Offers made", timeout=60_000)
    eyes.look("offers-made-england")

    assert Participation.objects.count() == 5_081


def test_many_codes_that_are_not_understood_are_all_listed(page, eyes, live_server, somewhere, kezia):
    draft = set_days(begin_offers(somewhere.service.pk, by=kezia).pk, STARTS, ENDS, by=kezia)
    add_providers(draft.pk, [somewhere.practice.pk], by=kezia)
    enter(page, live_server, kezia)

    page.goto(live_server.url + reverse("participation:offer_codes", args=[draft.pk]))
    eyes.look("offer-codes")
    content = "ORG_ID\n" + "\n".join(f"X{n:05d}" for n in range(5_000))
    page.locator("input[name=file]").set_input_files(
        {"name": "whom.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    page.get_by_role("button", name="Check and add").click()
    expect(page.get_by_text("5,000 values").first).to_be_visible()
    eyes.look("offer-codes-many-refused")


def test_allocations_are_set_on_a_form_and_by_file(page, eyes, live_server, somewhere, kezia):
    enter(page, live_server, kezia)
    page.goto(live_server.url + reverse("participation:allocations"))
    eyes.look("allocations-empty")
    offer_to_practices(somewhere.service.pk, [somewhere.practice.pk], STARTS, ENDS, by=kezia)

    page.reload()
    page.get_by_role("link", name="Weight Management 2021/22").click()
    page.get_by_label("Select Portland Surgery").check()
    eyes.look("service-allocations")
    page.get_by_role("button", name="Set allocations").first.click()
    page.get_by_label("Allocation of Portland Surgery (V37647)").fill("many")
    page.get_by_role("button", name="See what would change").click()
    eyes.look("set-allocations-refused")
    page.get_by_label("Allocation of Portland Surgery (V37647)").fill("30")
    page.get_by_label("Reason").fill("As last year.")
    page.get_by_role("button", name="See what would change").click()
    eyes.look("check-allocations")
    page.get_by_role("button", name="Save allocations").click()
    expect(page.get_by_text("1 allocation changes.")).to_be_visible()
    page.get_by_role("link", name="Portland Surgery").click()
    eyes.look("allocation-history")

    page.goto(live_server.url + reverse("participation:upload_allocations", args=[somewhere.service.code]))
    page.get_by_label("Reason").fill("This year's.")
    content = b"ORG_ID,ALLOCATION\nV37647,many\nX00001,1\n"
    page.locator("input[name=file]").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="See what would change").click()
    expect(page.get_by_text("must be a whole number, 0 or more")).to_be_visible()
    eyes.look("upload-allocations-refused")
