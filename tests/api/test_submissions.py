"""Story A without a page: figures entered, declared, approved and paid for by programs."""

from __future__ import annotations

import pytest

from accounts.states import Role
from achievement.models import Achievement, AchievementChange
from achievement.states import State
from submission.models import IndicatorValue, Submission, SubmissionChange
from submission.queries.entry import NOT_SEEN
from submission.states import ManualReason
from tests.achievement.payments import payments, said, signed_in
from tests.api.conftest import seen
from tests.factories.accounts import acting_as
from tests.factories.organisations import CommissionerFactory, PracticeFactory

REFERRALS = "WM.WM001.REFERRALS"
BY_HAND = ManualReason.CANNOT_BE_EXTRACTED.label


@pytest.fixture
def portland(db, training_day):
    return payments()


@pytest.fixture
def november(portland):
    """What figures are given for."""
    return {
        "service": portland.service.code,
        "achievement_date": "2021-11-30",
        "provider": portland.world.practice.code,
    }


def figures(november, value=37, **more):
    """To save; with `version`, to submit."""
    return november | {"values": {REFERRALS: value}, "reason": BY_HAND} | more


def test_figures_are_entered_declared_approved_and_paid(portland, november, program):
    manager, approver, finance = (program(each) for each in (portland.manager, portland.approver, portland.finance))
    entered = manager.post("submissions/submit/", figures(november, version=0)).json()
    mine = manager.get("achievements/").json()["results"][0]
    text = manager.get(f"achievements/{mine['id']}/").json()["declaration_text"]

    declared = manager.post(
        "achievements/declare/", {"seen": [{**seen(mine)[0], "text_version": text["version"]}]}
    ).json()
    approved = approver.post("achievements/approve/", {"seen": seen(portland.achievement)}).json()
    paid = finance.post("achievements/finance-approve/", {"seen": seen(portland.achievement)}).json()

    assert entered["sentences"][0] == "1 value submitted for 30 November 2021."
    assert mine["amount"] == "345.00"
    assert declared["sentences"] == ["1 achievement declared, £345.00."]
    assert approved["moved"] == paid["moved"] == [mine["id"]]
    assert portland.achievement.state == State.FINANCE_APPROVED


def test_what_a_program_notes_is_kept_with_each_act(portland, november, program):
    manager, approver = program(portland.manager), program(portland.approver)
    manager.post("submissions/save/", figures(november, note="Two clinics."))
    begun = portland.world.submission
    manager.post("submissions/submit/", figures(november, version=begun.version, note="Three clinics."))
    row = seen(portland.achievement)[0]
    manager.post("achievements/declare/", {"seen": [{**row, "text_version": 1, "note": "Checked twice."}]})
    approver.post("achievements/approve/", {"seen": seen(portland.achievement), "note": "Within the plan."})

    of_figures = [each.note for each in SubmissionChange.objects.filter(row=begun).order_by("pk")]
    of_payment = {each.transition: each.note for each in AchievementChange.objects.filter(note__gt="")}
    assert begun.note == "Two clinics."
    assert of_figures[-2:] == ["Two clinics.", "Three clinics."]
    assert of_payment == {"declare": "Checked twice.", "approve": "Within the plan."}


def test_what_is_above_the_allocation_is_explained(portland, november, program):
    manager = program(portland.manager)
    manager.post("submissions/submit/", figures(november, version=0))

    explained = manager.get(f"achievements/{portland.achievement.pk}/explanation/").json()["explanation"]

    assert explained["amount"] == "345.00"
    assert "7 above the allocation" in explained["sentence"]


def test_work_in_progress_counts_for_nothing_until_it_is_submitted(portland, november, program):
    manager = program(portland.manager)
    saved = manager.post("submissions/save/", figures(november, 12)).json()
    before = manager.get(f"submissions/{saved['id']}/").json()

    manager.post("submissions/submit/", november | {"version": saved["version"]})
    after = manager.get(f"submissions/{saved['id']}/").json()

    assert [(each["submitted"], each["in_progress"]) for each in before["fields_given"]] == [(None, 12)]
    assert [(each["submitted"], each["in_progress"]) for each in after["fields_given"]] == [(12, None)]
    assert (before["status"], after["status"]) == ("In progress", "Data Submitted")


