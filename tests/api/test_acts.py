from __future__ import annotations

import pytest

from accounts.states import Role
from achievement import commands
from achievement.models import Achievement
from achievement.states import State
from participation.models import Participation
from tests.api.conftest import seen
from tests.factories.accounts import acting_as
from tests.factories.achievement import NOVEMBER
from tests.factories.achievement import seen as as_seen
from tests.factories.organisations import NetworkFactory, PracticeFactory

APPROVE = "achievements/approve/"
AWAITING = "It is Awaiting Network Achievement."


def state_of(row):
    row.refresh_from_db()
    return State(row.state)


def test_rows_are_approved_as_they_were_seen(calculated, people, program):
    mine = program(people.lead)
    listed = mine.get("achievements/").json()["results"]

    answer = mine.post(APPROVE, {"seen": seen(*listed)}).json()

    assert sorted(answer["moved"]) == sorted(each["id"] for each in listed)
    assert answer["sentences"] == ["3 achievements approved, £2,250.78."]
    assert answer["pounds"] == "2250.78"
    assert answer["networks_completed"] == [calculated.network.name]
    assert {state_of(line) for line in calculated.lines()} == {State.AWAITING_NETWORK}


@pytest.mark.parametrize(
    ("who", "status", "said"),
    [
        ("own", 403, "You need the role Approval Management in the organisation that acts on it."),
        ("network", 403, "You need the role Approval Management in the organisation that acts on it."),
        ("parent", 403, "You need the role Approval Management in the organisation that acts on it."),
        ("lead_viewer", 403, "You need the role Approval Management in the organisation that acts on it."),
        ("lead_finance", 403, "You need the role Approval Management in the organisation that acts on it."),
        ("fellow", 404, "You may not be able to see these rows, or they do not exist."),
        ("other", 404, "You may not be able to see these rows, or they do not exist."),
        ("stranger", 404, "You may not be able to see these rows, or they do not exist."),
    ],
)
def test_who_may_not_approve_is_told_why_and_moves_nothing(calculated, people, program, who, status, said):
    line = next(each for each in calculated.lines() if each.provider == calculated.practices[0])

    response = program(getattr(people, who)).post(APPROVE, {"seen": seen(line)})

    assert response.status_code == status
    assert said in response.json()["detail"]
    assert state_of(line) == State.AWAITING_COMMISSIONER


def test_a_refusal_names_who_can(calculated, people, program):
    response = program(people.network).post(APPROVE, {"seen": seen(calculated.lines()[0])})

    assert people.lead.name in response.json()["who_can"][0]


def test_what_has_changed_since_is_left_and_named(calculated, people, program):
    first, second, third = calculated.lines()
    mine = program(people.lead)
    stale = {"id": second.pk, "version": second.version + 1}

    answer = mine.post(APPROVE, {"seen": [*seen(first, third), stale]}).json()

    assert sorted(answer["moved"]) == sorted([first.pk, third.pk])
    assert answer["refused"] == [
        {"id": second.pk, "name": second.provider.name, "reasons": ["It has changed since you saw it."]}
    ]
    assert state_of(second) == State.AWAITING_COMMISSIONER


def test_when_nothing_moved_because_it_changed_it_is_a_conflict(calculated, people, program):
    line, mine = calculated.lines()[0], program(people.lead)
    mine.post(APPROVE, {"seen": seen(line)})

    response = mine.post(APPROVE, {"seen": seen(line)})

    assert response.status_code == 409
    assert response.json()["refused"][0]["reasons"] == [AWAITING]


def test_rows_of_others_among_ones_own_are_answered_as_not_there(calculated, people, program):
    line = calculated.lines()[0]

    answer = program(people.lead).post(APPROVE, {"seen": [*seen(line), {"id": 999_999, "version": 1}]}).json()

    assert answer["moved"] == [line.pk]
    assert answer["refused"] == [{"id": 999_999, "name": "", "reasons": ["It does not exist, or you may not see it."]}]


