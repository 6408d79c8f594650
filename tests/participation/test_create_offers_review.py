"""Create Offers: the review, what it foresees, and what is made of it."""

from __future__ import annotations

from datetime import date

import pytest

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
from tests.participation.creating import at, filtered, offer
from tests.participation.pages import hidden, sign_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]


BUDGET = 10


def many_networks(how_many, biscay):
    networks = [NetworkFactory.create(led_by=biscay) for _ in range(how_many)]
    for network in networks:
        PracticeFactory.create(member_of=network)
    return [network.pk for network in networks]


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
    has_it = NetworkFactory.create(code="Z90009", name="Has It PCN", led_by=biscay)
    PracticeFactory.create(code="V90009", name="Has It Surgery", member_of=has_it)
    offer_to_networks(service.pk, [has_it.pk], START, date(2020, 12, 31), by=commissioning)
    joiner = PracticeFactory.create(code="V90010", name="Joining Surgery")
    MembershipFactory.create(practice=joiner, network=has_it, start_date=date(2020, 9, 1))
    empty = NetworkFactory.create(code="Z99999", name="Empty PCN", led_by=biscay)
    set_days(dated.pk, START, date(2022, 1, 31), by=commissioning)
    add_providers(dated.pk, [utsire.network.pk, has_it.pk, empty.pk], by=commissioning)

    said = text(commissioner.get(at("review_offers", dated)))

    assert "PCNs 2 of 3 chosen" in said
    assert "The offer ends before the service does, on 31 March 2022." in said
    assert (
        "1 practice has an offer of this service that ends sooner, and is left out. Save End Date moves its end. "
        "Has It Surgery (V90009) in Has It PCN, 01/04/2020 - 31/12/2020" in said
    )
    assert (
        "1 practice is a member of a PCN that has this offer, and has none: it is added to it, from the day below. "
        "Joining Surgery (V90010) in Has It PCN, from 01/09/2020" in said
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


def test_of_an_offer_that_starts_later_the_start_is_corrected_and_earlier_leavers_join_nothing(
    commissioner, chosen, utsire, commissioning
):
    offered = offer_to_networks(chosen.service_id, [utsire.network.pk], date(2021, 4, 1), END, by=commissioning)
    leaver = PracticeFactory.create(code="V84552", name="Forties Surgery")
    MembershipFactory.create(practice=leaver, network=utsire.network, end_date=START)

    page = commissioner.get(at("review_offers", chosen))
    made = text(offer(commissioner, chosen))

    said, portland = text(page), Participation.objects.get(pk__in=offered.ids, provider=utsire.portland)
    assert (
        "3 practices have an offer of this service that starts later, and are left out. Correct the start date" in said
    )
    assert f'href="/participation/offers/{portland.pk}/start-date/?start_date=2020-04-01"' in page.content.decode()
    assert "Save End Date" not in said
    assert "has this offer, and has none" not in said
    assert "1 practice leaves its PCN before the end date" in said
    assert "was offered within the days from 1 April 2020 to 31 March 2022." in made
    assert "1 offer holds fewer days than those chosen" in made
    assert "Forties Surgery (V84552) in Utsire Partnership PCN, 01/04/2020 - 01/04/2020" in made


def test_who_joined_and_was_offered_from_then_lacks_no_start(commissioner, chosen, utsire, commissioning):
    offer_to_networks(chosen.service_id, [utsire.network.pk], START, END, by=commissioning)
    joiner = PracticeFactory.create(code="V84552", name="Forties Surgery")
    MembershipFactory.create(practice=joiner, network=utsire.network, start_date=date(2021, 9, 16))
    offer(commissioner, chosen)
    again = begin_offers(chosen.service_id, by=commissioning)
    set_days(again.pk, START, END, by=commissioning)
    add_providers(again.pk, [utsire.network.pk], by=commissioning)

    said = text(commissioner.get(at("review_offers", again)))

    assert "4 practices have this offer on all of these days already, and are left out." in said
    assert "Correct the start date" not in said


def test_an_offer_that_starts_later_and_is_unanswered_is_made_again(client, practice_draft, kezia, somewhere):
    late = date(2021, 9, 1)
    offer_to_practices(somewhere.service.pk, [somewhere.practice.pk], late, date(2022, 1, 31), by=kezia)
    add_providers(practice_draft.pk, [somewhere.practice.pk], by=kezia)

    said = text(sign_in(client, kezia).get(at("review_offers", practice_draft)))

    assert (
        "1 practice has an offer of this service that starts later and is not approved, and is left out. Cancel" in said
    )
    assert (
        "1 practice has an offer of this service that ends sooner, and is left out. Save End Date moves its end" in said
    )


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
