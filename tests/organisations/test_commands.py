"""Corrections of dated facts: what is believed, what is published, what is refused, what was known before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import changes, clock
from core.actors import SYSTEM
from core.changes import Change, Effect
from core.dates import inclusive
from core.errors import Invalid
from organisations import commands, queries
from organisations.changes import (
    LeadsCorrected,
    ListSizesCorrected,
    MembershipCorrected,
    ParentsCorrected,
    PayeesCorrected,
)
from organisations.commands import Spell
from organisations.models import ListKind, Membership
from tests.factories.organisations import (
    CommissionerFactory,
    ListSizeFactory,
    MembershipFactory,
    NetworkFactory,
    PayeeFactory,
    PracticeFactory,
)

pytestmark = pytest.mark.django_db

JOINED, LEFT = date(2021, 9, 16), date(2022, 3, 31)


@pytest.fixture
def published(monkeypatch) -> Iterator[list[Change]]:
    """Every change published, with the portal's own handlers away."""
    heard: list[Change] = []

    def hear(change: Change) -> list[Effect]:
        heard.append(change)
        return [Effect("heard", "It was heard.")]

    kinds = (MembershipCorrected, ListSizesCorrected, LeadsCorrected, ParentsCorrected, PayeesCorrected)
    monkeypatch.setattr(changes, "_handlers", {**changes._handlers, **{kind: [hear] for kind in kinds}})
    return heard


def spells_of(practice, network, known_at=None):
    rows = Membership.objects.known(known_at).filter(practice=practice, network=network).order_by("valid")
    return [(row.start_date, row.end_date) for row in rows]


def test_a_membership_is_recorded_and_the_pair_published(published):
    practice, network = PracticeFactory(), NetworkFactory()

    corrected = commands.correct_membership(practice, network, [Spell(JOINED, LEFT)], by=SYSTEM)

    assert spells_of(practice, network) == [(JOINED, LEFT)]
    assert published == [MembershipCorrected(SYSTEM, frozenset({(practice.pk, network.pk)}))]
    assert [effect.sentence for effect in corrected.effects] == ["It was heard."]


def test_a_membership_recorded_again_changes_and_publishes_nothing(published):
    membership = MembershipFactory(start_date=JOINED)

    corrected = commands.correct_membership(membership.practice, membership.network, [Spell(JOINED)], by=SYSTEM)

    assert not corrected
    assert published == []


def test_a_practice_may_leave_and_rejoin_the_same_network(published):
    practice, network = PracticeFactory(), NetworkFactory()
    spells = [Spell(date(2019, 10, 1), date(2020, 4, 1)), Spell(JOINED)]

    commands.correct_membership(practice, network, spells, by=SYSTEM)

    assert spells_of(practice, network) == [(date(2019, 10, 1), date(2020, 4, 1)), (JOINED, None)]


def test_a_membership_that_never_was_is_believed_no_more_but_remembered(published):
    membership = MembershipFactory()

    with clock.held_at(date(2021, 12, 6)):
        commands.correct_membership(membership.practice, membership.network, [], by=SYSTEM)

    assert spells_of(membership.practice, membership.network) == []
    assert spells_of(membership.practice, membership.network, date(2021, 12, 5)) == [(date(2019, 7, 1), None)]


def test_an_end_before_its_start_is_refused_with_both_days(published):
    practice, network = PracticeFactory(), NetworkFactory()

    with pytest.raises(
        Invalid, match=r"End date 15/09/2021 is before start date 16/09/2021\. Both days are included\."
    ):
        commands.correct_membership(practice, network, [Spell(JOINED, date(2021, 9, 15))], by=SYSTEM)

    assert published == []


def test_spells_that_share_a_day_are_refused(published):
    practice, network = PracticeFactory(), NetworkFactory()

    with pytest.raises(Invalid, match="Start date 31/03/2022 is within the membership that starts on 16/09/2021"):
        commands.correct_membership(practice, network, [Spell(JOINED, LEFT), Spell(LEFT)], by=SYSTEM)


