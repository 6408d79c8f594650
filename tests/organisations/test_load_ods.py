"""Reference files taken in: snapshots, corrections, refusals, one commissioner, and the real files where they are."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from time import monotonic

import pytest
from django.core.management import CommandError, call_command

from accounts.states import Role
from core import changes, clock
from core.actors import SYSTEM
from core.changes import Change
from core.errors import Invalid, NotPermitted
from cqrs_portal.rehearsal.workers import database_url
from organisations import commands, queries
from organisations.changes import LeadsCorrected, ListSizesCorrected, MembershipCorrected, ParentsCorrected
from organisations.commands import OdsFiles
from organisations.formats import read_list_sizes, read_memberships
from organisations.models import Kind, Lead, ListKind, ListSize, Membership, OdsLoad, Organisation, Parent
from organisations.states import RowKind
from tests.factories.accounts import acting_as
from tests.factories.organisations import (
    CommissionerFactory,
    ListSizeFactory,
    MembershipFactory,
    NationalOperatorFactory,
    NetworkFactory,
    PracticeFactory,
)

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
LISTS_DAY = date(2021, 1, 1)
OF_ANOTHER_COMMISSIONER = {RowKind.ACROSS: ["A81003"]}


@pytest.fixture(autouse=True)
def published(monkeypatch) -> list[Change]:
    """Every change published, with the portal's own handlers away."""
    heard: list[Change] = []
    kinds = (MembershipCorrected, ListSizesCorrected, LeadsCorrected, ParentsCorrected)
    monkeypatch.setattr(changes, "_handlers", {kind: [heard.append] for kind in kinds})
    return heard


def load(release, day="2021-11-30", **options):
    files = OdsFiles(practices=release.practice_file(day), networks=release.network_file(day), **options)
    return commands.load_ods(files, by=SYSTEM)


def kinds(file):
    """Kind of remark -> the organisations it is made of."""
    found = defaultdict(list)
    for remark in file.remarks:
        found[remark.kind].append(remark.code)
    return dict(found)


def organisation(code):
    return Organisation.objects.get(code=code)


def spells(practice, network, known_at=None):
    rows = Membership.objects.known(known_at).filter(practice__code=practice, network__code=network)
    return sorted((row.start_date, row.end_date) for row in rows)


def test_practices_networks_leads_parents_and_members_are_taken(release):
    load(release)

    assert Counter(Organisation.objects.values_list("kind", flat=True)) == {
        Kind.PRACTICE: 5, Kind.NETWORK: 3, Kind.COMMISSIONER: 2,
    }  # fmt: skip
    assert queries.lead_of(organisation("U00002"), date(2021, 10, 31)).code == "01A"
    assert queries.parent_of(organisation("A81003"), date(2021, 10, 31)).code == "02B"
    assert {row.practice.code for row in queries.members_of(organisation("U00002"), date(2021, 10, 31))} == {
        "A81002", "A81003",
    }  # fmt: skip


def test_each_kind_of_change_is_published_once(release, published):
    load(release, lists=[release.list_file()], lists_as_at=LISTS_DAY)

    assert Counter(type(change) for change in published) == {
        ParentsCorrected: 1, LeadsCorrected: 1, MembershipCorrected: 1, ListSizesCorrected: 1,
    }  # fmt: skip
    assert len(published[2].pairs) == 4


def test_the_same_files_again_change_nothing_and_say_so(release, published):
    load(release, lists=[release.list_file()], lists_as_at=LISTS_DAY)
    published.clear()

    report = load(release, lists=[release.list_file()], lists_as_at=LISTS_DAY)

    assert not report.changed
    assert published == []
    assert "  Nothing changed: all of it was known already." in list(report.lines())


def test_a_row_rewritten_or_gone_is_a_correction_and_the_old_picture_stays(release, published):
    with clock.held_at(date(2021, 12, 1)):
        load(release)
    release.memberships[0] = ("A81001", "U00001", "20190701", "20211031")
    del release.memberships[1]
    published.clear()

    with clock.held_at(date(2021, 12, 6)):
        report = load(release, "2021-12-05")

    assert spells("A81001", "U00001") == [(date(2019, 7, 1), date(2021, 10, 31))]
    assert spells("A81002", "U00002") == []
    assert spells("A81002", "U00002", known_at=date(2021, 12, 5)) == [(date(2019, 7, 1), None)]
    assert {tuple(organisation(code).pk for code in pair) for pair in (("A81001", "U00001"), ("A81002", "U00002"))} == (
        published[0].pairs
    )
    assert report.files[1].corrections["of them, in no row any more"] == 1


