"""Files that are loaded in another order than one would, or are odd: nothing is lost or changed without a word."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.states import Role
from core.actors import SYSTEM
from core.errors import Invalid
from organisations import commands
from organisations.commands import OdsFiles
from organisations.formats import layout_of, read_networks, read_practices
from organisations.formats.rows import WrongFile
from organisations.models import ListKind, OdsUpload, Organisation
from organisations.queries import list_size, parent_of
from organisations.states import RowKind
from tests.factories.accounts import acting_as
from tests.factories.organisations import NationalOperatorFactory, PracticeFactory
from tests.organisations.loading import LISTS_DAY, kinds, load, organisation
from tests.organisations.test_hostile_files import zipped
from tests.organisations.test_parents_files import OF_2021
from tests.organisations.test_reference_data_pages import UPLOAD, page_of, rows_in, sent
from tests.organisations.test_uploads import work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day", "published")]


def parents(*paths, **options):
    return commands.load_ods(OdsFiles(parents=paths, **options), by=SYSTEM)


def named_and_related():
    return {
        each.code: (each.name, parent.code if (parent := parent_of(each)) else None)
        for each in Organisation.objects.all()
    }


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_sub_icbs_and_icbs_one_after_the_other_give_what_both_together_give(release, order):
    files = [release.sub_icb_file(*OF_2021), release.icb_file("QZZ", year="21")]
    for at in order:
        parents(files[at])

    apart = named_and_related()
    together = parents(*files)

    assert apart == {
        "01A": ("NHS 01A SUB ICB", "QZZ"), "02B": ("NHS 02B SUB ICB", "QZZ"), "QZZ": ("NHS QZZ ICB", None),
    }  # fmt: skip
    assert not together.changed


def test_a_sub_icb_whose_icb_is_known_as_something_else_is_refused(release):
    PracticeFactory(code="QZZ")

    report = parents(release.sub_icb_file(*OF_2021))

    assert [(each.line, each.value, each.rule) for each in report.refused] == [
        (1, "QZZ", "is not a commissioning organisation"), (2, "QZZ", "is not a commissioning organisation"),
    ]  # fmt: skip


def test_commissioners_that_disappear_from_their_files_are_listed_and_stay(release):
    parents(release.sub_icb_file(*OF_2021), release.icb_file("QZZ", "QYY", year="21"))

    report = parents(release.sub_icb_file(OF_2021[1]), release.icb_file("QZZ", year="21"))

    assert [kinds(file) for file in report.files] == [{RowKind.GONE: ["01A"]}, {RowKind.GONE: ["QYY"]}]
    assert named_and_related()["01A"] == ("NHS 01A SUB ICB", "QZZ")


def test_whoever_is_only_mentioned_is_not_said_to_be_gone(release):
    load(release)

    report = parents(release.sub_icb_file(*OF_2021), release.icb_file("QYY", year="21"))

    assert [file.remarks for file in report.files] == [[], []]


def test_a_parent_that_is_blank_now_is_listed_and_stays(release):
    load(release, parents=[release.sub_icb_file(*OF_2021)])
    release.practices["A81001"] = ""
    blank = ("02B", "", "20210401", "")

    report = load(release, "2021-12-01", parents=[release.sub_icb_file(OF_2021[0], blank)])

    sub_icbs, practices = report.files[0], next(file for file in report.files if "epraccur" in file.path.name)
    assert kinds(sub_icbs)[RowKind.PARENT_BLANK] == ["02B"]
    assert kinds(practices)[RowKind.PARENT_BLANK] == ["A81001"]
    assert parent_of(organisation("A81001")).code == "01A"
    assert parent_of(organisation("02B")).code == "QZZ"


def test_two_parents_files_of_a_kind_are_refused_by_name(release):
    first, second = release.sub_icb_file(*OF_2021), release.sub_icb_file(*OF_2021, name="others.csv")

    for pair in ((first, second), (first, first)):
        with pytest.raises(Invalid, match=rf"^eccg.csv and {pair[1].name} are both a list of sub-ICB locations"):
            parents(*pair)

    assert not Organisation.objects.exists()


def own_lists(release, *rows):
    return release._csv("own.csv", [["ORG_ID", "LIST", "AS_AT", "SIZE"], *rows])


def test_two_list_files_of_a_kind_and_day_are_refused_by_name(release):
    first = release.list_file()
    second = first.with_name("nhspaymentsgp_20-21.csv")
    second.write_bytes(first.read_bytes())

    with pytest.raises(Invalid, match=r"^nhspaymentsgp_21-22.csv and nhspaymentsgp_20-21.csv are both a file of NHS"):
        load(release, lists=[first, second], lists_as_at=LISTS_DAY)


def test_two_list_files_that_give_one_list_on_a_day_are_refused_and_others_are_taken(release):
    def with_own(kind, day):
        lists = [release.list_file(), own_lists(release, ["A81001", kind, day, "12"])]
        return load(release, lists=lists, lists_as_at=LISTS_DAY)

    with pytest.raises(Invalid, match=r"both give the list CRP of A81001 as at 01/01/2021"):
        with_own("CRP", "2021-01-01")

    with_own("CARE_HOME_BEDS", "2021-01-01")

    sizes = [list_size(organisation("A81001"), kind, LISTS_DAY) for kind in (ListKind.CRP, ListKind.CARE_HOME_BEDS)]
    assert [str(size) for size in sizes] == ["4060.75", "12.00"]


def with_nul(release):
    path = release.practice_file()
    path.write_text(path.read_text().replace("Practice A81001", "Practice\x00A81001"))
    return path


def test_a_character_that_is_no_text_refuses_its_row_alone(release):
    report = commands.load_ods(OdsFiles(practices=with_nul(release)), by=SYSTEM)

    assert [str(each) for each in report.refused] == [
        r"epraccur_2021-11-30.csv, line 1: Name 'Practice\x00A81001' holds a character that is not text."
    ]
    assert Organisation.objects.practices().count() == 4


def test_such_a_row_is_shown_by_the_check_of_an_upload(client, release):
    client.force_login(acting_as(Role.REFERENCE_DATA, organisation=NationalOperatorFactory()).user)
    client.post(UPLOAD, {"practices": sent(with_nul(release))})
    work()

    text = page_of(client, OdsUpload.objects.get())

    assert r"Practice\x00A81001" in text
    assert "holds a character that is not text." in text
    assert reverse("organisations:confirm_upload", args=[OdsUpload.objects.get().pk]) in text


def test_the_check_shows_no_more_rows_than_one_scrolls_through(client, release):
    client.force_login(acting_as(Role.REFERENCE_DATA, organisation=NationalOperatorFactory()).user)
    release.practices = {f"A8{n:04}": "01A" for n in range(60)}
    client.post(UPLOAD, {"practices": sent(release.practice_file())})
    work()

    text = page_of(client, OdsUpload.objects.get())

    assert rows_in(text, "rows") == 25
    assert "The first 25 of 60 rows. All of them are in the CSV." in text


def test_what_is_no_text_at_the_beginning_of_an_unknown_file_is_said_visibly(tmp_path):
    path = tmp_path / "letter.csv"
    path.write_text("Dear\x00all\n")

    with pytest.raises(WrongFile, match=r"It begins: Dear\\x00all$"):
        layout_of(path)


@pytest.mark.parametrize(("separator", "words"), [(";", "semicolons"), ("\t", "tabs")])
def test_another_separator_is_named(release, separator, words):
    for path, of in ((release.practice_file(), ","), (release.icb_file("QZZ"), ",")):
        path.write_text(path.read_text().replace(of, separator))

        with pytest.raises(WrongFile, match=f"is separated by {words}, and not by commas"):
            layout_of(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_named(release, encoding):
    path = release.practice_file()
    path.write_text(path.read_text(), encoding=encoding)

    with pytest.raises(WrongFile, match="is written in UTF-16, and not in UTF-8"):
        layout_of(path)


def test_a_zip_that_a_mac_packed_is_read(release, tmp_path):
    def beside(path):
        hidden = tmp_path / f"._{path.name}"
        hidden.write_bytes(b"\x00\x05\x16\x07")
        return zipped(tmp_path, path, hidden, name=f"{path.stem}.zip")

    practices, networks = release.practice_file(), release.network_file()

    assert list(read_practices(beside(practices))) == list(read_practices(practices))
    assert len(list(read_networks(beside(networks)))) == len(list(read_networks(networks)))