def test_the_same_key_submits_once(portland, november, program):
    manager = program(portland.manager)

    first = manager.post("submissions/submit/", figures(november, version=0), key="november")
    again = manager.post("submissions/submit/", figures(november, version=0), key="november")

    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert IndicatorValue.objects.count() == 1


def test_figures_that_others_changed_since_are_not_submitted(portland, november, program):
    manager = program(portland.manager)
    saved = manager.post("submissions/save/", figures(november, 12)).json()
    manager.post("submissions/save/", figures(november, 13))

    response = manager.post("submissions/submit/", november | {"version": saved["version"]})

    assert response.status_code == 409
    assert "Nothing was submitted." in response.json()["detail"]
    assert not IndicatorValue.objects.exists()


@pytest.mark.parametrize("act", ["submit", "nil-return"])
def test_what_was_seen_has_to_be_said(portland, november, program, act):
    body = november | {"reason": BY_HAND}

    response = program(portland.manager).post(f"submissions/{act}/", body)

    assert response.status_code == 422
    assert response.json()["sentences"] == [
        "version: Give the version of the submission as you saw it; 0 where nobody had begun one."
    ]
    assert not Submission.objects.exists()


@pytest.mark.parametrize("act", ["submit", "nil-return"])
def test_figures_begun_since_nobody_had_begun_are_not_submitted_over(portland, november, program, act):
    manager = program(portland.manager)
    manager.post("submissions/save/", figures(november, 12))

    response = manager.post(f"submissions/{act}/", november | {"reason": BY_HAND, "version": 0})

    assert response.status_code == 409
    assert "Nothing was submitted." in response.json()["detail"]
    assert not IndicatorValue.objects.exists()


def test_a_nil_return_is_one_act(portland, november, program):
    manager = program(portland.manager)

    response = manager.post("submissions/nil-return/", november | {"reason": BY_HAND, "version": 0})

    assert response.status_code == 200
    assert IndicatorValue.objects.get().value == 0


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({REFERRALS: "many"}, "must be a whole number: 'many' is not one."),
        ({REFERRALS: -1}, "must be 0 or more"),
        ({REFERRALS: [1]}, "must be a whole number"),
        ({REFERRALS: True}, "must be a whole number"),
        ({"WM.NOTHING": 1}, "WM.NOTHING is not a field that Portland Surgery gives."),
    ],
)
def test_what_a_field_cannot_hold_is_refused_in_the_words_of_the_page(portland, november, program, values, said):
    response = program(portland.manager).post("submissions/submit/", figures(november, values=values, version=0))

    assert response.status_code == 422
    assert said in response.json()["detail"]
    assert not Submission.objects.exists()


@pytest.mark.parametrize("act", ["save", "submit", "nil-return"])
@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("approver", 403), ("other", 404), ("stranger", 404)])
def test_others_enter_nothing(portland, november, program, act, who, status):
    practice = portland.world.practice
    people = {
        "viewer": acting_as(Role.VIEW, organisation=practice),
        "approver": portland.approver,
        "other": acting_as(Role.ACHIEVEMENT_ENTRY, organisation=CommissionerFactory.create()),
        "stranger": acting_as(Role.ACHIEVEMENT_ENTRY, organisation=PracticeFactory.create()),
    }
    seen_before = {} if act == "save" else {"version": 0}
    body = seen_before | (november | {"reason": BY_HAND} if act == "nil-return" else figures(november))

    response = program(people[who]).post(f"submissions/{act}/", body)

    assert response.status_code == status, response.content
    assert not IndicatorValue.objects.exists()


def test_figures_are_seen_by_those_they_concern(portland, november, program):
    portland.submit(37)
    other = program(acting_as(Role.FINANCE_VIEW, organisation=PracticeFactory.create()))

    own, lead = (program(each).get("submissions/").json()["results"] for each in (portland.manager, portland.approver))
    hidden = other.get(f"submissions/{own[0]['id']}/")

    assert [each["id"] for each in own] == [each["id"] for each in lead]
    assert (other.get("submissions/").json()["results"], hidden.status_code) == ([], 404)


