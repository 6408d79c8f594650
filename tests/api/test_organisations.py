"""Dated facts, payees and contacts through the API: each sees and does what their pages show and their roles allow."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

import pytest

from accounts.states import Role
from core.actors import SYSTEM
from organisations import commands
from organisations.commands import Details, Nomination
from organisations.models import Contact, ListKind, PayeeProposal
from organisations.queries import payee_of
from organisations.states import ProposalState
from tests.factories.accounts import acting_as
from tests.factories.organisations import MembershipFactory, PracticeFactory

TOLD_AT = datetime(2021, 12, 6, 9, tzinfo=UTC)
JANUARY = "2022-01-01"


@pytest.fixture
def program(program):
    """One program for each person, with one token."""
    return cache(program)


@pytest.fixture
def ewan(world):
    return world.acting(Role.ORGANISATION_ADMINISTRATOR)


@pytest.fixture
def freda(world):
    return world.acting(Role.ORGANISATION_ADMINISTRATOR)


@pytest.fixture
def mover(world):
    """A practice that left on 31 October 2021, told on 6 December."""
    practice = PracticeFactory(name="Malin Practice")
    MembershipFactory(practice=practice, network=world.network, known_until=TOLD_AT)
    MembershipFactory(practice=practice, network=world.network, end_date=date(2021, 10, 31), known_from=TOLD_AT)
    return practice


def rows(response):
    assert response.status_code == 200, response.content
    return response.json()["results"]


def proposal_by(world, by) -> PayeeProposal:
    nomination = Nomination(world.network, world.practices[0].code, date(2022, 1, 1))
    return PayeeProposal.objects.get(pk=commands.propose_payee(nomination, "Asked for.", by=by).proposal_id)


@pytest.mark.parametrize(("who", "how_many"), [("own", 1), ("network", 3), ("parent", 3), ("lead", 3), ("other", 0)])
def test_memberships_are_the_relationship_reports_rows(world, people, program, who, how_many):
    assert len(rows(program(getattr(people, who)).get("memberships/"))) == how_many


def test_a_membership_says_its_days_its_lead_and_since_when_it_is_known(world, people, program):
    found = rows(program(people.own).get("memberships/"))[0]

    assert found["pcn"]["org_id"] == world.network.code
    assert found["lead_commissioning_organisation"]["org_id"] == world.commissioner.code
    assert (found["start_date"], found["end_date"]) == ("2019-07-01", None)
    assert found["recorded_at"].startswith("2019-01-01")


def test_memberships_are_narrowed_to_days_and_to_what_was_recorded(world, people, program, mover):
    lead = program(people.lead)

    def names(**asked):
        return {row["service_provider"]["name"] for row in rows(lead.get("memberships/", **asked))}

    november = {"start_date": "2021-11-01", "end_date": "2021-11-30"}
    assert "Malin Practice" not in names(**november)
    assert "Malin Practice" in names(start_date="2021-10-31", end_date="2021-10-31")
    assert "Malin Practice" in names(**november, recorded_on="2021-12-05")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"start_date": "2021-11-30", "end_date": "2021-11-01"}, "end_date"),
        ({"recorded_on": "2022-01-01"}, "recorded_on"),
        ({"start_date": "yesterday"}, "start_date"),
        ({"lead": "Q01"}, "lead"),
    ],
)
def test_days_that_cannot_be_and_filters_that_are_none_are_refused(world, people, program, asked, field):
    response = program(people.lead).get("memberships/", **asked)

    assert response.status_code == 422
    assert [each["field"] for each in response.json()["errors"]] == [field]


def test_payees_say_who_set_and_who_confirmed_them(world, people, program, ewan, freda):
    proposal = proposal_by(world, ewan)
    confirmed = program(freda).post("payee-proposals/confirm/", {"id": proposal.pk, "version": proposal.version})

    found = rows(program(people.own).get("nominated-payees/"))

    assert confirmed.status_code == 200
    assert [(row["payee"]["name"], row["set_by"], row["confirmed_by"]) for row in found] == [
        ("Viking Medical Practice", None, None),
        ("Portland Surgery", ewan.name, freda.name),
    ]


def test_a_payee_is_proposed_previewed_and_confirmed_by_another(world, program, ewan, freda):
    world.aggregated()
    body = {"pcn": world.network.code, "payee": world.practices[0].code, "start_date": "2021-10-01", "reason": "Asked."}

    looked = program(ewan).post("payee-proposals/propose/", body | {"preview": True})
    made = program(ewan).post("payee-proposals/propose/", body)
    proposal = PayeeProposal.objects.get()
    asked = {"id": proposal.pk, "version": proposal.version}
    ahead = program(freda).post("payee-proposals/confirm/", asked | {"preview": True}).json()
    done = program(freda).post("payee-proposals/confirm/", asked | {"preview_token": ahead["preview_token"]})

    assert looked.json()["proposal"] is None
    assert "paid to Portland Surgery" in looked.json()["sentences"][0]
    assert (made.status_code, made.json()["status"]) == (201, "Proposed")
    assert "paid to Portland Surgery" in ahead["sentences"][0]
    assert done.json()["status"] == "Confirmed"
    assert payee_of(world.network, date(2021, 10, 31)).name == "Portland Surgery"


def test_a_world_that_has_moved_is_a_conflict(world, program, ewan, freda):
    nomination = Nomination(world.network, world.practices[0].code, date(2021, 10, 1))
    proposal = PayeeProposal.objects.get(pk=commands.propose_payee(nomination, "Why.", by=ewan).proposal_id)
    asked = {"id": proposal.pk, "version": proposal.version}
    ahead = program(freda).post("payee-proposals/confirm/", asked | {"preview": True}).json()
    world.aggregated()

    response = program(freda).post("payee-proposals/confirm/", asked | {"preview_token": ahead["preview_token"]})

    assert response.status_code == 409
    assert payee_of(world.network, date(2021, 10, 31)).name == "Viking Medical Practice"


def test_nobody_confirms_their_own_and_members_neither_preview_nor_settle(world, people, program, ewan):
    proposal = proposal_by(world, ewan)
    asked = {"id": proposal.pk, "version": proposal.version}

    mine = program(ewan).post("payee-proposals/confirm/", asked)
    members = [
        program(people.fellow).post("payee-proposals/confirm/", asked | {"preview": True}),
        program(people.fellow).post("payee-proposals/decline/", asked | {"reason": "No."}),
        program(people.fellow).post("payee-proposals/withdraw/", asked),
    ]
    stranger = program(people.stranger).post("payee-proposals/confirm/", asked)

    assert mine.status_code == 403
    assert "another person" in mine.json()["detail"]
    assert {response.status_code for response in members} == {403}
    assert stranger.status_code == 404


@pytest.mark.parametrize(
    ("act", "who", "extra", "status"),
    [("decline", "freda", {"reason": "Not asked for."}, "Declined"), ("withdraw", "ewan", {}, "Withdrawn")],
)
def test_a_proposal_is_declined_and_withdrawn(world, program, ewan, freda, act, who, extra, status):
    proposal = proposal_by(world, ewan)
    by = {"ewan": ewan, "freda": freda}[who]

    response = program(by).post(
        f"payee-proposals/{act}/", {"id": proposal.pk, "version": proposal.version, **extra}, key="once"
    )
    again = program(by).get(f"payee-proposals/{proposal.pk}/")

    assert response.json()["status"] == again.json()["status"] == status
    assert again.json()["settled_by"] == by.name


def test_a_proposal_that_breaks_a_rule_says_which(world, program, ewan):
    body = {"pcn": world.network.code, "payee": world.practices[1].code, "start_date": JANUARY, "reason": "Why."}

    response = program(ewan).post("payee-proposals/propose/", body)

    assert response.status_code == 422
    assert "is nominated on these days already" in response.json()["detail"]


def test_proposals_are_narrowed_by_status_and_pcn(world, people, program, ewan):
    proposal_by(world, ewan)

    assert len(rows(program(people.own).get("payee-proposals/", status="Proposed", pcn=world.network.code))) == 1
    assert rows(program(people.own).get("payee-proposals/", status="Confirmed")) == []
    assert rows(program(people.stranger).get("payee-proposals/")) == []
    assert PayeeProposal.objects.get().state == ProposalState.PROPOSED


def test_list_sizes_are_as_at_a_day_and_as_recorded(world, people, program, set_clock):
    set_clock(date(2021, 12, 13))
    commands.set_list_sizes(ListKind.CRP, date(2021, 1, 1), {world.practices[0]: Decimal("12100")}, by=SYSTEM)
    mine = program(people.own)
    asked = {"organisation": world.practices[0].code, "list": "CRP", "as_at": "2021-01-01"}

    now, before = mine.get("list-sizes/", **asked), mine.get("list-sizes/", **asked, recorded_on="2021-12-12")

    assert [row["size"] for row in rows(now)] == ["12100.00"]
    assert [row["size"] for row in rows(before)] == ["12055.00"]
    assert rows(mine.get("list-sizes/", list="WPLS")) == []
    assert rows(program(people.stranger).get("list-sizes/")) == []


def test_contacts_are_added_changed_and_removed(world, program):
    portland = world.practices[0]
    mine = program(acting_as(Role.USER_ADMINISTRATOR, organisation=portland))
    details = {"name": "Tamsin Dale", "role": "Manager", "email": "t@portland.example"}

    added = mine.post("contacts/add/", details | {"organisation": portland.code}, key="add")
    again = mine.post("contacts/add/", details | {"organisation": portland.code}, key="add")
    changed = mine.post("contacts/change/", details | {"id": added.json()["id"], "role": "Partner"})
    listed = rows(mine.get("contacts/", organisation=portland.code))
    removed = mine.post("contacts/remove/", {"id": changed.json()["id"]})
    gone = mine.post("contacts/remove/", {"id": changed.json()["id"]})

    assert (added.status_code, again.json()) == (201, added.json())
    assert [row["role"] for row in listed] == ["Partner"]
    assert (removed.status_code, gone.status_code) == (200, 404)
    assert Contact.objects.count() == 2


def test_contacts_are_kept_by_whoever_may_and_seen_by_whoever_sees_the_organisation(world, people, program):
    contact = commands.add_contact(world.practices[0], Details("Tamsin", "Manager", phone="12345"), by=SYSTEM)

    seen = rows(program(people.fellow).get("contacts/"))
    refused = program(people.fellow).post("contacts/remove/", {"id": contact.pk})
    unreachable = program(people.own).post(
        "contacts/add/", {"organisation": world.practices[0].code, "name": "A", "role": "B"}
    )

    assert [row["name"] for row in seen] == ["Tamsin"]
    assert refused.status_code == 403
    assert unreachable.status_code == 422
    assert rows(program(people.stranger).get("contacts/")) == []


@pytest.mark.parametrize("path", ["memberships/", "nominated-payees/", "list-sizes/", "payee-proposals/", "contacts/"])
def test_lists_are_paged_and_keep_their_queries(world, people, program, path, django_assert_max_num_queries):
    for n in range(5):
        MembershipFactory(network=world.network, practice=PracticeFactory(code=f"V7{n:04d}"))
    lead = program(people.lead)
    lead.get(path)

    with django_assert_max_num_queries(10):
        first = lead.get(path, view="1")

    assert len(first.json()["results"]) <= 1
    for cursor in ("nonsense", "WzEsMl0"):
        assert lead.get(path, after=cursor).status_code == 200
