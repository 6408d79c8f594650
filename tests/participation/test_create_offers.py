"""Create Offers, page by page: five steps of one draft, which survives leaving."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.states import Role
from core.actors import SYSTEM
from core.transitions import Seen
from operations.models import JobState, OutboxMessage
from participation.commands import (
    add_providers,
    begin_offers,
    cancel_participations,
    do_preview,
    offer_to_networks,
    offer_to_practices,
    set_days,
)
from participation.models import OfferDraft, Participation
from participation.states import State
from tests.factories.accounts import acting_as
from tests.factories.organisations import (
    ClusterFactory,
    ListSizeFactory,
    MembershipFactory,
    NetworkFactory,
    PracticeFactory,
)
from tests.factories.submission import weight_management
from tests.participation.conftest import END, ENDS, START, STARTS
from tests.participation.pages import hidden, sign_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]

BUDGET = 10
SHORT = {"start_date": "2020-04-01", "end_date": "2021-10-31"}


def at(name, draft=None, *further):
    return reverse(f"participation:{name}", args=[draft.pk, *further] if draft else [])


def the_draft():
    return OfferDraft.objects.get()


@pytest.fixture
def begun(service, commissioning):
    """The service is chosen; nothing else is."""
    return begin_offers(service.pk, by=commissioning)


@pytest.fixture
def dated(begun, commissioning):
    """The dates are chosen too: all of the service's."""
    return set_days(begun.pk, START, END, by=commissioning)


@pytest.fixture
def chosen(dated, utsire, commissioning):
    """And Utsire is: it can be reviewed."""
    add_providers(dated.pk, [utsire.network.pk], by=commissioning)
    return OfferDraft.objects.get(pk=dated.pk)


@pytest.fixture
def practice_draft(somewhere, kezia):
    """A draft of Weight Management for its days, of nobody yet."""
    draft = begin_offers(somewhere.service.pk, by=kezia)
    return set_days(draft.pk, STARTS, ENDS, by=kezia)


def offer(client, draft):
    """Press the button of the review."""
    page = client.get(at("review_offers", draft))
    sent = {"act": "offer", "version": hidden(page, "version"), "foreseen": hidden(page, "foreseen")}
    return client.post(at("review_offers", draft), sent, follow=True)


def test_an_offer_is_made_in_five_steps(commissioner, service, utsire):
    first = commissioner.post(at("new_offer"), {"service": service.pk}, follow=True)
    dates = commissioner.post(at("offer_dates", the_draft()), SHORT, follow=True)
    added = commissioner.post(
        at("offer_providers", the_draft()), {"action": "add", "seen": f"{utsire.network.pk}:1"}, follow=True
    )
    review = commissioner.get(at("review_offers", the_draft()))
    made = offer(commissioner, the_draft())

    assert "Dates" in text(first)
    assert "Utsire Partnership PCN Z05850 3 Not yet NHS Viking, North & South Utsire CCG" in text(dates)
    assert "1 PCN added." in text(added)
    assert "Membership takes the offers up, and they are approved at once." in text(review)
    assert "Offers made" in text(made)
    assert "3 offers to 3 practices in 1 PCN." in text(made)
    assert "Make another offer" in text(made)
    assert Participation.objects.in_state(State.APPROVED).count() == 3


def test_a_draft_begins_only_once_its_service_is_chosen(commissioner, service, utsire):
    page = commissioner.get(at("new_offer"))
    refused = commissioner.post(at("new_offer"), {})

    assert page.status_code == 200
    assert refused.status_code == 422
    assert "Select quality service." in text(refused)
    assert not OfferDraft.objects.exists()


def test_what_was_begun_is_resumed_where_it_was_left(commissioner, begun, commissioning, utsire):
    listed = text(commissioner.get(at("create_offers")))
    set_days(begun.pk, START, END, by=commissioning)
    dated = commissioner.get(at("create_offers")).content.decode()
    add_providers(begun.pk, [utsire.network.pk], by=commissioning)
    chosen = commissioner.get(at("create_offers")).content.decode()

    assert "Not chosen yet Nobody yet" in listed
    assert f'href="{at("offer_providers", begun)}"' in dated
    assert f'href="{at("review_offers", begun)}"' in chosen


def test_home_says_what_was_begun(commissioner, begun):
    assert "1 offer you began is not finished" in text(commissioner.get(reverse("home:home")))


def test_without_anything_begun_the_list_says_so(commissioner, service, utsire):
    assert "You have no offers that are not finished." in text(commissioner.get(at("create_offers")))


