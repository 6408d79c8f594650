"""Who may load, and what a load says of leads, parents, closures and list sizes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from accounts.states import Role
from core.actors import SYSTEM
from core.errors import Invalid, NotPermitted
from organisations import commands, queries
from organisations.commands import OdsFiles
from organisations.models import ListKind, ListSize, Parent
from tests.factories.accounts import acting_as
from tests.factories.organisations import (
    CommissionerFactory,
    ListSizeFactory,
    NationalOperatorFactory,
    NetworkFactory,
    PracticeFactory,
)
from tests.organisations.loading import LISTS_DAY, load, organisation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("published")]


def test_only_reference_data_of_the_national_operator_may_load(release):
    national, biscay = NationalOperatorFactory(), CommissionerFactory()
    files = OdsFiles(practices=release.practice_file())

    with pytest.raises(NotPermitted, match="You need the role Reference Data"):
        commands.load_ods(files, by=acting_as(Role.OPERATIONS, organisation=national))
    with pytest.raises(NotPermitted, match="the national operator loads it"):
        commands.load_ods(files, by=acting_as(Role.REFERENCE_DATA, organisation=biscay))

    assert commands.load_ods(files, by=acting_as(Role.REFERENCE_DATA, organisation=national)).changed


def test_a_closed_practice_is_taken_with_its_closing_date(release):
    release.closed["A81001"] = "20211031"

    report = load(release)

    assert organisation("A81001").close_date == date(2021, 10, 31)
    assert queries.parent_of(organisation("A81001"), date(2021, 11, 1)) is None
    assert report.files[0].counts["of them, closed"] == 1


def test_a_new_lead_holds_from_the_day_of_the_file_and_the_former_one_before(release):
    load(release, "2021-11-30")
    release.networks["U00003"] = "01A"

    load(release, "2021-12-05")

    network = organisation("U00003")
    assert [queries.lead_of(network, day).code for day in (date(2021, 12, 4), date(2021, 12, 5))] == ["02B", "01A"]


def test_a_new_parent_holds_from_its_join_date_and_the_former_one_before(release):
    load(release)
    Parent.objects.filter(organisation__code="A81001").delete()
    commands.set_parent(organisation("A81001"), organisation("02B"), date(2013, 4, 1), by=SYSTEM)

    load(release)

    practice = organisation("A81001")
    assert [queries.parent_of(practice, day).code for day in (date(2020, 3, 31), date(2020, 4, 1))] == ["02B", "01A"]


def test_list_sizes_keep_their_decimals_on_the_day_given(release):
    load(release, lists=[release.list_file()], lists_as_at=LISTS_DAY)

    sizes = [queries.list_size(organisation("A81001"), kind, LISTS_DAY) for kind in (ListKind.CRP, ListKind.WPLS)]
    assert sizes == [Decimal("4060.75"), Decimal("4645.53")]


def test_list_sizes_without_their_day_are_refused(release):
    with pytest.raises(Invalid, match="does not say which day its list sizes are of"):
        load(release, lists=[release.list_file()])


def test_a_list_size_gone_from_a_file_issued_again_is_taken_back_but_no_others_are(release):
    by_hand = ListSizeFactory(organisation=PracticeFactory(code="V37647"))
    load(release, lists=[release.list_file()], lists_as_at=LISTS_DAY)
    del release.lists["A81004"]

    load(release, lists=[release.list_file()], lists_as_at=LISTS_DAY)

    assert queries.list_size(organisation("A81004"), ListKind.CRP, LISTS_DAY) is None
    assert queries.list_size(by_hand.organisation, ListKind.CRP, LISTS_DAY) == by_hand.size


def test_one_commissioners_lists_are_those_of_its_practices(release):
    report = load(release, commissioner="01A", lists=[release.list_file()], lists_as_at=LISTS_DAY)

    assert set(ListSize.objects.values_list("organisation__code", flat=True)) == {"A81001", "A81003"}
    assert report.files[2].counts["rows outside this commissioner"] == 2
    assert report.refused == []


def test_an_organisation_known_as_something_else_is_refused(release):
    NetworkFactory(code="A81001")

    report = load(release)

    assert [refused.rule for refused in report.files[0].refused] == ["is known as a PCN"]


def test_a_file_of_another_layout_is_refused_in_words(release):
    with pytest.raises(Invalid, match="looks like a list of practices"):
        commands.load_ods(OdsFiles(networks=release.practice_file()), by=SYSTEM)
