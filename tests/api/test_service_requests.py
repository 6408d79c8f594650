"""Services are asked for and declined by the API, as the pages do."""

from __future__ import annotations

import pytest

from accounts.states import Role
from tests.factories.accounts import acting_as
from tests.factories.organisations import PracticeFactory
from tests.factories.submission import world

PATH = "service-requests/"


@pytest.fixture
def somewhere(db, training_day):
    return world(offered=False, allocation=None)


@pytest.fixture
def kezia(somewhere):
    return acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=somewhere.commissioner)


def test_a_service_is_asked_for_and_declined_with_a_reason(somewhere, kezia, program):
    practice = PracticeFactory.create(name="Wight Health Centre", parent=somewhere.commissioner)
    asks = program(acting_as(Role.SERVICE_MANAGEMENT, organisation=practice))
    declines = program(kezia)

    made = asks.post(f"{PATH}ask/", {"service": somewhere.service.code}, key="once")
    again = asks.post(f"{PATH}ask/", {"service": somewhere.service.code})
    (row,) = declines.get(PATH, status="Asked for", provider=practice.code.lower()).json()["results"]
    said = {"id": row["id"], "version": row["version"], "reason": "The budget is spent."}
    declined = declines.post(f"{PATH}decline/", said).json()

    assert (made.status_code, made.json()["status"]) == (201, "Asked for")
    assert (again.status_code, again.json()["sentences"]) == (409, ["It is asked for already."])
    assert (declined["status"], declined["reason"], declined["decided_by"]) == (
        "Declined", "The budget is spent.", kezia.name,
    )  # fmt: skip
    assert asks.get(PATH).json()["results"] == [declined]
    assert declines.post(f"{PATH}decline/", said).status_code == 409
    assert declines.post(f"{PATH}decline/", said | {"reason": ""}).status_code == 422