def test_a_draft_is_nobody_elses(client, begun, biscay, viking, commissioning):
    colleague = sign_in(client, acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=biscay))
    same_person = sign_in(
        Client(), acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=viking, user=commissioning.user)
    )

    for who in (colleague, same_person):
        assert who.get(at("offer_dates", begun)).status_code == 404
        assert who.post(at("drop_offers", begun)).status_code == 404
        assert "You have no offers that are not finished." in text(who.get(at("create_offers")))


def test_a_draft_is_dropped_once_that_is_confirmed(commissioner, begun):
    asked = commissioner.get(at("drop_offers", begun))
    done = commissioner.post(at("drop_offers", begun), follow=True)

    assert "Nothing was offered, so nobody is told." in text(asked)
    assert "was dropped. Nobody was offered it." in text(done)
    assert commissioner.get(at("offer_dates", begun)).status_code == 404
    assert not OfferDraft.objects.unfinished().exists()


def test_two_tabs_each_keep_what_the_other_chose(commissioner, begun, utsire, commissioning):
    set_days(begun.pk, START, END, by=commissioning)
    providers_tab = commissioner.get(at("offer_providers", begun))
    commissioner.post(at("offer_dates", begun), SHORT)
    commissioner.post(at("offer_providers", begun), {"action": "add", "seen": f"{utsire.network.pk}:1"})

    draft = the_draft()
    assert providers_tab.status_code == 200
    assert (draft.end_date, list(draft.providers.all())) == (date(2021, 10, 31), [utsire.network])


def test_going_back_and_forward_keeps_everything(commissioner, chosen, utsire):
    back = commissioner.get(at("offer_service", chosen)).content.decode()
    commissioner.post(at("offer_service", chosen), {"service": chosen.service_id})
    dates = commissioner.get(at("offer_dates", chosen)).content.decode()

    assert "checked" in back
    assert 'value="2022"' in dates
    assert list(the_draft().providers.all()) == [utsire.network]


def test_another_service_of_the_other_kind_leaves_nobody_chosen(commissioner, chosen, biscay):
    practices = weight_management()
    page = commissioner.post(at("offer_service", chosen), {"service": practices.pk}, follow=True)

    assert "Choose providers anew" in text(page)
    assert not the_draft().providers.exists()


def test_dates_that_do_not_fit_another_service_are_asked_for_again(commissioner, chosen, utsire):
    commissioner.post(at("offer_service", chosen), {"service": weight_management().pk})

    page = commissioner.get(at("review_offers", chosen), follow=True)

    assert page.redirect_chain[-1][0] == at("offer_dates", chosen)
    assert "those you had do not fit this service" in text(page)


@pytest.mark.parametrize(("name", "missing"), [("offer_providers", "offer_dates"), ("review_offers", "offer_dates")])
def test_a_step_before_its_time_leads_to_the_one_that_is_missing(commissioner, begun, name, missing):
    assert commissioner.get(at(name, begun)).url == at(missing, begun)


def test_nobody_chosen_cannot_be_reviewed(commissioner, dated, utsire):
    assert commissioner.post(at("review_offers", dated), {"act": "look"}).url == at("offer_providers", dated)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"end_date": "2020-03-31"}, "End date must be 1 April 2020 or later"),
        ({"start_date": "2021-04-01", "end_date": "2021-03-31"}, "End date must be on or after start date"),
        ({"end_date": "2022-04-01"}, "End date must be 31 March 2022 or earlier: it is 1 April 2022."),
        ({"start_date": "2020-03-01"}, "Start date must be 1 April 2020 or later: it is 1 March 2020."),
        ({"start_date": ""}, "Enter start date."),
    ],
)
def test_dates_that_cannot_be_are_refused_and_kept_as_typed(commissioner, begun, changes, sentence):
    page = commissioner.post(at("offer_dates", begun), SHORT | changes)

    assert page.status_code == 422
    assert "Error: Dates" in page.content.decode()
    assert sentence in text(page)


def test_a_day_to_respond_by_is_asked_for_where_practices_answer(client, practice_draft, kezia, commissioner, begun):
    answered = sign_in(Client(), kezia).get(at("offer_dates", practice_draft))
    by_membership = commissioner.get(at("offer_dates", begun))

    assert "Respond by" in text(answered)
    assert "Respond by" not in text(by_membership)


