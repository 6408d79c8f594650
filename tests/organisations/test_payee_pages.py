"""The pages of payees: listed, shown through time, proposed, and settled by a second person."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from accounts.states import Role
from organisations import commands
from organisations.commands import Nomination
from organisations.models import PayeeProposal
from organisations.queries import payee_of
from organisations.states import ProposalState
from tests.factories.accounts import acting_as
from tests.factories.achievement import utsire
from tests.factories.organisations import NetworkFactory, PracticeFactory
from tests.plugins.markup import flaws

pytestmark = pytest.mark.django_db

JANUARY = date(2022, 1, 1)


@pytest.fixture
def world(training_day):
    return utsire()


@pytest.fixture
def ewan(client, world):
    acting = world.acting(Role.ORGANISATION_ADMINISTRATOR)
    client.force_login(acting.user)
    return acting


@pytest.fixture
def freda(world):
    return world.acting(Role.ORGANISATION_ADMINISTRATOR)


def typed(world, **changes):
    return {
        "member": world.practices[0].code,
        "start_date_day": "1",
        "start_date_month": "1",
        "start_date_year": "2022",
        "reason": "The PCN has asked for it.",
    } | changes


def propose(client, world, step, **changes):
    href = reverse("organisations:propose_payee", args=[world.network.code])
    return client.post(href, {"step": step, **typed(world, **changes)})


def proposal_of(world, by, start=JANUARY) -> PayeeProposal:
    nomination = Nomination(world.network, world.practices[0].code, start)
    return PayeeProposal.objects.get(pk=commands.propose_payee(nomination, "Asked for.", by=by).proposal_id)


def page_of_proposal(client, proposal):
    return client.get(reverse("organisations:payee_proposal", args=[proposal.pk]))


def hidden_in(response) -> dict[str, str]:
    names = ("seen", "foreseen")
    return {name: response.text.split(f'name="{name}" value="')[1].split('"')[0] for name in names}


def test_the_list_shows_todays_payee_and_what_awaits_confirmation(client, world, ewan):
    proposal_of(world, ewan)

    text = client.get(reverse("organisations:payees")).text

    assert f"Viking Medical Practice ({world.practices[1].code})" in text
    assert "1 PCN" in text
    assert flaws(text) == []


def test_the_list_is_filtered_by_name_and_by_what_is_pending(client, world, ewan):
    NetworkFactory(name="Fastnet PCN", led_by=world.commissioner)
    href = reverse("organisations:payees")

    by_payee = client.get(href, {"text": "viking"}).text
    pending = client.get(href, {"pending": "1"}).text

    assert world.network.name in by_payee
    assert "Fastnet PCN" not in by_payee
    assert "No PCN matches these filters." in pending


def test_the_list_is_for_organisation_administrators(client, world):
    client.force_login(world.acting(Role.VIEW).user)

    response = client.get(reverse("organisations:payees"))

    assert response.status_code == 403
    assert "Organisation Administrator" in response.text


def test_the_list_keeps_its_queries_at_any_size(client, world, ewan, django_assert_max_num_queries):
    for n in range(60):
        NetworkFactory(name=f"PCN {n:02d}", led_by=world.commissioner)

    with django_assert_max_num_queries(10):
        response = client.get(reverse("organisations:payees"))

    assert "61 PCNs" in response.text
    assert "Next" in response.text


def test_the_payees_of_a_network_through_time_name_who_set_and_confirmed_them(client, world, ewan, freda):
    commands.confirm_payee(_seen(proposal_of(world, ewan)), by=freda)

    text = client.get(reverse("organisations:payees_of_network", args=[world.network.code])).text

    assert ewan.name in text
    assert freda.name in text
    assert "CQRS Portal" in text
    assert "31/12/2021" in text
    assert flaws(text) == []


def test_they_are_shown_as_recorded_on_an_earlier_day(client, world, ewan, freda, set_clock):
    proposal = proposal_of(world, ewan)
    set_clock(date(2021, 12, 13))
    commands.confirm_payee(_seen(proposal), by=freda)
    href = reverse("organisations:payees_of_network", args=[world.network.code])

    before = client.get(href, {"recorded_on": "2021-12-12"}).text.split('id="proposals"')[0]

    assert "recorded at the end of 12 December 2021" in before
    assert "Portland Surgery" not in before.split('id="nominations"')[1]


def test_members_see_the_payees_and_are_told_why_they_cannot_change_them(client, world, ewan):
    client.force_login(acting_as(Role.VIEW, organisation=world.practices[2]).user)

    text = client.get(reverse("organisations:payees_of_network", args=[world.network.code])).text

    assert "Viking Medical Practice" in text
    assert "Propose a payee</strong>: you cannot." in text
    assert f"Organisation Administrator of {world.commissioner.name} can." in text


def test_a_network_that_may_not_be_seen_has_no_page(client, world, ewan):
    other = NetworkFactory()

    for name in ("payees_of_network", "propose_payee"):
        assert client.get(reverse(f"organisations:{name}", args=[other.code])).status_code == 404


def test_the_check_shows_what_would_change_and_keeps_nothing(client, world, ewan):
    world.aggregated()

    response = propose(client, world, "check", start_date_day="1", start_date_month="10", start_date_year="2021")

    assert "1 PCN achievement, £2,250.78, Aggregated: paid to Portland Surgery" in response.text
    assert not PayeeProposal.objects.exists()
    assert flaws(response.text) == []


def test_a_change_before_a_release_is_warned_of(client, world, ewan):
    world.completed()

    text = propose(client, world, "check", start_date_month="10", start_date_year="2021").text

    assert "Before you go on" in text
    assert "It is held at release" in text


def test_a_payee_who_is_no_member_is_pointed_out(client, world, ewan):
    PracticeFactory(code="V55555", name="Dogger Surgery")

    text = propose(client, world, "check", member="", payee="V55555").text

    assert "V55555 is no member of" in text


def test_what_was_entered_can_be_changed(client, world, ewan):
    response = propose(client, world, "enter")

    assert 'value="2022"' in response.text
    assert "The PCN has asked for it." in response.text
    assert "There is a problem" not in response.text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"member": ""}, "Select a member practice, or enter the Org ID of another body."),
        ({"payee": "V12345"}, "Select a member practice or enter another body, not both."),
        ({"start_date_day": ""}, "Start Date must include a day"),
        ({"end_date": "2021-12-31"}, "End Date must be on or after start date, 1 January 2022"),
        ({"reason": " "}, "Enter reason"),
        ({"member": "", "payee": "V99999"}, "no organisation with the Org ID V99999 is known"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client, world, ewan, changes, sentence):
    response = propose(client, world, "save", **changes)

    assert response.status_code == 422
    assert sentence in response.text
    assert 'value="2022"' in response.text
    assert not PayeeProposal.objects.exists()


def test_a_proposal_is_made_and_shown(client, world, ewan, freda):
    response = propose(client, world, "save")

    proposal = PayeeProposal.objects.get()
    assert response.url == reverse("organisations:payee_proposal", args=[proposal.pk])
    text = client.get(response.url).text
    assert "Nothing changes before another person confirms it." in text
    assert f"It awaits confirmation by {freda.name}, who was told." in text
    assert "Confirm payee</strong>: you cannot. You proposed it" in text
    assert ">Withdraw<" in " ".join(text.split()).replace("> Withdraw", ">Withdraw")
    assert flaws(text) == []


def test_a_second_person_sees_what_would_follow_and_confirms(client, world, ewan, freda):
    world.aggregated()
    proposal = proposal_of(world, ewan, date(2021, 10, 1))
    client.force_login(freda.user)
    page = page_of_proposal(client, proposal)

    response = client.post(reverse("organisations:confirm_payee", args=[proposal.pk]), hidden_in(page), follow=True)

    assert "paid to Portland Surgery in place of Viking Medical Practice" in page.text
    assert "Portland Surgery is Nominated Payee of" in response.text
    assert payee_of(world.network, date(2021, 10, 31)).name == "Portland Surgery"


def test_what_has_moved_on_is_shown_instead_of_confirmed(client, world, ewan, freda):
    proposal = proposal_of(world, ewan, date(2021, 10, 1))
    client.force_login(freda.user)
    page = page_of_proposal(client, proposal)
    world.aggregated()

    response = client.post(reverse("organisations:confirm_payee", args=[proposal.pk]), hidden_in(page), follow=True)

    assert "What would change is no longer what you saw." in response.text
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.PROPOSED


def test_a_form_that_says_not_what_was_seen_confirms_nothing(client, world, ewan, freda):
    proposal = proposal_of(world, ewan)
    client.force_login(freda.user)

    response = client.post(reverse("organisations:confirm_payee", args=[proposal.pk]))

    assert response.status_code == 409
    assert "Nothing was changed" in response.text


def test_declining_asks_why_and_says_it(client, world, ewan, freda):
    proposal = proposal_of(world, ewan)
    client.force_login(freda.user)
    href = reverse("organisations:decline_payee", args=[proposal.pk])
    seen = f"{proposal.pk}:{proposal.version}"

    asked = client.get(href)
    empty = client.post(href, {"seen": seen, "note": ""})
    done = client.post(href, {"seen": seen, "note": "Not asked for."}, follow=True)

    assert flaws(asked.text) == []
    assert (empty.status_code, "Enter reason" in empty.text) == (422, True)
    assert "was declined. The payee stays as it is." in done.text
    assert "Not asked for." in page_of_proposal(client, proposal).text


def test_whoever_proposed_it_withdraws_it(client, world, ewan):
    proposal = proposal_of(world, ewan)

    done = client.post(
        reverse("organisations:withdraw_payee", args=[proposal.pk]),
        {"seen": f"{proposal.pk}:{proposal.version}"},
        follow=True,
    )

    assert "was withdrawn" in done.text


def test_the_proposer_is_refused_to_decline_and_told_who_can(client, world, ewan):
    proposal = proposal_of(world, ewan)

    response = client.get(reverse("organisations:decline_payee", args=[proposal.pk]))

    assert response.status_code == 403
    assert "withdraw it instead" in response.text


def test_a_proposal_that_cannot_be_confirmed_any_more_says_why(client, world, ewan, freda):
    from core.actors import SYSTEM

    proposal = proposal_of(world, ewan)
    commands.nominate_payee(world.network, world.practices[2], date(2022, 2, 1), by=SYSTEM)
    client.force_login(freda.user)

    text = page_of_proposal(client, proposal).text

    assert "It cannot be confirmed as it is:" in text
    assert "End Date must be 31 January 2022 or earlier" in text
    assert "Confirm payee</button>" not in text


def test_a_party_notes_the_change(client, world, ewan, freda):
    of_network = acting_as(Role.FINANCE_VIEW, organisation=world.network)
    commands.confirm_payee(_seen(proposal_of(world, ewan)), by=freda)
    client.force_login(of_network.user)
    href = reverse("organisations:payees_of_network", args=[world.network.code])

    before = client.get(href).text
    client.post(reverse("organisations:note_payee_change", args=[world.network.code]))
    after = client.get(href).text

    assert "Your organisation was told of a change of payee" in before
    assert "Your organisation was told of a change of payee" not in after


def test_a_network_without_the_commissioners_people_sees_no_pounds_of_what_would_follow(client, world, ewan):
    world.aggregated()
    proposal = proposal_of(world, ewan, date(2021, 10, 1))
    client.force_login(acting_as(Role.VIEW, organisation=world.practices[2]).user)

    text = page_of_proposal(client, proposal).text

    assert "£" not in text


def _seen(proposal):
    from core.transitions import Seen

    return Seen(proposal.pk, proposal.version)