def test_a_row_that_is_refused_takes_nothing_away_that_was_known_of_it(release):
    release.memberships.append(("A81005", "U00001", "20190701", ""))
    load(release)
    release.memberships = [
        ("A81001", "U00001", "20190701", "20200331"),
        ("A81001", "U00001", "2021-04-01", ""),
        ("A8100X", "U00002", "20190701", ""),
        ("A81004", "U0003", "20190701", ""),
    ]

    report = load(release, "2021-12-05")

    assert len(report.refused) == 3
    for practice, network in (("A81001", "U00001"), ("A81002", "U00002"), ("A81003", "U00002"), ("A81004", "U00003")):
        assert spells(practice, network) == [(date(2019, 7, 1), None)]
    assert spells("A81005", "U00001") == []
    assert "        4  memberships left as they were, for a row was refused" in "\n".join(report.lines())


def test_a_network_whose_own_row_is_refused_keeps_its_members(release):
    load(release)
    release.networks["U00002"] = "?"

    load(release, "2021-12-05", commissioner="01A")

    assert spells("A81002", "U00002") == spells("A81003", "U00002") == [(date(2019, 7, 1), None)]


def test_of_a_row_given_twice_the_first_is_taken(release):
    load(release)
    release.memberships[0] = ("A81001", "U00001", "20190701", "20211031")
    release.memberships.append(release.memberships[0])

    load(release, "2021-12-05")

    assert spells("A81001", "U00001") == [(date(2019, 7, 1), date(2021, 10, 31))]


def test_a_list_size_whose_row_is_refused_stays_as_it_was(release):
    load(release, lists=[release.list_file()], lists_as_at=LISTS_DAY)
    release.lists["A81001"] = ("many", "many")

    load(release, lists=[release.list_file()], lists_as_at=LISTS_DAY)

    assert ListSize.objects.known().get(organisation__code="A81001", kind=ListKind.CRP).size == Decimal("4060.75")


def test_a_network_gone_from_the_file_has_no_members_any_more(release):
    load(release)
    del release.networks["U00003"]
    del release.memberships[3]

    report = load(release, "2021-12-05")

    assert spells("A81004", "U00003") == []
    assert queries.lead_of(organisation("U00003"), date(2021, 10, 31)).code == "02B"
    assert kinds(report.files[1]) == {**OF_ANOTHER_COMMISSIONER, RowKind.GONE: ["U00003"]}


def test_networks_of_another_series_are_left_alone(release):
    training = MembershipFactory(network=NetworkFactory(code="Z05850"))

    load(release)

    assert list(queries.memberships_of(training.network)) == [training]


def test_an_older_file_is_refused_and_nothing_loaded(release):
    load(release, "2021-11-30")
    release.memberships = []

    with pytest.raises(Invalid, match=r"epraccur_2021-10-31\.csv is of 31/10/2021, and epraccur_2021-11-30\.csv, of"):
        load(release, "2021-10-31")

    assert spells("A81001", "U00001")


def test_an_older_file_of_one_commissioner_is_refused_after_one_of_all(release):
    load(release, "2021-11-30")

    with pytest.raises(Invalid, match="an older file is refused"):
        load(release, "2021-10-31", commissioner="01A")


def test_one_commissioner_has_its_networks_their_members_and_its_own_practices(release):
    load(release, commissioner="01a")

    practices, networks = Organisation.objects.practices(), Organisation.objects.networks()
    assert set(practices.values_list("code", flat=True)) == {"A81001", "A81002", "A81003", "A81005"}
    assert set(networks.values_list("code", flat=True)) == {"U00001", "U00002"}
    assert queries.parent_of(organisation("A81003"), date(2021, 10, 31)).code == "02B"


def test_one_commissioners_load_leaves_the_others_alone(release):
    load(release)
    release.memberships = release.memberships[:1]

    load(release, "2021-12-05", commissioner="01A")

    assert spells("A81003", "U00002") == []
    assert spells("A81004", "U00003") == [(date(2019, 7, 1), None)]


def test_a_practice_that_left_the_commissioner_gets_its_new_parent_by_the_commissioners_own_load(release):
    load(release, commissioner="01A")
    release.practices["A81005"] = "02B"

    load(release, "2021-12-05", commissioner="01A")

    assert queries.parent_of(organisation("A81005"), date(2021, 10, 31)).code == "02B"


def test_a_commissioner_that_nobody_has_is_refused(release):
    with pytest.raises(Invalid, match="Commissioner 99Z: no network or practice of these files has it"):
        load(release, commissioner="99Z")


