from __future__ import annotations

from datetime import date

import pytest

from accounts.states import Role
from core.actors import SYSTEM
from core.errors import Invalid, NotPermitted, NotVisible
from core.transitions import Seen
from organisations.commands.memberships import Spell, correct_memberships
from organisations.models import Kind, Lead, Membership, Organisation
from participation.commands import accept_offers, cancel_participations, offer_to_networks, reject_offers
from participation.models import Participation, Term
from participation.queries import participations_for
from participation.states import State
from tests.factories.accounts import acting_as
from tests.factories.catalogue import QualityServiceFactory, released_service
from tests.factories.organisations import (
    ClusterFactory,
    LeadFactory,
    MembershipFactory,
    NetworkFactory,
    PracticeFactory,
)
from tests.participation.conftest import END, START

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]


def terms():
    """Provider code -> (first day, last day) as believed now."""
    known = Term.objects.known().order_by("participation__provider__code", "valid")
    return [(term.participation.provider.code, term.start_date, term.end_date) for term in known]


def test_every_member_takes_part_by_membership_and_is_approved_at_once(service, utsire, commissioning, biscay):
    made = offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)

    rows = Participation.objects.filter(pk__in=made.ids)
    assert {row.provider for row in rows} == set(utsire.practices)
    assert {(row.state, row.network, row.commissioner) for row in rows} == {(State.APPROVED, utsire.network, biscay)}
    assert terms() == [(practice.code, START, END) for practice in utsire.practices]
    assert [line.transition for line in rows[0].history.order_by("pk")] == ["offer", "accept", "approve"]
    assert [line.by for line in rows[0].history.order_by("pk")] == [commissioning.user, None, None]
    assert (made.left_out, made.network_ids) == ([], [utsire.network.pk])


def test_several_networks_are_offered_at_once(service, utsire, biscay, commissioning):
    other = NetworkFactory.create(led_by=biscay)
    PracticeFactory.create(member_of=other)

    made = offer_to_networks(service.pk, [utsire.network.pk, other.pk], START, END, by=commissioning)

    assert len(made.ids) == 4


def test_a_network_without_members_on_the_days_is_named_and_left_out(service, utsire, biscay, commissioning):
    empty = NetworkFactory.create(name="Empty PCN", code="Z99999", led_by=biscay)

    made = offer_to_networks(service.pk, [utsire.network.pk, empty.pk], START, END, by=commissioning)

    assert made.left_out == ["Empty PCN (Z99999)"]
    assert made.network_ids == [utsire.network.pk]


def test_who_left_before_the_offer_starts_and_a_zero_length_member_are_not_offered(service, utsire, commissioning):
    MembershipFactory.create(network=utsire.network, end_date=date(2020, 3, 31))
    MembershipFactory.create(network=utsire.network, start_date=date(2020, 6, 1), zero_length=True)

    made = offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)

    assert len(made.ids) == 3


def test_a_term_ends_with_a_membership_that_is_known_to_end(service, utsire, commissioning):
    leaver = PracticeFactory.create(code="V99998")
    MembershipFactory.create(network=utsire.network, practice=leaver, end_date=date(2021, 6, 30))

    offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)

    assert terms()[-1] == ("V99998", START, date(2021, 6, 30))


def test_who_left_and_came_back_has_a_participation_for_each_time(service, utsire, commissioning):
    forties = PracticeFactory.create(code="V99999")
    MembershipFactory.create(network=utsire.network, practice=forties, end_date=date(2020, 6, 30))
    MembershipFactory.create(network=utsire.network, practice=forties, start_date=date(2021, 9, 16))

    offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)

    assert terms()[-2:] == [("V99999", START, date(2020, 6, 30)), ("V99999", date(2021, 9, 16), END)]


def test_memberships_that_touch_are_one(service, utsire, commissioning):
    rewritten = PracticeFactory.create(code="V99999")
    MembershipFactory.create(network=utsire.network, practice=rewritten, end_date=date(2021, 3, 31))
    MembershipFactory.create(network=utsire.network, practice=rewritten, start_date=date(2021, 4, 1))

    offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)

    assert terms()[-1] == ("V99999", START, END)