@pytest.mark.parametrize(
    ("respond_by", "sentence"),
    [
        ("2021-12-10", "Respond by must be 11 December 2021 or later"),
        ("2022-04-01", "Respond by must be on or before end date, 31 March 2022: it is 1 April 2022."),
    ],
)
def test_a_day_to_respond_by_that_cannot_be_is_refused(client, practice_draft, kezia, respond_by, sentence):
    given = {"start_date": "2021-07-01", "end_date": "2022-03-31", "respond_by": respond_by}

    page = sign_in(client, kezia).post(at("offer_dates", practice_draft), given)

    assert sentence in text(page)


def test_the_day_to_respond_by_is_kept_and_reviewed(client, practice_draft, kezia, somewhere):
    given = {"start_date": "2021-07-01", "end_date": "2022-03-31", "respond_by": "2021-12-20"}
    signed_in = sign_in(client, kezia)
    signed_in.post(at("offer_dates", practice_draft), given)
    add_providers(practice_draft.pk, [somewhere.practice.pk], by=kezia)

    review = text(signed_in.get(at("review_offers", practice_draft)))
    offer(signed_in, practice_draft)

    assert "Respond by 20 December 2021" in review
    assert "The practices answer the offers, and your organisation approves what is accepted." in review
    assert Participation.objects.get().respond_by == date(2021, 12, 20)


def test_the_day_to_respond_by_that_has_passed_meanwhile_stops_the_review(
    client, practice_draft, kezia, somewhere, set_clock
):
    set_days(practice_draft.pk, STARTS, ENDS, by=kezia, respond_by=date(2021, 12, 20))
    add_providers(practice_draft.pk, [somewhere.practice.pk], by=kezia)
    set_clock(date(2021, 12, 21))

    page = sign_in(client, kezia).get(at("review_offers", practice_draft), follow=True)

    assert page.redirect_chain[-1][0] == at("offer_dates", practice_draft)


def filtered(client, draft, **query):
    return text(client.get(at("offer_providers", draft), query))


def test_networks_are_found_by_name_code_parent_and_what_they_were_offered(
    commissioner, dated, utsire, biscay, viking, commissioning, service
):
    fastnet = NetworkFactory.create(code="Z05851", name="Fastnet PCN", led_by=biscay)
    PracticeFactory.create(member_of=fastnet, parent=biscay)
    offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)
    MembershipFactory.create(network=utsire.network, start_date=date(2021, 9, 16))
    said = {
        "all": filtered(commissioner, dated),
        "name": filtered(commissioner, dated, text="fastnet"),
        "code": filtered(commissioner, dated, text="z05850"),
        "parent": filtered(commissioner, dated, commissioner=viking.pk),
        "not yet": filtered(commissioner, dated, offers="none"),
        "some": filtered(commissioner, dated, offers="some"),
        "whole": filtered(commissioner, dated, offers="all"),
    }

    both = {name: ("Z05850" in page, "Z05851" in page) for name, page in said.items()}
    assert both == {
        "all": (True, True), "name": (False, True), "code": (True, False), "parent": (True, False),
        "not yet": (False, True), "some": (True, False), "whole": (False, False),
    }  # fmt: skip
    assert "Utsire Partnership PCN Z05850 4 3 of 4 practices" in said["all"]
    assert "No PCN matches these filters." in said["whole"]


def test_practices_are_found_by_pcn_lead_and_what_they_were_offered(client, practice_draft, kezia, somewhere, biscay):
    network = NetworkFactory.create(name="Utsire Partnership PCN", led_by=biscay)
    member = PracticeFactory.create(code="V66334", parent=somewhere.commissioner, member_of=network)
    offer_to_practices(somewhere.service.pk, [somewhere.practice.pk], STARTS, ENDS, by=kezia)
    client = sign_in(client, kezia)
    said = {
        "all": filtered(client, practice_draft),
        "pcn": filtered(client, practice_draft, network=network.pk),
        "lead": filtered(client, practice_draft, commissioner=biscay.pk),
        "not yet": filtered(client, practice_draft, offers="none"),
        "whole": filtered(client, practice_draft, offers="all"),
    }

    both = {name: ("V37647" in page, member.code in page) for name, page in said.items()}
    assert both == {
        "all": (True, True), "pcn": (False, True), "lead": (False, True), "not yet": (False, True),
        "whole": (True, False),
    }  # fmt: skip
    assert "Portland Surgery V37647 In no PCN Offered No" in said["whole"]


