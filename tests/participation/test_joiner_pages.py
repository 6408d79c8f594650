from __future__ import annotations

import re
from datetime import date

import pytest
from django.urls import reverse

from accounts.states import Role
from core.actors import SYSTEM
from core.transitions import Seen
from organisations.commands import Spell, correct_memberships, set_list_sizes
from organisations.models import Lead, ListKind, Organisation
from participation.commands import Ending, ask_to_end
from participation.models import Participation
from participation.rules import AWAITS_A_REQUEST
from tests.factories.accounts import acting_as
from tests.factories.organisations import CommissionerFactory
from tests.participation.test_pages import sign_in, text

pytestmark = pytest.mark.usefixtures("training")

LIST, BISCAY = "/participation/joiners/", "/participation/joiners/Z05849/"
FORTIES = "/participation/joiners/Z05849/V84552/"


def place(code):
    return Organisation.objects.get(code=code)


@pytest.fixture
def dilys(client):
    return sign_in(client, acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=place("ZBY")))


def hidden(page):
    """The fields that the form of the confirmation sends, as lists by name."""
    form = re.search(r'<input type="hidden" name="step" value="save">.*?</form>', page.content.decode(), re.DOTALL)[0]
    found = {"step": ["save"]}
    for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(value)
    return found


def memberships(practice, network, *spells):
    correct_memberships({(place(practice).pk, place(network).pk): [Spell(*each) for each in spells]}, by=SYSTEM)


def test_the_list_names_joiners_and_movers_with_what_is_missing(dilys):
    said = text(dilys.get(LIST))

    assert "Practices that joined or moved 3 practices" in said
    assert "Biscay Partnership PCN V84552 Forties Surgery 16/09/2021 1" in said
    assert "Shannon PCN V10112 Malin Practice 01/11/2021 1" in said


def test_its_filters_are_in_the_address_and_lead_to_the_whole_network(dilys):
    page = dilys.get(LIST, {"network": "Z05849", "text": "lun"})

    assert "1 practice" in text(page)
    assert "Lundy Practice" in text(page)
    assert f'href="{BISCAY}"' in page.content.decode()
    assert "No practice matches these filters." in text(dilys.get(LIST, {"text": "nobody"}))
    assert "3 practices" in text(dilys.get(LIST, {"service": "PCN-CD-2020-22"}))


def test_a_network_without_joiners_can_be_asked_for_by_its_code(dilys):
    page = dilys.get(LIST, {"network": "Z05850"})

    assert page.status_code == 200
    assert "No practice matches these filters." in text(page)
    assert "There is a problem" not in text(page)
    assert '<option value="Z05850" selected>Utsire Partnership PCN</option>' in page.content.decode()


@pytest.mark.parametrize("sort", ["pcn", "-code", "name", "-joined"])
def test_it_is_sorted_and_paged_by_the_last_row_seen(dilys, sort):
    pages = [dilys.get(LIST, {"sort": sort, "view": 25})]

    assert pages[0].status_code == 200
    assert len(re.findall(r"V84552|V91037|V10112", text(pages[0]))) == 3


def test_the_next_page_starts_after_the_last_row_seen(dilys):
    after = text(dilys.get(LIST, {"after": "Z05849.V84552.2021-09-16"}))

    assert "Forties Surgery" not in after
    assert "Lundy Practice" in after


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_it_can_be_taken_as_a_file(dilys, kind):
    answer = dilys.get(LIST, {"as": kind})

    assert f'filename="joiners-and-movers.{kind}"' in answer.headers["Content-Disposition"]
    if kind == "csv":
        assert "Biscay Partnership PCN,Z05849,V84552,Forties Surgery,16/09/2021" in answer.content.decode("utf-8-sig")


def test_a_commissioner_with_nothing_to_put_right_is_told_so(client):
    viking = sign_in(client, acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=place("ZVU")))

    assert "Every practice that joined a PCN which you lead has been offered what it holds." in text(viking.get(LIST))


def test_a_practice_is_proposed_with_what_would_change_in_pounds(dilys):
    page = dilys.get(FORTIES)

    said = text(page)
    assert "Forties Surgery (V84552) joined Biscay Partnership PCN on 16 September 2021" in said
    assert "16/09/2021 31/03/2022" in said
    assert "If 1 offer is made:" in said
    assert "30 November 2021: 1 line is calculated, £453.84, and awaits approval." in said
    assert "December 2021 to March 2022: £12,818.04 expected, instead of £11,002.68." in said
    assert "Approvals undone none" in said
    assert "Financially approved periods none" in said
    assert not Participation.objects.filter(provider__code="V84552", network__code="Z05849").exists()


def test_the_whole_network_is_put_right_in_one_step(dilys):
    looked = dilys.get(BISCAY)

    done = dilys.post(BISCAY, hidden(looked), follow=True)

    assert "If 2 offers are made:" in text(looked)
    assert "2 offers were made" in text(done)
    assert "30 September 2021: 2 lines are calculated, £772.14, and await approval." in text(done)
    assert Participation.objects.filter(network__code="Z05849", provider__code__in=["V84552", "V91037"]).count() == 2


