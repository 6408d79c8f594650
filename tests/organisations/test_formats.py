"""Practices, commissioners, networks and memberships, read row by row."""

from datetime import date, datetime

import pytest

from organisations.formats import (
    CommissionerKind,
    PracticeStatus,
    Refused,
    read_commissioners,
    read_memberships,
    read_networks,
    read_practices,
)
from tests.organisations.files import MEMBERSHIP_HEADER, NETWORK_HEADER, PRACTICE, SUB_ICB, changed, csv_text, only


def membership(practice="V37647", network="Z05850", start="20190701", end=None):
    return [practice, "A PRACTICE", "99V", "NHS VIKING", network, "A PCN", "99B", "NHS BISCAY", start, end, False]


def test_a_practice_is_read_with_its_parent_and_dates(csv_file):
    row = only(read_practices(csv_file([PRACTICE])))

    assert (row.line, row.code, row.name, row.postcode) == (1, "V37647", "PORTLAND SURGERY", "UT1 1AA")
    assert (row.status, row.open_date, row.close_date) == (PracticeStatus.ACTIVE, date(1974, 4, 1), None)
    assert (row.commissioner_code, row.commissioner_joined_date) == ("99V", date(2020, 4, 1))
    assert row.address == ("1 HARBOUR ROAD", "UTSIRE")


def test_other_prescribers_are_left_out(csv_file):
    centre = changed(PRACTICE, c0="V99999X", c25="10")

    assert [row.line for row in read_practices(csv_file([PRACTICE, centre]))] == [1]


@pytest.mark.parametrize(
    "cells, column, value, rule",
    [
        ({"c0": "V3764٣"}, "Organisation Code", "V3764٣", "is a capital letter and five digits"),
        ({"c1": " "}, "Name", "", "is blank"),
        ({"c1": "PORT\x00LAND"}, "Name", "PORT\x00LAND", "holds a character that is not text"),
        ({"c10": ""}, "Open Date", "", "is blank"),
        ({"c10": "2021-10-31"}, "Open Date", "2021-10-31", "is a date, as 20211031"),
        ({"c10": "20210230"}, "Open Date", "20210230", "is not a day of the calendar"),
        ({"c10": "00010101"}, "Open Date", "00010101", "is a date from 1900 to 2099"),
        ({"c11": "19740331"}, "Close Date", "19740331", "is before Open Date, 19740401"),
        ({"c12": "X"}, "Status Code", "X", "is one of A, C, D, P"),
        ({"c14": "9V"}, "Commissioner", "9V", "is three or five capital letters and digits"),
        ({"c16": "20200331"}, "Left Provider Date", "20200331", "is before Join Provider Date, 20200401"),
    ],
)
def test_a_bad_practice_is_refused_and_the_rest_goes_on(csv_file, cells, column, value, rule):
    path = csv_file([PRACTICE, changed(PRACTICE, **({"c0": "V66334"} | cells)), changed(PRACTICE, c0="V89123")])

    first, refused, last = read_practices(path)

    assert refused == Refused("file.csv", 2, column, value, rule)
    assert (first.code, last.code) == ("V37647", "V89123")


@pytest.mark.parametrize("columns, said", [(26, "26 columns"), (28, "28 columns")])
def test_a_row_with_another_number_of_columns_is_refused(csv_file, columns, said):
    odd = [*changed(PRACTICE, c0="V66334"), "more"][:columns]

    _, refused = read_practices(csv_file([PRACTICE, odd]))

    assert (refused.line, refused.column, refused.value) == (2, "", said)
    assert str(refused) == f"file.csv, line 2: {said} are not the 27 of this layout."


def test_a_practice_given_twice_is_refused_the_second_time(csv_file):
    _, refused = read_practices(csv_file([PRACTICE, PRACTICE]))

    assert str(refused) == "file.csv, line 2: Organisation Code 'V37647' was already on line 1."


def test_line_numbers_are_those_of_the_file(csv_file, tmp_path):
    two_lines = changed(PRACTICE, c0="V66334", c4="1 HARBOUR\nROAD")
    path = tmp_path / "file.csv"
    path.write_text(csv_text([PRACTICE]) + "\n" + csv_text([two_lines, changed(PRACTICE, c0="V89123")]))

    lines = [(row.line, type(row).__name__) for row in read_practices(path)]

    assert lines == [(1, "PracticeRow"), (3, "Refused"), (5, "PracticeRow")]


