"""Reference files taken in: snapshots, corrections, refusals, one commissioner, and the real files where they are."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from io import StringIO
from time import monotonic

import pytest
from django.core.management import CommandError, call_command

from core import changes, clock
from core.actors import SYSTEM
from core.changes import Change
from core.errors import Invalid
from organisations import commands, queries
from organisations.changes import LeadsCorrected, ListSizesCorrected, MembershipCorrected, ParentsCorrected
from organisations.commands import OdsFiles
from organisations.formats import read_list_sizes, read_memberships
from organisations.models import Kind, Lead, ListKind, ListSize, Membership, OdsLoad, Organisation, Parent
from tests.factories.organisations import ListSizeFactory, MembershipFactory, NetworkFactory, PracticeFactory

pytestmark = pytest.mark.django_db

LISTS_DAY = date(2021, 1, 1)


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


def test_a_network_gone_from_the_file_has_no_members_any_more(release):
    load(release)
    del release.networks["U00003"]
    del release.memberships[3]

    load(release, "2021-12-05")

    assert spells("A81004", "U00003") == []
    assert queries.lead_of(organisation("U00003"), date(2021, 10, 31)).code == "02B"


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
    counts = report.files[1].counts
    assert (counts["practices in two networks on one day"], counts["of zero length, counting on no day"]) == (1, 1)


def test_rows_that_cannot_be_taken_are_refused_by_line_and_the_rest_go_on(release):
    release.memberships += [
        ("A99999", "U00001", "20190701", ""),
        ("A81005", "U00009", "20190701", ""),
        ("A81005", "U00001", "20211101", "20211031"),
    ]

    report = load(release)

    assert [(refused.line, refused.column, refused.value) for refused in report.refused] == [
        (8, "End Date", "20211031"),
        (6, "Partner Organisation Code", "A99999"),
        (7, "PCN Code", "U00009"),
    ]
    assert spells("A81001", "U00001")
    assert len(OdsLoad.objects.get(layout="networks").refused) == 3


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
    release.memberships.append(("A99999", "U00001", "20190701", ""))
    out = StringIO()

    call_command(
        "load_ods", practices=release.practice_file(), networks=release.network_file(), commissioner="01A", stdout=out
    )

    assert "4  memberships\n" in out.getvalue()
    assert "line 6: Partner Organisation Code 'A99999' is not a practice that is known." in out.getvalue()


def test_the_command_refuses_in_one_sentence(release):
    with pytest.raises(CommandError, match="Name a file at least"):
        call_command("load_ods")


def real_files(folder, year="2023", **options):
    practices, networks = {
        "2023": ("epraccur_2023-02.csv", "ePCN_2023-01-26.xlsx"),
        "2024": ("epraccur_2025-11.csv", "ePCN_2024-10-25.xlsx"),
    }[year]
    return OdsFiles(practices=folder / "ods" / practices, networks=folder / "ods" / networks, **options)


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


@pytest.mark.full
def test_all_england_loads_within_a_minute_and_the_next_file_corrects_it(real_data):
    started = monotonic()

    first = commands.load_ods(real_files(real_data), by=SYSTEM)
    again = commands.load_ods(real_files(real_data), by=SYSTEM)
    later = commands.load_ods(real_files(real_data, "2024"), by=SYSTEM)

    assert monotonic() - started < 60
    taken = [7455 - len(first.refused), 7705 - len(later.refused)]
    assert first.files[1].corrections["memberships written"] == taken[0]
    assert not again.changed
    assert Membership.objects.known().count() == taken[1]