def test_overlaps_between_networks_are_kept_and_zero_lengths_count_on_no_day(release):
    release.memberships += [("A81001", "U00002", "20211031", ""), ("A81002", "U00001", "20210401", "20210401")]
    release.memberships[0] = ("A81001", "U00001", "20190701", "20211031")

    report = load(release)

    zero = Membership.objects.get(practice__code="A81002", network__code="U00001")
    assert (zero.valid.isempty, zero.zero_length_date) == (True, date(2021, 4, 1))
    assert queries.network_of(organisation("A81001"), date(2021, 10, 31)).code == "U00002"
    assert queries.network_of(organisation("A81002"), date(2021, 4, 1)).code == "U00002"
    assert kinds(report.files[1]) == {
        **OF_ANOTHER_COMMISSIONER, RowKind.SAME_DAY: ["A81001"], RowKind.ZERO_LENGTH: ["A81002"],
    }  # fmt: skip


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


def test_only_reference_data_of_the_national_operator_may_load(release):
    national, biscay = NationalOperatorFactory(), CommissionerFactory()
    files = OdsFiles(practices=release.practice_file())

    with pytest.raises(NotPermitted, match="You need the role Reference Data"):
        commands.load_ods(files, by=acting_as(Role.OPERATIONS, organisation=national))
    with pytest.raises(NotPermitted, match="the national operator loads it"):
        commands.load_ods(files, by=acting_as(Role.REFERENCE_DATA, organisation=biscay))

    assert commands.load_ods(files, by=acting_as(Role.REFERENCE_DATA, organisation=national)).changed


def test_a_closed_practice_is_taken_with_its_closing_date(release):
    release.closed["A81001"] = "20211031"

    report = load(release)

    assert organisation("A81001").close_date == date(2021, 10, 31)
    assert queries.parent_of(organisation("A81001"), date(2021, 11, 1)) is None
    assert report.files[0].counts["of them, closed"] == 1


def test_a_new_lead_holds_from_the_day_of_the_file_and_the_former_one_before(release):
    load(release, "2021-11-30")
    release.networks["U00003"] = "01A"

    load(release, "2021-12-05")

    network = organisation("U00003")
    assert [queries.lead_of(network, day).code for day in (date(2021, 12, 4), date(2021, 12, 5))] == ["02B", "01A"]


def test_a_new_parent_holds_from_its_join_date_and_the_former_one_before(release):
    load(release)
    Parent.objects.filter(organisation__code="A81001").delete()
    commands.set_parent(organisation("A81001"), organisation("02B"), date(2013, 4, 1), by=SYSTEM)

    load(release)

    practice = organisation("A81001")
    assert [queries.parent_of(practice, day).code for day in (date(2020, 3, 31), date(2020, 4, 1))] == ["02B", "01A"]


def test_list_sizes_keep_their_decimals_on_the_day_given(release):
    load(release, lists=[release.list_file()], lists_as_at=LISTS_DAY)

    sizes = [queries.list_size(organisation("A81001"), kind, LISTS_DAY) for kind in (ListKind.CRP, ListKind.WPLS)]
    assert sizes == [Decimal("4060.75"), Decimal("4645.53")]


def test_list_sizes_without_their_day_are_refused(release):
    with pytest.raises(Invalid, match="does not say which day its list sizes are of"):
        load(release, lists=[release.list_file()])


def test_a_list_size_gone_from_a_file_issued_again_is_taken_back_but_no_others_are(release):
    by_hand = ListSizeFactory(organisation=PracticeFactory(code="V37647"))
    load(release, lists=[release.list_file()], lists_as_at=LISTS_DAY)
    del release.lists["A81004"]

    load(release, lists=[release.list_file()], lists_as_at=LISTS_DAY)

    assert queries.list_size(organisation("A81004"), ListKind.CRP, LISTS_DAY) is None
    assert queries.list_size(by_hand.organisation, ListKind.CRP, LISTS_DAY) == by_hand.size


def test_one_commissioners_lists_are_those_of_its_practices(release):
    report = load(release, commissioner="01A", lists=[release.list_file()], lists_as_at=LISTS_DAY)

    assert set(ListSize.objects.values_list("organisation__code", flat=True)) == {"A81001", "A81003"}
    assert report.files[2].counts["rows outside this commissioner"] == 2
    assert report.refused == []


def test_an_organisation_known_as_something_else_is_refused(release):
    NetworkFactory(code="A81001")

    report = load(release)

    assert [refused.rule for refused in report.files[0].refused] == ["is known as a PCN"]


