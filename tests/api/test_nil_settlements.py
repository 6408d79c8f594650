"""Lines settled as nil by programs: listed, proposed, confirmed, declined, withdrawn and lifted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from accounts.states import Role
from achievement import commands
from achievement.models import NilSettlement
from achievement.states import NilState
from tests.factories.accounts import acting_as
from tests.factories.achievement import World, seen
from tests.factories.nil import REASON, proposed, second_person, settled, two_approved

pytestmark = pytest.mark.django_db


@pytest.fixture
def waits(world: World) -> World:
    two_approved(world)
    return world


def body(world: World) -> dict[str, Any]:
    return {
        "network": world.network.code,
        "provider": world.practices[2].code,
        "service": world.service.code,
        "achievement_date": "2021-10-31",
        "reason": REASON,
    }


def test_a_line_is_previewed_proposed_and_confirmed(waits, program):
    ada, bram = program(waits.approver), program(second_person(waits))

    looked = ada.post("nil-settlements/propose/", body(waits) | {"preview": True}).json()
    assert not NilSettlement.objects.exists()
    made = ada.post("nil-settlements/propose/", body(waits) | {"preview_token": looked["preview_token"]})
    assert (made.status_code, made.json()["status"]) == (201, "Awaiting a second person")
    asked = {"id": made.json()["settlement"], "version": 1}

    ahead = bram.post("nil-settlements/confirm/", asked | {"preview": True}).json()
    done = bram.post("nil-settlements/confirm/", asked | {"preview_token": ahead["preview_token"]})

    assert looked["sentences"] == ahead["sentences"] == done.json()["sentences"][1:]
    assert done.json()["status"] == "Settled as nil"
    assert waits.total().amount == Decimal("1732.34")
    one = bram.get(f"nil-settlements/{asked['id']}/").json()
    assert (one["reason"], one["proposed_by"], one["confirmed_by"]) == (
        REASON, waits.approver.name, second_person(waits).name,
    )  # fmt: skip


def test_the_same_key_again_proposes_and_confirms_once(waits, program):
    ada, bram = program(waits.approver), program(second_person(waits))

    first, again = (ada.post("nil-settlements/propose/", body(waits), key="nil-1").json() for _ in "12")
    asked = {"id": first["settlement"], "version": 1}
    done, once_more = (bram.post("nil-settlements/confirm/", asked, key="nil-2").json() for _ in "12")

    assert (first, done) == (again, once_more)
    assert NilSettlement.objects.count() == 1
    assert NilSettlement.objects.get().history.count() == 2


def test_what_has_moved_since_the_preview_is_not_confirmed(waits, program):
    row = proposed(waits)
    bram = program(second_person(waits))
    asked = {"id": row.pk, "version": row.version}
    ahead = bram.post("nil-settlements/confirm/", asked | {"preview": True}).json()
    commands.undo_approval(seen(waits.lines()[0]), by=waits.approver, note="Another look.")

    answer = bram.post("nil-settlements/confirm/", asked | {"preview_token": ahead["preview_token"]})

    assert answer.status_code == 409
    row.refresh_from_db()
    assert row.state == NilState.PROPOSED


def test_the_sentences_are_those_of_the_pages(waits, program):
    row = proposed(waits)
    asked = {"id": row.pk, "version": row.version}

    ada = program(waits.approver)
    mine = ada.post("nil-settlements/confirm/", asked)
    again = ada.post("nil-settlements/propose/", body(waits))
    viewer = program(waits.acting(Role.VIEW)).post("nil-settlements/propose/", body(waits))

    assert (mine.status_code, again.status_code, viewer.status_code) == (403, 409, 403)
    assert "You proposed it; the confirmation is another person's." in mine.json()["sentences"]
    assert "was proposed by" in again.json()["sentences"][0]
    assert "You need the role Approval Management" in viewer.json()["sentences"][0]


@pytest.mark.parametrize(
    ("act", "who", "status"), [("decline", "second", "Declined"), ("withdraw", "first", "Withdrawn")]
)
def test_a_proposal_is_declined_and_withdrawn(waits, program, act, who, status):
    row = proposed(waits)
    by = program(second_person(waits) if who == "second" else waits.approver)
    asked = {"id": row.pk, "version": row.version}

    assert by.post(f"nil-settlements/{act}/", asked).status_code == 422
    answer = by.post(f"nil-settlements/{act}/", asked | {"reason": "ODS has answered."})

    assert answer.json()["status"] == status


def test_a_settlement_is_lifted(waits, program):
    row = settled(waits)
    ada = program(waits.approver)
    asked = {"id": row.pk, "version": row.version, "reason": "It has opened again."}

    ahead = ada.post("nil-settlements/lift/", asked | {"preview": True}).json()
    done = ada.post("nil-settlements/lift/", asked | {"preview_token": ahead["preview_token"]}).json()

    assert done["status"] == "Lifted"
    assert "is withdrawn, £1,732.34" in done["sentences"][-1]
    assert waits.total() is None


def test_a_total_names_the_lines_it_counts_as_nil(waits, program):
    row = settled(waits)

    told = program(waits.finance).get(f"network-achievements/{waits.total().pk}/").json()

    assert [each["id"] for each in told["settled_as_nil"]] == [row.pk]
    assert told["settled_as_nil"][0]["reason"] == REASON


def test_each_sees_their_own_and_filters(waits, program):
    settled(waits)
    own = acting_as(Role.FINANCE_VIEW, organisation=waits.practices[2])
    fellow = acting_as(Role.FINANCE_VIEW, organisation=waits.practices[0])

    assert len(program(own).get("nil-settlements/").json()["results"]) == 1
    assert program(fellow).get("nil-settlements/").json()["results"] == []
    lead = program(waits.approver)
    assert len(lead.get("nil-settlements/", status="Settled as nil").json()["results"]) == 1
    assert lead.get("nil-settlements/", status="Lifted").json()["results"] == []
    assert lead.get("nil-settlements/", provider=waits.practices[0].code).json()["results"] == []
