import csv
import io
import time
import zipfile
from datetime import date, datetime
from decimal import Decimal

import pytest
from openpyxl import Workbook

from organisations.formats import (
    CommissionerKind,
    Layout,
    ListKind,
    PracticeStatus,
    Refused,
    WrongFile,
    layout_of,
    open_snapshot,
    read_commissioners,
    read_list_sizes,
    read_memberships,
    read_networks,
    read_placements,
    read_practices,
)
from organisations.formats.snapshots import date_in_name

PRACTICE = [
    "V37647", "PORTLAND SURGERY", "Y58", "QVV", "1 HARBOUR ROAD", "", "", "UTSIRE", "", "UT1 1AA",
    "19740401", "", "A", "B", "99V", "20200401", "", "01234 567890", "", "", "", "0", "", "99V", "", "4", "",
]  # fmt: skip
SUB_ICB = [
    "99V", "NHS VIKING, NORTH & SOUTH UTSIRE CCG", "Y58", "QVV", "2 QUAY", "", "", "VIKING", "", "VK1 1AA",
    "20130401", "", "", "RO319|RO326", *[""] * 13,
]  # fmt: skip
NETWORK_HEADER = [
    "PCN Code", "PCN Name", "Current Sub ICB Loc Code", "Sub ICB Location", "Open Date", "Close Date",
    "Address Line 1", "Address Line 2", "Address Line 3", "Address Line 4", "Address Line 5", "Postcode",
]  # fmt: skip
MEMBERSHIP_HEADER = [
    "Partner\nOrganisation\nCode", "Partner\nName", "Practice\nParent\nSub ICB Loc Code",
    "Practice\nParent\nSub ICB Loc Name", "PCN Code", "PCN Name", "PCN Parent\nSub ICB Loc Code",
    "PCN Parent\nSub ICB Loc Name", "Practice to PCN\nRelationship\nStart Date",
    "Practice to PCN\nRelationship\nEnd Date", "Practice Sub ICB Loc and PCN Sub ICB Loc Match ",
]  # fmt: skip
NETWORK = ["Z05850", "UTSIRE PARTNERSHIP PCN", "99B", "NHS BISCAY CCG", "20190701", "", "1 QUAY", *[""] * 4, "UT1 1AA"]
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


def csv_text(rows):
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue()


@pytest.fixture
def csv_file(tmp_path):
    def write(rows, name="file.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(csv_text(rows).encode(encoding))
        return path

    return write


@pytest.fixture
def zip_file(tmp_path):
    def write(*texts, name="file.zip"):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w") as archive:
            for number, text in enumerate(texts):
                archive.writestr(f"file{number}.csv", text)
        return path

    return write


@pytest.fixture
def workbook(tmp_path):
    def write(memberships=(), networks=(NETWORK,), headers=(NETWORK_HEADER, MEMBERSHIP_HEADER), name="ePCN.xlsx"):
        book = Workbook()
        for sheet, header, rows in zip(
            [book.active, book.create_sheet("Core")], headers, [networks, memberships], strict=True
        ):
            for row in [header, *rows]:
                sheet.append(row)
        book.save(path := tmp_path / name)
        return path

    return write


def changed(row, **columns):
    """A copy of a row with other cells, given as c10="20210101"."""
    row = list(row)
    for column, value in columns.items():
        row[int(column[1:])] = value
    return row


def membership(practice="V37647", network="Z05850", start="20190701", end=None):
    return [practice, "A PRACTICE", "99V", "NHS VIKING", network, "A PCN", "99B", "NHS BISCAY", start, end, False]


def only(rows):
    (row,) = rows
    return row


# Practices


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


# Commissioners


def test_a_sub_icb_is_read_with_its_parent(csv_file):
    row = only(read_commissioners(csv_file([SUB_ICB])))

    assert (row.code, row.kind, row.parent_code) == ("99V", CommissionerKind.SUB_ICB, "QVV")
    assert row.roles == ("RO319", "RO326")


def test_icbs_are_read_whatever_the_year_of_their_columns(csv_file):
    path = csv_file([["ICB27CD", "ICB27CDH", "ICB27NM", "ObjectId"], ["E54000099", "QVV", "NHS Viking ICB", "1"]])

    row = only(read_commissioners(path))

    assert (row.code, row.name, row.kind) == ("QVV", "NHS Viking ICB", CommissionerKind.ICB)


# Networks


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


# List sizes and placements


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


def bands(practice, *sizes, total=None):
    rows = [(sex, age, size) for (sex, age), size in zip([("MALE", "0_4"), ("FEMALE", "95+")], sizes, strict=True)]
    rows += [("MALE", "ALL", sizes[0]), ("FEMALE", "ALL", sizes[1])]
    if total is not None:
        rows.insert(0, ("ALL", "ALL", total))
    return [["GP", "2026-07-01", "GP", practice, "", "", *row] for row in rows]


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
        (bands("V37647", 3, -4), 2, "is a number, nought or more, of two decimal places at most"),
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


# Which file is this?


def test_a_file_that_is_another_says_what_it_is_and_what_is_needed(csv_file):
    with pytest.raises(WrongFile) as wrong:
        read_practices(csv_file([SUB_ICB], "eccg.csv"))

    assert str(wrong.value) == (
        "eccg.csv looks like a list of sub-ICB locations or CCGs (eccg)."
        " What is needed is a list of practices (epraccur)."
    )


def test_most_rows_decide_what_a_file_without_a_header_is(csv_file):
    broken = ["V00000", "CUT OFF"]

    assert layout_of(csv_file([broken, PRACTICE, changed(PRACTICE, c0="V66334")])) is Layout.PRACTICES


@pytest.mark.parametrize(
    "content, said",
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"ORG_CODE,IND_CODE\n1,2\n", "is none of the files known here. It begins: ORG_CODE, IND_CODE"),
        (b"%PDF-1.7\n", "is none of the files known here"),
        (b"\xd0\xcf\x11\xe0 old", "looks like an old Excel workbook"),
        (b"PK\x03\x04 damaged", "is a damaged zip file"),
    ],
)
def test_a_file_that_is_none_of_these_is_refused_as_a_whole(tmp_path, content, said):
    path = tmp_path / "file.csv"
    path.write_bytes(content)

    with pytest.raises(WrongFile, match=said):
        read_practices(path)


