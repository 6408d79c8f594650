"""What the checker finds where people were told something that is not so: no servers, one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection

from achievement import commands
from organisations.models import ListSize
from tests.factories.achievement import seen, utsire
from tests.factories.organisations import MembershipFactory
from tests.under_fire import checker
from tests.under_fire.ledger import LOST, Said

pytestmark = pytest.mark.django_db
NAME = "act 1-1"


class Here:
    """Asked as a portal under fire is, of this test's transaction."""

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, params or None)
            return list(cursor.fetchall())

    def value(self, sql: str, params: Sequence[Any] = ()) -> Any:
        ((found,),) = self.rows(sql, params)
        return found


HERE: Any = Here()


@pytest.fixture
def approved(training_day: None) -> Said:
    """An approval under its act's name, and what was said of it."""
    world = utsire()
    world.calculate()
    lines = commands.approve_achievements(seen(*world.lines()), by=world.approver, note=NAME).ids
    return Said(NAME, "approve", "acknowledged", {"ids": sorted(lines)})


def test_what_was_said_and_is_so_is_not_found(approved: Said):
    assert checker.acts_lost(HERE, [approved]) == []
    assert checker.acts_not_given(HERE, [approved]) == []


def test_an_act_that_nobody_did_is_lost_and_so_is_one_of_other_rows(approved: Said):
    of_nobody = approved._replace(act="act 9-9")
    of_others = approved._replace(told={"ids": [*approved.told["ids"], -1]})
    invented = [
        Said("act 9-1", "run", "acknowledged", {"run": -1}),
        Said("act 9-2", "list size", "acknowledged", {"practice": -1, "size": 1}),
        Said("act 9-3", "move", "acknowledged", {"practice": -1, "held": [[-1, "2020-04-01", None]]}),
    ]

    assert checker.acts_lost(HERE, [approved, of_nobody, of_others, *invented]) == [of_nobody, of_others, *invented]


def test_an_act_that_was_refused_or_never_told_of_and_left_its_name_is_found(approved: Said):
    assert checker.acts_not_given(HERE, []) == [NAME]
    assert checker.acts_not_given(HERE, [approved._replace(answer="refused")]) == [NAME]
    assert checker.acts_not_given(HERE, [approved._replace(answer=LOST)]) == []


def test_a_correction_that_is_believed_no_more_is_found(approved: Said):
    size = ListSize.objects.order_by("pk").first()
    assert size is not None
    believed = Said("act 1-2", "list size", "acknowledged", {"practice": size.organisation_id, "size": int(size.size)})
    another = believed._replace(act="act 1-3", told={**believed.told, "size": 1})

    assert checker.corrections_undone(HERE, [another, believed]) == []
    assert checker.corrections_undone(HERE, [believed, another]) == [[another]]
    assert checker.corrections_undone(HERE, [believed, another._replace(answer=LOST)]) == []


def test_a_move_that_is_believed_no_more_is_found():
    membership = MembershipFactory()
    start = membership.valid.lower.isoformat()
    moved = Said(
        "act 1-1", "move", "acknowledged",
        {"practice": membership.practice_id, "held": [[membership.network_id, start, None]]},
    )  # fmt: skip
    elsewhere = moved._replace(told={**moved.told, "held": [[-1, start, None]]})

    assert checker.corrections_undone(HERE, [elsewhere, moved]) == []
    assert checker.corrections_undone(HERE, [moved, elsewhere]) == [[elsewhere]]
