"""Rows of reference files that are refused, and those that are taken and need a look."""

from __future__ import annotations

from datetime import date

import pytest

from core.errors import Invalid
from organisations import queries
from organisations.models import Kind, OdsLoad, Organisation
from organisations.states import RowKind
from tests.organisations.loading import OF_ANOTHER_COMMISSIONER, kinds, load, organisation, spells

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("published")]


def test_rows_that_cannot_be_taken_are_refused_by_line_and_the_rest_go_on(release):
    release.memberships += [
        ("A9999", "U00001", "20190701", ""),
        ("A81005", "U00009", "20190701", ""),
        ("A81005", "U00001", "20211101", "20211031"),
    ]

    report = load(release)

    assert [(refused.line, refused.column, refused.value) for refused in report.refused] == [
        (6, "Partner Organisation Code", "A9999"),
        (8, "End Date", "20211031"),
        (7, "PCN Code", "U00009"),
    ]
    assert spells("A81001", "U00001")
    remembered = OdsLoad.objects.get(layout="networks")
    assert remembered.refused_rows == 3
    assert [row[:4] for row in remembered.rows][:3] == [
        ["refused", 6, "Partner Organisation Code", "A9999"],
        ["refused", 7, "PCN Code", "U00009"],
        ["refused", 8, "End Date", "20211031"],
    ]


def test_a_member_that_no_file_of_practices_has_is_taken_by_its_code_and_reported(release):
    release.memberships.append(("A99999", "U00001", "20190701", ""))

    report = load(release)

    member = organisation("A99999")
    assert (member.name, member.kind, member.known_by_code_only) == ("Practice A99999", Kind.PRACTICE, True)
    assert member in {row.practice for row in queries.members_of(organisation("U00001"), date(2021, 10, 31))}
    assert kinds(report.files[1]) == {**OF_ANOTHER_COMMISSIONER, RowKind.BY_CODE: ["A99999"]}
    assert report.refused == []


def test_a_member_known_by_code_only_is_known_better_once_a_file_of_practices_has_it(release):
    release.memberships.append(("A99999", "U00001", "20190701", ""))
    load(release)
    release.practices["A99999"] = "01A"

    report = load(release, "2021-12-05")

    assert not organisation("A99999").known_by_code_only
    assert organisation("A99999").open_date == date(2010, 4, 1)
    assert kinds(report.files[1]) == OF_ANOTHER_COMMISSIONER


def test_another_prescriber_is_taken_when_a_network_lists_it_and_kept_up_to_date_after(release):
    release.practices["Y00313"] = "01A"
    release.settings["Y00313"] = "9"
    release.memberships.append(("Y00313", "U00001", "20190701", ""))

    report = load(release)
    release.closed["Y00313"] = "20211130"
    del release.memberships[-1]
    load(release, "2021-12-05")

    assert kinds(report.files[0])[RowKind.OTHER_SETTING] == ["Y00313"]
    assert organisation("Y00313").close_date == date(2021, 11, 30)


def test_another_prescriber_that_no_network_lists_is_left_out(release):
    release.practices["Y00313"] = "01A"
    release.settings["Y00313"] = "9"

    load(release)

    assert not Organisation.objects.filter(code="Y00313").exists()


def test_gaps_overlaps_closures_and_crossings_are_listed_by_line(release):
    release.memberships = [
        ("A81001", "U00001", "20190701", "20200331"),
        ("A81001", "U00002", "20200501", ""),
        ("A81002", "U00001", "20190701", "20210430"),
        ("A81002", "U00002", "20210401", ""),
        ("A81003", "U00002", "20190701", ""),
        ("A81004", "U00003", "20190701", ""),
    ]
    release.closed["A81004"] = "20210930"

    report = load(release)

    assert kinds(report.files[1]) == {
        RowKind.GAP: ["A81001"],
        RowKind.OVERLAP: ["A81002"],
        RowKind.ACROSS: ["A81003"],
        RowKind.CLOSED: ["A81004"],
    }
    assert [remark.line for remark in report.files[1].remarks] == [6, 7, 3, 5]
    assert kinds(report.files[0]) == {RowKind.NO_NETWORK: ["A81005"]}


def test_a_practice_gone_from_the_file_keeps_all_that_is_known_of_it_and_is_reported(release):
    load(release)
    del release.practices["A81005"]

    report = load(release, "2021-12-05")

    assert kinds(report.files[0]) == {RowKind.GONE: ["A81005"]}
    assert queries.parent_of(organisation("A81005"), date(2021, 10, 31)).code == "01A"


def test_a_network_that_another_commissioner_leads_by_now_keeps_its_members_in_the_formers_own_load(release):
    load(release, commissioner="01A")
    release.networks["U00002"] = "02B"

    load(release, "2021-12-05", commissioner="01A")

    assert queries.lead_of(organisation("U00002"), date(2021, 12, 5)).code == "02B"
    assert spells("A81002", "U00002") == [(date(2019, 7, 1), None)]


def test_a_file_of_which_thousands_of_rows_cannot_be_taken_is_refused_as_a_whole(release, monkeypatch):
    monkeypatch.setattr("organisations.commands.ods.release.MOST_REFUSED", 2)
    release.memberships += [("A81005", f"X0000{n}", "20190701", "") for n in range(3)]

    with pytest.raises(Invalid, match="has more than 2 rows that cannot be taken. Nothing was loaded. The first: "):
        load(release)

    assert not Organisation.objects.exists()