def test_a_file_in_the_windows_encoding_is_read(csv_file):
    path = csv_file([changed(PRACTICE, c1="ST MARY’S")], encoding="cp1252")

    assert only(read_practices(path)).name == "ST MARY’S"


def test_a_sub_icb_is_read_with_its_parent(csv_file):
    row = only(read_commissioners(csv_file([SUB_ICB])))

    assert (row.code, row.kind, row.parent_code) == ("99V", CommissionerKind.SUB_ICB, "QVV")
    assert row.roles == ("RO319", "RO326")


def test_icbs_are_read_whatever_the_year_of_their_columns(csv_file):
    path = csv_file([["ICB27CD", "ICB27CDH", "ICB27NM", "ObjectId"], ["E54000099", "QVV", "NHS Viking ICB", "1"]])

    row = only(read_commissioners(path))

    assert (row.code, row.name, row.kind) == ("QVV", "NHS Viking ICB", CommissionerKind.ICB)


def test_a_network_is_read_with_its_lead(workbook):
    row = only(read_networks(workbook()))

    assert (row.line, row.code, row.lead_code) == (2, "Z05850", "99B")
    assert (row.open_date, row.close_date) == (date(2019, 7, 1), None)


def test_the_older_headings_of_a_workbook_are_known(workbook):
    networks = [
        heading.replace("Sub ICB Loc ", "CCG ").replace("Sub ICB Location", "CCG") for heading in NETWORK_HEADER
    ]
    memberships = [heading.replace("Sub ICB Loc", "CCG") for heading in MEMBERSHIP_HEADER]

    path = workbook([membership()], headers=(networks, memberships))

    assert only(read_networks(path)).lead_code == "99B"
    assert only(read_memberships(path)).network_lead_code == "99B"


def test_columns_are_found_by_their_headings_and_not_by_position(workbook):
    path = workbook([membership()[::-1]], headers=(NETWORK_HEADER, MEMBERSHIP_HEADER[::-1]))

    assert only(read_memberships(path)).practice_code == "V37647"


def test_a_membership_is_read_with_inclusive_dates(workbook):
    row = only(read_memberships(workbook([membership(end="20210331")])))

    assert (row.practice_code, row.network_code) == ("V37647", "Z05850")
    assert (row.start_date, row.end_date, row.zero_length) == (date(2019, 7, 1), date(2021, 3, 31), False)


@pytest.mark.parametrize("start", [datetime(2019, 7, 1), date(2019, 7, 1), 20190701, 20190701.0])
def test_dates_may_be_cells_of_any_kind(workbook, start):
    assert only(read_memberships(workbook([membership(start=start)]))).start_date == date(2019, 7, 1)


def test_a_practice_may_leave_and_rejoin_and_be_in_two_networks(workbook):
    path = workbook(
        [
            membership(end="20200401"),
            membership(start="20210916"),
            membership(network="Z05849", start="20210901", end="20210917"),
        ]
    )

    assert not [row for row in read_memberships(path) if isinstance(row, Refused)]


def test_a_membership_of_zero_length_is_kept_and_known_as_such(workbook):
    path = workbook([membership(start="20220701", end="20220701"), membership(start="20220701")])

    zero, whole = read_memberships(path)

    assert (zero.zero_length, whole.zero_length) == (True, False)


@pytest.mark.parametrize(
    "bad, column, value, rule",
    [
        (membership(start="20210916", end="20210915"), "End Date", "20210915", "is before Start Date, 20210916"),
        (membership(start=None), "Start Date", "", "is blank"),
        (membership(start="16/09/2021"), "Start Date", "16/09/2021", "is a date, as 20211031"),
        (membership(network="5850"), "PCN Code", "5850", "is U (or Z in training) and five digits"),
        (membership(), "Partner Organisation Code", "V37647", "was already on line 2"),
        (
            membership(start="20200101"),
            "Start Date",
            "20200101",
            "is in Z05850 already on some of these days, by line 2",
        ),
    ],
)
def test_a_bad_membership_is_refused_by_name_value_and_rule(workbook, bad, column, value, rule):
    path = workbook([membership(), bad, membership("V66334")])

    _, refused, after = read_memberships(path)

    assert refused == Refused("ePCN.xlsx [Core]", 3, column, value, rule)
    assert after.practice_code == "V66334"
