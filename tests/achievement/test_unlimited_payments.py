"""Where no allocation limits what is paid, whoever approves it is told: in its line, and before it is approved."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from achievement.models import Achievement
from achievement.queries.compare import NO_ALLOCATION, remarks_of
from achievement.queries.declarations import marks_of
from achievement.states import State
from tests.achievement.payments import payments, said, signed_in
from tests.factories.achievement import utsire
from tests.factories.submission import AllocationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]

LIST, ACT = reverse("achievement:declaration_management"), reverse("achievement:act")
WARNING = "No allocation limits 1 achievement of these, £1,161.50: all that was claimed is paid."


@pytest.fixture
def unlimited():
    """101 referrals declared, £1,161.50, and no allocation of Portland Surgery's recorded."""
    made = payments(allocation=None)
    made.declared(101)
    return made


def approval(*rows, **more):
    return {"action": "approve", "seen": [f"{row.pk}:{row.version}" for row in rows], "back": LIST, "key": "k", **more}


def test_the_approver_reads_it_under_the_line(unlimited):
    page = said(signed_in(unlimited.approver).get(LIST))

    assert NO_ALLOCATION in page


def test_nothing_is_approved_before_the_approver_has_read_it(unlimited):
    browser = signed_in(unlimited.approver)

    asked = said(browser.post(ACT, approval(unlimited.achievement)))
    before = unlimited.achievement.state
    approved = said(browser.post(ACT, approval(unlimited.achievement, confirmed="1"), follow=True))

    assert "Check before you approve" in asked
    assert WARNING in asked
    assert before == State.AWAITING_COMMISSIONER
    assert "1 achievement approved, £1,161.50." in approved
    assert unlimited.achievement.state == State.AWAITING_FINANCE


def test_finance_is_told_before_it_approves(unlimited):
    unlimited.approve()
    row = unlimited.achievement
    form = approval(row) | {"action": "finance_approve"}

    asked = said(signed_in(unlimited.finance).post(ACT, form))

    assert WARNING in asked
    assert unlimited.achievement.state == State.AWAITING_FINANCE


def test_of_many_only_those_without_an_allocation_are_counted(unlimited):
    practice, manager = unlimited.another_practice("Wight Health Centre")
    limited = unlimited.submit_for(practice, 12, manager)

    asked = said(signed_in(unlimited.approver).post(ACT, approval(unlimited.achievement, limited)))

    assert "2 achievements, £1,299.50." in asked
    assert WARNING in asked


def test_the_achievement_and_what_is_declared_say_it_too(unlimited):
    row = unlimited.achievement
    page = said(signed_in(unlimited.approver).get(reverse("achievement:achievement", args=[row.pk])))
    unlimited.submit(100)
    declare = said(signed_in(unlimited.manager).get(reverse("achievement:declare")))

    assert "No allocation limits this payment." in page
    assert "No allocation limits this payment" in declare


def test_a_payment_within_an_allocation_is_approved_at_once():
    portland = payments()
    row = portland.declared(12)
    browser = signed_in(portland.approver)

    listed, approved = said(browser.get(LIST)), said(browser.post(ACT, approval(row), follow=True))

    assert NO_ALLOCATION not in listed
    assert "1 achievement approved, £138.00." in approved


def test_an_allocation_recorded_since_takes_the_warning_away(unlimited):
    AllocationFactory.create(service=unlimited.service, provider=unlimited.world.practice)
    unlimited.submit(100)
    unlimited.declare()

    assert not Achievement.objects.without_allocation().exists()
    assert NO_ALLOCATION not in said(signed_in(unlimited.approver).get(LIST))


def test_a_line_of_a_network_has_no_allocation_to_lack():
    world = utsire()
    world.calculate()
    lines = world.lines()

    remarks = remarks_of(lines, marks_of(lines))

    assert not Achievement.objects.without_allocation().exists()
    assert NO_ALLOCATION not in [each for said_of in remarks.values() for each in said_of]


def test_the_marks_of_many_rows_are_one_query(unlimited):
    practice, manager = unlimited.another_practice("Wight Health Centre")
    rows = [unlimited.achievement, unlimited.submit_for(practice, 12, manager)]

    with CaptureQueriesContext(connection) as queries:
        marks = marks_of(rows)

    assert len(queries) == 1
    assert marks.unlimited == {unlimited.achievement.pk}
