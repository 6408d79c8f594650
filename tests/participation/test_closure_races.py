"""Two at once: what follows a closure is decided once."""

from __future__ import annotations

import pytest

from core.errors import Conflict, PortalError
from core.transitions import Seen
from organisations.models import ClosureProposal, Succession
from organisations.states import ClosureState
from participation.commands import (
    confirm_closure,
    decline_closure,
    propose_closures,
    settle_closures,
    take_back_closure,
)
from tests.participation.closing import closing
from tests.participation.test_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("training_day")]


@pytest.fixture
def made():
    return closing()


def test_two_who_record_a_succession_at_once_are_one_succession(made):
    nobody, viking = made.nobody(), made.decision(takes_list=False)

    answers = at_once(lambda: settle_closures(nobody, by=made.one), lambda: settle_closures(viking, by=made.other))

    assert sum(isinstance(answer, Conflict) for answer in answers) == 1
    assert Succession.objects.count() == 1


def test_two_who_propose_at_once_are_one_proposal(made):
    decision = made.decision()

    answers = at_once(
        lambda: propose_closures(decision, by=made.one), lambda: propose_closures(decision, by=made.other)
    )

    assert sum(isinstance(answer, PortalError) for answer in answers) == 1
    assert ClosureProposal.objects.count() == 1


@pytest.mark.parametrize("against", ["decline", "take back"])
def test_a_confirmation_against_a_no_is_one_of_them_and_never_both(made, against):
    seen = Seen(propose_closures(made.decision(), by=made.one).proposal_id, 1)
    no = {
        "decline": lambda: decline_closure(seen, "It is another practice.", by=made.other),
        "take back": lambda: take_back_closure(seen, by=made.one),
    }[against]

    answers = at_once(lambda: confirm_closure(seen, by=made.other), no)

    assert sum(isinstance(answer, Conflict) for answer in answers) == 1
    is_confirmed = ClosureProposal.objects.get().state == ClosureState.CONFIRMED
    assert Succession.objects.exists() is is_confirmed
