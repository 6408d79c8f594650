"""The ways in which one cause comes about, beside the one it is planted by."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import Grant, User
from accounts.states import Role, UserState
from achievement.models import Achievement, OvernightRun, RunState, Shard
from achievement.presenters.waiting import findings_of
from achievement.presenters.waiting.evidence import COUNTS_WAIT
from achievement.queries.causes import Cause, known_of
from achievement.states import State
from catalogue.models import ServiceVersion
from core import clock
from core.dates import inclusive
from operations.models import Job, JobState, OutboxMessage
from organisations.models import ListSize, Membership, OdsUpload, Organisation
from participation.models import Participation, Term
from participation.states import State as Offered
from submission.models import Hand
from submission.states import Stage
from tests.achievement.causes import planting
from tests.achievement.causes.world import AT, DAY, OFFERED, NetworkThatWaits, Place, network_that_waits
from tests.factories.accounts import GrantFactory, UserFactory
from tests.factories.organisations import (
    ClusterFactory,
    MembershipFactory,
    NetworkFactory,
    OdsLoadFactory,
    PracticeFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(training_day: object) -> NetworkThatWaits:
    return network_that_waits()


@pytest.fixture
def lacking(world: NetworkThatWaits) -> Place:
    """A practice whose line lacks, and nothing is known why."""
    place = Place(world, world.lines[0], world.practices[0])
    world.settle(place)
    return place


@pytest.fixture
def standing(lacking: Place) -> Place:
    """A practice whose line awaits approval."""
    lacking.give_line(State.AWAITING_COMMISSIONER)
    return lacking


def causes(place: Place) -> tuple[Cause, ...]:
    found = place.found()
    assert found is not None
    return found.causes


def approver(place: Place) -> Grant:
    return Grant.objects.get(role=Role.APPROVAL_MANAGEMENT, organisation=place.world.commissioner)


# Participation


@pytest.mark.parametrize(
    "state", [Offered.OFFERED, Offered.ACCEPTED, Offered.EXPIRED, Offered.NOT_APPROVED, Offered.CANCELLED]
)
def test_an_offer_is_not_taken_up_in_each_of_these_states(lacking, state):
    Participation.objects.filter(pk=lacking.participation.pk).update(state=state)

    assert causes(lacking) == (Cause.NOT_TAKEN_UP,)


def test_an_offer_of_an_earlier_membership_is_none_for_whoever_rejoined(lacking):
    membership = Membership.objects.filter(practice=lacking.practice)
    membership.update(valid=inclusive(date(2021, 11, 20), None))
    Membership.objects.create(
        practice=lacking.practice, network=lacking.world.network, recorded=membership.get().recorded,
        valid=inclusive(date(2019, 7, 1), date(2021, 9, 1)),
    )  # fmt: skip
    Term.objects.filter(participation=lacking.participation).update(valid=inclusive(date(2021, 8, 1), date(2021, 9, 1)))

    assert causes(lacking) == (Cause.NEVER_OFFERED,)


def test_a_re_offer_that_covers_the_date_needs_nothing_else(lacking):
    planting.not_taken_up(lacking)
    Participation.objects.filter(provider=lacking.practice, state=Offered.REJECTED).exclude(
        pk=lacking.participation.pk
    ).update(state=Offered.APPROVED)

    assert causes(lacking) == (Cause.RECALCULATION,)


# Figures


def test_a_date_without_a_rate_cannot_be_paid(lacking):
    version = ServiceVersion.objects.get(service=lacking.service)
    version.definition["calculation"]["rates"][-1] |= {"end_date": "2021-10-31"}
    cases = [case for case in version.definition["golden_cases"] if case["achievement_date"] < "2021-11"]
    version.definition |= {"end_date": "2021-10-31", "golden_cases": cases}
    version.digest = "no rate in November"
    version.save()

    assert causes(lacking) == (Cause.NO_FIGURE,)


def test_a_service_without_a_released_version_cannot_be_paid(lacking):
    ServiceVersion.objects.filter(service=lacking.service).update(state=3)

    assert causes(lacking) == (Cause.NO_FIGURE,)


def test_a_list_of_another_day_is_not_the_list(lacking):
    ListSize.objects.filter(organisation=lacking.practice).update(valid=inclusive(date(2020, 1, 1), date(2020, 1, 1)))

    assert causes(lacking) == (Cause.NO_FIGURE,)


def test_work_that_failed_is_named_until_it_is_done(lacking):
    keys = {"networks": [lacking.world.network.pk], "services": None}
    failed = OutboxMessage.objects.create(task="achievement.calculate_achievements", keys=keys, attempts=3, error="No.")

    before = causes(lacking)
    OutboxMessage.objects.filter(pk=failed.pk).update(done_at=clock.now())

    assert before == (Cause.RECALCULATION,)


def test_what_the_night_has_not_come_to_yet_is_still_to_be_worked_out(lacking):
    assert causes(lacking) == (Cause.RECALCULATION,)


def test_what_the_night_went_past_is_an_unknown_state(lacking):
    run = OvernightRun.objects.create(business_date=DAY, started_at=AT, state=RunState.DONE)
    Shard.objects.create(run=run, commissioner=lacking.world.commissioner, state=RunState.DONE)

    assert causes(lacking) == (Cause.UNKNOWN,)


# Approval


def test_a_line_that_was_rejected_to_its_provider_is_rejected_not_undeclared(lacking):
    line = lacking.give_line(State.AWAITING_PROVIDER)
    line.history.create(at=AT, transition="reject", from_state=3, to_state=2, version=line.version, amount=line.amount)

    assert causes(lacking) == (Cause.HELD,)


def test_one_that_was_rejected_once_and_came_back_for_another_reason_is_undeclared(lacking):
    line = lacking.give_line(State.AWAITING_PROVIDER)
    line.history.create(at=AT, transition="reject", from_state=3, to_state=2, version=line.version, amount=line.amount)
    Achievement.objects.filter(pk=line.pk).update(version=line.version + 2)

    assert causes(lacking) == (Cause.DECLARATION,)


@pytest.mark.parametrize("stage", [Stage.PROVIDER, Stage.FINANCE])
def test_the_only_approver_is_barred_by_another_stage(standing, stage):
    Hand.objects.create(
        service=standing.service, achievement_date=DAY, subject=standing.world.network,
        actor=approver(standing).user, stage=stage, first_at=AT,
    )  # fmt: skip

    assert causes(standing) == (Cause.NOBODY,)


def test_a_hand_in_the_same_stage_bars_nobody(standing):
    Hand.objects.create(
        service=standing.service, achievement_date=DAY, subject=standing.world.network,
        actor=approver(standing).user, stage=Stage.COMMISSIONER, first_at=AT,
    )  # fmt: skip

    assert causes(standing) == (Cause.COMMISSIONER,)


def test_a_disabled_approver_is_nobody(standing):
    User.objects.filter(pk=approver(standing).user_id).update(state=UserState.DISABLED)

    assert causes(standing) == (Cause.NOBODY,)


def test_a_grant_that_no_second_administrator_confirmed_is_nobodys(standing):
    Grant.objects.filter(pk=approver(standing).pk).update(granted_by=UserFactory.create())

    assert causes(standing) == (Cause.NOBODY,)


def test_a_grant_limited_to_other_organisations_or_payments_does_not_reach_the_line(standing):
    grant = approver(standing)

    grant.cluster = ClusterFactory.create(parent=standing.world.commissioner, members=[PracticeFactory.create()])
    grant.save()
    elsewhere = causes(standing)
    grant.cluster.members.add(standing.practice)
    within = causes(standing)
    grant.payment_type = "Enhanced services"
    grant.save()

    assert (elsewhere, within, causes(standing)) == ((Cause.NOBODY,), (Cause.COMMISSIONER,), (Cause.NOBODY,))


def test_a_second_approver_without_a_limit_can(standing):
    Grant.objects.filter(pk=approver(standing).pk).update(limit=Decimal(1))
    before = causes(standing)
    GrantFactory.create(organisation=standing.world.commissioner, role=Role.APPROVAL_MANAGEMENT)

    assert (before, causes(standing)) == ((Cause.NOBODY,), (Cause.COMMISSIONER,))


# Reference data


def test_an_upload_that_nobody_confirmed_would_change_this_practice(lacking):
    check = Job.objects.create(
        kind="check", title="Check", state=JobState.DONE, result={"organisations": [lacking.practice.code]}
    )
    upload = OdsUpload.objects.create(uploaded_at=AT, check_job=check)

    waiting = causes(lacking)
    OdsUpload.objects.filter(pk=upload.pk).update(dropped_at=AT)

    assert (waiting, causes(lacking)) == ((Cause.ODS,), (Cause.RECALCULATION,))


def test_an_upload_that_was_loaded_is_settled(lacking):
    jobs = [
        Job.objects.create(kind="k", title="t", state=JobState.DONE, result={"organisations": [lacking.practice.code]})
        for _ in range(2)
    ]
    OdsUpload.objects.create(uploaded_at=AT, check_job=jobs[0], load_job=jobs[1])

    assert causes(lacking) == (Cause.RECALCULATION,)


def test_a_refused_row_counts_until_a_later_file_has_it_right(lacking):
    planting.ods(lacking)
    refused = causes(lacking)
    OdsLoadFactory.create(layout="networks", as_at=date(2021, 12, 10), refused_rows=0, rows=[])

    assert (refused, causes(lacking)) == ((Cause.ODS,), (Cause.RECALCULATION,))


def test_a_refused_row_names_whose_it_is_although_its_value_does_not(lacking):
    row = ["refused", 12, "End Date", "20211301", "is not a day of the calendar", lacking.practice.code]
    OdsLoadFactory.create(layout="networks", refused_rows=1, rows=[row])

    assert causes(lacking) == (Cause.ODS,)


def test_a_practice_in_two_networks_on_the_date(lacking):
    MembershipFactory.create(practice=lacking.practice, network=NetworkFactory.create(), start_date=date(2019, 4, 1))

    assert causes(lacking) == (Cause.ODS,)


def test_a_gap_in_the_membership_ended_the_offer(lacking):
    """The offer ended with the first membership; the second, days later, has none of its own."""
    first = Membership.objects.get(practice=lacking.practice)
    Membership.objects.filter(pk=first.pk).update(valid=inclusive(date(2019, 7, 1), date(2021, 11, 9)))
    MembershipFactory.create(
        practice=lacking.practice, network=lacking.world.network, start_date=date(2021, 11, 15),
    )  # fmt: skip
    Term.objects.filter(participation=lacking.participation).update(valid=inclusive(OFFERED, date(2021, 11, 9)))

    assert causes(lacking) == (Cause.ODS, Cause.NEVER_OFFERED)


@pytest.mark.parametrize("days, expected", [(0, (Cause.RECALCULATION,)), (1, (Cause.CLOSED,))])
def test_a_practice_counts_on_its_closing_date_and_not_after(lacking, days, expected):
    Organisation.objects.filter(pk=lacking.practice.pk).update(close_date=DAY - timedelta(days=days))

    assert causes(lacking) == expected


@pytest.mark.parametrize("cause", [Cause(n) for n in range(1, 7)], ids=lambda cause: cause.name.lower())
def test_until_its_last_day_a_closed_practices_offers_are_named_as_of_any_other(lacking, cause):
    planting.PLANTERS[cause].plant(lacking)
    Organisation.objects.filter(pk=lacking.practice.pk).update(close_date=DAY)

    assert causes(lacking) == (cause,)


def test_a_closed_network_is_named_for_every_line(lacking):
    Organisation.objects.filter(pk=lacking.world.network.pk).update(close_date=planting.BEFORE)

    assert causes(lacking) == (Cause.CLOSED,)


def test_a_practice_that_has_closed_since_cannot_declare(lacking):
    lacking.give_line(State.AWAITING_PROVIDER)
    Organisation.objects.filter(pk=lacking.practice.pk).update(close_date=DAY + timedelta(days=3))

    assert causes(lacking) == (Cause.CLOSED, Cause.DECLARATION)


def test_a_practice_that_has_closed_since_does_not_keep_the_commissioner_from_approving(standing):
    Organisation.objects.filter(pk=standing.practice.pk).update(close_date=DAY + timedelta(days=3))

    assert causes(standing) == (Cause.COMMISSIONER,)


# None of these


def test_a_line_beside_a_total_that_is_made_is_an_unknown_state(world):
    world.settle()
    place = Place(world, world.lines[0], world.practices[0])
    place.give_line(State.HELD)

    assert Cause.UNKNOWN in causes(place)


def test_the_switch_says_for_whom_a_service_waits(lacking):
    planting.never_offered(lacking)
    named = causes(lacking)

    lacking.service.expected = "participating members"
    lacking.service.save()

    assert (named, lacking.found()) == ((Cause.NEVER_OFFERED,), None)


def test_pounds_held_are_those_approved_and_not_aggregated(lacking):
    waits = [each for each in lacking.world.waits() if each.key.service_id == lacking.service.pk]

    assert [(each.held, each.ready, each.expected) for each in waits] == [(Decimal("1000.00"), 2, 3)]


def test_a_date_is_told_by_the_day_in_london(lacking, set_clock):
    set_clock(datetime(2021, 11, 30, 0, 30, tzinfo=clock.LONDON))

    assert [each.key.achievement_date for each in lacking.world.waits()] == [DAY]


def test_counts_that_are_all_in_wait_for_what_they_pay_and_not_for_the_night(world):
    lacking = Place(world, world.figures[0], world.practices[0])
    world.settle(lacking)
    lacking.give_figures()

    found = world.waits()
    (told,) = findings_of(found, known_of(world.network, world.commissioner, found))

    assert told.cause == Cause.RECALCULATION
    assert told.evidence == (COUNTS_WAIT,)
