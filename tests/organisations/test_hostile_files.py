"""Files made to break the portal, or broken on the way: refused in words, in little time and memory."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from organisations.formats import (
    Refused,
    WrongFile,
    layout_of,
    open_snapshot,
    organisation_files,
    read_memberships,
    read_practices,
    sources,
)

ROOT = Path(__file__).resolve().parents[2]


def rewritten(path, target, **parts):
    """The workbook with some of its parts replaced: name ending -> new bytes."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            replaced = next((data for ending, data in parts.items() if part.filename.endswith(ending)), None)
            new.writestr(part.filename, old.read(part) if replaced is None else replaced)
    return target


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_before_it_is_unpacked(release, tmp_path):
    bomb = tmp_path / "ePCN_2021-11-30.xlsx"
    genuine = release.network_file()
    rewritten(genuine, tmp_path / "other.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "other.xlsx", "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/media/image1.bin", "w", force_zip64=True) as part,
    ):
        for _ in range(80):
            part.write(bytes(1 << 20))
    (tmp_path / "other.xlsx").replace(bomb)

    with pytest.raises(WrongFile, match="unpacks to more than 64 MB: a reference file is smaller"):
        layout_of(bomb)


def test_a_workbook_whose_entities_multiply_is_refused(release, tmp_path):
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY l0 "lol">{entities}]><s>&l9;</s>'.encode()
    bomb = rewritten(release.network_file(), tmp_path / "bomb.xlsx", **{"workbook.xml": laughs})

    with pytest.raises(WrongFile, match="damaged, or no workbook"):
        layout_of(bomb)


def test_a_row_at_the_far_end_of_a_sheet_costs_no_million_of_empty_rows(release, tmp_path):
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="XFD1" t="inlineStr"><is><t>far</t></is></c></row>'
        b'<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>deep</t></is></c></row></sheetData></worksheet>'
    )
    bomb = rewritten(release.network_file(), tmp_path / "bomb.xlsx", **{"sheet2.xml": sheet})

    with pytest.raises(WrongFile, match="has a sheet of more than 50,000 rows"):
        layout_of(bomb)


def test_a_sheet_of_too_many_rows_is_refused(release, monkeypatch):
    monkeypatch.setattr(sources, "MOST_SHEET_ROWS", 3)

    with pytest.raises(WrongFile, match="has a sheet of more than 3 rows"):
        list(read_memberships(release.network_file()))


def test_a_formula_that_no_program_has_worked_out_does_not_read_as_a_blank_cell(release, tmp_path):
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><f>1/0</f></c></row></sheetData></worksheet>'
    )
    written = rewritten(release.network_file(), tmp_path / "formula.xlsx", **{"sheet2.xml": sheet})

    with pytest.raises(WrongFile, match="formula.xlsx holds formulas: save a copy of it with their values alone"):
        layout_of(written)


def test_a_file_of_organisations_of_more_lines_than_any_country_has_is_refused(release, monkeypatch):
    monkeypatch.setattr(organisation_files, "MOST_ORGANISATIONS", 2)

    with pytest.raises(WrongFile, match="has more than 2 lines"):
        list(read_practices(release.practice_file()))


def test_a_text_of_too_many_lines_is_refused(release, monkeypatch):
    monkeypatch.setattr(sources, "MOST_LINES", 3)

    with pytest.raises(WrongFile, match="has more than 3 lines"):
        list(sources.csv_lines(release.practice_file()))


def test_a_zipped_text_that_unpacks_to_gigabytes_is_refused(tmp_path):
    path = tmp_path / "epraccur.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("epraccur.csv", "w") as part:
        for _ in range(260):
            part.write(bytes(1 << 20))

    with pytest.raises(WrongFile, match="unpacks to more than 256 MB"):
        layout_of(path)


def zipped(tmp_path, *files, name="ePCN_2021-11-30.zip"):
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
    return path


def test_a_zipped_workbook_is_read_as_the_workbook_is(release, tmp_path):
    genuine = release.network_file()

    packed = zipped(tmp_path, genuine)

    assert layout_of(packed) == layout_of(genuine)
    assert list(read_memberships(packed)) == list(read_memberships(genuine))
    assert open_snapshot(packed).date == open_snapshot(genuine).date


def test_a_zip_of_two_workbooks_is_refused(release, tmp_path):
    first, second = release.network_file("2021-10-31"), release.network_file()

    with pytest.raises(WrongFile, match="holds 2 workbooks, and not one"):
        layout_of(zipped(tmp_path, first, second))