def test_everything_that_matches_is_added_and_removed(commissioner, dated, biscay, utsire):
    for n in range(30):
        NetworkFactory.create(name=f"Sea Area {n:02d} PCN", led_by=biscay)
    page = commissioner.get(at("offer_providers", dated), {"text": "Sea Area", "view": "25"})
    token = hidden(page, "all_matching")

    added = commissioner.post(at("offer_providers", dated), {"action": "add", "all_matching": token}, follow=True)
    chosen = filtered(commissioner, dated, show="chosen")
    again = commissioner.post(
        at("offer_providers", dated), {"action": "remove", "all_matching": token, "back": "/nowhere/"}
    )

    assert "30 PCNs added." in text(added)
    assert "Chosen: 30 PCNs" in chosen
    assert "Z05850" not in chosen
    assert again.url == "/nowhere/"
    assert not the_draft().providers.exists()


@pytest.mark.parametrize("sent", [{}, {"action": "add"}, {"action": "sing", "seen": "1:1"}])
def test_without_anybody_ticked_nothing_changes_and_that_is_said(commissioner, dated, utsire, sent):
    page = commissioner.post(at("offer_providers", dated), sent, follow=True)

    assert "Nothing was changed." in text(page)
    assert the_draft().version == dated.version


def test_a_selection_of_somebody_else_is_not_taken(commissioner, dated, utsire):
    page = commissioner.post(at("offer_providers", dated), {"action": "add", "all_matching": "made-up"})

    assert page.status_code == 409


def test_who_is_not_led_is_never_chosen(commissioner, dated, viking):
    other = NetworkFactory.create(led_by=viking)

    page = commissioner.post(at("offer_providers", dated), {"action": "add", "seen": f"{other.pk}:1"}, follow=True)

    assert "0 PCNs added." in text(page)
    assert not the_draft().providers.exists()


def test_going_elsewhere_after_an_act_stays_within_the_portal(commissioner, dated, utsire):
    sent = {"action": "add", "seen": f"{utsire.network.pk}:1", "back": "https://elsewhere.example/"}

    assert commissioner.post(at("offer_providers", dated), sent).url == at("offer_providers", dated)


def test_codes_are_pasted_one_on_a_line_or_between_commas(commissioner, dated, utsire, biscay):
    other = NetworkFactory.create(code="Z05849", name="Biscay Partnership PCN", led_by=biscay)

    page = commissioner.post(
        at("offer_codes", dated), {"codes": " z05850,\n\nBiscay Partnership  PCN; Z05850"}, follow=True
    )

    assert "2 PCNs added. 1 value named the same again." in text(page)
    assert set(the_draft().providers.all()) == {utsire.network, other}


def test_each_code_that_is_not_understood_is_named_with_its_line_and_nothing_is_lost(
    commissioner, dated, utsire, biscay, viking
):
    for code in ("Z00001", "Z00002"):
        NetworkFactory.create(code=code, name="Twin PCN", led_by=biscay)
    NetworkFactory.create(code="Z05851", name="Fastnet PCN", led_by=viking)
    pasted = "Z05850\nX99999, V37647\nTwin PCN\nZ05851\n11A"

    page = commissioner.post(at("offer_codes", dated), {"codes": pasted})

    said = text(page)
    assert page.status_code == 422
    assert pasted in page.content.decode()
    assert "2 X99999 is unknown: no organisation has this Org ID, or none this name." in said
    assert (
        "2 V37647 is a practice, Portland Surgery: this service is offered to whole PCNs. "
        "Its PCN is Utsire Partnership PCN (Z05850)." in said
    )
    assert "3 Twin PCN is ambiguous: Z00001 and Z00002 have this name. Give the Org ID." in said
    assert "4 Z05851 is not yours: your organisation is not the lead commissioning organisation of Fastnet PCN" in said
    assert "5 11A is NHS Biscay CCG, which is neither a practice nor a PCN." in said
    assert "Add the 1 PCN that is right" in said
    assert not the_draft().providers.exists()


def test_the_right_ones_can_be_added_without_the_others(commissioner, dated, utsire):
    page = commissioner.post(at("offer_codes", dated), {"codes": "Z05850, X99999"})

    commissioner.post(at("offer_codes", dated), {"right": hidden(page, "right")})

    assert list(the_draft().providers.all()) == [utsire.network]


def upload(client, draft, content, name="whom.csv"):
    return client.post(at("offer_codes", draft), {"file": SimpleUploadedFile(name, content)}, follow=True)


def test_a_file_is_uploaded(client, practice_draft, kezia, somewhere):
    other = PracticeFactory.create(code="V66334", parent=somewhere.commissioner)

    page = upload(sign_in(client, kezia), practice_draft, b"NAME,ORG_ID\r\nPortland,V37647\r\n\r\n,v66334\r\n")

    assert "2 practices added." in text(page)
    assert set(the_draft().providers.all()) == {somewhere.practice, other}