@pytest.mark.parametrize(
    ("start", "end", "respond_by", "sentence"),
    [
        (date(2021, 4, 1), date(2021, 3, 31), None, "End date 31/03/2021 is before the start date, 01/04/2021"),
        (date(2020, 3, 31), END, None, "Start date 31/03/2020 is before the service starts, 01/04/2020"),
        (START, date(2022, 4, 1), None, "End date 01/04/2022 is after the service ends, 31/03/2022"),
        (START, END, date(2022, 4, 1), "Respond by 01/04/2022 is after the end date, 31/03/2022"),
    ],
)
def test_days_that_cannot_be_are_refused(service, utsire, commissioning, start, end, respond_by, sentence):
    with pytest.raises(Invalid, match=sentence):
        offer_to_networks(service.pk, [utsire.network.pk], start, end, by=commissioning, respond_by=respond_by)


def test_one_day_is_enough(service, utsire, commissioning):
    offer_to_networks(service.pk, [utsire.network.pk], START, START, by=commissioning)

    assert terms()[0] == ("V37647", START, START)


def test_every_problem_is_said_at_once(service, commissioning):
    with pytest.raises(Invalid) as refused:
        offer_to_networks(service.pk, [], date(2023, 1, 1), date(2022, 12, 31), by=commissioning)

    assert len(refused.value.sentences) == 3


def test_a_network_led_by_another_organisation_is_refused_and_named(service, utsire, viking, commissioning):
    other = NetworkFactory.create(name="Fastnet PCN", code="Z05851", led_by=viking)

    with pytest.raises(NotPermitted, match=r"Fastnet PCN \(Z05851\)"):
        offer_to_networks(service.pk, [utsire.network.pk, other.pk], START, END, by=commissioning)

    assert not Participation.objects.exists()


def test_a_lead_of_the_past_offers_nothing(service, viking, commissioning, biscay):
    network = NetworkFactory.create(name="Fastnet PCN")
    LeadFactory.create(network=network, commissioner=biscay, end_date=date(2021, 3, 31))
    LeadFactory.create(network=network, commissioner=viking, start_date=date(2021, 4, 1))

    with pytest.raises(NotPermitted, match="Fastnet"):
        offer_to_networks(service.pk, [network.pk], START, END, by=commissioning)


def test_what_is_no_network_is_refused(service, utsire, commissioning):
    with pytest.raises(NotPermitted, match="PCN number"):
        offer_to_networks(service.pk, [utsire.portland.pk], START, END, by=commissioning)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.COMMISSIONING_MANAGEMENT])
def test_only_commissioning_management_makes_offers(service, utsire, biscay, role):
    with pytest.raises(NotPermitted, match="Commissioning Management"):
        offer_to_networks(service.pk, [utsire.network.pk], START, END, by=acting_as(role, organisation=biscay))

    assert not Participation.objects.exists()


def test_a_role_limited_to_a_payment_type_offers_no_other(service, utsire, biscay):
    by = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=biscay, payment_type="Vaccination")

    with pytest.raises(NotPermitted):
        offer_to_networks(service.pk, [utsire.network.pk], START, END, by=by)


def test_a_role_limited_to_a_cluster_offers_to_none_outside_it(service, utsire, biscay):
    cluster = ClusterFactory.create(parent=biscay, members=utsire.practices[:2])
    by = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=biscay, cluster=cluster)

    with pytest.raises(NotPermitted):
        offer_to_networks(service.pk, [utsire.network.pk], START, END, by=by)


def test_the_portal_itself_offers_for_the_lead(service, utsire, biscay):
    made = offer_to_networks(service.pk, [utsire.network.pk], START, END, by=SYSTEM)

    assert set(Participation.objects.filter(pk__in=made.ids).values_list("commissioner", flat=True)) == {biscay.pk}


def test_an_offer_that_stands_on_some_of_the_days_is_refused_and_named(service, utsire, commissioning):
    offer_to_networks(service.pk, [utsire.network.pk], START, date(2021, 10, 31), by=commissioning)

    with pytest.raises(
        Invalid, match=r"Portland Surgery in Utsire Partnership PCN \(Z05850\), 01/04/2020 - 31/10/2021"
    ):
        offer_to_networks(service.pk, [utsire.network.pk], date(2021, 10, 31), END, by=commissioning)


def test_an_offer_from_the_day_after_is_another_one(service, utsire, commissioning):
    offer_to_networks(service.pk, [utsire.network.pk], START, date(2021, 10, 31), by=commissioning)

    made = offer_to_networks(service.pk, [utsire.network.pk], date(2021, 11, 1), END, by=commissioning)

    assert len(made.ids) == 3


def test_what_was_cancelled_may_be_offered_again(service, utsire, commissioning):
    first = offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)
    cancel_participations([Seen(id, 3) for id in first.ids], "Offered by mistake.", by=commissioning)

    again = offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)

    assert len(again.ids) == 3


