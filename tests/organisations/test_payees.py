"""A payee is proposed by one person and confirmed by another; both parties are told."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts.states import Role
from core.actors import SYSTEM
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from core.transitions import Seen
from operations.models import Task
from organisations import commands
from organisations.commands import Nomination
from organisations.models import Kind, Payee, PayeeProposal
from organisations.queries import payee_of
from organisations.states import ProposalState
from tests.factories.accounts import acting_as
from tests.factories.achievement import OCTOBER
from tests.factories.organisations import ClusterFactory, CommissionerFactory
from tests.organisations.payees import JANUARY, MARCH_END, mails, portland_for, proposed, seen

pytestmark = pytest.mark.django_db


def test_a_proposal_changes_nothing_before_it_is_confirmed(world, ewan):
    proposal = proposed(portland_for(world), ewan)

    assert proposal.state == ProposalState.PROPOSED
    assert payee_of(world.network, JANUARY).name == "Viking Medical Practice"


def test_a_second_person_confirms_it_and_the_money_is_the_new_payees_from_that_day(world, ewan, freda):
    proposal = proposed(portland_for(world), ewan)

    commands.confirm_payee(seen(proposal), by=freda)

    proposal.refresh_from_db()
    assert (proposal.state, proposal.settled_by) == (ProposalState.CONFIRMED, freda.user)
    assert payee_of(world.network, date(2021, 12, 31)).name == "Viking Medical Practice"
    assert payee_of(world.network, JANUARY).name == "Portland Surgery"
    assert Payee.objects.known().get(proposal=proposal).start_date == JANUARY


def test_what_was_believed_before_stays_readable(world, ewan, freda, set_clock):
    proposal = proposed(portland_for(world, date(2021, 10, 1)), ewan)
    set_clock(date(2021, 12, 13))

    commands.confirm_payee(seen(proposal), by=freda)

    assert payee_of(world.network, OCTOBER).name == "Portland Surgery"
    assert payee_of(world.network, OCTOBER, date(2021, 12, 12)).name == "Viking Medical Practice"


def test_after_a_last_day_the_payee_before_is_payee_again(world, ewan, freda):
    proposal = proposed(portland_for(world, JANUARY, MARCH_END), ewan)

    commands.confirm_payee(seen(proposal), by=freda)

    assert payee_of(world.network, MARCH_END).name == "Portland Surgery"
    assert payee_of(world.network, date(2022, 4, 1)).name == "Viking Medical Practice"


def test_nobody_confirms_or_declines_what_they_proposed(world, ewan):
    proposal = proposed(portland_for(world), ewan)

    with pytest.raises(NotPermitted, match="the confirmation is another person's") as refused:
        commands.confirm_payee(seen(proposal), by=ewan)
    with pytest.raises(NotPermitted, match="withdraw it instead"):
        commands.decline_payee(seen(proposal), by=ewan, note="No.")

    assert refused.value.who_can == (
        f"Anybody else with the role Organisation Administrator of {world.commissioner.name} can.",
    )
    assert payee_of(world.network, JANUARY).name == "Viking Medical Practice"


def test_nobody_else_withdraws_a_proposal(world, ewan, freda):
    proposal = proposed(portland_for(world), ewan)

    with pytest.raises(NotPermitted, match="decline it instead"):
        commands.withdraw_payee(seen(proposal), by=freda)


def test_the_database_refuses_one_person_too(world, ewan):
    proposal = proposed(portland_for(world), ewan)

    with pytest.raises(IntegrityError, match="payee_confirmed_by_another"), transaction.atomic():
        PayeeProposal.objects.filter(pk=proposal.pk).update(state=ProposalState.CONFIRMED, settled_by=ewan.user)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ORGANISATION_ADMINISTRATOR])
def test_other_roles_of_the_lead_propose_nothing(world, role):
    with pytest.raises(NotPermitted, match="Organisation Administrator in the commissioning organisation that leads"):
        commands.propose_payee(portland_for(world), "Why.", by=world.acting(role))


def test_an_organisation_administrator_elsewhere_neither_proposes_nor_confirms(world, ewan):
    other = acting_as(Role.ORGANISATION_ADMINISTRATOR, organisation=CommissionerFactory())
    proposal = proposed(portland_for(world), ewan)

    with pytest.raises(NotPermitted):
        commands.propose_payee(portland_for(world, date(2023, 1, 1)), "Why.", by=other)
    with pytest.raises(NotPermitted):
        commands.confirm_payee(seen(proposal), by=other)


def test_a_role_limited_to_a_cluster_reaches_the_networks_of_the_cluster_alone(world):
    without = ClusterFactory(parent=world.commissioner, members=[])
    within = ClusterFactory(parent=world.commissioner, members=[world.network])

    with pytest.raises(NotPermitted):
        proposed(portland_for(world), world.acting(Role.ORGANISATION_ADMINISTRATOR, cluster=without))
    made = proposed(portland_for(world), world.acting(Role.ORGANISATION_ADMINISTRATOR, cluster=within))

    assert made.state == ProposalState.PROPOSED


def test_the_portal_itself_neither_proposes_nor_confirms(world, ewan):
    proposal = proposed(portland_for(world), ewan)

    with pytest.raises(NotPermitted, match="one person and confirmed by another"):
        commands.propose_payee(portland_for(world, date(2023, 1, 1)), "Why.", by=SYSTEM)
    with pytest.raises(NotPermitted, match="one person and confirmed by another"):
        commands.confirm_payee(seen(proposal), by=SYSTEM)


def test_another_body_is_added_by_its_org_id_and_name(world, ewan, freda):
    proposal = proposed(Nomination(world.network, "v12345", JANUARY, payee_name="Dogger Federation"), ewan)

    settled = commands.confirm_payee(seen(proposal), by=freda)

    payee = payee_of(world.network, JANUARY)
    assert (payee.code, payee.name, payee.kind) == ("V12345", "Dogger Federation", Kind.OTHER)
    assert any("Dogger Federation" in effect.sentence and "tell" in effect.sentence for effect in settled.effects)


def test_a_proposal_is_settled_once(world, ewan, freda):
    proposal = proposed(portland_for(world), ewan)
    commands.decline_payee(seen(proposal), by=freda, note="The PCN did not ask.")
    proposal.refresh_from_db()

    with pytest.raises(Conflict, match="It is Declined"):
        commands.confirm_payee(seen(proposal), by=freda)


def test_a_proposal_that_is_none_is_not_found(world, freda):
    with pytest.raises(NotVisible):
        commands.confirm_payee(Seen(1, 1), by=freda)


@pytest.mark.parametrize("move", ["withdraw", "decline"])
def test_what_is_withdrawn_or_declined_makes_room_for_another(world, ewan, freda, move):
    proposal = proposed(portland_for(world), ewan)

    if move == "withdraw":
        commands.withdraw_payee(seen(proposal), by=ewan)
    else:
        commands.decline_payee(seen(proposal), by=freda, note="Not asked for.")
    again = proposed(portland_for(world), ewan)

    assert again.state == ProposalState.PROPOSED
    assert payee_of(world.network, JANUARY).name == "Viking Medical Practice"


def test_declining_asks_why(world, ewan, freda):
    proposal = proposed(portland_for(world), ewan)

    with pytest.raises(Invalid, match="enter why"):
        commands.decline_payee(seen(proposal), by=freda, note=" ")


def test_whoever_may_confirm_is_told_and_the_proposer_is_not(world, ewan, freda):
    proposal = proposed(portland_for(world), ewan)

    task = Task.objects.open().get()
    assert (task.organisation, task.role) == (world.commissioner, Role.ORGANISATION_ADMINISTRATOR)
    assert "Portland Surgery is proposed as Nominated Payee from 1 January 2022" in task.sentence
    assert [mail["to"] for mail in mails()] == [freda.user.email]
    assert proposal.reason in mails()[0]["text"]


def test_it_is_said_when_nobody_can_confirm(world, ewan):
    administrator = world.acting(Role.USER_ADMINISTRATOR)

    made = commands.propose_payee(portland_for(world), "Why.", by=ewan)

    said = " ".join(effect.sentence for effect in made.effects)
    assert "Nobody else holds Organisation Administrator" in said
    assert f"{administrator.name} can grant it." in said


def test_both_parties_are_told_by_task_and_email(world, ewan, freda):
    told = {
        party: acting_as(Role.FINANCE_VIEW, organisation=party)
        for party in (world.network, world.practices[0], world.practices[1])
    }
    acting_as(Role.FINANCE_VIEW, organisation=world.practices[2])
    proposal = proposed(portland_for(world), ewan)

    commands.confirm_payee(seen(proposal), by=freda)

    tasks = Task.objects.open()
    sentence = f"{world.network.name}: Portland Surgery is Nominated Payee from 1 January 2022"
    assert {(task.organisation, task.role, task.sentence) for task in tasks} == {
        (party, Role.FINANCE_VIEW, sentence) for party in told
    }
    said = {mail["to"]: mail["text"] for mail in mails() if mail["subject"] == sentence}
    assert set(said) == {each.user.email for each in told.values()}
    assert all("Until now it was Viking Medical Practice." in text for text in said.values())
    assert all(f"confirmed by {freda.name}" in text for text in said.values())


def test_a_party_that_has_noted_a_change_has_no_task_of_it_any_more(world, ewan, freda):
    of_network = acting_as(Role.FINANCE_VIEW, organisation=world.network)
    acting_as(Role.FINANCE_VIEW, organisation=world.practices[0])
    commands.confirm_payee(seen(proposed(portland_for(world), ewan)), by=freda)

    commands.note_payee_change(world.network, by=of_network)

    assert [task.organisation for task in Task.objects.open()] == [world.practices[0]]


def test_whoever_proposed_is_told_why_it_was_declined(world, ewan, freda):
    proposal = proposed(portland_for(world), ewan)

    commands.decline_payee(seen(proposal), by=freda, note="The PCN did not ask.")

    last = mails()[-1]
    assert last["to"] == ewan.user.email
    assert "The PCN did not ask." in last["text"]
    assert not Task.objects.open().exists()