def test_it_goes_back_to_where_it_was_asked_from(dilys):
    looked = dilys.get(FORTIES, {"back": "/achievement/networks/"})

    done = dilys.post(FORTIES, hidden(looked))

    assert done["Location"] == "/achievement/networks/"


def test_an_address_of_another_place_is_no_way_back(dilys):
    looked = dilys.get(FORTIES, {"back": "//elsewhere.example/"})

    assert dilys.post(FORTIES, hidden(looked))["Location"] == f"{LIST}?network=Z05849"


def test_pressing_twice_offers_once_and_says_that_it_is_done(dilys):
    confirmed = hidden(dilys.get(FORTIES))
    dilys.post(FORTIES, confirmed)

    again = dilys.post(FORTIES, confirmed)

    assert again.status_code == 409
    assert "is not missing for Forties Surgery" in text(again)
    assert text(again).count("Nothing was saved") == 1
    assert "Back to the list" in text(again)
    assert Participation.objects.filter(provider__code="V84552", network__code="Z05849").count() == 1


def test_where_the_world_has_moved_the_difference_is_shown_and_nothing_is_saved(dilys):
    confirmed = hidden(dilys.get(FORTIES))
    set_list_sizes(ListKind.CRP, date(2021, 1, 1), {place("V84552").pk: 8_000}, by=SYSTEM)

    moved = dilys.post(FORTIES, confirmed)

    said = text(moved)
    assert "What would change is no longer what you saw" in said
    assert "No longer: 30 November 2021: 1 line is calculated, £453.84" in said
    assert "Now: 30 November 2021: 1 line is calculated, £488.00" in said
    assert not Participation.objects.filter(provider__code="V84552", network__code="Z05849").exists()
    assert "1 offer was made" in text(dilys.post(FORTIES, hidden(moved), follow=True))


def dates(page, **changes):
    """What the form to choose other dates sends, as it stands."""
    form = page.content.decode().split('id="proposal"')[1]
    sent = dict(re.findall(r'name="((?:start|end)_[^"]+)"[^>]*?value="([^"]*)"', form))
    ticked = dict.fromkeys(re.findall(r'name="((?:offer|leave)_[^"]+)"', form), "on")
    return {**sent, **ticked, "step": "check", **changes}


def test_other_dates_are_looked_at_and_confirmed(dilys):
    looked = dilys.get(FORTIES)
    given = dates(looked)
    start = next(name for name in given if name.startswith("start_") and name.endswith("_month"))

    checked = dilys.post(FORTIES, {**given, start: "10", start.replace("month", "day"): "1"})
    dilys.post(FORTIES, hidden(checked))

    assert "30 September 2021" not in text(checked).split("What would change")[1].split("Choose other")[0]
    row = Participation.objects.with_terms().get(provider__code="V84552", network__code="Z05849")
    assert row.start_date == date(2021, 10, 1)


def test_a_date_that_does_not_fit_is_named_and_nothing_typed_is_lost(dilys):
    given = dates(dilys.get(FORTIES))
    start = next(name for name in given if name.startswith("start_") and name.endswith("_year"))

    page = dilys.post(FORTIES, {**given, start: "2019"})

    assert "Error: " in page.content.decode()
    assert "Start date must be 16 September 2021 or later: it is 16 September 2019." in text(page)
    assert 'value="2019"' in page.content.decode()


def test_nothing_ticked_is_refused(dilys):
    given = {name: value for name, value in dates(dilys.get(FORTIES)).items() if not name.startswith("offer_")}

    assert "Select at least one offer." in text(dilys.post(FORTIES, given))


def test_one_service_only_can_be_asked_for(dilys):
    page = dilys.get(FORTIES, {"service": "PCN-CD-2020-22"})
    other = dilys.get(FORTIES, {"service": "ANOTHER"})

    assert "If 1 offer is made:" in text(page)
    assert "What would change" not in text(other).replace("See what would change", "")


def test_a_network_where_nothing_is_missing_says_so(dilys):
    page = dilys.get("/participation/joiners/Z05850/")

    assert "Nothing is missing in Utsire Partnership PCN: every member has been offered what it holds." in text(page)


def test_a_mover_is_one_step_for_both_networks(dilys):
    memberships("V10112", "Z05851", (date(2019, 7, 1), None))
    address = "/participation/joiners/Z05852/V10112/"

    looked = dilys.get(address)
    done = dilys.post(address, hidden(looked), follow=True)

    assert "Offers that hang on a former PCN" in text(looked)
    assert "Ends on 31 October 2021 Your organisation" in text(looked)
    assert "Offer, and end the old offers" in text(looked)
    assert "1 offer was made" in text(done)
    assert "1 offer was ended on the day before the move." in text(done)


