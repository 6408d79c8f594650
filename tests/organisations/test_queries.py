"""Who counts where on a day, as known when; and who may see whom."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.states import Role
from core.actors import SYSTEM
from core.errors import NotVisible
from organisations import queries
from organisations.models import ListKind, Membership, Organisation
from tests.factories.accounts import acting_as
from tests.factories.organisations import (
    CommissionerFactory,
    LeadFactory,
    ListSizeFactory,
    MembershipFactory,
    NationalOperatorFactory,
    NetworkFactory,
    ParentFactory,
    PracticeFactory,
)

pytestmark = pytest.mark.django_db

OCTOBER = date(2021, 10, 31)


def codes(organisations) -> set[str]:
    return {organisation.code for organisation in organisations}


def members(network, day=OCTOBER, known_at=None) -> set[str]:
    return codes(membership.practice for membership in queries.members_of(network, day, known_at))


def test_a_practice_counts_on_its_first_and_last_day_and_no_further():
    membership = MembershipFactory(start_date=date(2021, 10, 1), end_date=OCTOBER)
    days = [date(2021, 9, 30), date(2021, 10, 1), OCTOBER, date(2021, 11, 1)]

    counts = [membership.practice.code in members(membership.network, day) for day in days]

    assert counts == [False, True, True, False]


def test_a_practice_in_two_networks_counts_in_the_one_that_started_later():
    practice, old, new = PracticeFactory(), NetworkFactory(), NetworkFactory()
    MembershipFactory(practice=practice, network=new, start_date=OCTOBER)
    MembershipFactory(practice=practice, network=old, end_date=OCTOBER)

    assert (members(old), members(new)) == (set(), {practice.code})
    assert members(old, date(2021, 10, 30)) == {practice.code}
    assert queries.network_of(practice, OCTOBER) == new


def test_a_zero_length_membership_counts_on_no_day():
    membership = MembershipFactory(start_date=OCTOBER, zero_length=True)

    assert members(membership.network) == set()
    assert queries.network_of(membership.practice, OCTOBER) is None
    assert list(queries.memberships_of(membership.network)) == [membership]


def test_members_are_asked_as_known_on_an_earlier_day():
    corrected_at = datetime(2021, 12, 6, 9, tzinfo=UTC)
    practice, network = PracticeFactory(), NetworkFactory()
    MembershipFactory(practice=practice, network=network, known_until=corrected_at)
    MembershipFactory(practice=practice, network=network, end_date=date(2021, 9, 30), known_from=corrected_at)

    assert members(network) == set()
    assert members(network, known_at=date(2021, 12, 5)) == {practice.code}


def test_members_of_a_network_are_asked_in_one_query(django_assert_num_queries):
    network = NetworkFactory()
    for _ in range(5):
        MembershipFactory(network=network)

    with django_assert_num_queries(1):
        names = [membership.practice.name for membership in queries.members_of(network, OCTOBER)]

    assert names == sorted(names)


def test_a_list_size_holds_on_its_day():
    size = ListSizeFactory(size="4060.75")

    found = [queries.list_size(size.organisation, kind, date(2021, 1, 1)) for kind in (ListKind.CRP, ListKind.WPLS)]

    assert [str(found[0]), found[1]] == ["4060.75", None]


DAYS = [date(2021, 10, 1) + timedelta(days=n) for n in range(6)]

memberships = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 5), st.one_of(st.none(), st.integers(0, 3))),
    max_size=8,
)


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(memberships)
def test_expected_members_in_sql_are_those_that_count_day_by_day(given):
    Membership.objects.all().delete()
    practices = [PracticeFactory(code=f"V9100{n}") for n in range(4)]
    networks = [NetworkFactory(code=f"Z9100{n}") for n in range(3)]
    for practice, network in {(practice, network) for practice, network, _start, _length in given}:
        start, length = next(each[2:] for each in given if each[:2] == (practice, network))
        end = None if length is None else DAYS[start] + timedelta(days=length)
        MembershipFactory(
            practice=practices[practice], network=networks[network], start_date=DAYS[start], end_date=end,
            zero_length=length == 3,
        )  # fmt: skip

    sql = queries.expected_members_sql("d", "n", "unnest(%s::date[]) AS d, unnest(%s::bigint[]) AS n")
    with connection.cursor() as cursor:
        cursor.execute(sql, [DAYS + DAYS[:1], [network.pk for network in networks]])
        found = sorted(cursor.fetchall())

    assert found == sorted(
        (day, row.network_id, row.practice_id) for day in DAYS for row in Membership.objects.counting_on(day)
    )


@pytest.fixture
def world():
    """Two commissioners; the first leads a network of a practice of each; the second leads another."""
    here, there = CommissionerFactory(code="Q01"), CommissionerFactory(code="Q02")
    network, other = NetworkFactory(code="Z00001", led_by=here), NetworkFactory(code="Z00002", led_by=there)
    PracticeFactory(code="V00001", parent=here, member_of=network)
    PracticeFactory(code="V00002", parent=there, member_of=network)
    PracticeFactory(code="V00003", parent=there, member_of=other)
    PracticeFactory(code="V00004", parent=here)


SEEN = {
    "V00001": {"V00001", "V00002", "Z00001"},
    "V00004": {"V00004"},
    "Z00001": {"Z00001", "V00001", "V00002"},
    "Q01": {"Q01", "Z00001", "V00001", "V00002", "V00004"},
    "Q02": {"Q02", "Z00002", "V00002", "V00003"},
}


@pytest.mark.parametrize("code", SEEN)
def test_each_sees_its_own(world, code):
    acting = acting_as(Role.VIEW, organisation=Organisation.objects.get(code=code))

    assert codes(queries.visible_to(acting)) == SEEN[code]


def test_the_national_operator_and_the_portal_see_all(world):
    national = acting_as(Role.OPERATIONS, organisation=NationalOperatorFactory())

    assert queries.visible_to(national).count() == queries.visible_to(SYSTEM).count() == Organisation.objects.count()


def test_who_holds_no_role_sees_nothing(world):
    acting = acting_as(organisation=Organisation.objects.get(code="Q01"))

    assert not queries.visible_to(acting).exists()


def test_a_former_lead_and_a_former_member_still_see_what_they_took_part_in(world):
    network = NetworkFactory(code="Z00009")
    former = CommissionerFactory(code="Q09")
    LeadFactory(network=network, commissioner=former, end_date=date(2020, 3, 31))
    member = PracticeFactory(code="V00009")
    MembershipFactory(practice=member, network=network, end_date=date(2020, 3, 31))

    assert codes(queries.visible_to(acting_as(Role.VIEW, organisation=former))) == {"Q09", "Z00009", "V00009"}
    assert codes(queries.visible_to(acting_as(Role.VIEW, organisation=member))) == {"Z00009", "V00009"}


def test_a_parent_known_no_more_sees_no_more(world):
    parent = ParentFactory(known_until=datetime(2021, 1, 1, tzinfo=UTC))

    seen = queries.visible_to(acting_as(Role.VIEW, organisation=parent.parent))

    assert parent.organisation not in seen


def test_a_network_is_found_by_its_org_id_where_it_may_be_seen(world):
    acting = acting_as(Role.VIEW, organisation=Organisation.objects.get(code="Q01"))

    assert queries.visible_network(acting, "z00001").code == "Z00001"
    for code in ("Z00002", "Z99999", "V00001"):
        with pytest.raises(NotVisible):
            queries.visible_network(acting, code)