def test_the_same_key_approves_once_and_answers_the_same(calculated, people, program):
    line, mine = calculated.lines()[0], program(people.lead)

    first = mine.post(APPROVE, {"seen": seen(line)}, key="a-key")
    again = mine.post(APPROVE, {"seen": seen(line)}, key="a-key")

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert Achievement.LOG.objects.filter(row=line, transition="approve line").count() == 1


def test_a_key_of_another_request_is_refused(calculated, people, program):
    first, second, _ = calculated.lines()
    mine = program(people.lead)
    mine.post(APPROVE, {"seen": seen(first)}, key="a-key")

    response = mine.post(APPROVE, {"seen": seen(second)}, key="a-key")

    assert response.status_code == 409
    assert state_of(second) == State.AWAITING_COMMISSIONER


def test_keys_of_two_people_are_two_keys(calculated, people, program):
    first, second, _ = calculated.lines()
    colleague = acting_as(Role.APPROVAL_MANAGEMENT, organisation=calculated.commissioner)
    program(people.lead).post(APPROVE, {"seen": seen(first)}, key="a-key")

    response = program(colleague).post(APPROVE, {"seen": seen(second)}, key="a-key")

    assert response.json()["moved"] == [second.pk]


def test_what_was_refused_leaves_the_key_free(calculated, people, program):
    line, mine = calculated.lines()[0], program(people.lead)
    stale = {"id": line.pk, "version": 7}
    refused = mine.post(APPROVE, {"seen": [stale]}, key="a-key")

    response = mine.post(APPROVE, {"seen": seen(line)}, key="a-key")

    assert (refused.status_code, response.status_code) == (409, 200)


def test_a_key_too_long_is_refused(calculated, people, program):
    response = program(people.lead).post(APPROVE, {"seen": seen(calculated.lines()[0])}, key="k" * 101)

    assert response.status_code == 422
    assert response.json()["detail"] == "Idempotency-Key must be 100 characters or fewer: it is 101."


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["seen"]),
        ({"seen": []}, ["seen"]),
        ({"seen": [{"id": 1}]}, ["seen.0.version"]),
        ({"seen": [{"id": 1, "version": 0}]}, ["seen.0.version"]),
        ({"seen": [{"id": 2**70, "version": 1}]}, ["seen.0.id"]),
        ({"seen": [{"id": 1, "version": 2**31}]}, ["seen.0.version"]),
        ({"seen": [{"id": 1, "version": 1}, {"id": 1, "version": 2}]}, ["seen"]),
        ({"seen": [{"id": 1, "version": 1}], "amount": "9.99"}, ["amount"]),
        ({"seen": [{"id": 1, "version": 1, "state": 8}]}, ["seen.0.state"]),
        ({"seen": [{"id": 1, "version": 1}], "by": 1, "status": "Approved"}, ["by", "status"]),
        ({"seen": [{"id": 1, "version": 1}], "note": "\0"}, ["note"]),
    ],
)
def test_what_is_not_asked_for_is_refused_by_name(calculated, people, program, body, fields):
    response = program(people.lead).post(APPROVE, body)

    assert response.status_code == 422
    assert sorted({each["field"] for each in response.json()["errors"]}) == fields


def test_a_way_back_asks_for_a_reason(calculated, people, program):
    response = program(people.lead).post("achievements/reject/", {"seen": seen(calculated.lines()[0]), "reason": "  "})

    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "reason"


def test_a_line_is_rejected_lifted_approved_and_taken_back(calculated, people, program):
    line, mine = calculated.lines()[0], program(people.lead)
    states = []

    for act in ("reject", "lift-hold", "approve", "undo-approval"):
        more = {} if act == "approve" else {"reason": "To be looked at again."}
        response = mine.post(f"achievements/{act}/", {"seen": seen(line), **more})
        assert response.status_code == 200, response.content
        states.append(state_of(line))

    assert states == [State.HELD, State.AWAITING_COMMISSIONER, State.AWAITING_NETWORK, State.AWAITING_COMMISSIONER]
    assert Achievement.LOG.objects.filter(row=line, note="To be looked at again.").count() == 3


