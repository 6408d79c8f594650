"""The real files, where they are at hand."""

import time
from datetime import date

import pytest

from organisations.formats import (
    Refused,
    read_commissioners,
    read_list_sizes,
    read_memberships,
    read_networks,
    read_placements,
    read_practices,
)


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
