"""Rows in the layouts of the published files."""

import csv
import io

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


def csv_text(rows):
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue()


def changed(row, **columns):
    """A copy of a row with other cells, given as c10="20210101"."""
    row = list(row)
    for column, value in columns.items():
        row[int(column[1:])] = value
    return row


def only(rows):
    (row,) = rows
    return row
