from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest

from accounts.states import Role
from organisations.models import ClosureProposal, Succession
from tests.factories.accounts import acting_as
from tests.factories.organisations import CommissionerFactory, ParentFactory
from tests.participation.closing import close, closing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]
SETTLE, PROPOSE = "closures/settle/", "closures/propose/"


@pytest.fixture
def made():
    return closing()


@pytest.fixture
def one(made, program):
    return program(made.one)


@pytest.fixture
def other(made, program):
    return program(made.other)


def asked(made, **changes):
    return {"practices": [made.portland.code], "reason": "They merged."} | changes


def test_what_closed_is_listed_with_what_is_open(made, one):
    (closure,) = one.get("closures/").json()["results"]

    assert (closure["practice"]["org_id"], closure["last_day"]) == (made.portland.code, "2021-10-31")
    assert (closure["status"], closure["succession"], closure["list_is_dropped"]) == ("to settle", None, True)
    assert [each["end_date"] for each in closure["going_on"]] == ["2022-03-31"]
    assert "goes on until 31 March 2022, after the last day" in closure["open_items"][0]


def test_nobody_follows_is_looked_at_and_saved_as_it_was_seen(made, one):
    seen = one.post(SETTLE, asked(made, preview=True)).json()
    kept = Succession.objects.count()
    done = one.post(SETTLE, asked(made, preview_token=seen["preview_token"]))

    assert (seen["needs_second_person"], len(seen["ended"]), kept) == (False, 1, 0)
    assert done.status_code == 200
    assert one.get("closures/").json()["results"][0]["succession"]["successor"] is None


def test_a_list_is_taken_over_by_two(made, one, other):
    wanted = asked(made, successor=made.viking.code, takes_list=True)
    seen = one.post(SETTLE, wanted | {"preview": True}).json()
    alone = one.save(SETTLE, wanted)
    proposed = one.post(PROPOSE, wanted | {"preview_token": seen["preview_token"]}).json()
    listed = other.get("closure-proposals/").json()["results"]
    by_same = one.save("closure-proposals/confirm/", {"id": proposed["closure_proposal"], "version": 1})
    looked = other.post(
        "closure-proposals/confirm/", {"id": proposed["closure_proposal"], "version": 1, "preview": True}
    ).json()
    done = other.post(
        "closure-proposals/confirm/",
        {"id": proposed["closure_proposal"], "version": 1, "preview_token": looked["preview_token"]},
    )

    assert (seen["needs_second_person"], alone.status_code, by_same.status_code) == (True, 409, 403)
    assert [(each["status"], each["takes_list"]) for each in listed] == [("Awaiting confirmation", True)]
    assert done.status_code == 200
    assert Succession.objects.known().get().start_date == date(2021, 11, 1)


def test_a_proposal_is_declined_with_a_reason_and_another_taken_back(made, one, other):
    wanted = asked(made, successor=made.viking.code, takes_list=True)
    first = one.save(PROPOSE, wanted, look=SETTLE).json()["closure_proposal"]
    declined = other.post("closure-proposals/decline/", {"id": first, "version": 1, "reason": "Another one."}).json()
    second = one.save(PROPOSE, wanted, look=SETTLE).json()["closure_proposal"]
    back = one.post("closure-proposals/take-back/", {"id": second, "version": 1}).json()

    assert (declined["status"], declined["decided_by"]) == ("Declined", made.other.name)
    assert back["status"] == "Taken back"


def test_who_decided_meanwhile_is_not_overruled(made, one, other):
    one.save(SETTLE, asked(made))

    late = other.save(SETTLE, asked(made, reason="Retired."))

    assert late.status_code == 409
    assert "Somebody has decided meanwhile" in str(late.json())


def test_what_does_not_fit_names_its_field(made, one):
    answer = one.save(SETTLE, asked(made, successor="NOPE"))

    assert answer.status_code == 422
    assert "no practice has this Org ID" in str(answer.json())
    assert not ClosureProposal.objects.exists()


def test_a_practice_does_not_settle_its_own_closure(made, program):
    own = program(acting_as(Role.SERVICE_MANAGEMENT, organisation=made.portland))

    assert own.get("closures/").status_code == 403
    assert own.save(SETTLE, asked(made)).status_code == 403


def test_what_closed_comes_in_pages_the_latest_first(made, one):
    close(made.wight, date(2021, 11, 30))
    close(made.viking)

    first = one.get("closures/", view=2).json()
    second = one.get("closures/", **dict(parse_qsl(urlsplit(first["next"]).query))).json()

    pages = [[row["practice"]["org_id"] for row in page["results"]] for page in (first, second)]
    assert pages == [[made.wight.code, made.portland.code], [made.viking.code]]
    assert second["next"] is None


def test_what_closed_is_narrowed(made, one):
    close(made.wight, date(2021, 11, 30))
    one.save(SETTLE, asked(made))
    portland, wight = made.portland.code, made.wight.code

    def listed(**filters):
        return [row["practice"]["org_id"] for row in one.get("closures/", **filters).json()["results"]]

    assert listed(network=made.world.network.code.lower()) == [wight, portland]
    assert listed(network="U99999") == []
    assert listed(closed_to="2021-10-31") == listed(status="settled") == listed(practice=portland) == [portland]
    assert listed(closed_from="2021-11-01") == listed(status="to settle") == listed(text=wight[:6]) == [wight]
    assert listed(status="awaiting") == listed(list_is_dropped="false") == []
    assert listed(list_is_dropped="true") == [wight, portland]


def test_what_closed_is_narrowed_by_its_parent_on_the_last_day(made, one):
    parent = CommissionerFactory.create()
    ParentFactory.create(organisation=made.portland, parent=parent)

    assert len(one.get("closures/", commissioner=parent.code).json()["results"]) == 1
    assert one.get("closures/", commissioner=made.world.commissioner.code).json()["results"] == []


def test_a_filter_of_closures_that_cannot_be_is_refused_by_name(made, one):
    answer = one.get("closures/", status="open", closed_from="soon", list_is_dropped="perhaps")

    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"status", "closed_from", "list_is_dropped"}
    assert one.get("closures/", state="settled").status_code == 422