def test_a_zip_of_several_files_is_refused(zip_file):
    with pytest.raises(WrongFile, match="holds 2 CSV files, and not one"):
        layout_of(zip_file("a", "b"))


def test_a_workbook_without_the_memberships_is_refused(workbook):
    with pytest.raises(WrongFile, match="without a sheet of memberships"):
        read_networks(workbook(headers=(NETWORK_HEADER, ["something", "else"])))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(WrongFile, match="cannot be opened: No such file"):
        open_snapshot(tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    "name, day",
    [
        ("ePCN_2024-10-25.xlsx", date(2024, 10, 25)),
        ("ePCN20241025.xlsx", date(2024, 10, 25)),
        ("epraccur_2025-11.csv", date(2025, 11, 1)),
        ("icb_names_codes_dec_2024.csv", date(2024, 12, 1)),
        ("ICBs-April2023.csv", date(2023, 4, 1)),
        ("junk_2024.csv", None),
        ("nhspaymentsgp_21-22.csv", date(2022, 3, 31)),
        ("nhspaymentsgp_21-23.csv", None),
        ("ePCN_2024-13-25.xlsx", None),
        ("epraccur.csv", None),
    ],
)
def test_the_date_of_a_file_may_stand_in_its_name(name, day):
    assert date_in_name(name) == day


def test_a_date_that_is_given_goes_before_the_one_in_the_name(workbook):
    snapshot = open_snapshot(workbook(name="ePCN_2024-10-25.xlsx"), on=date(2024, 10, 26))

    assert (snapshot.layout, snapshot.date) == (Layout.NETWORKS, date(2024, 10, 26))


# The real files


@pytest.mark.parametrize(
    "name, read, rows",
    [
        ("ods/epraccur_2025-11.csv", read_practices, 8655),
        ("ods/epraccur_2023-02.csv", read_practices, 8640),
        ("ods/ePCN_2024-10-25.xlsx", read_networks, 1366),
        ("ods/ePCN_2024-10-25.xlsx", read_memberships, 7705),
        ("ods/ePCN_2023-01-26.xlsx", read_networks, 1329),
        ("ods/ePCN_2023-01-26.xlsx", read_memberships, 7455),
        ("ods/eccg.csv", read_commissioners, 320),
        ("ods/icb_names_codes_dec_2024.csv", read_commissioners, 42),
        ("payments/nhspaymentsgp_21-22.csv", read_list_sizes, 2 * 6758),
        ("payments/nhspaymentsgp_21-22.csv", read_placements, 6758),
        ("lists/gp-reg-pat-prac-quin-age.zip", read_list_sizes, 6139),
        ("lists/gp-reg-pat-prac-map.zip", read_placements, 6139),
    ],
)
def test_every_row_of_the_real_files_is_read(real_data, name, read, rows):
    found = list(read(real_data / name))

    assert len(found) == rows
    assert not [row for row in found if isinstance(row, Refused)]


def test_the_zero_length_memberships_of_the_real_file_are_known(real_data):
    rows = [row for row in read_memberships(real_data / "ods/ePCN_2024-10-25.xlsx") if row.zero_length]

    assert len(rows) == 4
    assert ("K81656", "U62501", date(2022, 7, 1)) in [
        (row.practice_code, row.network_code, row.start_date) for row in rows
    ]


def test_the_published_lists_add_up_to_the_published_total(real_data):
    sizes = [row.size for row in read_list_sizes(real_data / "lists/gp-reg-pat-prac-quin-age.zip")]

    assert sum(sizes) == 63_436_508


def test_all_of_england_is_read_in_under_20_seconds(real_data):
    started = time.perf_counter()

    for read, name in [
        (read_practices, "ods/epraccur_2025-11.csv"),
        (read_networks, "ods/ePCN_2024-10-25.xlsx"),
        (read_memberships, "ods/ePCN_2024-10-25.xlsx"),
        (read_commissioners, "ods/eccg.csv"),
        (read_list_sizes, "payments/nhspaymentsgp_21-22.csv"),
        (read_placements, "payments/nhspaymentsgp_21-22.csv"),
    ]:
        assert sum(1 for _ in read(real_data / name))

    assert time.perf_counter() - started < 20