def test_finance_approves_a_network_and_its_lines(world, people, program):
    total = world.aggregated()

    answer = program(people.lead_finance).post("network-achievements/finance-approve/", {"seen": seen(total)}).json()

    assert answer["sentences"] == ["1 achievement financially approved, £2,250.78."]
    assert state_of(total) == State.AGGREGATED_COMPLETE
    assert {state_of(line) for line in world.lines()} == {State.AGGREGATED_COMPLETE}


def test_who_approved_does_not_give_finance_approval(calculated, people, program):
    both = acting_as(Role.APPROVAL_MANAGEMENT, Role.FINANCE_MANAGEMENT, organisation=calculated.commissioner)
    mine = program(both)
    mine.post(APPROVE, {"seen": seen(*calculated.lines())})
    calculated.aggregate()
    total = calculated.total()

    response = mine.post("network-achievements/finance-approve/", {"seen": seen(total)})

    assert response.status_code == 403
    assert "You acted on this payment before" in response.json()["detail"]
    assert state_of(total) == State.AGGREGATED


@pytest.mark.parametrize(
    ("who", "status"), [("network", 403), ("lead", 403), ("own", 404), ("parent", 404), ("other", 404)]
)
@pytest.mark.parametrize("act", ["finance-approve", "return"])
def test_others_give_no_finance_approval_and_return_nothing(world, people, program, who, status, act):
    total = world.aggregated()
    reason = {"reason": "Wrong payee."} if act == "return" else {}

    response = program(getattr(people, who)).post(f"network-achievements/{act}/", {"seen": seen(total), **reason})

    assert response.status_code == status
    assert state_of(total) == State.AGGREGATED


def test_finance_returns_a_network_to_its_commissioner(world, people, program):
    total = world.aggregated()

    response = program(people.lead_finance).post(
        "network-achievements/return/", {"seen": seen(total), "reason": "Wrong payee."}
    )

    assert response.status_code == 200
    assert state_of(total) == State.WITHDRAWN
    assert {state_of(line) for line in world.lines()} == {State.AWAITING_COMMISSIONER}


def test_a_withdrawn_total_is_listed_only_where_asked_for(world, people, program):
    total, mine = world.aggregated(), program(people.lead_finance)
    commands.return_network_achievements(as_seen(total), by=people.lead_finance, note="Wrong payee.")

    usual = mine.get("network-achievements/").json()["results"]
    withdrawn = mine.get("network-achievements/", status="Withdrawn").json()["results"]

    assert (usual, [each["id"] for each in withdrawn]) == ([], [total.pk])


def end(row, day="2021-10-31", **more):
    return {"seen": seen(row), "end_date": day, "reason": "It stops.", **more}


def test_an_end_date_is_previewed_and_then_saved(calculated, people, program):
    calculated.calculate(NOVEMBER)
    row, mine = Participation.objects.order_by("pk")[0], program(people.commissioning)

    preview = mine.post("participations/save-end-date/", end(row, preview=True))
    before = mine.get(f"participations/{row.pk}/").json()
    saved = mine.save("participations/save-end-date/", end(row))
    after = mine.get(f"participations/{row.pk}/").json()

    assert (preview.status_code, saved.status_code) == (200, 200)
    assert preview.json()["sentences"][0] == "1 practice would have the end date 31 October 2021."
    assert saved.json()["sentences"][0].startswith("End date 31 October 2021 saved for 1 practice.")
    assert (before["end_date"], after["end_date"]) == ("2022-03-31", "2021-10-31")


