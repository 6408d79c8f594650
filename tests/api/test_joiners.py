from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest

from accounts.states import Role
from participation.models import Participation
from tests.factories.organisations import MembershipFactory, PracticeFactory

SETTLE = "joiners/settle/"


@pytest.fixture
def joiner(world):
    practice = PracticeFactory.create(code="V84552", name="Forties Surgery")
    MembershipFactory.create(practice=practice, network=world.network, start_date=date(2021, 9, 16))
    return practice


@pytest.fixture
def dilys(world, program):
    return program(world.acting(Role.COMMISSIONING_MANAGEMENT))


def offer(listed):
    """What is proposed, as it is sent back."""
    (missing,) = listed["missing"]
    return {"network": listed["network"]["org_id"], "practice": listed["practice"]["org_id"], **missing}


def test_joiners_are_listed_looked_at_and_settled_as_they_were_seen(world, joiner, dilys):
    (listed,) = dilys.get("joiners/").json()["results"]

    seen = dilys.post(SETTLE, {"offers": [offer(listed)], "preview": True}).json()
    kept = Participation.objects.filter(provider=joiner).count()
    done = dilys.post(SETTLE, {"offers": [offer(listed)], "preview_token": seen["preview_token"]}).json()

    assert (listed["practice"]["org_id"], listed["joined"]) == ("V84552", "2021-09-16")
    assert listed["missing"][0]["start_date"] == "2021-09-16"
    assert seen["sentences"][0] == "1 offer would be made and taken up by membership."
    assert kept == 0
    assert Participation.objects.filter(pk__in=done["offered"], provider=joiner).count() == 1
    assert dilys.get("joiners/").json()["results"] == []


def test_the_same_again_is_a_conflict_and_the_same_key_the_same_answer(world, joiner, dilys):
    (listed,) = dilys.get("joiners/").json()["results"]
    token = dilys.post(SETTLE, {"offers": [offer(listed)], "preview": True}).json()["preview_token"]
    sent = {"offers": [offer(listed)], "preview_token": token}
    first = dilys.post(SETTLE, sent, key="once")

    again = dilys.post(SETTLE, sent, key="once")
    anew = dilys.post(SETTLE, sent)

    assert (first.status_code, again.json()) == (200, first.json())
    assert anew.status_code == 409


def test_what_cannot_be_is_refused_by_name(world, joiner, dilys):
    (listed,) = dilys.get("joiners/").json()["results"]

    unseen = dilys.save(SETTLE, {"offers": [offer(listed) | {"practice": "V99999"}]})
    before = dilys.save(SETTLE, {"offers": [offer(listed) | {"start_date": "2021-09-15"}]})
    nothing = dilys.save(SETTLE, {})

    assert (unseen.status_code, before.status_code, nothing.status_code) == (404, 422, 422)
    assert "is before it joined" in before.json()["detail"]


def test_joiners_come_in_pages_that_go_on_though_the_last_one_seen_is_settled(world, joiner, dilys):
    second = PracticeFactory.create(code="V84553", name="Aberdeen Surgery")
    MembershipFactory.create(practice=second, network=world.network, start_date=date(2021, 10, 1))
    first = dilys.get("joiners/", view=1).json()
    dilys.save(SETTLE, {"offers": [offer(first["results"][0])]})

    after = dilys.get("joiners/", **dict(parse_qsl(urlsplit(first["next"]).query))).json()

    assert [row["practice"]["org_id"] for page in (first, after) for row in page["results"]] == ["V84552", "V84553"]
    assert after["next"] is None


def test_joiners_are_narrowed(world, joiner, dilys):
    def listed(**filters):
        return [row["practice"]["org_id"] for row in dilys.get("joiners/", **filters).json()["results"]]

    for fits in (
        {"network": world.network.code.lower()}, {"practice": "v84552"}, {"service": world.service.code},
        {"joined_from": "2021-09-16", "joined_to": "2021-09-16"}, {"text": "forties"}, {"text": "v845"},
    ):  # fmt: skip
        assert listed(**fits) == ["V84552"], fits
    for narrower in (
        {"network": "U99999"}, {"practice": "V99999"}, {"service": "another"}, {"joined_from": "2021-09-17"},
        {"joined_to": "2021-09-15"}, {"text": "cromarty"},
    ):  # fmt: skip
        assert listed(**narrower) == [], narrower


def test_a_filter_of_joiners_that_cannot_be_is_refused_by_name(world, joiner, dilys):
    answer = dilys.get("joiners/", joined_from="soon", joined_to="2021-13-01")

    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"joined_from", "joined_to"}
    assert dilys.get("joiners/", status="open").status_code == 422
