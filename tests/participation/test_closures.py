"""What follows a closure: participations end on the last day; who follows is recorded, by two where money moves."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.states import Role
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from organisations.models import ClosureProposal, ListSize, Succession
from participation.commands import (
    TwoPeopleNeeded,
    confirm_closure,
    preview_closures,
    propose_closures,
    settle_closures,
)
from participation.models import Participation
from participation.queries.closures import closures_of, concerning
from participation.states import State
from tests.factories.accounts import acting_as
from tests.factories.catalogue import released_service
from tests.factories.organisations import CommissionerFactory, PracticeFactory
from tests.factories.participation import ParticipationFactory
from tests.participation.closing import CLOSED, DAY_AFTER, close, closing, confirmed, proposed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]


@pytest.fixture
def made():
    return closing()


def term_of(practice, service):
    return Participation.objects.with_terms().get(provider=practice, service=service)


def test_nobody_follows_and_what_it_takes_part_in_ends_on_its_last_day(made):
    settled = settle_closures(made.nobody(), by=made.one)

    row = Succession.objects.known().get()
    held = term_of(made.portland, made.world.service)
    assert (row.predecessor, row.successor, row.start_date, row.by) == (made.portland, None, DAY_AFTER, made.one.user)
    assert (held.state, held.end_date) == (State.ENDED, CLOSED)
    assert settled.said[:2] == [
        f"Nobody follows {made.portland}.",
        "12,055 patients of the list as at 1 January 2021 are on no list that is paid for.",
    ]
    assert "1 participation would end on the last day." in settled.said


def test_a_list_is_taken_over_by_two_people(made):
    with pytest.raises(TwoPeopleNeeded):
        settle_closures(made.decision(), by=made.one)
    request = proposed(made)
    assert not Succession.objects.exists()
    assert term_of(made.portland, made.world.service).end_date == date(2022, 3, 31)

    confirm_closure(request, by=made.other)

    row = Succession.objects.known().get()
    assert (row.successor, row.takes_list, row.takes_debts, row.start_date) == (made.viking, True, False, DAY_AFTER)
    assert (row.by, row.proposal.decided_by, row.reason) == (made.one.user, made.other.user, "They merged.")
    assert term_of(made.portland, made.world.service).end_date == CLOSED


def test_debts_take_two_people_too(made):
    with pytest.raises(TwoPeopleNeeded):
        settle_closures(made.decision(takes_list=False, takes_debts=True), by=made.one)


def test_a_successor_that_takes_nothing_over_takes_one(made):
    settle_closures(made.decision(takes_list=False), by=made.one)

    row = Succession.objects.known().get()
    assert (row.successor, row.takes_list, row.proposal) == (made.viking, False, None)


def test_what_was_approved_takes_two_people(made):
    made.world.calculate(date(2021, 10, 31))
    made.world.approve_all(date(2021, 10, 31))
    close(made.portland, date(2021, 9, 30), ods_knows=False)

    with pytest.raises(TwoPeopleNeeded) as refused:
        settle_closures(made.nobody(), by=made.one)

    assert any(effect.undoes_approval for effect in refused.value.settled.effects)
    assert not Succession.objects.exists()


def test_an_offer_that_begins_after_the_last_day_is_cancelled(made):
    later = ParticipationFactory.create(
        service=released_service(code="LATER"), provider=made.portland, network=made.world.network,
        commissioner=made.world.commissioner, start_date=date(2022, 1, 1),
    )  # fmt: skip

    settled = settle_closures(made.nobody(), by=made.one)

    later.refresh_from_db()
    assert later.state == State.CANCELLED
    assert (len(settled.ended), settled.cancelled) == (1, [later.pk])


def test_another_organisation_ends_what_it_offered_itself(made):
    elsewhere = CommissionerFactory.create(name="NHS Trafalgar CCG", code="33T")
    other = ParticipationFactory.create(
        service=released_service(code="OTHER"), provider=made.portland, network=None, commissioner=elsewhere
    )

    settled = settle_closures(made.nobody(), by=made.one)

    assert settled.others == ["NHS Trafalgar CCG (33T) ends 1 participation that it offered, and sees it too."]
    assert Participation.objects.with_terms().get(pk=other.pk).end_date == date(2022, 3, 31)


def test_a_merger_is_several_practices_in_one_step(made):
    close(made.wight)
    codes = (made.portland.code, made.wight.code)

    confirm_closure(proposed(made, practices=codes), by=made.other)

    rows = Succession.objects.known().order_by("predecessor__name")
    assert [(row.predecessor, row.successor) for row in rows] == [
        (made.portland, made.viking),
        (made.wight, made.viking),
    ]
    assert {term_of(each, made.world.service).end_date for each in (made.portland, made.wight)} == {CLOSED}


def test_a_correction_is_a_later_belief_and_the_earlier_one_stays_readable(made):
    confirmed(made)

    request = proposed(made, successor=made.wight.code, reason="The patients chose Wight.")
    confirm_closure(request, by=made.other)

    rows = Succession.objects.order_by("pk")
    assert [row.successor for row in rows] == [made.viking, made.wight]
    assert [row.recorded.upper is None for row in rows] == [False, True]


def test_to_take_a_list_back_takes_two_people_too(made):
    confirmed(made)

    with pytest.raises(TwoPeopleNeeded):
        settle_closures(made.nobody(), by=made.one)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reason": " "}, "Enter reason"),
        ({"successor": "NOPE"}, "Successor NOPE: no practice has this Org ID."),
        ({"from_date": CLOSED}, "Start date 31/10/2021 is not after the closing date of Portland Surgery"),
        ({"successor": ""}, "Successor: enter who takes over the list or the debts."),
    ],
)
def test_what_does_not_fit_is_refused_with_field_value_and_rule(made, changes, sentence):
    with pytest.raises(Invalid) as refused:
        propose_closures(made.decision(**changes), by=made.one)

    assert sentence in " ".join(refused.value.sentences)
    assert not ClosureProposal.objects.exists()


def test_a_successor_is_open_on_the_day_it_follows_and_is_another(made):
    closed = PracticeFactory.create(close_date=date(2021, 10, 30))
    to_come = PracticeFactory.create(open_date=date(2021, 12, 1))

    refused = {}
    for each in (closed, to_come, made.portland):
        with pytest.raises(Invalid) as error:
            propose_closures(made.decision(successor=each.code), by=made.one)
        refused[each.pk] = error.value.sentences[0]

    assert "closed on 30 October 2021, before the start date" in refused[closed.pk]
    assert "opened on 1 December 2021, after the start date" in refused[to_come.pk]
    assert "a practice does not follow itself" in refused[made.portland.pk]


def test_succession_does_not_go_round(made):
    confirmed(made)
    close(made.viking, date(2021, 11, 30))
    made.portland.close_date = date(2021, 12, 5)
    made.portland.save()

    with pytest.raises(Invalid, match="It cannot go round"):
        propose_closures(
            made.decision(practices=(made.viking.code,), successor=made.portland.code, replaces=frozenset()),
            by=made.one,
        )


def test_who_may_not_is_told_why(made):
    elsewhere = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=CommissionerFactory.create())
    viewer = acting_as(Role.VIEW, organisation=made.world.commissioner)

    with pytest.raises(NotVisible):
        settle_closures(made.nobody(), by=elsewhere)
    with pytest.raises(NotPermitted, match="You need the role Commissioning Management"):
        settle_closures(made.nobody(), by=viewer)


def test_a_practice_that_is_open_is_not_settled(made):
    with pytest.raises(NotPermitted, match="ODS gives no closing date"):
        settle_closures(made.nobody(practices=(made.wight.code,), replaces=frozenset()), by=made.one)


def test_the_lead_may_though_ods_has_ended_the_membership(made):
    assert made.portland in concerning(made.one)
    assert closures_of([made.portland])[0].memberships == ()


def test_a_decision_on_what_was_not_seen_is_refused(made):
    settle_closures(made.nobody(), by=made.one)

    with pytest.raises(Conflict, match="Somebody has decided meanwhile"):
        settle_closures(made.nobody(replaces=frozenset()), by=made.other)


def test_a_preview_keeps_nothing(made):
    ahead = preview_closures(made.decision(), by=made.one)

    assert ahead.answer.takes_two
    assert ahead.answer.words == [
        f"{made.viking} follows {made.portland} from 1 November 2021.",
        "12,055 patients of the list as at 1 January 2021 count on the list of Viking Medical Practice from "
        "1 November 2021.",
        "Viking Medical Practice does not take over what they owe.",
    ]
    assert not ClosureProposal.objects.exists()
    assert not Succession.objects.exists()


def test_the_months_between_the_last_day_and_the_first_of_who_follows_are_warned_of(made):
    settled = preview_closures(made.decision(from_date=date(2022, 1, 1)), by=made.one).answer

    assert settled.warnings[-1] == (
        "Portland Surgery: its 12,055 patients count for nobody in November 2021 and December 2021, £1,470.72 that "
        "nobody earns, because it is followed from 1 January 2022 and its last day is 31 October 2021."
    )


@pytest.mark.parametrize(
    "changes", [{}, {"from_date": date(2021, 11, 30)}, {"takes_list": False, "from_date": date(2022, 1, 1)}]
)
def test_nothing_is_warned_of_where_no_month_lies_between_or_nobody_takes_the_list(made, changes):
    settled = preview_closures(made.decision(**changes), by=made.one).answer

    assert not any("count for nobody" in said for said in settled.warnings)


def test_the_months_between_are_named_without_pounds_where_no_list_is_known_for_them(made):
    ListSize.objects.filter(organisation=made.portland).update(valid=(date(2020, 1, 1), date(2020, 1, 2)))

    settled = preview_closures(made.decision(from_date=date(2021, 12, 1)), by=made.one).answer

    assert settled.warnings[-1] == (
        "Portland Surgery: its 12,055 patients count for nobody in November 2021, because it is followed from "
        "1 December 2021 and its last day is 31 October 2021."
    )
