from __future__ import annotations

from datetime import date

import pytest

from accounts.states import Role
from core import clock
from core.changes import _handlers
from core.errors import Invalid, NotPermitted, NotVisible
from participation.changes import AllocationsChanged
from participation.commands import offer_to_networks, offer_to_practices, set_allocations
from participation.models import Allocation, Participation
from participation.queries import allocation_of, allocations_for
from participation.states import State
from tests.factories.accounts import acting_as
from tests.factories.organisations import NetworkFactory, PracticeFactory
from tests.factories.submission import NOVEMBER, weight_management
from tests.participation.conftest import ENDS, STARTS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]


@pytest.fixture
def offered(somewhere, kezia):
    offer_to_practices(somewhere.service.pk, [somewhere.practice.pk], STARTS, ENDS, by=kezia)
    return somewhere


@pytest.fixture
def told(monkeypatch):
    """The changes of allocations that are published from now on."""
    found = []
    monkeypatch.setitem(_handlers, AllocationsChanged, [lambda change: found.append(change)])
    return found


def allocate(world, amount, *, by, start=STARTS, end=ENDS):
    return set_allocations(world.service.pk, {world.practice.pk: amount}, start, end, by=by)


def amount_on(world, day=NOVEMBER, **known):
    found = allocation_of(world.service.pk, world.practice.pk, day, **known)
    return found.amount if found else None


def test_a_practice_is_offered_a_service_by_its_parent_and_answers(offered):
    row = Participation.objects.with_terms().get()

    assert (row.provider, row.network, row.commissioner) == (offered.practice, None, offered.commissioner)
    assert (row.state, row.start_date, row.end_date) == (State.OFFERED, STARTS, ENDS)


def test_a_practice_of_another_parent_is_not_offered_to(somewhere, kezia):
    stranger = PracticeFactory.create(name="Elsewhere Surgery", code="V99999")

    with pytest.raises(NotPermitted, match=r"not the parent organisation of Elsewhere Surgery \(V99999\)"):
        offer_to_practices(somewhere.service.pk, [somewhere.practice.pk, stranger.pk], STARTS, ENDS, by=kezia)

    assert not Participation.objects.exists()


def test_only_commissioning_management_offers(somewhere):
    viewer = acting_as(Role.VIEW, organisation=somewhere.commissioner)

    with pytest.raises(NotPermitted, match="Commissioning Management"):
        offer_to_practices(somewhere.service.pk, [somewhere.practice.pk], STARTS, ENDS, by=viewer)


def test_a_service_is_not_offered_twice_for_the_same_days(offered, kezia):
    with pytest.raises(Invalid, match=r"offered already on some of these days to Portland Surgery \(V37647\)"):
        offer_to_practices(offered.service.pk, [offered.practice.pk], NOVEMBER, ENDS, by=kezia)


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        (ENDS, STARTS, "End date 01/07/2021 is before the start date"),
        (date(2021, 6, 1), ENDS, "Start date 01/06/2021 is before the service starts"),
        (STARTS, date(2022, 4, 1), "End date 01/04/2022 is after the service ends"),
    ],
)
def test_days_that_cannot_be_are_refused(somewhere, kezia, start, end, sentence):
    with pytest.raises(Invalid, match=sentence):
        offer_to_practices(somewhere.service.pk, [somewhere.practice.pk], start, end, by=kezia)


def test_nobody_chosen_and_networks_are_refused(somewhere, kezia):
    with pytest.raises(Invalid, match="Select at least one practice"):
        offer_to_practices(somewhere.service.pk, [], STARTS, ENDS, by=kezia)
    with pytest.raises(NotPermitted, match="practice number"):
        offer_to_practices(somewhere.service.pk, [NetworkFactory.create().pk], STARTS, ENDS, by=kezia)


def test_a_service_paid_to_practices_is_not_offered_to_networks(somewhere, kezia):
    network = NetworkFactory.create(led_by=somewhere.commissioner)

    with pytest.raises(Invalid, match="is paid to practices: it is not offered to networks"):
        offer_to_networks(somewhere.service.pk, [network.pk], STARTS, ENDS, by=kezia)


def test_an_allocation_holds_on_its_days(offered, kezia, told):
    allocate(offered, 30, by=kezia)

    assert amount_on(offered) == 30
    assert amount_on(offered, date(2022, 4, 1)) is None
    assert [change.keys for change in told] == [frozenset({(offered.service.pk, offered.practice.pk)})]


def test_the_same_allocation_again_changes_nothing(offered, kezia, told):
    allocate(offered, 30, by=kezia)
    allocate(offered, 30, by=kezia)

    assert (len(told), Allocation.objects.count()) == (1, 1)


def test_an_allocation_is_corrected_for_some_of_its_days_and_what_was_known_stays(offered, kezia, set_clock):
    allocate(offered, 30, by=kezia)
    set_clock(date(2021, 12, 20))

    allocate(offered, 40, by=kezia, start=date(2021, 11, 1), end=NOVEMBER)

    assert [amount_on(offered, date(2021, month, 30)) for month in (10, 11, 12)] == [30, 40, 30]
    assert amount_on(offered, known_at=date(2021, 12, 15)) == 30
    assert clock.today() == date(2021, 12, 20)


def test_an_allocation_is_taken_away(offered, kezia):
    allocate(offered, 30, by=kezia)

    allocate(offered, None, by=kezia, start=date(2021, 11, 1))

    assert (amount_on(offered, date(2021, 10, 31)), amount_on(offered)) == (30, None)


def test_an_allocation_that_cannot_be_is_refused(offered, kezia):
    with pytest.raises(Invalid, match="Allocation -1 must be 0 or more"):
        allocate(offered, -1, by=kezia)
    with pytest.raises(Invalid, match="End date 01/07/2021 is before the start date"):
        allocate(offered, 1, by=kezia, start=ENDS, end=STARTS)


def test_only_who_offers_sets_allocations(offered):
    viewer = acting_as(Role.VIEW, organisation=offered.commissioner)
    manager = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=offered.practice)

    for by in (viewer, manager):
        with pytest.raises(NotPermitted, match="Commissioning Management"):
            allocate(offered, 30, by=by)


def test_without_an_offer_there_is_no_allocation(somewhere, kezia):
    with pytest.raises(NotVisible, match="an offer of this service"):
        allocate(somewhere, 30, by=kezia)


def test_allocations_of_many_are_read_at_once(offered, kezia, django_assert_num_queries):
    allocate(offered, 30, by=kezia)
    keys = [(offered.service.pk, day, offered.practice.pk) for day in (NOVEMBER, date(2022, 4, 1))]

    with django_assert_num_queries(1):
        found = allocations_for(keys)

    assert {key: fact.amount for key, fact in found.items()} == {keys[0]: 30}
    assert allocations_for([]) == {}


def test_weight_management_is_paid_to_practices(db):
    assert weight_management().paid_to == "practice"
