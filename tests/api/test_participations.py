"""Offers and participations over the API: answered, approved, ended as foreseen, and with a second person."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.states import Role
from participation.models import EndRequest, Participation
from participation.states import RequestState, State
from tests.api.conftest import seen
from tests.factories.accounts import acting_as
from tests.factories.organisations import CommissionerFactory, PracticeFactory
from tests.factories.participation import ParticipationFactory
from tests.factories.submission import weight_management

END, CANCEL = "participations/save-end-date/", "participations/cancel/"
ASK = "participations/ask-to-end/"
WHY = "It stopped in September."


@pytest.fixture
def offer(db, training_day):
    return ParticipationFactory.create(
        service=weight_management(), provider=PracticeFactory.create(name="Sole Surgery"), network=None,
        commissioner=CommissionerFactory.create(), state=State.OFFERED,
    )  # fmt: skip


@pytest.fixture
def practice(offer, program):
    return program(acting_as(Role.SERVICE_MANAGEMENT, organisation=offer.provider))


@pytest.fixture
def commissioner(offer, program):
    return program(acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=offer.commissioner))


def test_an_offer_is_accepted_and_approved(offer, practice, commissioner):
    accepted = practice.post("participations/accept/", {"seen": seen(offer)}, key="one")
    again = practice.post("participations/accept/", {"seen": seen(offer)}, key="one")
    offer.refresh_from_db()
    approved = commissioner.post("participations/approve/", {"seen": seen(offer)})

    assert accepted.json() == again.json()
    assert accepted.json()["moved"] == [offer.pk]
    assert approved.json()["sentences"] == ["1 practice approved."]
    offer.refresh_from_db()
    assert offer.state == State.APPROVED


@pytest.mark.parametrize("act", ["reject", "do-not-approve"])
def test_a_no_asks_why(offer, practice, commissioner, act):
    response = practice.post(f"participations/{act}/", {"seen": seen(offer), "reason": " "})

    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "reason"


def test_who_may_not_answer_is_told_who_can(offer, practice, commissioner):
    response = commissioner.post("participations/accept/", {"seen": seen(offer)})

    assert response.status_code == 403
    assert "of Sole Surgery, as Service Management." in response.json()["who_can"][0]


def test_what_was_answered_already_is_a_conflict(offer, practice):
    practice.post("participations/accept/", {"seen": seen(offer)})

    response = practice.post("participations/accept/", {"seen": seen(offer)})

    assert response.status_code == 409
    assert response.json()["refused"][0]["reasons"] == ["It is Accepted."]


def test_one_says_its_history_its_days_on_two_clocks_and_what_can_be_done(offer, practice):
    practice.post("participations/reject/", {"seen": seen(offer), "reason": "We have no room."})

    answer = practice.get(f"participations/{offer.pk}/").json()

    assert (answer["status"], answer["start_date"]) == ("Rejected", "2020-04-01")
    assert [(each["move"], each["status"], each["note"]) for each in answer["history"]] == [
        ("reject", "Rejected", "We have no room.")
    ]
    assert [(each["end_date"], each["recorded_until"]) for each in answer["terms"]] == [("2022-03-31", None)]
    assert answer["can"] == []


def test_the_list_is_filtered_by_status(offer, practice):
    offered = practice.get("participations/", status="Offered").json()["results"]
    accepted = practice.get("participations/", status="Accepted").json()["results"]

    assert ([each["id"] for each in offered], accepted) == ([offer.pk], [])


@pytest.fixture
def approved(calculated):
    """October's lines approved."""
    calculated.approve_all()
    return calculated


@pytest.fixture
def mine(approved, people, program):
    return program(people.commissioning)


def rows(world):
    return seen(*Participation.objects.filter(network=world.network).order_by("pk"))


def test_a_preview_says_what_would_change_and_keeps_nothing(approved, mine):
    answer = mine.post(CANCEL, {"seen": rows(approved), "reason": WHY, "preview": True}).json()

    assert len(answer["moved"]) == 3
    assert answer["needs_second_person"] is True
    assert "31 October 2021: 3 approved lines are withdrawn, £2,250.78." in answer["sentences"]
    assert any("£9,003.12" in sentence for sentence in answer["expected"])
    assert "only ODS does" in answer["warnings"][0]
    assert {row.state for row in Participation.objects.all()} == {State.APPROVED}


