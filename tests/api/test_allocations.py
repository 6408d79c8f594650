from __future__ import annotations

import pytest

from accounts.states import Role
from participation.commands import offer_to_practices
from participation.models import Allocation, Participation
from tests.factories.accounts import acting_as
from tests.factories.organisations import CommissionerFactory, PracticeFactory
from tests.factories.submission import world as weight_management_world
from tests.participation.conftest import ENDS, STARTS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]


@pytest.fixture
def offered():
    return weight_management_world(allocation=30)


@pytest.fixture
def kezia(offered, program):
    return program(acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=offered.commissioner))


def asked(world, amount=40, **changes):
    return {
        "service": world.service.code, "allocations": [{"provider": world.practice.code, "amount": amount}],
        "start_date": "2021-11-01", "end_date": "2022-03-31", "reason": "More patients.", **changes,
    }  # fmt: skip


def test_allocations_are_listed_to_whoever_sets_them_and_to_the_practice(offered, kezia, program):
    practice = program(acting_as(Role.VIEW, organisation=offered.practice))
    stranger = program(acting_as(Role.VIEW, organisation=CommissionerFactory.create()))

    seen = [each.get("allocations/").json()["results"] for each in (kezia, practice, stranger)]

    assert [[row["amount"] for row in rows] for rows in seen] == [[30], [30], []]
    assert kezia.get("allocations/", provider="X").json()["results"] == []


def test_a_preview_says_what_would_change_and_keeps_nothing(offered, kezia):
    answer = kezia.post("allocations/set/", asked(offered, preview=True))

    assert answer.status_code == 200
    assert answer.json()["changed"] == ["V37647"]
    assert Allocation.objects.known().get().amount == 30


def test_allocations_are_set_once_for_a_key(offered, kezia):
    first = kezia.post("allocations/set/", asked(offered), key="one")
    again = kezia.post("allocations/set/", asked(offered), key="one")

    assert first.json() == again.json()
    assert first.json()["sentences"] == ["1 allocation changes."]
    assert sorted(Allocation.objects.known().values_list("amount", flat=True)) == [30, 40]


@pytest.mark.parametrize("body", [{"allocations": []}, {"reason": ""}, {"amount": -1}, {"mass": "assigned"}])
def test_what_cannot_be_is_refused(offered, kezia, body):
    amount = {"amount": body.pop("amount")} if "amount" in body else {}

    assert kezia.post("allocations/set/", asked(offered, **amount, **body)).status_code in (400, 422)
    assert Allocation.objects.known().get().amount == 30


def test_offers_are_looked_at_before_they_are_made(offered, kezia):
    other = PracticeFactory.create(code="V66334", parent=offered.commissioner)
    by = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=offered.commissioner)
    offer_to_practices(offered.service.pk, [other.pk], STARTS, ENDS, by=by)
    fresh = PracticeFactory.create(code="V89123", parent=offered.commissioner)
    body = {
        "service": offered.service.code, "organisations": [other.code, fresh.code], "start_date": "2021-07-01",
        "end_date": "2022-03-31",
    }  # fmt: skip

    refused = kezia.post("participations/preview-offers/", body)
    looked = kezia.post("participations/preview-offers/", body | {"only_missing": True})
    before = Participation.objects.count()
    made = kezia.post("participations/offers/", body | {"only_missing": True})

    assert refused.status_code == 422
    assert looked.json()["offers"] == 1
    assert looked.json()["sentences"][:2] == [
        "1 offer to 1 practice.",
        "1 practice with an offer that stands, left out.",
    ]
    assert len(made.json()["participations"]) == 1
    assert Participation.objects.count() == before + 1