def test_each_row_of_a_file_that_is_wrong_is_named_with_row_column_value_and_rule(
    client, practice_draft, kezia, somewhere, viking
):
    NetworkFactory.create(code="Z05850", name="Utsire Partnership PCN")
    PracticeFactory.create(code="V99999", name="Elsewhere Surgery", parent=viking)
    content = b"org id;x\n".replace(b";", b",") + b"V37647,1\n,2\nZ05850,3\nV99999,4\n"

    page = upload(sign_in(client, kezia), practice_draft, content)

    said = text(page)
    assert "3 ORG_ID is missing: each row needs an Org ID." in said
    assert "4 ORG_ID Z05850 is a PCN, Utsire Partnership PCN: this service is offered to practices." in said
    assert "5 ORG_ID V99999 is not yours: your organisation is not the Parent Organisation of Elsewhere Surgery" in said
    assert "Add the 1 practice that is right" in said
    assert not the_draft().providers.exists()


def test_all_of_many_that_are_not_understood_are_a_file(commissioner, dated, utsire):
    page = upload(commissioner, dated, b"ORG_ID\n" + b"".join(b"X%05d\n" % n for n in range(150)))

    file = commissioner.post(at("offer_codes", dated), {"wrong": hidden(page, "wrong")})

    lines = file.content.decode("utf-8-sig").splitlines()
    assert "Not understood, the first 100 150 values" in text(page)
    assert lines[150] == '151,ORG_ID,X00149,"is unknown: no organisation has this Org ID, or none this name."'
    assert len(lines) == 151


@pytest.mark.parametrize("made_up", ["x", "[[1]]", '{"a": 1}', '[["a", "b", "c"]]'])
def test_what_was_not_understood_cannot_be_made_up(commissioner, dated, made_up):
    assert commissioner.post(at("offer_codes", dated), {"wrong": made_up}).status_code == 422


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The CSV file is empty."),
        (b"\n\n", "whom.csv is empty."),
        (b"ORG_ID\n", "whom.csv has headings and no rows."),
        (b"NAME\nPortland\n", "whom.csv needs a column ORG_ID. It has: NAME."),
        (b"PK\x03\x04rest", "whom.csv is no CSV file."),
        (b'ORG_ID\n"V37647', "whom.csv, line 2, cannot be read as CSV"),
        (b"ORG_ID\n" + b"V37647\n" * 10_001, "whom.csv has more than 10,000 rows."),
        (b"ORG_ID\n" + b"x" * (2 << 20), "whom.csv is larger than 2 MB."),
    ],
)
def test_a_file_that_is_no_list_is_refused(commissioner, dated, utsire, content, sentence):
    page = upload(commissioner, dated, content)

    assert sentence in text(page)
    assert page.status_code == 422


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"codes": " "}, "Paste at least one Org ID, or choose a CSV file."),
        ({"codes": "Z05850", "file": True}, "one of the two at a time"),
    ],
)
def test_codes_or_a_file_are_given_and_not_both(commissioner, dated, utsire, sent, sentence):
    file = {"file": SimpleUploadedFile("whom.csv", b"ORG_ID\nZ05850\n")} if sent.get("file") else {}

    assert sentence in text(commissioner.post(at("offer_codes", dated), sent | file))