def test_only_practices_are_members_and_only_of_networks(published):
    practice, network, commissioner = PracticeFactory(), NetworkFactory(), CommissionerFactory()

    with pytest.raises(Invalid, match="Practice must be a Practice"):
        commands.correct_membership(commissioner, network, [Spell(JOINED)], by=SYSTEM)
    with pytest.raises(Invalid, match="PCN must be a PCN"):
        commands.correct_membership(practice, commissioner, [Spell(JOINED)], by=SYSTEM)


def test_a_membership_that_takes_over_a_day_of_another_publishes_both(published):
    practice, old, new, earlier = PracticeFactory(), NetworkFactory(), NetworkFactory(), NetworkFactory()
    MembershipFactory(practice=practice, network=old, start_date=date(2019, 7, 1))
    MembershipFactory(practice=practice, network=earlier, start_date=date(2018, 7, 1), end_date=date(2019, 6, 30))

    commands.correct_membership(practice, new, [Spell(JOINED)], by=SYSTEM)

    assert published[0].pairs == {(practice.pk, new.pk), (practice.pk, old.pk)}


def test_a_membership_taken_back_publishes_the_other_that_counts_again(published):
    practice, old, new = PracticeFactory(), NetworkFactory(), NetworkFactory()
    MembershipFactory(practice=practice, network=old, start_date=date(2019, 7, 1))
    MembershipFactory(practice=practice, network=new, start_date=JOINED)

    commands.correct_membership(practice, new, [], by=SYSTEM)

    assert published[0].pairs == {(practice.pk, new.pk), (practice.pk, old.pk)}


def test_ending_a_membership_ends_the_spell_that_holds_then_and_no_other(published):
    practice, network = PracticeFactory(), NetworkFactory()
    for start, end in [(date(2019, 10, 1), date(2020, 4, 1)), (JOINED, None)]:
        MembershipFactory(practice=practice, network=network, start_date=start, end_date=end)

    commands.end_membership(practice, network, LEFT, by=SYSTEM)

    assert spells_of(practice, network) == [(date(2019, 10, 1), date(2020, 4, 1)), (JOINED, LEFT)]


def test_ending_a_membership_that_does_not_hold_then_is_refused(published):
    membership = MembershipFactory(start_date=JOINED)

    with pytest.raises(Invalid, match=r"End date 15/09/2021: .* is not a member of .* on that day"):
        commands.end_membership(membership.practice, membership.network, date(2021, 9, 15), by=SYSTEM)


def test_networks_are_locked_before_practices_and_in_order(published):
    practice, other = PracticeFactory(), NetworkFactory()
    MembershipFactory(practice=practice, network=other)
    network = NetworkFactory()

    with CaptureQueriesContext(connection) as queries_run:
        commands.correct_membership(practice, network, [Spell(JOINED)], by=SYSTEM)

    locks = [query["sql"] for query in queries_run if "FOR NO KEY UPDATE" in query["sql"]]
    assert f"{other.pk}" in locks[0]
    assert f"{network.pk}" in locks[0]
    assert f"ARRAY[{practice.pk}]" in locks[1]
    assert all("ORDER BY 1 ASC" in sql for sql in locks[:2])


def test_a_payee_is_nominated_from_a_day_on_and_the_former_one_kept_before_it(published):
    network, former, payee = NetworkFactory(), PracticeFactory(), PracticeFactory()
    PayeeFactory(network=network, payee=former)

    with clock.held_at(date(2021, 12, 6)):
        commands.nominate_payee(network, payee, date(2021, 11, 1), by=SYSTEM)

    assert queries.payee_of(network, date(2021, 10, 31)) == former
    assert queries.payee_of(network, date(2021, 11, 1)) == payee
    assert queries.payee_of(network, date(2021, 11, 1), known_at=date(2021, 12, 5)) == former
    assert published == [PayeesCorrected(SYSTEM, frozenset({network.pk}))]


