"""A permission is its refusals: asked of a row, of a set and as a filter it says the same."""

from __future__ import annotations

from itertools import combinations

import pytest
from django.db.models import Q

from core.actors import SYSTEM
from core.errors import NotPermitted
from core.permissions import ALL, NONE, SYSTEM_ONLY, Permission, Refusal, permission
from organisations.models import Kind, Organisation
from tests.factories.accounts import acting_as
from tests.factories.organisations import CommissionerFactory, NetworkFactory, PracticeFactory

pytestmark = pytest.mark.django_db

# Conditions of every shape that a refusal may have: on the row, on who acts, none, and never.
SHAPES = {
    "practices": Refusal("It is no practice.", lambda by: Q(kind=Kind.PRACTICE)),
    "own": Refusal("It is not your own.", lambda by: Q(pk=by.organisation_id)),
    "not own": Refusal("It is your own.", lambda by: ~Q(pk=by.organisation_id)),
    "open": Refusal("It is closed.", lambda by: Q(close_date=None)),
    "all": Refusal("Never said.", lambda by: ALL),
    "not none": Refusal("Never said either.", lambda by: ~NONE),
    "none": Refusal("Nobody does it.", lambda by: NONE),
    "in a set": Refusal(
        "It has no V in its code.", lambda by: Q(pk__in=Organisation.objects.filter(code__contains="V"))
    ),
    "either": Refusal("It is neither.", lambda by: Q(kind=Kind.NETWORK) | Q(pk=by.organisation_id)),
}
NAMES = [names for size in range(4) for names in combinations(SHAPES, size)]
PERMISSIONS = [Permission(f"tests.{' and '.join(names)}", *(SHAPES[name] for name in names)) for names in NAMES]


@pytest.fixture
def rows() -> list[Organisation]:
    return [
        PracticeFactory.create(), PracticeFactory.create(close_date="2021-10-01"), NetworkFactory.create(),
        CommissionerFactory.create(),
    ]  # fmt: skip


@pytest.fixture
def by(rows):
    return acting_as("View", organisation=rows[0])


def test_asked_of_a_row_of_a_set_and_as_a_filter_every_permission_says_the_same(rows, by):
    everything = Organisation.objects.filter(pk__in=[row.pk for row in rows])
    for asked in PERMISSIONS:
        let_through = set(everything.filter(asked.allowed(by)).values_list("pk", flat=True))

        refused = asked.refusals_for(everything, by)

        assert set(refused) == {row.pk for row in rows} - let_through, asked
        assert {row.pk: asked.why_not(row, by) for row in rows} == {row.pk: refused.get(row.pk, []) for row in rows}
        assert {row.pk for row in rows if asked.has(row, by)} == let_through


def test_every_reason_that_holds_is_said_and_no_other(rows, by):
    own, closed, network, _commissioner = rows
    asked = permission("tests.practices and own and open")

    said = asked.refusals_for(Organisation.objects.all(), by)

    assert own.pk not in said
    assert said[closed.pk] == ["It is not your own.", "It is closed."]
    assert said[network.pk] == ["It is no practice.", "It is not your own."]


def test_the_portal_itself_is_never_refused(rows):
    for asked in [*PERMISSIONS, SYSTEM_ONLY]:
        assert asked.refusals_for(Organisation.objects.all(), SYSTEM) == {}
        assert Organisation.objects.filter(asked.allowed(SYSTEM)).count() == Organisation.objects.count()


def test_what_the_portal_does_by_itself_nobody_does_by_hand(rows, by):
    assert not SYSTEM_ONLY.has(rows[0], by)
    assert SYSTEM_ONLY.why_not(rows[0], by) == ["The portal does this by itself; nobody does it by hand."]


def test_requiring_what_is_refused_says_every_reason_and_who_can(rows, by):
    asked = permission("tests.practices and own and open")

    with pytest.raises(NotPermitted) as refused:
        asked.require(rows[1], by, who_can=["Ann Other of Portland Surgery."])

    assert refused.value.sentences == ("It is not your own.", "It is closed.")
    assert refused.value.who_can == ("Ann Other of Portland Surgery.",)


def test_requiring_what_is_allowed_says_nothing(rows, by):
    assert permission("tests.practices and own and open").require(rows[0], by) is None


def test_a_row_that_is_gone_is_not_allowed(rows, by):
    gone = Organisation(pk=987_654_321, code="V98765", kind=Kind.PRACTICE)

    assert not permission("tests.practices").has(gone, by)


def test_reasons_are_asked_in_one_query_however_many_rows(rows, by, django_assert_num_queries):
    by.roles()

    with django_assert_num_queries(1):
        permission("tests.practices and own and open").refusals_for(Organisation.objects.all(), by)


def test_a_permission_is_defined_once():
    with pytest.raises(ValueError, match="defined twice"):
        Permission("tests.practices")


def test_a_refusal_without_a_condition_must_bring_its_own(by):
    with pytest.raises(NotImplementedError):
        Refusal("It is not to be done.").allowed(by)
