"""Create Offers: whom a service is offered to, found, pasted or uploaded."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from participation.commands import (
    offer_to_networks,
    offer_to_practices,
)
from tests.factories.organisations import (
    MembershipFactory,
    NetworkFactory,
    PracticeFactory,
)
from tests.participation.conftest import END, ENDS, START, STARTS
from tests.participation.creating import at, filtered, the_draft
from tests.participation.pages import hidden, sign_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]


def upload(client, draft, content, name="whom.csv"):
    return client.post(at("offer_codes", draft), {"file": SimpleUploadedFile(name, content)}, follow=True)


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


def test_a_name_of_a_provider_that_is_not_ones_own_is_told_as_its_code_is(client, practice_draft, kezia, viking):
    PracticeFactory.create(code="V99999", name="Elsewhere  Surgery", parent=viking)
    for code in ("V00001", "V00002"):
        PracticeFactory.create(code=code, name="Twin Surgery", parent=viking)
    pasted = "elsewhere surgery\nTwin Surgery\nNowhere Surgery\nV99999"

    said = text(sign_in(client, kezia).post(at("offer_codes", practice_draft), {"codes": pasted}))

    assert "1 elsewhere surgery is not yours: your organisation is not the Parent Organisation of Elsewhere" in said
    assert "2 Twin Surgery is ambiguous, and none of them is yours: V00001 and V00002 have this name." in said
    assert "3 Nowhere Surgery is unknown: no organisation has this Org ID, or none this name." in said
    assert "4 V99999 is not yours: your organisation is not the Parent Organisation of Elsewhere" in said


def test_the_right_ones_can_be_added_without_the_others(commissioner, dated, utsire):
    page = commissioner.post(at("offer_codes", dated), {"codes": "Z05850, X99999"})

    commissioner.post(at("offer_codes", dated), {"right": hidden(page, "right")})

    assert list(the_draft().providers.all()) == [utsire.network]


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