def test_the_review_names_who_is_left_out_and_what_is_odd(
    commissioner, dated, utsire, biscay, viking, commissioning, service
):
    leaver = PracticeFactory.create(code="V00001", name="Leaving Surgery")
    MembershipFactory.create(practice=leaver, network=utsire.network, end_date=date(2021, 6, 30))
    late = PracticeFactory.create(code="V00002", name="Late Surgery", close_date=date(2021, 12, 31))
    MembershipFactory.create(practice=late, network=utsire.network, start_date=date(2021, 1, 1))
    former = NetworkFactory.create(name="Former PCN", led_by=biscay)
    MembershipFactory.create(practice=late, network=former, end_date=date(2020, 12, 31))
    offer_to_networks(service.pk, [former.pk], START, END, by=commissioning)
    has_it = NetworkFactory.create(code="Z00009", name="Has It PCN", led_by=biscay)
    PracticeFactory.create(code="V00009", name="Has It Surgery", member_of=has_it)
    offer_to_networks(service.pk, [has_it.pk], START, date(2020, 12, 31), by=commissioning)
    joiner = PracticeFactory.create(code="V00010", name="Joining Surgery")
    MembershipFactory.create(practice=joiner, network=has_it, start_date=date(2020, 9, 1))
    empty = NetworkFactory.create(code="Z99999", name="Empty PCN", led_by=biscay)
    set_days(dated.pk, START, date(2022, 1, 31), by=commissioning)
    add_providers(dated.pk, [utsire.network.pk, has_it.pk, empty.pk], by=commissioning)

    said = text(commissioner.get(at("review_offers", dated)))

    assert "PCNs 2 of 3 chosen" in said
    assert "The offer ends before the service does, on 31 March 2022." in said
    assert (
        "1 practice has an offer of this service on some of these days, and is left out. Save End Date moves its end. "
        "Has It Surgery (V00009) in Has It PCN, 01/04/2020 - 31/12/2020" in said
    )
    assert (
        "1 practice joined a PCN that has this offer: it is added to it, from the day of joining. "
        "Joining Surgery (V00010) in Has It PCN, from 01/09/2020" in said
    )
    assert (
        "1 practice is not a member on the start date: it counts in its PCN from the day it joined. "
        "Late Surgery (V00002) in Utsire Partnership PCN, from 01/01/2021" in said
    )
    assert "1 practice leaves its PCN before the end date" in said
    assert "Leaving Surgery (V00001) in Utsire Partnership PCN, 30/06/2021" in said
    assert "1 practice takes part for another PCN on some of these days: the offers overlap." in said
    assert "Late Surgery (V00002) in Utsire Partnership PCN, for Former PCN" in said
    assert "1 practice closes before the end date: nothing is earned after that day. Late Surgery (V00002)" in said
    assert "1 PCN has no member practice on these days, and is left out. Empty PCN (Z99999)" in said


def test_practices_that_closed_before_the_start_are_left_out(client, practice_draft, kezia, somewhere):
    closed = PracticeFactory.create(
        code="V00003", name="Closed Surgery", parent=somewhere.commissioner, close_date=date(2021, 6, 30)
    )
    add_providers(practice_draft.pk, [somewhere.practice.pk, closed.pk], by=kezia)
    signed_in = sign_in(client, kezia)

    review = text(signed_in.get(at("review_offers", practice_draft)))
    made = text(offer(signed_in, practice_draft))

    assert "1 practice closed before the start date, and is left out. Closed Surgery (V00003), 30/06/2021" in review
    assert "There is no day to respond by" in review
    assert "1 practice closed before the start, left out." in made
    assert Participation.objects.get().provider == somewhere.practice


def test_the_review_says_what_would_follow_in_pounds_and_keeps_nothing(commissioner, chosen, utsire):
    for practice in utsire.practices:
        ListSizeFactory.create(organisation=practice)

    page = commissioner.get(at("review_offers", chosen))

    assert "3 lines are calculated, £1,830.00" in text(page)
    assert not Participation.objects.exists()


def test_every_line_of_the_review_is_a_file(commissioner, chosen, utsire):
    page = commissioner.get(at("review_lines", chosen, "csv"))

    lines = page.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "PCN_ID,PCN_NAME,ORG_ID,NAME,OFFERED,START_DATE,END_DATE,REMARKS"
    assert lines[1] == "Z05850,Utsire Partnership PCN,V37647,Portland Surgery,Yes,01/04/2020,31/03/2022,"
    assert len(lines) == 4
    assert commissioner.get(at("review_lines", chosen, "xlsx")).status_code == 200
    assert commissioner.get(at("review_lines", chosen, "exe")).status_code == 404


def test_pressing_twice_makes_one_offer(commissioner, chosen):
    page = commissioner.get(at("review_offers", chosen))
    sent = {"act": "offer", "version": hidden(page, "version"), "foreseen": hidden(page, "foreseen")}

    first = commissioner.post(at("review_offers", chosen), sent, follow=True)
    second = commissioner.post(at("review_offers", chosen), sent, follow=True)

    assert text(first).count("Offers made") == text(second).count("Offers made") > 0
    assert Participation.objects.count() == 3


def test_what_changed_in_another_tab_is_looked_at_again(commissioner, chosen, commissioning):
    page = commissioner.get(at("review_offers", chosen))
    sent = {"act": "offer", "version": hidden(page, "version"), "foreseen": hidden(page, "foreseen")}
    set_days(chosen.pk, START, date(2021, 10, 31), by=commissioning)

    again = commissioner.post(at("review_offers", chosen), sent)

    assert again.status_code == 409
    assert "These offers have changed since you looked at them." in text(again)
    assert "31 October 2021" in text(again)
    assert not Participation.objects.exists()