def test_one_person_does_not_take_back_what_was_approved(approved, mine):
    response = mine.save(END, {"seen": rows(approved), "end_date": "2021-09-30", "reason": WHY})

    assert response.status_code == 409
    assert "a second person must confirm it" in response.json()["detail"]


def test_two_do(approved, mine, program):
    asked = mine.save(ASK, {"seen": rows(approved), "end_date": "2021-09-30", "reason": WHY}, look=END)
    row = {"id": asked.json()["end_request"], "version": 1}
    second = program(acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=approved.commissioner))

    alone = mine.save("end-requests/confirm/", row)
    foreseen = second.post("end-requests/confirm/", {**row, "preview": True}).json()
    done = second.post("end-requests/confirm/", {**row, "preview_token": foreseen["preview_token"]})

    assert asked.status_code == 201
    assert (alone.status_code, alone.json()["sentences"]) == (
        403, ["You asked for it; another person confirms or declines it."],
    )  # fmt: skip
    assert len(done.json()["moved"]) == 3
    assert second.get(f"end-requests/{row['id']}/").json()["status"] == "Confirmed"
    assert {str(each["end_date"]) for each in mine.get("participations/").json()["results"]} == {"2021-09-30"}


def test_a_request_is_declined_with_a_reason_or_taken_back(approved, mine, program):
    second = program(acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=approved.commissioner))
    for act, by, more in (("decline", second, {"reason": "It was delivered."}), ("take-back", mine, {})):
        asked = mine.save(ASK, {"seen": rows(approved), "reason": WHY}, look=CANCEL).json()

        answer = by.post(f"end-requests/{act}/", {"id": asked["end_request"], "version": 1, **more})

        assert answer.status_code == 200, answer.content
    assert [row.state for row in EndRequest.objects.order_by("pk")] == [RequestState.DECLINED, RequestState.TAKEN_BACK]


def test_a_save_that_is_not_what_was_previewed_is_a_conflict_that_names_the_difference(world, people, program):
    mine, chosen = program(people.commissioning), rows(world)
    asked = {"seen": chosen, "end_date": "2021-09-30", "reason": WHY}
    token = mine.post(END, {**asked, "preview": True}).json()["preview_token"]
    world.calculate()

    response = mine.post(END, {**asked, "preview_token": token})
    nonsense = mine.post(END, {**asked, "preview_token": "nonsense"})

    assert (response.status_code, nonsense.status_code) == (409, 409)
    assert "New: 31 October 2021: 3 lines are withdrawn, £2,250.78." in response.json()["sentences"]
    assert set(Participation.objects.with_terms().values_list("end_date", flat=True)) == {date(2022, 3, 31)}


def test_what_a_request_is_about_is_not_ended_otherwise_and_leads_to_it(approved, mine):
    first, *_rest = rows(approved)
    request = mine.save(ASK, {"seen": [first], "end_date": "2021-09-30", "reason": WHY}, look=END).json()

    answer = mine.save(END, {"seen": [first], "end_date": "2022-01-31", "reason": WHY})
    about = mine.get("end-requests/", participation=first["id"], status="Awaiting confirmation").json()["results"]

    assert answer.status_code == 409
    assert "awaits a second person" in answer.json()["refused"][0]["reasons"][0]
    assert [each["id"] for each in about] == [request["end_request"]]
    assert mine.get("end-requests/", participation=first["id"] + 10_000).json()["results"] == []


def test_requests_are_seen_in_their_own_organisation_alone(approved, mine, people, program):
    mine.save(ASK, {"seen": rows(approved), "reason": WHY}, look=CANCEL)

    for who in ("own", "network", "parent", "other", "stranger"):
        assert program(getattr(people, who)).get("end-requests/").json()["results"] == []
    assert len(mine.get("end-requests/").json()["results"]) == 1
