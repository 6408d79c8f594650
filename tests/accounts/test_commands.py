from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError

from accounts import commands
from accounts.commands import Limits
from accounts.models import Grant, User
from accounts.queries import holders_of
from accounts.states import ACCOUNT, NEEDS_A_SECOND_ADMINISTRATOR, Role, UserState
from core.actors import SYSTEM
from core.errors import Conflict, Invalid, NotPermitted
from tests.factories.accounts import GrantFactory, UserFactory, acting_as
from tests.factories.organisations import CommissionerFactory, NetworkFactory, PracticeFactory

pytestmark = pytest.mark.django_db


def an_administrator(organisation, role=Role.USER_ADMINISTRATOR):
    return acting_as(role, organisation=organisation)


def test_an_administrator_invites_somebody_to_their_organisation():
    practice = PracticeFactory()

    user = commands.invite_user(" Una.Ellis@Viking.example ", "Una Ellis", to=practice, by=an_administrator(practice))

    assert (user.email, user.state) == ("una.ellis@viking.example", UserState.ACTIVE)
    assert not user.has_usable_password()


@pytest.mark.parametrize(
    "email, name, said",
    [("", "Una", "(empty)"), ("una", "Una", "una is not an address"), ("una@viking.example", " ", "name")],
)
def test_an_invitation_says_what_is_wrong_with_it(email, name, said):
    practice = PracticeFactory()

    with pytest.raises(Invalid) as refused:
        commands.invite_user(email, name, to=practice, by=an_administrator(practice))

    assert said in str(refused.value)


def test_an_address_that_is_taken_is_refused():
    practice = PracticeFactory()
    UserFactory(email="una@viking.example")

    with pytest.raises(Invalid, match=r"una@viking.example already has an account"):
        commands.invite_user("UNA@viking.example", "Una", to=practice, by=an_administrator(practice))


def test_a_granted_role_is_in_force_at_once():
    practice, user = PracticeFactory(), UserFactory()

    commands.grant_role(user, practice, Role.ACHIEVEMENT_ENTRY, by=an_administrator(practice))

    assert list(holders_of(Role.ACHIEVEMENT_ENTRY, practice)) == [user]


def test_no_one_grants_a_role_to_themselves():
    administrator = an_administrator(PracticeFactory())

    with pytest.raises(NotPermitted, match="No one grants a role to themselves"):
        commands.grant_role(administrator.user, administrator.organisation, Role.FINANCE_VIEW, by=administrator)


def test_the_database_too_refuses_a_role_granted_to_oneself():
    user = UserFactory()

    with pytest.raises(IntegrityError, match="grant_not_to_oneself"):
        GrantFactory(user=user, organisation=PracticeFactory(), granted_by=user)


@pytest.mark.parametrize("role", sorted(NEEDS_A_SECOND_ADMINISTRATOR))
def test_approval_finance_and_release_wait_for_a_second_administrator(role):
    commissioner, user = CommissionerFactory(), UserFactory()
    first, second = an_administrator(commissioner), an_administrator(commissioner)

    grant = commands.grant_role(user, commissioner, role, by=first)
    before = list(holders_of(role, commissioner))
    commands.confirm_grant(grant, by=second)

    assert before == []
    assert list(holders_of(role, commissioner)) == [user]


def test_who_granted_a_role_does_not_confirm_it():
    commissioner = CommissionerFactory()
    first = an_administrator(commissioner)
    grant = commands.grant_role(UserFactory(), commissioner, Role.APPROVAL_MANAGEMENT, by=first)

    with pytest.raises(NotPermitted, match="another administrator must confirm it"):
        commands.confirm_grant(grant, by=first)


def test_who_is_granted_a_role_does_not_confirm_it():
    commissioner = CommissionerFactory()
    first, second = an_administrator(commissioner), an_administrator(commissioner)
    grant = commands.grant_role(second.user, commissioner, Role.APPROVAL_MANAGEMENT, by=first)

    with pytest.raises(NotPermitted, match="It is your own role"):
        commands.confirm_grant(grant, by=second)


def test_a_role_is_confirmed_once():
    commissioner = CommissionerFactory()
    grant = commands.grant_role(UserFactory(), commissioner, Role.FINANCE_MANAGEMENT, by=an_administrator(commissioner))
    commands.confirm_grant(grant, by=an_administrator(commissioner))

    with pytest.raises(Conflict):
        commands.confirm_grant(grant, by=an_administrator(commissioner))


def test_an_administrator_elsewhere_grants_nothing():
    with pytest.raises(NotPermitted, match="You do not administer the users of this organisation"):
        commands.grant_role(UserFactory(), PracticeFactory(), Role.VIEW, by=an_administrator(PracticeFactory()))