def test_an_end_date_that_was_never_looked_at_is_not_saved(calculated, people, program):
    row, mine = Participation.objects.order_by("pk")[0], program(people.commissioning)

    response = mine.post("participations/save-end-date/", end(row))

    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "preview_token"
    assert Participation.objects.with_terms().get(pk=row.pk).end_date.isoformat() == "2022-03-31"


@pytest.mark.parametrize(("who", "status"), [("own", 403), ("network", 403), ("parent", 403), ("lead", 403),
                                             ("other", 404), ("stranger", 404)])  # fmt: skip
def test_others_save_no_end_date(world, people, program, who, status):
    row = Participation.objects.get(provider=world.practices[0])

    response = program(getattr(people, who)).save("participations/save-end-date/", end(row))

    assert response.status_code == status
    assert Participation.objects.with_terms().get(pk=row.pk).end_date.isoformat() == "2022-03-31"


def test_who_can_save_an_end_date_is_named(world, people, program):
    row = Participation.objects.order_by("pk")[0]

    response = program(people.parent).save("participations/save-end-date/", end(row))

    assert people.commissioning.name in response.json()["who_can"][0]


def test_an_end_date_that_is_so_already_is_a_conflict(world, people, program):
    row = Participation.objects.order_by("pk")[0]

    response = program(people.commissioning).save("participations/save-end-date/", end(row, "2022-03-31"))

    assert response.status_code == 409
    assert "It ends on 31 March 2022 already." in response.json()["detail"]


def test_an_end_before_the_start_is_refused_in_the_words_of_the_page(world, people, program):
    row = Participation.objects.order_by("pk")[0]

    response = program(people.commissioning).save("participations/save-end-date/", end(row, "2020-03-31"))

    assert response.status_code == 422
    assert "End date 31/03/2020 is before the start date" in response.json()["detail"]


@pytest.fixture
def offer(world):
    """An offer of the service to another network of the same lead, with one practice."""
    network = NetworkFactory.create(led_by=world.commissioner)
    PracticeFactory.create(member_of=network)
    return {"service": world.service.code, "organisations": [network.code], "start_date": "2021-04-01",
            "end_date": "2022-03-31"}  # fmt: skip


def test_a_service_is_offered_to_a_network_once(world, people, program, offer):
    mine = program(people.commissioning)

    first = mine.post("participations/offers/", offer, key="offer-1")
    again = mine.post("participations/offers/", offer, key="offer-1")
    anew = mine.post("participations/offers/", offer)

    assert (first.status_code, again.status_code, anew.status_code) == (201, 201, 422)
    assert first.json() == again.json()
    assert Participation.objects.filter(network__code__in=offer["organisations"]).count() == 1
    assert "was offered to 1 PCN and 1 practice" in first.json()["sentences"][0]
    assert "This service is offered already" in anew.json()["detail"]


@pytest.mark.parametrize(
    ("who", "status"),
    [("lead", 403), ("lead_viewer", 403), ("own", 404), ("network", 404), ("parent", 404), ("other", 404)],
)
def test_others_offer_nothing(world, people, program, offer, who, status):
    before = Participation.objects.count()

    response = program(getattr(people, who)).post("participations/offers/", offer)

    assert response.status_code == status
    assert Participation.objects.count() == before


def test_who_sees_a_network_and_does_not_lead_it_offers_it_nothing(world, people, program, offer):
    response = program(people.network).post("participations/offers/", offer | {"organisations": [world.network.code]})

    assert response.status_code == 403
    assert "is not the lead commissioning organisation of" in response.json()["detail"]


def test_an_offer_after_the_service_ends_is_refused(world, people, program, offer):
    response = program(people.commissioning).post("participations/offers/", offer | {"end_date": "2023-03-31"})

    assert response.status_code == 422
    assert "End date 31/03/2023 is after the service ends, 31/03/2022." in response.json()["detail"]


def test_an_offer_of_a_service_that_is_none_is_not_found(world, people, program, offer):
    response = program(people.commissioning).post("participations/offers/", offer | {"service": "none"})

    assert response.status_code == 404