@pytest.mark.parametrize("change", [{"provider": "NOBODY"}, {"service": "none"}, {"achievement_date": "2021-11-29"}])
def test_figures_for_what_is_not_there_are_refused(portland, november, program, change):
    response = program(portland.manager).post("submissions/submit/", figures(november, version=0) | change)

    assert response.status_code in (404, 422)
    assert not IndicatorValue.objects.exists()


def test_a_declaration_accepts_the_text_that_holds(portland, november, program):
    portland.submit(37)

    response = program(portland.manager).post(
        "achievements/declare/", {"seen": [{**seen(portland.achievement)[0], "text_version": 99}]}
    )

    assert response.status_code == 409
    assert "The declaration text has changed since you read it." in response.json()["detail"]
    assert portland.achievement.state == State.AWAITING_PROVIDER


def test_who_does_not_declare_is_told_who_can(portland, november, program):
    portland.submit(37)

    response = program(portland.approver).post(
        "achievements/declare/", {"seen": [{**seen(portland.achievement)[0], "text_version": 1}]}
    )

    assert response.status_code == 403
    assert portland.manager.name in response.json()["who_can"][0]


def test_a_declaration_is_withdrawn_before_approval(portland, program):
    row = portland.declared(37)

    response = program(portland.manager).post(
        "achievements/withdraw-declaration/", {"seen": seen(row), "reason": "One was counted twice."}
    )

    assert response.status_code == 200, response.content
    assert Achievement.objects.get(pk=row.pk).state == State.AWAITING_PROVIDER


@pytest.mark.parametrize("given", ["9" * 5000, "-" + "9" * 5000, 10**4000])
def test_a_number_of_thousands_of_digits_is_refused_by_name(portland, november, program, given):
    answer = program(portland.manager).post("submissions/save/", figures(november, given))

    assert answer.status_code == 422
    assert "Referrals must be " in answer.content.decode()
    assert len(answer.content) < 1000
    assert not Submission.objects.exists()


@pytest.mark.parametrize("day", ["2021-11-30", "2021-11-29", "2022-03-31"])
@pytest.mark.parametrize("act", ["save", "submit", "nil-return"])
def test_nobody_learns_what_others_were_offered(portland, november, program, act, day):
    """Offered, not offered, no such provider, no such service: one answer, whatever the date."""
    more = {"save": {}, "submit": {"version": 0}, "nil-return": {"version": 0, "reason": BY_HAND}}[act]
    stranger = program(acting_as(Role.ACHIEVEMENT_ENTRY, organisation=PracticeFactory.create()))
    asked = november | {"achievement_date": day} | more
    others = [{"provider": PracticeFactory.create().code}, {"provider": "Z99999"}, {"service": "NONE"}]

    answers = [stranger.post(f"submissions/{act}/", asked | other) for other in ({}, *others)]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize("name", ["add", "nil_return"])
@pytest.mark.parametrize("day", ["2021-11-30", "2021-11-29", "2022-03-31"])
def test_nobody_learns_it_from_the_pages(portland, name, day):
    client = signed_in(acting_as(Role.ACHIEVEMENT_ENTRY, organisation=PracticeFactory.create()))
    own, none = portland.world.practice.code, PracticeFactory.create().code
    answers = []
    for service, provider in [(portland.service.code, own), (portland.service.code, none), ("NONE", own)]:
        if name == "add":
            posted = {"service": service, "date": day, "provider": provider}
            answers.append(client.post("/submission/add/", posted))
        else:
            address = f"/submission/{service}/{day}/{provider}/nil-return/"
            answers += [client.get(address), client.post(address, {"reason": "3", "key": "k", "version": "0"})]

    assert {answer.status_code for answer in answers} == {404}
    assert all(NOT_SEEN in said(answer) for answer in answers)
