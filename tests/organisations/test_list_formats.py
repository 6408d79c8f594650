"""List sizes and placements, read row by row."""

from datetime import date
from decimal import Decimal

import pytest

from organisations.formats import (
    ListKind,
    open_snapshot,
    read_list_sizes,
    read_placements,
)
from tests.organisations.files import changed, csv_text, only

PAYMENT_HEADER = [
    "NHS England (Region) code", "NHS England (Region) Name", "CCG Code", "CCG NAME", "PCN Code", "PCN Name",
    "Practice Code", "Practice Name", "Number of Registered Patients (Last Known Figure)",
    "Number of Weighted Patients (Last Known Figure)", "Global Sum",
]  # fmt: skip
PAYMENT = ["Y58", "SEA AREAS", "99V", "NHS VIKING CCG", "Z05850", "UTSIRE PCN", "V37647", "PORTLAND SURGERY"]
LIST_HEADER = [
    "PUBLICATION", "EXTRACT_DATE", "ORG_TYPE", "ORG_CODE", "ONS_CODE", "POSTCODE", "SEX", "AGE_GROUP_5",
    "NUMBER_OF_PATIENTS",
]  # fmt: skip
PLACEMENT_HEADER = [
    "PUBLICATION", "EXTRACT_DATE", "PRACTICE_CODE", "PRACTICE_NAME", "PRACTICE_POSTCODE", "PCN_CODE", "PCN_NAME",
    "ONS_SUB_ICB_LOCATION_CODE", "SUB_ICB_LOCATION_CODE", "SUB_ICB_LOCATION_NAME", "ONS_ICB_CODE", "ICB_CODE",
    "ICB_NAME", "ONS_COMM_REGION_CODE", "COMM_REGION_CODE", "COMM_REGION_NAME", "SUPPLIER_NAME",
]  # fmt: skip


def bands(practice, *sizes, total=None):
    rows = [(sex, age, size) for (sex, age), size in zip([("MALE", "0_4"), ("FEMALE", "95+")], sizes, strict=True)]
    rows += [("MALE", "ALL", sizes[0]), ("FEMALE", "ALL", sizes[1])]
    if total is not None:
        rows.insert(0, ("ALL", "ALL", total))
    return [["GP", "2026-07-01", "GP", practice, "", "", *row] for row in rows]


def test_the_payments_file_gives_registered_and_weighted_lists(csv_file):
    path = csv_file([PAYMENT_HEADER, [*PAYMENT, "4060.75", "4645.5", "1"]], encoding="utf-8-sig")

    rows = list(read_list_sizes(path))

    assert [(row.kind, row.size, row.as_at) for row in rows] == [
        (ListKind.CRP, Decimal("4060.75"), None),
        (ListKind.WPLS, Decimal("4645.5"), None),
    ]


@pytest.mark.parametrize("size", ["", "-1", "4,060", "4060.755", "1e4", "NaN", "٣"])
def test_a_list_that_is_no_size_is_refused_and_the_other_kept(csv_file, size):
    path = csv_file([PAYMENT_HEADER, [*PAYMENT, size, "4645.5", "1"]])

    weighted, refused = read_list_sizes(path)

    assert weighted.kind is ListKind.WPLS
    assert (refused.line, refused.column, refused.value) == (2, "Registered Patients", size)


def test_a_practice_that_is_refused_is_refused_once_for_both_lists(csv_file):
    path = csv_file([PAYMENT_HEADER, changed([*PAYMENT, "1", "2", "3"], c6="37647")])

    assert only(read_list_sizes(path)).column == "Practice Code"


def test_the_payments_file_says_where_a_practice_stood(csv_file):
    row = only(read_placements(csv_file([PAYMENT_HEADER, [*PAYMENT, "1", "2", "3"]])))

    assert (row.network_code, row.commissioner_code, row.commissioner_name) == ("Z05850", "99V", "NHS VIKING CCG")


def test_a_practice_in_no_network_is_read_so(csv_file):
    unplaced = changed([*PAYMENT, "1", "2", "3"], c4="Unknown or no PCN", c5="Unknown or no PCN")

    row = only(read_placements(csv_file([PAYMENT_HEADER, unplaced])))

    assert (row.network_code, row.network_name) == ("", "")


def test_the_mapping_in_its_zip_says_where_a_practice_stands(zip_file):
    row = ["GP", "01Jul2026", "V37647", "PORTLAND SURGERY", "UT1 1AA", "U", "Unallocated", "E1", "99V", "NHS VIKING"]
    path = zip_file(csv_text([PLACEMENT_HEADER, [*row, "E2", "QVV", "NHS VIKING ICB", "E3", "Y58", "SEA AREAS", "X"]]))

    placed = only(read_placements(path))

    assert (placed.practice_code, placed.network_code, placed.commissioner_code) == ("V37647", "", "99V")
    assert open_snapshot(path).date == date(2026, 7, 1)


def test_age_bands_are_added_up_for_each_practice(zip_file):
    area = ["GP", "2026-07-01", "ICB", "QVV", "", "", "ALL", "ALL", "99"]
    path = zip_file(csv_text([LIST_HEADER, area, *bands("V37647", 3, 4, total=7), *bands("V66334", 5, 6)]))

    rows = list(read_list_sizes(path))

    assert [(row.line, row.practice_code, row.size) for row in rows] == [(3, "V37647", 7), (8, "V66334", 11)]
    assert {row.as_at for row in rows} == {date(2026, 7, 1)}


@pytest.mark.parametrize(
    "rows, line, rule",
    [
        (bands("V37647", 3, 4, total=8), 2, "is not the 7 that the practice's age bands add up to"),
        (bands("V37647", 3, -4), 2, "must be a number, nought or more, of two decimal places at most"),
        (bands("", 3, 4), 2, "is blank"),
        (bands("37647", 3, 4), 2, "is a capital letter and five digits"),
    ],
)
def test_age_bands_that_do_not_make_a_list_are_refused(csv_file, rows, line, rule):
    refused, kept = read_list_sizes(csv_file([LIST_HEADER, *rows, *bands("V66334", 5, 6)]))

    assert (refused.line, refused.rule) == (line, rule)
    assert kept.practice_code == "V66334"


def test_a_practice_whose_bands_come_twice_is_refused_the_second_time(csv_file):
    path = csv_file([LIST_HEADER, *bands("V37647", 3, 4), *bands("V66334", 5, 6), *bands("V37647", 3, 4)])

    *_, refused = read_list_sizes(path)

    assert refused.rule == "was already on line 2"