def test_a_file_of_another_layout_is_refused_in_words(release):
    with pytest.raises(Invalid, match="looks like a list of practices"):
        commands.load_ods(OdsFiles(networks=release.practice_file()), by=SYSTEM)


def test_the_command_prints_its_summary_and_every_refused_row(release):
    release.memberships.append(("A81005", "U00009", "20190701", ""))
    out = StringIO()

    call_command("load_ods", practices=release.practice_file(), networks=release.network_file(), stdout=out)

    assert "5  memberships\n" in out.getvalue()
    assert "line 6: PCN Code 'U00009' is not a PCN that is known." in out.getvalue()


def test_the_command_refuses_in_one_sentence(release):
    with pytest.raises(CommandError, match="Name a file at least"):
        call_command("load_ods")


PARENTS = ("eccg.csv", "icb_names_codes_dec_2024.csv")
LISTS = ("lists/gp-reg-pat-prac-quin-age.zip",)


def real_files(folder, year="2023", **options):
    practices, networks = {
        "2023": ("epraccur_2023-02.csv", "ePCN_2023-01-26.xlsx"),
        "2024": ("epraccur_2025-11.csv", "ePCN_2024-10-25.xlsx"),
    }[year]
    parents = [path for name in PARENTS if (path := folder / "ods" / name).exists()]
    return OdsFiles(
        practices=folder / "ods" / practices, networks=folder / "ods" / networks, parents=parents, **options
    )


def real_lists(folder):
    return [path for name in LISTS if (path := folder / name).exists()]


def test_one_real_commissioner_loads_in_seconds_and_agrees_with_its_files(real_data):
    payments = real_data / "payments" / "nhspaymentsgp_21-22.csv"
    started = monotonic()

    report = commands.load_ods(
        real_files(real_data, commissioner="16C", lists=[payments], lists_as_at=LISTS_DAY), by=SYSTEM
    )

    assert monotonic() - started < 30
    network_file = real_data / "ods" / "ePCN_2023-01-26.xlsx"
    of_file = {row.practice_code for row in read_memberships(network_file) if row.network_lead_code == "16C"}
    known = Membership.objects.known().filter(network__in=Lead.objects.known().values("network"))
    assert set(known.values_list("practice__code", flat=True)) == of_file
    registered = {row.practice_code: row.size for row in read_list_sizes(payments) if row.kind.name == "CRP"}
    sizes = ListSize.objects.known().filter(kind=ListKind.CRP).values_list("organisation__code", "size")
    assert dict(sizes) == {code: registered[code] for code in dict(sizes)}
    assert report.refused == []


def written(report, words):
    return sum(file.corrections[words] for file in report.files)


@pytest.mark.full
def test_all_england_loads_within_a_minute_and_the_next_file_corrects_it(real_data, record_property):
    lists, seconds = real_lists(real_data), []
    loads = []
    for year in ("2023", "2023", "2024"):
        started = monotonic()
        loads.append(commands.load_ods(real_files(real_data, year, lists=lists), by=SYSTEM))
        seconds.append(monotonic() - started)
    first, again, later = loads

    record_property("table", ", ".join(f"{each:.1f} s" for each in seconds))
    assert max(seconds) < 60
    assert written(first, "memberships written") == 7455
    assert not again.changed
    assert Membership.objects.known().count() == 7705
    assert [
        row for row in [*first.refused, *later.refused] if row.file.startswith(("epraccur", "ePCN", *PARENTS))
    ] == []
    assert Organisation.objects.filter(code="QYG").exists() == (len(first.files) > 2 + len(lists))
    assert ListSize.objects.known().exists() == bool(lists)


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_all_england_loads_by_command_within_bounded_memory(real_data, record_property):
    ods = real_data / "ods"
    command = [sys.executable, "manage.py", "load_ods"]
    command += ["--practices", str(ods / "epraccur_2023-02.csv"), "--networks", str(ods / "ePCN_2023-01-26.xlsx")]
    command += [part for path in real_files(real_data).parents for part in ("--parents", str(path))]
    command += [part for path in real_lists(real_data) for part in ("--lists", str(path))]
    environment = os.environ | {
        "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "cqrs_portal.settings.training",
    }  # fmt: skip
    started = monotonic()

    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)

    megabytes = used.ru_maxrss // 1024
    record_property("table", f"{monotonic() - started:.1f} s, {megabytes} MiB at most")
    assert process.returncode == 0
    assert Membership.objects.known().count() == 7455
    assert monotonic() - started < 60
    assert megabytes < 400
