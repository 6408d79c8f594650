"""The command, and the real files: one commissioner, and all England."""

from __future__ import annotations

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from time import monotonic

import pytest
from django.core.management import CommandError, call_command

from benchmarks.memory import Watch
from core.actors import SYSTEM
from cqrs_portal.rehearsal.workers import database_url
from organisations import commands
from organisations.commands import OdsFiles
from organisations.formats import read_list_sizes, read_memberships
from organisations.models import Kind, Lead, ListKind, ListSize, Membership, Organisation, Parent
from tests.organisations.loading import LISTS_DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("published")]


ROOT = Path(__file__).resolve().parents[2]
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


def written(report, words):
    return sum(file.corrections[words] for file in report.files)


def test_the_command_prints_its_summary_and_every_refused_row(release):
    release.memberships.append(("A81005", "U00009", "20190701", ""))
    out = StringIO()

    call_command("load_ods", practices=release.practice_file(), networks=release.network_file(), stdout=out)

    assert "5  memberships\n" in out.getvalue()
    assert "line 6: PCN Code 'U00009' is not a PCN that is known." in out.getvalue()


def test_the_command_asks_whether_files_are_whole_that_would_take_much_away(release):
    call_command("load_ods", practices=release.practice_file(), networks=release.network_file("2021-12-01"))
    release.memberships.clear()
    emptied = release.network_file("2021-12-05")

    with pytest.raises(CommandError) as refused:
        call_command("load_ods", networks=emptied)
    kept = Membership.objects.known().count()
    call_command("load_ods", networks=emptied, whole=True)

    assert f"{kept} memberships would be in no row any more. Is {emptied.name} whole?" in str(refused.value)
    assert "Nothing was loaded. If the files are whole, give --whole." in str(refused.value)
    assert Membership.objects.known().count() == 0


def test_the_command_asks_whether_columns_are_right_where_parents_would_go(release):
    call_command("load_ods", practices=release.practice_file("2021-12-01"))
    parents = Parent.objects.known().filter(organisation__kind=Kind.PRACTICE).count()
    release.practices = dict.fromkeys(release.practices, "99X")
    moved = release.practice_file("2021-12-05")

    assert parents
    with pytest.raises(CommandError, match="would have another parent than now, or none"):
        call_command("load_ods", practices=moved)
    assert Parent.objects.known().filter(organisation__kind=Kind.PRACTICE).count() == parents


def test_the_command_refuses_in_one_sentence(release):
    with pytest.raises(CommandError, match="Name a file at least"):
        call_command("load_ods")


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
    with Watch(load=process.pid) as watch:
        process.wait()

    megabytes = watch.peaks["load"] // 1024
    record_property("table", f"{monotonic() - started:.1f} s, {megabytes} MiB at most")
    assert process.returncode == 0
    assert Membership.objects.known().count() == 7455
    assert monotonic() - started < 60
    assert 0 < megabytes < 400
