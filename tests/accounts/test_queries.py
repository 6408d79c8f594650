from __future__ import annotations

import pytest

from accounts import queries
from accounts.states import Role, UserState
from core.errors import NotVisible
from tests.factories.accounts import GrantFactory, UserFactory, acting_as
from tests.factories.organisations import CommissionerFactory, PracticeFactory

pytestmark = pytest.mark.django_db


def test_a_person_acts_for_their_first_organisation_until_they_choose():
    user = UserFactory()
    for name in ("Wight Health Centre", "Portland Surgery"):
        GrantFactory(user=user, organisation=PracticeFactory(name=name))

    assert queries.acting_for(user, None).organisation.name == "Portland Surgery"


def test_a_person_does_not_act_for_an_organisation_they_hold_no_role_in():
    theirs, other = PracticeFactory(), PracticeFactory()
    user = GrantFactory(organisation=theirs).user

    assert queries.acting_for(user, other.pk).organisation == theirs
    with pytest.raises(NotVisible):
        queries.organisation_to_act_for(user, other.pk)


def test_roles_are_those_of_the_organisation_acted_for():
    practice, commissioner = PracticeFactory(), CommissionerFactory()
    user = UserFactory()
    GrantFactory(user=user, organisation=practice, role=Role.DECLARATION_MANAGEMENT)
    GrantFactory(user=user, organisation=commissioner, role=Role.FINANCE_VIEW)

    assert queries.acting_for(user, practice.pk).roles() == {Role.DECLARATION_MANAGEMENT}
    assert queries.acting_for(user, commissioner.pk).roles() == {Role.FINANCE_VIEW}


def test_somebody_disabled_holds_no_roles():
    practice = PracticeFactory()
    user = GrantFactory(organisation=practice, user__state=UserState.DISABLED).user

    assert queries.acting_for(user, practice.pk).roles() == frozenset()


def test_who_can_names_the_holders_of_the_role():
    commissioner = CommissionerFactory(name="NHS Biscay CCG")
    for name in ("Bram Holt", "Ada Marsh"):
        GrantFactory(user__name=name, organisation=commissioner, role=Role.APPROVAL_MANAGEMENT)

    sentences = queries.who_can(Role.APPROVAL_MANAGEMENT, commissioner)

    assert sentences == ("Ada Marsh and Bram Holt of NHS Biscay CCG, as Approval Management.",)


def test_who_can_leaves_out_whoever_proposed_what_takes_a_second_person():
    commissioner = CommissionerFactory(name="NHS Biscay CCG")
    bram, ada = (
        GrantFactory(user__name=name, organisation=commissioner, role=Role.APPROVAL_MANAGEMENT).user
        for name in ("Bram Holt", "Ada Marsh")
    )

    another = queries.who_can(Role.APPROVAL_MANAGEMENT, commissioner, but=bram.pk)
    bram.grants.update(role=Role.VIEW)
    nobody = queries.who_can(Role.APPROVAL_MANAGEMENT, commissioner, but=ada.pk)

    assert another == ("Ada Marsh of NHS Biscay CCG, as Approval Management.",)
    assert nobody[0] == "Nobody else holds Approval Management in NHS Biscay CCG."


def test_who_can_names_the_administrators_where_nobody_holds_the_role():
    commissioner = CommissionerFactory(name="NHS Biscay CCG")
    practice = PracticeFactory(name="Portland Surgery", parent=commissioner)
    GrantFactory(user__name="Ewan Frost", organisation=commissioner, role=Role.ADVANCED_USER_ADMINISTRATOR)
    GrantFactory(user__name="Tamsin Dale", organisation=practice, role=Role.USER_ADMINISTRATOR)

    sentences = queries.who_can(Role.DECLARATION_MANAGEMENT, practice)

    assert sentences == (
        "Nobody holds Declaration Management in Portland Surgery.",
        "Ewan Frost or Tamsin Dale can grant it.",
    )


def test_roles_of_a_person_are_listed_organisation_by_organisation():
    user = UserFactory()
    practice, commissioner = PracticeFactory(name="Portland Surgery"), CommissionerFactory(name="NHS Biscay CCG")
    for organisation, role in ((practice, Role.VIEW), (commissioner, Role.VIEW), (commissioner, Role.FINANCE_VIEW)):
        GrantFactory(user=user, organisation=organisation, role=role)

    held = queries.roles_of(user)

    assert [(each.organisation.name, [grant.role for grant in each.grants]) for each in held] == [
        ("NHS Biscay CCG", ["Finance View", "View"]),
        ("Portland Surgery", ["View"]),
    ]


def test_a_delegated_limit_is_part_of_acting():
    acting = acting_as(Role.APPROVAL_MANAGEMENT, organisation=CommissionerFactory(), limit=500)

    assert acting.grants[0].limit == 500
