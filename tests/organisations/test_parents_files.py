"""Files of commissioning organisations: who is whose parent; an older one is refused, though it names no day."""

from __future__ import annotations

import zipfile
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from core import changes
from core.actors import SYSTEM
from core.errors import Invalid
from organisations import commands
from organisations.changes import ParentsCorrected
from organisations.commands import OdsFiles
from organisations.models import OdsLoad, Organisation, Parent
from organisations.queries import parent_of
from tests.factories.organisations import CommissionerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]

OF_2021 = (("01A", "QZZ", "20200401", ""), ("02B", "QZZ", "20210401", ""))
OF_2020 = (("01A", "QZZ", "20200401", ""), ("02B", "QYY", "20200401", ""))


@pytest.fixture(autouse=True)
def published(monkeypatch):
    heard = []
    monkeypatch.setattr(changes, "_handlers", {ParentsCorrected: [heard.append]})
    return heard


@pytest.fixture
def icbs():
    return [CommissionerFactory(code=code) for code in ("QZZ", "QYY")]


def load(*paths, **options):
    return commands.load_ods(OdsFiles(parents=paths, **options), by=SYSTEM)


def parent_code(code, day=None):
    parent = parent_of(Organisation.objects.get(code=code), day)
    return parent.code if parent else None


def days_loaded():
    return list(OdsLoad.objects.order_by("pk").values_list("layout", "as_at"))


def test_sub_icbs_and_their_icbs_are_named_and_related(release, published):
    report = load(release.sub_icb_file(*OF_2021), release.icb_file("QZZ", year="21"))

    assert {each.code: each.name for each in Organisation.objects.all()} == {
        "01A": "NHS 01A SUB ICB", "02B": "NHS 02B SUB ICB", "QZZ": "NHS QZZ ICB",
    }  # fmt: skip
    assert parent_code("02B") == "QZZ"
    assert parent_code("02B", date(2021, 3, 31)) is None
    assert report.files[0].counts["commissioning organisations"] == 2
    assert len(published) == 1


def test_the_same_files_again_change_nothing(release, published):
    files = release.sub_icb_file(*OF_2021), release.icb_file("QZZ", year="21")
    load(*files)

    again = load(*files)

    assert not again.changed
    assert len(published) == 1


def test_a_file_is_of_the_newest_day_in_it_that_has_come(release):
    announced = ("03C", "QZZ", "20220401", "")

    load(release.sub_icb_file(*OF_2021, announced), release.icb_file("QZZ", year="21"))

    assert days_loaded() == [("sub_icbs", date(2021, 4, 1)), ("icbs", date(2021, 1, 1))]


def test_an_older_file_of_sub_icbs_is_refused_though_it_names_no_day(release, icbs):
    load(release.sub_icb_file(*OF_2021))

    with pytest.raises(Invalid, match=r"is of 01/04/2020, and eccg.csv, of 01/04/2021, has been loaded") as refused:
        load(release.sub_icb_file(*OF_2020, name="eccg-old.csv"))

    assert "of the newest day in it: if it was published later, say the day it is of." in str(refused.value)
    assert parent_code("02B") == "QZZ"
    assert not Parent.objects.filter(parent__code="QYY").exists()


def test_an_older_file_of_icbs_is_refused_by_the_year_in_its_headings(release):
    load(release.icb_file("QZZ", year="21"))

    with pytest.raises(Invalid, match=r"is of 01/01/2019, and .* of 01/01/2021, has been loaded"):
        load(release.icb_file("QZZ", "QYY", year="19", name="others.csv"))

    assert not Organisation.objects.filter(code="QYY").exists()


def test_an_older_file_takes_the_others_of_its_load_with_it(release):
    load(release.sub_icb_file(*OF_2021))

    with pytest.raises(Invalid, match="an older file is refused. Nothing was loaded."):
        load(release.sub_icb_file(*OF_2020), practices=release.practice_file())

    assert not Organisation.objects.practices().exists()


def test_the_day_in_a_name_goes_before_the_days_within(release):
    load(release.sub_icb_file(*OF_2021, name="eccg_2021-11-30.csv"), release.icb_file("QZZ", name="icbs_nov_2021.csv"))

    assert days_loaded() == [("sub_icbs", date(2021, 11, 30)), ("icbs", date(2021, 11, 1))]
    with pytest.raises(Invalid, match="is of 31/10/2021, and eccg_2021-11-30.csv"):
        load(release.sub_icb_file(*OF_2021, name="eccg_2021-10-31.csv"))


def test_whoever_knows_that_a_file_is_newer_says_its_day(release, icbs):
    load(release.sub_icb_file(*OF_2021))
    corrected = release.sub_icb_file(*OF_2020, name="corrected.csv")

    load(corrected, as_at=date(2021, 12, 1))

    assert parent_code("02B") == "QYY"
    assert days_loaded()[-1] == ("sub_icbs", date(2021, 12, 1))


def test_one_commissioners_load_is_held_to_the_files_of_all_and_its_own(release):
    load(release.sub_icb_file(*OF_2021))

    with pytest.raises(Invalid, match="an older file is refused"):
        load(release.sub_icb_file(*OF_2020), practices=release.practice_file(), commissioner="01A")


def test_a_file_without_any_day_asks_for_it(release):
    to_come = ("01A", "QZZ", "20220401", "")

    with pytest.raises(Invalid, match="neither its content nor its name says which day it is of"):
        load(release.sub_icb_file(to_come))


def test_they_come_in_a_zip_too(release, icbs, tmp_path):
    path = tmp_path / "eccg.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(release.sub_icb_file(*OF_2021), "eccg.csv")

    load(path)

    assert parent_code("01A") == "QZZ"


def test_the_command_takes_several_and_prints_what_they_did(release):
    out = StringIO()
    files = [release.sub_icb_file(*OF_2021), release.icb_file("QZZ", year="21")]

    call_command("load_ods", parents=files, stdout=out)

    assert "2  commissioning organisations" in out.getvalue()
    assert "2  organisations with a new parent" in out.getvalue()


def test_the_real_files_of_parents_are_taken_and_older_ones_refused(real_data, tmp_path, set_clock):
    set_clock(date(2025, 11, 28))
    sub_icbs, icbs = real_data / "ods" / "eccg.csv", real_data / "ods" / "icb_names_codes_dec_2024.csv"
    load(sub_icbs, icbs)
    before = tmp_path / "eccg.csv"
    before.write_bytes(b"".join(line for line in sub_icbs.read_bytes().splitlines(True) if b"2024" not in line))

    with pytest.raises(Invalid, match="an older file is refused"):
        load(before)

    assert days_loaded() == [("sub_icbs", date(2024, 7, 24)), ("icbs", date(2024, 12, 1))]
    assert Organisation.objects.get(code="QYG").name == "NHS Cheshire and Merseyside Integrated Care Board"
    assert not load(sub_icbs, icbs).changed
