"""What follows a closure and moves money takes two people: proposed, confirmed, declined or taken back."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from django.db import IntegrityError, transaction

from accounts.states import Role
from core.dates import inclusive
from core.errors import Conflict, NotPermitted
from core.previews import rolled_back
from core.transitions import Seen
from operations.models import OutboxMessage
from organisations.models import ClosureProposal, Succession
from organisations.states import CLOSURE, ClosureState
from participation.commands import (
    confirm_closure,
    decline_closure,
    preview_closure_proposal,
    propose_closures,
    settle_closures,
    take_back_closure,
    tell_of_closure,
)
from tests.factories.accounts import UserFactory, acting_as
from tests.participation.closing import believed, closing, confirmed, proposed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]


@pytest.fixture
def made():
    return closing()


def test_while_a_proposal_awaits_somebody_nothing_else_is_decided(made):
    proposed(made)

    with pytest.raises(Conflict, match="awaits another person"):
        settle_closures(made.nobody(), by=made.other)
    with pytest.raises(Conflict, match="awaits another person"):
        propose_closures(made.decision(), by=made.other)


def test_who_confirms_sees_what_who_proposed_saw(made):
    request = proposed(made)

    ahead = preview_closure_proposal(request.id, by=made.other)

    assert ahead.answer.sentences == ClosureProposal.objects.get().foreseen[: len(ahead.answer.sentences)]


MOVES = {
    "confirm closure": lambda seen, by: confirm_closure(seen, by=by),
    "decline closure": lambda seen, by: decline_closure(seen, "No.", by=by),
    "take back closure": lambda seen, by: take_back_closure(seen, by=by),
}


@pytest.mark.parametrize(("name", "state"), [*product(MOVES, ClosureState)])
def test_every_move_from_every_state(made, name, state):
    request = proposed(made)
    if state != ClosureState.PROPOSED:
        decided = {ClosureState.CONFIRMED: "confirm closure", ClosureState.DECLINED: "decline closure",
                   ClosureState.TAKEN_BACK: "take back closure"}[state]  # fmt: skip
        MOVES[decided](request, made.one if decided == "take back closure" else made.other)
    row = ClosureProposal.objects.get()
    by = made.one if name == "take back closure" else made.other

    if state in CLOSURE[name].sources:
        MOVES[name](Seen(row.pk, row.version), by)
        row.refresh_from_db()
        assert row.state == CLOSURE[name].target
    else:
        with pytest.raises(Conflict):
            MOVES[name](Seen(row.pk, row.version), by)


@pytest.mark.parametrize("name", MOVES)
@pytest.mark.parametrize("role", [role for role in Role if role != Role.COMMISSIONING_MANAGEMENT])
def test_no_other_role_decides(made, name, role):
    request = proposed(made)
    somebody = acting_as(role, organisation=made.world.commissioner)

    with pytest.raises(NotPermitted):
        MOVES[name](request, somebody)

    assert ClosureProposal.objects.get().state == ClosureState.PROPOSED


def test_who_proposed_it_does_not_confirm_it(made):
    with pytest.raises(NotPermitted, match="You proposed it"):
        confirm_closure(proposed(made), by=made.one)


def test_the_database_keeps_what_the_rules_say(made):
    confirmed(made)
    row = Succession.objects.known().get()
    wrong = [
        {"valid": inclusive(date(2021, 12, 1), None), "successor": made.wight},
        {"valid": inclusive(date(2021, 1, 1), date(2021, 1, 2)), "successor": None},
        {"valid": inclusive(date(2021, 1, 1), date(2021, 1, 2)), "proposal": None},
        {"valid": inclusive(date(2021, 1, 1), date(2021, 1, 2)), "successor": made.portland},
    ]

    for changes in wrong:
        said = {
            "predecessor": made.portland, "successor": made.viking, "takes_list": True, "takes_debts": False,
            "reason": "Again.", "by": UserFactory.create(), "proposal": row.proposal, "recorded": row.recorded,
        }  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Succession.objects.create(**said | changes)


def test_two_people_are_told(made):
    request = proposed(made)
    tell_of_closure(request.id, by=made.one)
    decline_closure(request, "It is another practice.", by=made.other)
    tell_of_closure(request.id, by=made.other)

    sent = OutboxMessage.objects.filter(task="operations.send_email").order_by("pk").values_list("keys", flat=True)
    assert [(keys["to"], keys["subject"].split(", ")[-1]) for keys in sent] == [
        (made.other.user.email, "awaits your confirmation"),
        (made.one.user.email, "was declined"),
    ]
    assert "12,055 patients of the list as at 1 January 2021 count on the list" in sent[0]["text"]
    assert "It is another practice." in sent[1]["text"]


def test_rolled_back_is_rolled_back(made):
    rolled_back(lambda: settle_closures(made.nobody(), by=made.one))

    assert believed(made.portland) == frozenset()
