"""Which proposals of a payee are refused, by field and rule, and which fit no more when they are confirmed."""

from __future__ import annotations

from datetime import date

import pytest

from core.actors import SYSTEM
from core.errors import Invalid
from organisations import commands
from organisations.commands import Nomination
from organisations.models import Organisation, PayeeProposal
from organisations.states import ProposalState
from tests.organisations.payees import JANUARY, MARCH_END, portland_for, proposed, seen

pytestmark = pytest.mark.django_db


REFUSED = {
    "an end before the start": (
        lambda world: portland_for(world, JANUARY, date(2021, 12, 31)),
        "end_date",
        "End Date must be on or after start date, 1 January 2022: it is 31 December 2021",
    ),
    "a commissioner": (
        lambda world: Nomination(world.network, world.commissioner.code, JANUARY),
        "payee",
        "It must be a practice or another body",
    ),
    "a payee who is it already": (
        lambda world: Nomination(world.network, world.practices[1].code, JANUARY),
        "payee",
        "is nominated on these days already",
    ),
    "an Org ID nobody knows": (
        lambda world: Nomination(world.network, "V99999", JANUARY),
        "payee_name",
        "no organisation with the Org ID V99999 is known",
    ),
    "what is no Org ID": (lambda world: Nomination(world.network, "a b", JANUARY), "payee", "is no Org ID"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_proposal_is_refused_with_its_field_and_rule(world, ewan, case):
    nomination, field, sentence = REFUSED[case]

    with pytest.raises(Invalid, match=sentence) as refused:
        proposed(nomination(world), ewan)

    assert refused.value.field == field
    assert not PayeeProposal.objects.exists()


def test_a_closed_practice_is_no_payee(world, ewan):
    Organisation.objects.filter(pk=world.practices[0].pk).update(close_date=date(2021, 11, 30))

    with pytest.raises(Invalid, match="closed on 30 November 2021, before the start date 1 January 2022"):
        proposed(portland_for(world), ewan)


def test_two_proposals_share_no_day(world, ewan, freda):
    proposed(portland_for(world, JANUARY, MARCH_END), ewan)

    with pytest.raises(Invalid, match=r"Start Date 31/03/2022: Portland Surgery is proposed already, from 1 January"):
        proposed(Nomination(world.network, world.practices[2].code, MARCH_END), freda)
    beside = proposed(Nomination(world.network, world.practices[2].code, date(2022, 4, 1)), freda)

    assert beside.state == ProposalState.PROPOSED


def test_a_later_nomination_is_not_overwritten(world, ewan, freda):
    commands.confirm_payee(seen(proposed(portland_for(world, date(2022, 4, 1)), ewan)), by=freda)
    wight = world.practices[2].code

    with pytest.raises(Invalid, match="End Date must be 31 March 2022 or earlier: Portland Surgery is nominated") as no:
        proposed(Nomination(world.network, wight, JANUARY), ewan)
    made = proposed(Nomination(world.network, wight, JANUARY, MARCH_END), ewan)

    assert no.value.field == "end_date"
    assert made.end_date == MARCH_END


def test_a_proposal_that_fits_no_more_is_not_confirmed(world, ewan, freda):
    first = proposed(portland_for(world), ewan)
    commands.nominate_payee(world.network, world.practices[2], date(2022, 2, 1), by=SYSTEM)

    with pytest.raises(Invalid, match="End Date must be 31 January 2022 or earlier"):
        commands.confirm_payee(seen(first), by=freda)

    first.refresh_from_db()
    assert first.state == ProposalState.PROPOSED
