"""A grant may be limited by payment type, cluster and pounds (domain 2): on the three lines that await approval."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts.models import Grant
from accounts.queries import acting_for
from accounts.states import Role
from achievement.models import Achievement
from achievement.states import State
from core.permissions import permission
from organisations.models import Organisation
from tests.factories.accounts import UserFactory
from tests.factories.organisations import ClusterFactory

pytestmark = pytest.mark.usefixtures("training")


def approver(**limits):
    user, biscay = UserFactory(), Organisation.objects.get(name="NHS Biscay CCG")
    Grant.objects.create(user=user, organisation=biscay, role=Role.APPROVAL_MANAGEMENT, **limits)
    return acting_for(user, biscay.pk)


def may_approve(by):
    lines = Achievement.objects.in_state(State.AWAITING_COMMISSIONER)
    allowed = lines.filter(permission("achievement.approve_line").allowed(by))
    return set(allowed.values_list("provider__name", flat=True))


def test_an_unlimited_grant_reaches_every_line():
    assert may_approve(approver()) == {"Portland Surgery", "Viking Medical Practice", "Wight Health Centre"}


def test_a_grant_for_the_services_payment_type_reaches_its_lines_and_one_for_another_does_not():
    assert len(may_approve(approver(payment_type="Network services"))) == 3
    assert may_approve(approver(payment_type="Enhanced services")) == set()


def test_a_grant_for_a_cluster_reaches_its_members_alone():
    cluster = ClusterFactory(members=[Organisation.objects.get(code="V37647")])

    assert may_approve(approver(cluster=cluster)) == {"Portland Surgery"}


def test_amounts_above_the_limit_are_refused_in_words():
    by = approver(limit=Decimal(600))
    viking = Achievement.objects.get(provider__code="V66334", achievement_date="2021-10-31")

    assert may_approve(by) == {"Wight Health Centre"}
    assert permission("achievement.approve_line").why_not(viking, by) == [
        "It is above your limit of £600.00; a second, higher approver is needed."
    ]


def test_of_two_limits_the_higher_holds():
    by = approver(limit=Decimal(600))
    Grant.objects.create(
        user=by.user,
        organisation=by.organisation,
        role=Role.APPROVAL_MANAGEMENT,
        payment_type="Network services",
        limit=800,
    )

    assert may_approve(acting_for(by.user, by.organisation_id)) == {"Portland Surgery", "Wight Health Centre"}
