"""Which file is this, and of which day?"""

from datetime import date

import pytest

from organisations.formats import (
    Layout,
    WrongFile,
    layout_of,
    open_snapshot,
    read_networks,
    read_practices,
)
from organisations.formats.snapshots import date_in_name
from tests.organisations.files import NETWORK_HEADER, PRACTICE, SUB_ICB, changed


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
