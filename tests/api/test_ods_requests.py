"""Requests to ODS, by the API: asked, answered, closed, as the page does."""

from __future__ import annotations

import pytest

from organisations.commands import ask_ods
from organisations.models import OdsRequest

PATH = "ods-requests/"


@pytest.fixture
def dilys(people, program):
    return program(people.commissioning)


@pytest.fixture
def asked(world, people):
    practice = world.practices[0]
    pk = ask_ods(world.network.code, "Please end it.", practice_code=practice.code, by=people.commissioning)
    return OdsRequest.objects.get(pk=pk)


def test_a_request_is_kept_once_and_listed(world, dilys):
    said = {"pcn": world.network.code, "practice": world.practices[0].code, "text": "Please end it."}

    first, again = dilys.post(f"{PATH}ask/", said, key="once"), dilys.post(f"{PATH}ask/", said, key="once")
    (row,) = dilys.get(PATH).json()["results"]

    assert (first.status_code, again.json()) == (201, first.json())
    assert row == first.json()
    assert (row["status"], row["practice"]["org_id"]) == ("Answer awaited", world.practices[0].code)


def test_the_list_is_narrowed(world, asked, dilys):
    def listed(**filters):
        return [row["id"] for row in dilys.get(PATH, **filters).json()["results"]]

    assert listed(status="Answer awaited", pcn=world.network.code.lower()) == [asked.pk]
    assert listed(practice=world.practices[0].code) == [asked.pk]
    assert (listed(status="Closed"), listed(pcn="U99999"), listed(practice=world.practices[1].code)) == ([], [], [])


def test_its_answer_is_noted_and_it_is_closed_as_it_was_seen(asked, dilys):
    answered = dilys.post(f"{PATH}note-answer/", {"id": asked.pk, "version": 1, "answer": "It ends in October."}).json()
    stale = dilys.post(f"{PATH}close/", {"id": asked.pk, "version": 1})
    closed = dilys.post(f"{PATH}close/", {"id": asked.pk, "version": answered["version"]}).json()

    assert (answered["status"], answered["answer"]) == ("Answered", "It ends in October.")
    assert (stale.status_code, stale.json()["sentences"]) == (409, ["It has changed since you saw it."])
    assert closed["status"] == "Closed"


def test_whoever_may_not_is_told_why_and_who_can(world, asked, people, program):
    answer = program(people.network).post(f"{PATH}close/", {"id": asked.pk, "version": 1})

    assert answer.status_code == 403
    assert "You need the role Commissioning Management" in answer.json()["detail"]
    assert answer.json()["who_can"] == [
        f"Anybody with the role Commissioning Management of {world.commissioner.name} can."
    ]


def test_what_is_not_seen_is_not_there_and_an_empty_text_is_refused(world, asked, people, program, dilys):
    unseen = program(people.stranger).post(f"{PATH}close/", {"id": asked.pk, "version": 1})
    empty = dilys.post(f"{PATH}ask/", {"pcn": world.network.code, "text": ""})

    assert (unseen.status_code, empty.status_code) == (404, 422)
    assert empty.json()["errors"][0]["field"] == "text"
