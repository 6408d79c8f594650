"""A year of England rehearsed: on files made here, every time; on the published ones, where they are, with --full."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from achievement.models import Achievement, NetworkAchievement, OvernightRun
from achievement.states import State
from cqrs_portal.rehearsal import workers
from cqrs_portal.rehearsal.files import Spell, lists_in, members_on, spells_in
from cqrs_portal.rehearsal.proof import Total, expected_totals, to_the_penny
from tests.factories.achievement import utsire
from tests.organisations.conftest import OdsRelease, release
from tests.organisations.test_hostile_files import zipped

__all__ = ["release"]

OCTOBER = date(2021, 10, 31)
Rehearse = Callable[..., str]


@pytest.fixture
def whole(release: OdsRelease) -> OdsRelease:
    """Every practice has a list; one moves on 1 October; one network has a practice without a list."""
    release.lists = dict.fromkeys(("A81001", "A81002", "A81003"), ("4060.75", "1")) | {"A81005": ("9001", "1")}
    release.memberships.append(("A81005", "U00001", "20190701", "20210930"))
    release.memberships.append(("A81005", "U00002", "20211001", ""))
    return release


@pytest.fixture
def rehearse(transactional_db: None, whole: OdsRelease, monkeypatch: pytest.MonkeyPatch) -> Rehearse:
    """The command on the files made here; no other worker is at work."""
    monkeypatch.setattr("cqrs_portal.management.commands.rehearse_england._somebody_works", lambda: False)
    files = {"practices": whole.practice_file(), "networks": whole.network_file(), "lists": whole.list_file()}

    def run(**options: object) -> str:
        out = StringIO()
        call_command("rehearse_england", **files, year=2021, **{"hold_back": 2, **options}, stdout=out)
        return out.getvalue()

    return run


@pytest.mark.django_db(transaction=True)
def test_a_year_is_rehearsed_by_two_workers_and_every_total_proved(rehearse: Rehearse):
    said = rehearse()

    told = [" ".join(line.split()) for line in said.splitlines()]
    lines = Achievement.objects.count()
    assert lines == 12 * 4
    assert {"networks offered the service 3", "lines calculated 48", "lines not approved 2"} <= set(told)
    held = Achievement.objects.filter(state=State.AWAITING_COMMISSIONER)
    assert held.count() == 2
    assert "No list size, rate or released version 12" in told
    assert any(line.endswith("is what the files say, to the penny.") for line in told)
    waiting = sorted({"U00003", *held.values_list("network__code", flat=True)})
    assert [line.split()[0] for line in told[-len(waiting) :]] == waiting
    assert all(re.search(r"held; \w", line) for line in told[-len(waiting) :]), "each with its causes"
    assert told[-1].endswith("12 waiting, £0.00 held; No list size, rate or released version")
    assert OvernightRun.objects.get().shards.count() == 2
    assert NetworkAchievement.objects.filter(network__code="U00003").count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_penny_too_much_ends_with_an_error_that_names_it(rehearse: Rehearse, monkeypatch: pytest.MonkeyPatch):
    work_in = workers.work_in

    def and_then_falsify(processes: int, tasks: tuple[str, ...], at: object) -> None:
        work_in(processes, tasks, at)
        NetworkAchievement.objects.filter(network__code="U00001", achievement_date=OCTOBER).update(amount="247.72")

    monkeypatch.setattr("cqrs_portal.rehearsal.steps.work_in", and_then_falsify)

    with pytest.raises(CommandError, match="1 network totals differ") as refused:
        rehearse(hold_back=0)

    assert "U00001, 31/10/2021: £247.72 from 1 lines; by the files £247.71 from 1 lines" in str(refused.value)


@pytest.mark.django_db(transaction=True)
def test_what_is_held_back_is_the_same_for_the_same_seed(rehearse: Rehearse):
    rehearse(seed=7)
    held = set(Achievement.objects.filter(state=State.AWAITING_COMMISSIONER).values_list("provider__code", "amount"))

    assert len(held) <= 2
    assert Achievement.objects.filter(state=State.AWAITING_COMMISSIONER).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_second_rehearsal_needs_to_be_forced_and_changes_no_total(rehearse: Rehearse):
    rehearse(hold_back=0)
    before = list(NetworkAchievement.objects.order_by("pk").values())

    with pytest.raises(CommandError, match="--force"):
        rehearse()
    rehearse(force=True, hold_back=0)

    assert list(NetworkAchievement.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("text", ["-5", "x", "1.5"])
def test_how_many_are_held_back_is_read_before_anything_is_done(text):
    with pytest.raises(CommandError, match="it must be a whole number, 0 or more"):
        call_command(
            "rehearse_england", "--practices=x", "--networks=x", "--lists=x", "--year=2021", f"--hold-back={text}"
        )


@pytest.mark.django_db
def test_production_is_never_rehearsed_on(settings):
    settings.TRAINING = False

    with pytest.raises(CommandError, match="Only a training portal"):
        call_command("rehearse_england", practices="x", networks="x", lists="x", year=2021, force=True)


@pytest.mark.django_db
def test_a_database_with_achievements_is_not_rehearsed_on(training_day: date):
    utsire().calculate()

    with pytest.raises(CommandError, match="There are achievements in this database already"):
        call_command("rehearse_england", practices="x", networks="x", lists="x", year=2021)


def test_a_practice_in_two_networks_counts_in_the_one_it_joined_later():
    spells = [
        Spell("A1", "U1", date(2019, 7, 1), None),
        Spell("A1", "U2", date(2021, 10, 1), None),
        Spell("A2", "U1", date(2021, 10, 31), date(2021, 10, 31)),
        Spell("A3", "U1", date(2019, 7, 1), date(2021, 10, 31)),
    ]

    assert members_on(OCTOBER, spells) == {"U2": {"A1"}, "U1": {"A3"}}
    assert members_on(date(2021, 11, 1), spells) == {"U2": {"A1"}}


@pytest.mark.parametrize(
    ("pounds", "rounded"),
    [(Fraction(735355, 1000), "735.36"), (Fraction(735354999, 1000000), "735.35"), (Fraction(0), "0")],
)
def test_the_proof_rounds_half_a_penny_up(pounds, rounded):
    assert to_the_penny(pounds) == Decimal(rounded)


def test_the_proof_expects_a_total_only_where_every_member_has_a_list_and_was_approved(whole: OdsRelease):
    files = (whole.network_file(), whole.list_file())

    complete = expected_totals(*files, 2021, [OCTOBER], set())
    without = expected_totals(*files, 2021, [OCTOBER], {("A81002", OCTOBER)})

    assert complete["U00001", OCTOBER] == Total(1, Decimal("247.71"))
    assert complete["U00002", OCTOBER] == Total(3, Decimal("247.71") * 2 + Decimal("549.06"))
    assert set(complete) - set(without) == {("U00002", OCTOBER)}
    assert ("U00003", OCTOBER) not in complete


FIVE_MINUTES = 300


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_england_is_rehearsed_on_the_published_files(
    real_data: Path, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
):
    monkeypatch.setattr("cqrs_portal.management.commands.rehearse_england._somebody_works", lambda: False)
    out = StringIO()

    call_command(
        "rehearse_england",
        practices=real_data / "ods" / "epraccur_2023-02.csv",
        networks=real_data / "ods" / "ePCN_2023-01-26.xlsx",
        lists=real_data / "payments" / "nhspaymentsgp_21-22.csv",
        year=2021,
        stdout=out,
    )

    said = out.getvalue()
    took = re.search(r"seconds in all +([\d.]+) s", said)
    record_property("table", "\n".join(line for line in said.splitlines() if not re.match(r"U\d{5} ", line)))
    assert NetworkAchievement.objects.count() > 14_000
    assert "is what the files say, to the penny." in said
    assert took is not None
    assert float(took[1]) < FIVE_MINUTES


def test_the_proof_reads_the_files_out_of_zips_too(whole: OdsRelease, tmp_path: Path):
    networks, lists, hidden = whole.network_file(), whole.list_file(), tmp_path / "._beside.csv"
    hidden.write_bytes(b"\x00\x05")

    assert spells_in(zipped(tmp_path, networks, name="networks.zip")) == spells_in(networks)
    assert lists_in(zipped(tmp_path, lists, hidden, name="lists.zip")) == lists_in(lists) != {}