def test_nominating_the_present_payee_again_changes_nothing(published):
    nominated = PayeeFactory()

    corrected = commands.nominate_payee(nominated.network, nominated.payee, date(2021, 11, 1), by=SYSTEM)

    assert not corrected
    assert published == []


def test_a_nomination_that_ends_before_it_starts_is_refused(published):
    with pytest.raises(Invalid, match="End date 31/10/2021 is before start date 01/11/2021"):
        commands.nominate_payee(
            NetworkFactory(), PracticeFactory(), date(2021, 11, 1), end_date=date(2021, 10, 31), by=SYSTEM
        )


def test_a_lead_and_a_parent_hold_from_a_day_on(published):
    network, practice, commissioner = NetworkFactory(), PracticeFactory(), CommissionerFactory()

    commands.set_lead(network, commissioner, date(2020, 4, 1), by=SYSTEM)
    commands.set_parent(practice, commissioner, date(2020, 4, 1), by=SYSTEM)

    assert (queries.lead_of(network, date(2020, 3, 31)), queries.lead_of(network, date(2020, 4, 1))) == (
        None,
        commissioner,
    )
    assert queries.parent_of(practice, date(2020, 4, 1)) == commissioner
    assert [type(change) for change in published] == [LeadsCorrected, ParentsCorrected]


def test_only_a_commissioning_organisation_leads_a_network(published):
    with pytest.raises(Invalid, match="Lead must be a Commissioning Organisation"):
        commands.set_lead(NetworkFactory(), PracticeFactory(), date(2020, 4, 1), by=SYSTEM)


def test_list_sizes_are_set_for_a_day_and_others_left(published):
    known, new = PracticeFactory(), PracticeFactory()
    ListSizeFactory(organisation=known, start_date=date(2020, 1, 1), size=900)
    ListSizeFactory(organisation=known, start_date=date(2021, 1, 1), size=1000)
    sizes = {known: Decimal("1000.5"), new.pk: 2000}

    corrected = commands.set_list_sizes(ListKind.CRP, date(2021, 1, 1), sizes, by=SYSTEM)

    assert queries.list_size(known, ListKind.CRP, date(2020, 1, 1)) == 900
    assert queries.list_size(known, ListKind.CRP, date(2021, 1, 1)) == Decimal("1000.5")
    assert queries.list_size(new, ListKind.CRP, date(2021, 1, 1)) == 2000
    assert queries.list_size(new, ListKind.CRP, date(2021, 1, 2)) is None
    assert (corrected.recorded.closed, corrected.recorded.written) == (1, 2)
    assert published == [ListSizesCorrected(SYSTEM, frozenset({(known.pk, 1), (new.pk, 1)}))]


def test_a_list_size_may_be_taken_back(published):
    size = ListSizeFactory()

    commands.set_list_sizes(ListKind.CRP, date(2021, 1, 1), {size.organisation: None}, by=SYSTEM)

    assert queries.list_size(size.organisation, ListKind.CRP, date(2021, 1, 1)) is None


def test_a_list_below_nought_is_refused(published):
    with pytest.raises(Invalid, match="Size -1 is below nought"):
        commands.set_list_sizes(ListKind.CRP, date(2021, 1, 1), {PracticeFactory(): -1}, by=SYSTEM)


def test_many_list_sizes_take_as_many_queries_as_one(published, django_assert_max_num_queries):
    practices = [PracticeFactory() for _ in range(30)]

    with django_assert_max_num_queries(14):
        commands.set_list_sizes(ListKind.CRP, date(2021, 1, 1), dict.fromkeys(practices, 100), by=SYSTEM)


def test_inclusive_days_are_kept_half_open():
    spell = Spell(JOINED, LEFT)

    assert spell.valid == inclusive(JOINED, LEFT)
    assert spell.valid.upper == LEFT + timedelta(days=1)