def test_where_the_world_has_moved_the_difference_is_shown(commissioner, chosen, utsire):
    page = commissioner.get(at("review_offers", chosen))
    sent = {"act": "offer", "version": hidden(page, "version"), "foreseen": hidden(page, "foreseen")}
    MembershipFactory.create(network=utsire.network)

    again = commissioner.post(at("review_offers", chosen), sent)

    assert again.status_code == 409
    assert "No longer: 3 offers to 3 practices in 1 PCN." in text(again)
    assert "Now: 4 offers to 4 practices in 1 PCN." in text(again)
    assert not Participation.objects.exists()
    assert "Offers made" in text(offer(commissioner, chosen))


@pytest.mark.parametrize("sent", [{}, {"version": "x", "foreseen": "y"}, {"version": "1", "foreseen": "made-up"}])
def test_what_was_foreseen_cannot_be_made_up(commissioner, chosen, sent):
    page = commissioner.post(at("review_offers", chosen), {"act": "offer"} | sent)

    assert page.status_code == 409
    assert not Participation.objects.exists()


def test_where_all_have_it_the_review_says_there_is_nothing_to_offer(commissioner, chosen, utsire, commissioning):
    offer_to_networks(chosen.service_id, [utsire.network.pk], START, END, by=commissioning)

    page = commissioner.get(at("review_offers", chosen))

    assert "There is nothing to offer" in text(page)
    assert "Portland Surgery (V37647) in Utsire Partnership PCN" in text(page)
    assert 'value="offer"' not in page.content.decode()


def test_who_was_cancelled_is_offered_again_and_linked(commissioner, chosen, utsire, commissioning):
    first = offer_to_networks(chosen.service_id, [utsire.network.pk], START, END, by=commissioning)
    rows = Participation.objects.filter(pk__in=first.ids)
    cancel_participations([Seen(row.pk, row.version) for row in rows], "Wrong.", by=commissioning)

    offer(commissioner, chosen)

    again = Participation.objects.in_state(State.APPROVED)
    assert {row.replaces_id for row in again} == set(first.ids)


def test_a_made_draft_is_a_confirmation_and_nothing_else(commissioner, chosen):
    offer(commissioner, chosen)

    for name in ("offer_service", "offer_dates", "offer_providers", "offer_codes", "review_offers"):
        assert commissioner.get(at(name, chosen)).url == at("offers_made", chosen)
    assert commissioner.post(at("drop_offers", chosen)).status_code == 409
    assert "was offered from 1 April 2020 to 31 March 2022." in text(commissioner.get(at("offers_made", chosen)))


def test_there_is_no_confirmation_of_what_was_not_made(commissioner, chosen):
    assert commissioner.get(at("offers_made", chosen)).url == at("review_offers", chosen)


def test_offers_are_created_only_by_commissioning_management(client, service, biscay, begun):
    viewer = sign_in(client, acting_as(Role.VIEW, organisation=biscay))

    for address in (at("create_offers"), at("new_offer"), at("offer_dates", begun), at("review_offers", begun)):
        page = viewer.get(address)
        assert page.status_code == 403
        assert "Commissioning Management" in text(page)


def test_without_anybody_to_offer_to_that_is_said(commissioner, service):
    page = text(commissioner.get(at("create_offers")))

    assert "Your organisation leads no PCN and is the Parent Organisation of no practice today" in page


def test_without_a_service_of_ones_payment_type_that_is_said(client, service, utsire, biscay):
    by = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=biscay, payment_type="Vaccination")

    page = text(sign_in(client, by).get(at("create_offers")))

    assert "No quality service that your role reaches has been released yet." in page


def test_a_role_limited_to_a_cluster_chooses_its_practices_alone(client, somewhere):
    mine = PracticeFactory.create(code="V00004", parent=somewhere.commissioner)
    cluster = ClusterFactory.create(parent=somewhere.commissioner, members=[mine])
    by = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=somewhere.commissioner, cluster=cluster)
    draft = set_days(begin_offers(somewhere.service.pk, by=by).pk, STARTS, ENDS, by=by)

    said = filtered(sign_in(client, by), draft)

    assert "V00004" in said
    assert "V37647" not in said