def test_a_zipped_workbook_that_unpacks_to_gigabytes_is_refused_before_it_is_unpacked(release, tmp_path):
    bomb = release.network_file()
    with (
        zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/media/image1.bin", "w", force_zip64=True) as part,
    ):
        for _ in range(80):
            part.write(bytes(1 << 20))
    large = tmp_path / "large.xlsx"
    large.write_bytes(bytes(65 << 20))

    for path in (zipped(tmp_path, bomb), zipped(tmp_path, large, name="other.zip")):
        assert path.stat().st_size < 1 << 20
        with pytest.raises(WrongFile, match="unpacks to more than 64 MB: a reference file is smaller"):
            layout_of(path)


def test_a_zip_that_says_it_is_smaller_than_it_is_is_refused(release, tmp_path):
    path = zipped(tmp_path, release.network_file())
    lying = bytearray(path.read_bytes())
    for header, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = lying.index(header) + at
        lying[start : start + 4] = (1000).to_bytes(4, "little")
    path.write_bytes(lying)

    with pytest.raises(WrongFile, match="damaged"):
        layout_of(path)


def test_a_workbook_within_a_zip_within_a_zip_is_refused(release, tmp_path):
    with pytest.raises(WrongFile, match="holds 0 CSV files"):
        layout_of(zipped(tmp_path, zipped(tmp_path, release.network_file()), name="twice.zip"))


def test_a_zipped_workbook_that_is_none_or_locked_is_refused_in_words(release, tmp_path):
    text = tmp_path / "ePCN.xlsx"
    text.write_text("no workbook")
    locked = zipped(tmp_path, release.network_file(), name="locked.zip")
    flagged = bytearray(locked.read_bytes())
    flagged[flagged.rindex(b"PK\x01\x02") + 8] |= 1
    locked.write_bytes(flagged)

    with pytest.raises(WrongFile, match="damaged"):
        layout_of(zipped(tmp_path, text))
    with pytest.raises(WrongFile, match="locked with a password"):
        layout_of(locked)


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9, 0.99])
def test_half_a_workbook_is_refused_in_words(release, cut):
    path = release.network_file()
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * cut)])

    with pytest.raises(WrongFile):
        layout_of(path)


def test_a_workbook_with_a_spoiled_sheet_is_refused_in_words(release, tmp_path):
    spoiled = rewritten(release.network_file(), tmp_path / "spoiled.xlsx", **{"sheet2.xml": b"<worksheet><row"})

    with pytest.raises(WrongFile, match="damaged, or no workbook|without a sheet"):
        layout_of(spoiled)


def test_a_zip_that_is_damaged_or_locked_is_refused_in_words(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("epraccur.csv", "A81001," * 500)
    damaged, locked = tmp_path / "damaged.zip", tmp_path / "locked.zip"
    damaged.write_bytes(buffer.getvalue().replace(b"A81001", b"B81001", 1))
    flagged = bytearray(buffer.getvalue())
    flagged[flagged.rindex(b"PK\x01\x02") + 8] |= 1
    locked.write_bytes(flagged)

    with pytest.raises(WrongFile, match="damaged"):
        layout_of(damaged)
    with pytest.raises(WrongFile, match="locked with a password"):
        layout_of(locked)


def test_a_name_longer_than_the_portal_keeps_is_a_refused_row(release):
    path = release.practice_file()
    path.write_text(path.read_text().replace("Practice A81001", "x" * 201))

    refused = [row for row in read_practices(path) if isinstance(row, Refused)]

    assert [(row.line, row.column, row.rule) for row in refused] == [(1, "Name", "is longer than 200 characters")]


def test_the_largest_file_of_organisations_is_read_within_bounded_memory(tmp_path):
    path = tmp_path / "epraccur_2021-11-30.csv"
    path.write_text("A81001,P,Y1,Q,,,,,,AB1,20100401,,A,B,01A,20200401,,,,,,0,,,,4,\n" * 50_000)
    script = (
        "import resource, sys; from pathlib import Path; from organisations.formats import read_practices\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "n = sum(1 for _ in read_practices(Path(sys.argv[1])))\n"
        "print(n, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)"
    )

    ran = subprocess.run(
        [sys.executable, "-c", script, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
    )

    rows, megabytes = map(int, ran.stdout.split())
    assert rows == 50_000
    assert megabytes < 10