def test_a_service_paid_to_practices_is_not_offered_to_networks(utsire, commissioning, training_day):
    service = released_service(paid_to="practice", aggregates="nothing", expected_members=None)

    with pytest.raises(Invalid, match="paid to practices"):
        offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)


def test_a_service_that_is_not_released_cannot_be_offered(utsire, commissioning):
    service = QualityServiceFactory.create()

    with pytest.raises(NotVisible):
        offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)


def test_a_service_that_asks_for_an_answer_waits_for_it(utsire, commissioning, training_day):
    service = released_service(offers={"accepted_by": "answer", "approval_required": False})
    offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning, respond_by=date(2021, 12, 20))
    portland, viking_medical = utsire.practices[:2]

    offers = {row.provider: Seen(row.pk, row.version) for row in Participation.objects.in_state(State.OFFERED)}
    accept_offers([offers[portland]], by=acting_as(Role.SERVICE_MANAGEMENT, organisation=portland))
    reject_offers(
        [offers[viking_medical]], "No staff.", by=acting_as(Role.SERVICE_MANAGEMENT, organisation=viking_medical)
    )

    states = dict(Participation.objects.values_list("provider__name", "state"))
    assert states == {
        "Portland Surgery": State.APPROVED,
        "Viking Medical Practice": State.REJECTED,
        "Wight Health Centre": State.OFFERED,
    }


def test_an_answer_for_another_practice_is_not_visible_or_refused(utsire, commissioning, training_day):
    service = released_service(offers={"accepted_by": "answer", "approval_required": True})
    offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)
    theirs = Participation.objects.get(provider=utsire.portland)

    answered = accept_offers(
        [Seen(theirs.pk, 1)], by=acting_as(Role.SERVICE_MANAGEMENT, organisation=utsire.practices[1])
    )

    assert not answered.ids
    assert "You need the role Service Management" in answered.refused[0].reasons[0]


def test_each_sees_the_participations_that_concern_them(service, utsire, viking, biscay, commissioning):
    offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)
    fastnet = NetworkFactory.create(led_by=biscay)
    sole = PracticeFactory.create(member_of=fastnet)
    offer_to_networks(service.pk, [fastnet.pk], START, END, by=commissioning)

    def seen_from(organisation):
        return participations_for(acting_as(Role.VIEW, organisation=organisation)).count()

    assert seen_from(biscay) == 4
    assert seen_from(viking) == 3
    assert seen_from(utsire.network) == 3
    assert seen_from(utsire.portland) == 3
    assert seen_from(sole) == 1
    assert seen_from(PracticeFactory.create()) == 0
    assert participations_for(acting_as(organisation=biscay)).count() == 0


def test_all_networks_of_england_are_offered_in_a_few_seconds(service, biscay, commissioning):
    networks, practices = _england(1_270, 5)
    Lead.objects.bulk_create(LeadFactory.build(network=network, commissioner=biscay) for network in networks)
    Membership.objects.bulk_create(
        MembershipFactory.build(practice=practice, network=networks[n // 5]) for n, practice in enumerate(practices)
    )

    made = offer_to_networks(service.pk, [network.pk for network in networks], START, END, by=commissioning)

    assert len(made.ids) == 6_350


def _england(networks, practices_each):
    def made(kind, letter, how_many):
        rows = [Organisation(code=f"{letter}{n:05d}", name=f"{letter} {n}", kind=kind) for n in range(how_many)]
        return Organisation.objects.bulk_create(rows)

    return made(Kind.NETWORK, "U", networks), made(Kind.PRACTICE, "A", networks * practices_each)


@pytest.mark.full
def test_the_end_of_a_thousand_memberships_is_followed_in_a_few_seconds(service, biscay, commissioning):
    networks, practices = _england(1_270, 5)
    Lead.objects.bulk_create(LeadFactory.build(network=network, commissioner=biscay) for network in networks)
    Membership.objects.bulk_create(
        MembershipFactory.build(practice=practice, network=networks[n // 5]) for n, practice in enumerate(practices)
    )
    offer_to_networks(service.pk, [network.pk for network in networks], START, END, by=commissioning)
    ended = {
        (practice.pk, networks[n // 5].pk): [Spell(START, date(2021, 6, 30))]
        for n, practice in enumerate(practices[:1_000])
    }

    correct_memberships(ended, by=SYSTEM)

    assert Participation.objects.in_state(State.ENDED).count() == 1_000