def test_what_a_role_does_not_reach_is_said_in_the_review(client, service, utsire, biscay):
    cluster = ClusterFactory.create(parent=biscay, members=utsire.practices[:2])
    by = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=biscay, cluster=cluster)
    draft = set_days(begin_offers(service.pk, by=by).pk, START, END, by=by)
    add_providers(draft.pk, [utsire.network.pk], by=by)

    page = text(sign_in(client, by).get(at("review_offers", draft)))

    assert "You need the role Commissioning Management" in page


def test_services_are_narrowed_by_payment_type_and_year(commissioner, service, utsire):
    other = weight_management()
    address = at("new_offer")
    said = {
        "this year": text(commissioner.get(address)),
        "type": text(commissioner.get(address, {"payment_type": "Enhanced services", "year": ""})),
        "year": text(commissioner.get(address, {"payment_type": "", "year": "2020/21"})),
        "none": text(commissioner.get(address, {"payment_type": "Enhanced services", "year": "2020/21"})),
    }

    both = {name: (f"{service.name}:" in page, f"{other.name}:" in page) for name, page in said.items()}
    assert both == {"this year": (True, True), "type": (False, True), "year": (True, False), "none": (False, False)}
    assert "No released service matches these filters." in said["none"]
    assert f"{other.name}: 01/07/2021 - 31/03/2022, paid to practices" in said["type"]


def many_networks(how_many, biscay):
    networks = [NetworkFactory.create(led_by=biscay) for _ in range(how_many)]
    for network in networks:
        PracticeFactory.create(member_of=network)
    return [network.pk for network in networks]


def test_of_many_networks_a_worker_works_out_what_would_follow(commissioner, dated, biscay, commissioning):
    add_providers(dated.pk, many_networks(51, biscay), by=commissioning)
    asked = commissioner.get(at("review_offers", dated))
    begun = commissioner.post(at("review_offers", dated), {"act": "look"}, follow=True)
    again = commissioner.post(at("review_offers", dated), {"act": "look"})
    job = OfferDraft.objects.get(pk=dated.pk).preview
    do_preview(job.pk, by=SYSTEM)
    polled = commissioner.get(at("review_offers", dated), headers={"HX-Request": "true"})
    worked_out = commissioner.get(at("review_offers", dated))

    assert "Work out what would follow" in text(asked)
    assert "It waits for a worker to be free." in text(begun)
    assert again.status_code == 302
    assert OutboxMessage.objects.filter(task="participation.preview_offers").count() == 1
    assert polled.headers["HX-Refresh"] == "true"
    assert "Practices 51 Offers 51" in text(worked_out)
    assert "Nothing is calculated or withdrawn by it today." in text(worked_out)
    assert not Participation.objects.exists()
    assert "Offers made" in text(offer(commissioner, dated))
    assert Participation.objects.count() == 51


def test_a_worker_that_is_refused_says_why_and_can_be_asked_again(commissioner, dated, biscay, viking, commissioning):
    ids = many_networks(51, biscay)
    add_providers(dated.pk, ids, by=commissioning)
    commissioner.post(at("review_offers", dated), {"act": "look"})
    job = OfferDraft.objects.get(pk=dated.pk).preview
    commissioning.user.grants.update(payment_type="Vaccination")
    do_preview(job.pk, by=SYSTEM)
    commissioning.user.grants.update(payment_type="")

    page = commissioner.get(at("review_offers", dated))

    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "You need the role Commissioning Management" in text(page)
    assert "Work it out again" in text(page)


def test_what_was_worked_out_of_an_earlier_version_does_not_count(commissioner, dated, biscay, commissioning):
    add_providers(dated.pk, many_networks(51, biscay), by=commissioning)
    commissioner.post(at("review_offers", dated), {"act": "look"})
    do_preview(OfferDraft.objects.get(pk=dated.pk).preview.pk, by=SYSTEM)
    set_days(dated.pk, START, date(2021, 10, 31), by=commissioning)

    assert "Work out what would follow" in text(commissioner.get(at("review_offers", dated)))


@pytest.mark.parametrize("name", ["create_offers", "new_offer", "offer_service", "offer_dates", "offer_providers"])
def test_steps_ask_the_database_a_constant_number_of_questions(
    commissioner, dated, biscay, commissioning, name, django_assert_max_num_queries, settings
):
    settings.USERSESSIONS_TRACK_ACTIVITY = False
    add_providers(dated.pk, many_networks(12, biscay), by=commissioning)
    address = at(name) if name in ("create_offers", "new_offer") else at(name, dated)
    commissioner.get(address)

    with django_assert_max_num_queries(BUDGET):
        page = commissioner.get(address)

    assert page.status_code == 200
