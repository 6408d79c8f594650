"""A load of reference files: a complete snapshot, whose differences are corrections."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from core import clock
from core.errors import Invalid
from organisations import queries
from organisations.changes import LeadsCorrected, ListSizesCorrected, MembershipCorrected, ParentsCorrected
from organisations.models import Kind, ListKind, ListSize, Membership, Organisation
from organisations.states import RowKind
from tests.factories.organisations import (
    MembershipFactory,
    NetworkFactory,
)
from tests.organisations.loading import LISTS_DAY, OF_ANOTHER_COMMISSIONER, kinds, load, organisation, spells

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("published")]


def test_practices_networks_leads_parents_and_members_are_taken(release):
    load(release)

    assert Counter(Organisation.objects.values_list("kind", flat=True)) == {
        Kind.PRACTICE: 5, Kind.NETWORK: 3, Kind.COMMISSIONER: 2,
    }  # fmt: skip
    assert queries.lead_of(organisation("U00002"), date(2021, 10, 31)).code == "01A"
    assert queries.parent_of(organisation("A81003"), date(2021, 10, 31)).code == "02B"
    assert {row.practice.code for row in queries.members_of(organisation("U00002"), date(2021, 10, 31))} == {
        "A81002", "A81003",
    }  # fmt: skip


def test_each_kind_of_change_is_published_once(release, published):
    load(release, lists=[release.list_file()], lists_as_at=LISTS_DAY)

    assert Counter(type(change) for change in published) == {
        ParentsCorrected: 1, LeadsCorrected: 1, MembershipCorrected: 1, ListSizesCorrected: 1,
    }  # fmt: skip
    assert len(published[2].pairs) == 4


def test_the_same_files_again_change_nothing_and_say_so(release, published):
    load(release, lists=[release.list_file()], lists_as_at=LISTS_DAY)
    published.clear()

    report = load(release, lists=[release.list_file()], lists_as_at=LISTS_DAY)

    assert not report.changed
    assert published == []
    assert "  Nothing changed: all of it was known already." in list(report.lines())


def test_a_row_rewritten_or_gone_is_a_correction_and_the_old_picture_stays(release, published):
    with clock.held_at(date(2021, 12, 1)):
        load(release)
    release.memberships[0] = ("A81001", "U00001", "20190701", "20211031")
    del release.memberships[1]
    published.clear()

    with clock.held_at(date(2021, 12, 6)):
        report = load(release, "2021-12-05")

    assert spells("A81001", "U00001") == [(date(2019, 7, 1), date(2021, 10, 31))]
    assert spells("A81002", "U00002") == []
    assert spells("A81002", "U00002", known_at=date(2021, 12, 5)) == [(date(2019, 7, 1), None)]
    assert {tuple(organisation(code).pk for code in pair) for pair in (("A81001", "U00001"), ("A81002", "U00002"))} == (
        published[0].pairs
    )
    assert report.files[1].corrections["of them, in no row any more"] == 1


def test_a_row_that_is_refused_takes_nothing_away_that_was_known_of_it(release):
    release.memberships.append(("A81005", "U00001", "20190701", ""))
    load(release)
    release.memberships = [
        ("A81001", "U00001", "20190701", "20200331"),
        ("A81001", "U00001", "2021-04-01", ""),
        ("A8100X", "U00002", "20190701", ""),
        ("A81004", "U0003", "20190701", ""),
    ]

    report = load(release, "2021-12-05")

    assert len(report.refused) == 3
    for practice, network in (("A81001", "U00001"), ("A81002", "U00002"), ("A81003", "U00002"), ("A81004", "U00003")):
        assert spells(practice, network) == [(date(2019, 7, 1), None)]
    assert spells("A81005", "U00001") == []
    assert "        4  memberships left as they were, for a row was refused" in "\n".join(report.lines())


def test_a_network_whose_own_row_is_refused_keeps_its_members(release):
    load(release)
    release.networks["U00002"] = "?"

    load(release, "2021-12-05", commissioner="01A")

    assert spells("A81002", "U00002") == spells("A81003", "U00002") == [(date(2019, 7, 1), None)]


def test_of_a_row_given_twice_the_first_is_taken(release):
    load(release)
    release.memberships[0] = ("A81001", "U00001", "20190701", "20211031")
    release.memberships.append(release.memberships[0])

    load(release, "2021-12-05")

    assert spells("A81001", "U00001") == [(date(2019, 7, 1), date(2021, 10, 31))]


def test_a_list_size_whose_row_is_refused_stays_as_it_was(release):
    load(release, lists=[release.list_file()], lists_as_at=LISTS_DAY)
    release.lists["A81001"] = ("many", "many")

    load(release, lists=[release.list_file()], lists_as_at=LISTS_DAY)

    assert ListSize.objects.known().get(organisation__code="A81001", kind=ListKind.CRP).size == Decimal("4060.75")


def test_a_network_gone_from_the_file_has_no_members_any_more(release):
    load(release)
    del release.networks["U00003"]
    del release.memberships[3]

    report = load(release, "2021-12-05")

    assert spells("A81004", "U00003") == []
    assert queries.lead_of(organisation("U00003"), date(2021, 10, 31)).code == "02B"
    assert kinds(report.files[1]) == {**OF_ANOTHER_COMMISSIONER, RowKind.GONE: ["U00003"]}


def test_networks_of_another_series_are_left_alone(release):
    training = MembershipFactory(network=NetworkFactory(code="Z05850"))

    load(release)

    assert list(queries.memberships_of(training.network)) == [training]


def test_an_older_file_is_refused_and_nothing_loaded(release):
    load(release, "2021-11-30")
    release.memberships = []

    with pytest.raises(Invalid, match=r"epraccur_2021-10-31\.csv is of 31/10/2021, and epraccur_2021-11-30\.csv, of"):
        load(release, "2021-10-31")

    assert spells("A81001", "U00001")


def test_an_older_file_of_one_commissioner_is_refused_after_one_of_all(release):
    load(release, "2021-11-30")

    with pytest.raises(Invalid, match="an older file is refused"):
        load(release, "2021-10-31", commissioner="01A")


def test_one_commissioner_has_its_networks_their_members_and_its_own_practices(release):
    load(release, commissioner="01a")

    practices, networks = Organisation.objects.practices(), Organisation.objects.networks()
    assert set(practices.values_list("code", flat=True)) == {"A81001", "A81002", "A81003", "A81005"}
    assert set(networks.values_list("code", flat=True)) == {"U00001", "U00002"}
    assert queries.parent_of(organisation("A81003"), date(2021, 10, 31)).code == "02B"


def test_one_commissioners_load_leaves_the_others_alone(release):
    load(release)
    release.memberships = release.memberships[:1]

    load(release, "2021-12-05", commissioner="01A")

    assert spells("A81003", "U00002") == []
    assert spells("A81004", "U00003") == [(date(2019, 7, 1), None)]


def test_a_practice_that_left_the_commissioner_gets_its_new_parent_by_the_commissioners_own_load(release):
    load(release, commissioner="01A")
    release.practices["A81005"] = "02B"

    load(release, "2021-12-05", commissioner="01A")

    assert queries.parent_of(organisation("A81005"), date(2021, 10, 31)).code == "02B"


def test_a_commissioner_that_nobody_has_is_refused(release):
    with pytest.raises(Invalid, match="Commissioner 99Z: no network or practice of these files has it"):
        load(release, commissioner="99Z")


def test_overlaps_between_networks_are_kept_and_zero_lengths_count_on_no_day(release):
    release.memberships += [("A81001", "U00002", "20211031", ""), ("A81002", "U00001", "20210401", "20210401")]
    release.memberships[0] = ("A81001", "U00001", "20190701", "20211031")

    report = load(release)

    zero = Membership.objects.get(practice__code="A81002", network__code="U00001")
    assert (zero.valid.isempty, zero.zero_length_date) == (True, date(2021, 4, 1))
    assert queries.network_of(organisation("A81001"), date(2021, 10, 31)).code == "U00002"
    assert queries.network_of(organisation("A81002"), date(2021, 4, 1)).code == "U00002"
    assert kinds(report.files[1]) == {
        **OF_ANOTHER_COMMISSIONER, RowKind.SAME_DAY: ["A81001"], RowKind.ZERO_LENGTH: ["A81002"],
    }  # fmt: skip
