"""What happened, on the Home of a commissioning organisation that pays practices."""

from __future__ import annotations

from decimal import Decimal

import pytest

from achievement import commands
from home.queries import happenings_of
from tests.achievement.payments import Payments, payments

pytestmark = pytest.mark.django_db


@pytest.fixture
def portland(db, training_day) -> Payments:
    return payments()


def test_a_commissioner_is_told_what_became_of_what_it_pays_to_practices(portland: Payments):
    portland.approved(37)
    commands.undo_approval(portland.as_seen(), by=portland.approver, note="Looked again.")

    happened = happenings_of(portland.finance)

    assert {each.whose for each in happened} == {"Portland Surgery"}
    assert [(each.what, each.by) for each in happened] == [
        ("November 2021 approval undone", "Ada Marsh"),
        ("November 2021 approved", "Ada Marsh"),
        ("November 2021 declared", "Tamsin Dale"),
    ]
    assert {each.pounds for each in happened} == {Decimal("345.00")}


def test_what_was_only_worked_out_has_not_happened_to_a_commissioner(portland: Payments):
    portland.submit(37)

    assert happenings_of(portland.finance) == []
    assert [each.whose for each in happenings_of(portland.manager)] == ["Portland Surgery"]