def test_the_commissioners_advanced_administrator_grants_in_the_practices_under_it_and_the_networks_it_leads():
    commissioner = CommissionerFactory()
    practice, network = PracticeFactory(parent=commissioner), NetworkFactory(led_by=commissioner)
    administrator = an_administrator(commissioner, Role.ADVANCED_USER_ADMINISTRATOR)
    user = UserFactory()

    for organisation in (practice, network, commissioner):
        commands.grant_role(user, organisation, Role.VIEW, by=administrator)

    assert Grant.objects.in_force().filter(user=user).count() == 3


def test_the_commissioners_plain_administrator_grants_in_it_alone():
    commissioner = CommissionerFactory()

    with pytest.raises(NotPermitted):
        commands.grant_role(
            UserFactory(), PracticeFactory(parent=commissioner), Role.VIEW, by=an_administrator(commissioner)
        )


def test_a_role_held_already_is_not_granted_twice():
    practice, user = PracticeFactory(), UserFactory()
    commands.grant_role(user, practice, Role.VIEW, by=SYSTEM)

    with pytest.raises(Conflict, match="already holds View"):
        commands.grant_role(user, practice, Role.VIEW, by=SYSTEM)


def test_a_grant_keeps_its_limits():
    commissioner, user = CommissionerFactory(), UserFactory()
    limits = Limits(payment_type="Network services", pounds=Decimal("1000.00"))

    grant = commands.grant_role(user, commissioner, Role.APPROVAL_MANAGEMENT, limits=limits, by=SYSTEM)

    assert (grant.payment_type, grant.limit) == ("Network services", Decimal("1000.00"))


def test_a_delegated_limit_of_nothing_is_refused():
    with pytest.raises(Invalid, match="Delegated limit"):
        commands.grant_role(
            UserFactory(), CommissionerFactory(), Role.VIEW, limits=Limits(pounds=Decimal(0)), by=SYSTEM
        )


def test_an_ended_role_is_no_longer_in_force_and_may_be_granted_again():
    practice, user = PracticeFactory(), UserFactory()
    administrator = an_administrator(practice)
    grant = commands.grant_role(user, practice, Role.VIEW, by=administrator)

    commands.end_grant(grant, by=administrator)

    assert not holders_of(Role.VIEW, practice).exists()
    commands.grant_role(user, practice, Role.VIEW, by=administrator)


def test_a_role_ends_once():
    practice = PracticeFactory()
    grant = commands.grant_role(UserFactory(), practice, Role.VIEW, by=SYSTEM)
    commands.end_grant(grant, by=SYSTEM)

    with pytest.raises(Conflict):
        commands.end_grant(grant, by=SYSTEM)


def test_the_roles_of_a_disabled_person_rest_until_they_are_enabled():
    practice = PracticeFactory()
    user = GrantFactory(organisation=practice).user
    administrator = an_administrator(practice)

    commands.disable_users([user], by=administrator, note="On leave")
    while_disabled = holders_of(Role.VIEW, practice).exists()
    commands.enable_users([user], by=administrator)

    assert not while_disabled
    assert list(holders_of(Role.VIEW, practice)) == [user]
    assert [move.note for move in user.history.order_by("pk")] == ["On leave", ""]


def test_retiring_a_person_ends_their_roles():
    practice = PracticeFactory()
    user = GrantFactory(organisation=practice).user

    commands.retire_users([user], by=an_administrator(practice))

    assert not Grant.objects.open().filter(user=user).exists()


def test_no_one_disables_their_own_account():
    administrator = an_administrator(PracticeFactory())

    moved = commands.disable_users([administrator.user], by=administrator)

    assert moved.refused[0].reasons == ("It is your own account; another administrator must do it.",)


@pytest.mark.parametrize("role", list(Role))
def test_every_move_of_an_account_from_every_state_by_every_role(role):
    practice = PracticeFactory()
    by = acting_as(role, organisation=practice)
    administers = role in (Role.USER_ADMINISTRATOR, Role.ADVANCED_USER_ADMINISTRATOR)
    tried = [
        (move, state, GrantFactory(organisation=practice).user) for move in ACCOUNT.values() for state in UserState
    ]

    for move, state, user in tried:
        User.objects.filter(pk=user.pk).update(state=state)
        moved = move.apply(User.objects.filter(pk=user.pk), by=by)
        user.refresh_from_db()
        assert bool(moved) == (administers and state in move.sources), (move.name, state)
        assert user.state == (move.target if moved else state)


def test_only_a_training_portal_sets_passwords_of_people(settings):
    settings.TRAINING = False

    with pytest.raises(NotPermitted):
        commands.set_training_password([UserFactory()], "all the same", by=SYSTEM)