def test_the_result_says_of_what_finance_has_approved_what_the_preview_said(dilys):
    address = "/participation/joiners/Z05852/V10112/"
    adjusted = (
        "Malin Practice in Shannon PCN, November 2021, came after what finance has approved: to be adjusted by £445.30."
    )

    looked = text(dilys.get(address))
    done = text(dilys.post(address, hidden(dilys.get(address)), follow=True))

    assert looked.count(adjusted) == done.count(adjusted) == 1
    assert "financially approved, stay as they are" not in done
    assert "1 offer would be made and taken up by membership." in looked
    assert "1 offer was made and taken up by membership." in done


def test_a_mover_whose_offer_a_second_person_is_asked_about_is_told_so_and_led_there(dilys):
    by = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=place("ZBY"))
    memberships("V10112", "Z05851", (date(2019, 7, 1), None))
    hanging = Participation.objects.get(provider__code="V10112", network__code="Z05851")
    asked = ask_to_end(
        [Seen(hanging.pk, hanging.version)], Ending(date(2021, 12, 31), "It is not delivered any more."), by=by
    )

    page = dilys.get("/participation/joiners/Z05852/V10112/")

    assert page.status_code == 200
    assert AWAITS_A_REQUEST in text(page)
    assert f'href="/participation/requests/{asked.request_id}/"' in page.content.decode()
    assert "Choose other offers or dates" in text(page)


def test_each_of_two_leads_sees_its_own_half(client):
    memberships("V10112", "Z05851", (date(2019, 7, 1), None))
    other = CommissionerFactory.create(code="ZSH", name="NHS Shannon CCG")
    Lead.objects.filter(network=place("Z05852")).update(commissioner=other)
    new_lead = sign_in(client, acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=other))

    looked = new_lead.get("/participation/joiners/Z05852/V10112/")
    new_lead.post("/participation/joiners/Z05852/V10112/", hidden(looked))
    old_lead = sign_in(client, acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=place("ZBY")))
    listed = old_lead.get(LIST, {"text": "malin"})
    seen = old_lead.get("/participation/joiners/Z05851/V10112/")
    done = old_lead.post("/participation/joiners/Z05851/V10112/", hidden(seen), follow=True)

    assert "NHS Biscay CCG, which sees it too" in text(looked)
    assert ">Offer</button>" in re.sub(r"\s+", " ", looked.content.decode()).replace("> ", ">").replace(" <", "<")
    assert "Fastnet PCN" in text(listed)
    assert "End the old offers" in text(seen)
    assert "1 offer was ended on the day before the move." in text(done)


def test_who_only_looks_is_told_why(client):
    viewer = sign_in(client, acting_as(Role.VIEW, organisation=place("ZBY")))

    page = viewer.get(FORTIES)

    assert "You can look, and not offer" in text(page)
    assert "Choose other offers" not in text(page)
    assert viewer.post(FORTIES, {"step": "save", "offer": "1:1:1:2021-09-16:2022-03-31"}).status_code in (403, 409)


def test_a_practice_and_the_operator_are_told_who_does_it(client):
    practice = sign_in(client, acting_as(Role.SERVICE_MANAGEMENT, organisation=place("V84552")))

    for address in (LIST, BISCAY, FORTIES):
        page = practice.get(address)
        assert page.status_code == 403
        assert "put right by the commissioning organisation" in text(page)


def test_a_network_of_another_commissioner_is_not_there(client):
    viking = sign_in(client, acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=place("ZVU")))

    assert viking.get("/participation/joiners/Z05851/").status_code == 404


@pytest.mark.parametrize(
    "offer", ["1:2:3", "1:1:1:2021-09-31:2022-03-31", "x:1:1:2021-09-16:2022-03-31", "1:1:1:2021-09-16:2022-03-31\0"]
)
def test_what_was_made_up_is_refused(dilys, offer):
    assert dilys.post(FORTIES, {"step": "save", "offer": offer}).status_code == 422


def test_home_says_that_practices_joined_and_leads_there(dilys):
    page = dilys.get(reverse("home:home"))

    assert "2 practices joined Biscay Partnership PCN and were not offered all it holds" in text(page)
    assert "Malin Practice joined Shannon PCN and was not offered all it holds" in text(page)
    assert f"{LIST}?network=Z05849" in page.content.decode()


def test_the_list_asks_the_database_ten_questions_at_most(dilys, django_assert_max_num_queries, settings):
    settings.USERSESSIONS_TRACK_ACTIVITY = False
    dilys.get(LIST)

    with django_assert_max_num_queries(10):
        dilys.get(LIST)


def test_the_page_of_a_practice_that_had_closed_says_so(dilys):
    Organisation.objects.filter(code="V84552").update(close_date=date(2021, 9, 15))

    said = text(dilys.get(FORTIES))

    assert "Forties Surgery (V84552) closed on 15 September 2021. It is offered nothing after that day" in said
    assert "See what would change" not in said
