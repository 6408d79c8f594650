"""Whatever happens to memberships, and in whatever order it is told: who is expected, and what is paid, follows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from achievement.models import Achievement
from achievement.states import State
from core import clock
from core.actors import SYSTEM
from organisations import commands
from organisations.commands import OdsFiles
from organisations.models import Membership, Organisation
from organisations.queries import EXPECTED_MEMBERS_SQL, members_of
from participation.models import Term
from tests.factories.catalogue import released_service
from tests.factories.organisations import ListSizeFactory
from tests.factories.participation import ParticipationFactory
from tests.organisations.conftest import OdsRelease

pytestmark = pytest.mark.django_db

PRACTICES = {f"A8100{n}": "01A" for n in range(1, 5)}
NETWORKS = {f"U0000{n}": "01A" for n in range(1, 4)}
START = date(2021, 4, 20)
DAYS = [START + timedelta(days=n) for n in range(0, 64, 7)]
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True, order=True)
class Row:
    """A membership as a file says it, both days included; none is open."""

    practice: str
    network: str
    start: date
    end: date | None

    @property
    def cells(self) -> tuple[str, str, str, str]:
        return self.practice, self.network, f"{self.start:%Y%m%d}", f"{self.end:%Y%m%d}" if self.end else ""

    def holds_on(self, day: date) -> bool:
        """Zero length counts on no day (domain 1)."""
        return self.start <= day and (self.end is None or (day <= self.end and self.start < self.end))


@st.composite
def histories(draw) -> tuple[Row, ...]:
    """What one file says: moves, gaps, overlaps between networks, same-day moves and zero lengths; never two spells
    of one practice in one network on one day, which a file's reader refuses."""
    rows: list[Row] = []
    for practice in PRACTICES:
        for network in draw(st.lists(st.sampled_from(sorted(NETWORKS)), max_size=4)):
            start = START + timedelta(days=draw(st.integers(0, 60)))
            length = draw(st.none() | st.integers(0, 40))
            row = Row(practice, network, start, None if length is None else start + timedelta(days=length))
            if not any(clash(row, other) for other in rows):
                rows.append(row)
    return tuple(rows)


def clash(one: Row, other: Row) -> bool:
    if (one.practice, one.network) != (other.practice, other.network):
        return False
    same = (one.start, one.end) == (other.start, other.end)
    zero = one.start == one.end or other.start == other.end
    shared = one.start <= (other.end or date.max) and other.start <= (one.end or date.max)
    return same or (shared and not zero)


def expected(rows: tuple[Row, ...], day: date) -> dict[str, set[str]]:
    """Network -> practices, by the rule in words: on a shared day a practice counts where it started later. Where it
    started on the same day in both, either will do, so those are left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for practice in PRACTICES:
        holding = sorted((row.start, row.network) for row in rows if row.practice == practice and row.holds_on(day))
        latest = [network for start, network in holding if start == holding[-1][0]]
        if len(latest) == 1:
            found[latest[0]].add(practice)
    return found


def in_two_from_one_day(rows: tuple[Row, ...], day: date) -> set[str]:
    unsure = set()
    for practice in PRACTICES:
        starts = sorted(row.start for row in rows if row.practice == practice and row.holds_on(day))
        if len(starts) > 1 and starts[-1] == starts[-2]:
            unsure.add(practice)
    return unsure


def counted(day: date) -> dict[str, set[str]]:
    """Network -> practices, as EXPECTED_MEMBERS_SQL has them."""
    keys = "(SELECT %s::date AS achievement_date, id AS network_id FROM organisations_organisation WHERE kind = 2)"
    found: dict[str, set[str]] = defaultdict(set)
    codes = dict(Organisation.objects.values_list("pk", "code"))
    with connection.cursor() as cursor:
        cursor.execute(EXPECTED_MEMBERS_SQL.format(keys=keys), [day])
        for _day, network, practice in cursor.fetchall():
            found[codes[network]].add(codes[practice])
    return found


def told(folder, rows: tuple[Row, ...], day: date):
    """The file of a day, loaded on that day."""
    release = OdsRelease(folder, PRACTICES, NETWORKS, [row.cells for row in rows])
    text = day.isoformat()
    with clock.held_at(day):
        return commands.load_ods(
            OdsFiles(practices=release.practice_file(text), networks=release.network_file(text)), by=SYSTEM
        )


def believed() -> set[tuple[str, str, str, str | None]]:
    rows = Membership.objects.known().select_related("practice", "network")
    return {
        (
            row.practice.code,
            row.network.code,
            str(row.zero_length_date or row.start_date),
            str(row.zero_length_date or row.end_date),
        )
        for row in rows
    }


class undone:
    """What happens within is undone: each example begins with an empty database."""

    def __enter__(self):
        self.block = transaction.atomic()
        self.block.__enter__()

    def __exit__(self, *error):
        transaction.set_rollback(True)
        return self.block.__exit__(*error)


@FEW
@given(history=st.lists(histories(), min_size=1, max_size=3))
def test_expected_members_follow_from_the_last_file_and_the_past_stays_as_it_was_known(tmp_path_factory, history):
    with undone():
        folder = tmp_path_factory.mktemp("files")
        days = [date(2021, 6, 1) + timedelta(days=30 * n) for n in range(len(history))]
        for rows, day in zip(history, days, strict=True):
            told(folder, rows, day)

        for day in DAYS:
            unsure = in_two_from_one_day(history[-1], day)
            now = {network: found - unsure for network, found in counted(day).items() if found - unsure}
            assert now == expected(history[-1], day)
            for rows, known in zip(history, days, strict=True):
                then = {network: set(as_known(network, day, known)) for network in NETWORKS}
                unsure = in_two_from_one_day(rows, day)
                assert {k: v - unsure for k, v in then.items() if v - unsure} == expected(rows, day)


def as_known(network: str, day: date, known: date):
    """The page's own reading: who counts in a network on a day, as recorded on another."""
    memberships = members_of(Organisation.objects.get(code=network), day, known)
    return memberships.values_list("practice__code", flat=True)


@FEW
@given(first=histories(), second=histories())
def test_the_same_files_give_the_same_database_however_often_and_by_whatever_way(tmp_path_factory, first, second):
    folder, (june, july) = tmp_path_factory.mktemp("files"), (date(2021, 6, 1), date(2021, 7, 1))
    with undone():
        told(folder, first, june)
        told(folder, second, july)
        both = believed()
    with undone():
        told(folder, first, june)
        assert not told(folder, first, june).changed
        told(folder, second, july)
        assert not told(folder, second, july).changed
        assert believed() == both
        assert Membership.objects.filter(recorded__isempty=True).count() == 0
    with undone():
        told(folder, second, july)
        assert believed() == both


@FEW
@given(first=histories(), second=histories())
def test_rows_that_did_not_change_are_not_written_again(tmp_path_factory, first, second):
    with undone():
        folder = tmp_path_factory.mktemp("files")
        told(folder, first, date(2021, 6, 1))
        before = {row.pk: row.recorded.lower for row in Membership.objects.known()}
        report = told(folder, second, date(2021, 7, 1))

        stayed = len(set(first) & set(second))
        kept = set(Membership.objects.known().values_list("pk", flat=True)) & set(before)
        assert len(kept) == stayed
        assert report.files[1].corrections["memberships written"] == len(set(second) - set(first))
        assert report.files[1].corrections["memberships no longer believed"] == len(set(first) - set(second))


LISTS = {practice: 1000 * n + 7 for n, practice in enumerate(PRACTICES, start=1)}
MONTH_ENDS = [date(2021, 4, 30), date(2021, 5, 31), date(2021, 6, 30)]


def taking_part() -> None:
    """Every practice takes part in the Clinical Director payment in every network, with a list as at 1 January 2021."""
    service, lead = released_service(), Organisation.objects.get(code="01A")
    organisations = Organisation.objects.in_bulk(field_name="code")
    for practice, size in LISTS.items():
        ListSizeFactory(organisation=organisations[practice], size=Decimal(size))
        for network in NETWORKS:
            ParticipationFactory(
                service=service, provider=organisations[practice], network=organisations[network], commissioner=lead
            )


def lines_due(rows: tuple[Row, ...]) -> set[tuple[str, str, date, Decimal]]:
    """What should be calculated: a line for whoever counts, on each month's end that their participation covers."""
    terms = Term.objects.known().select_related("participation__provider", "participation__network")
    covered = {(term.participation.network.code, term.participation.provider.code): term for term in terms}
    return {
        (network, practice, day, (Decimal(LISTS[practice]) * 61 / 1000).quantize(Decimal("0.01"), ROUND_HALF_UP))
        for day in MONTH_ENDS
        for network, practices in expected(rows, day).items()
        for practice in practices
        if covered[network, practice].start_date <= day <= covered[network, practice].end_date
    }


def lines_there() -> set[tuple[str, str, date, Decimal]]:
    lines = Achievement.objects.exclude(state=State.WITHDRAWN).filter(achievement_date__in=MONTH_ENDS)
    return set(lines.values_list("network__code", "provider__code", "achievement_date", "amount"))


def test_a_move_that_turns_out_never_to_have_been_brings_the_lines_back_to_the_former_network(tmp_path):
    """The former network's participation is extended first: its lines are due while the other's still stand."""
    stayed = (Row("A81001", "U00001", START, None),)
    moved = (Row("A81001", "U00001", START, date(2021, 5, 10)), Row("A81001", "U00002", date(2021, 5, 11), None))
    told(tmp_path, (), date(2021, 7, 1))
    with clock.held_at(date(2021, 7, 1)):
        taking_part()
    found = []

    for n, rows in enumerate((stayed, moved, stayed)):
        told(tmp_path, rows, date(2021, 7, 2 + n))
        found.append({(network, day) for network, _practice, day, _amount in lines_there()})

    april, may, june = MONTH_ENDS
    assert found == [
        {("U00001", april), ("U00001", may), ("U00001", june)},
        {("U00001", april), ("U00002", may), ("U00002", june)},
        {("U00001", april), ("U00001", may), ("U00001", june)},
    ]


@settings(FEW, max_examples=60)
@given(history=st.lists(histories(), min_size=1, max_size=3))
def test_calculated_lines_follow_from_membership_after_every_file(tmp_path_factory, history):
    with undone():
        folder = tmp_path_factory.mktemp("files")
        told(folder, (), date(2021, 7, 1))
        with clock.held_at(date(2021, 7, 1)):
            taking_part()
        for n, rows in enumerate(history):
            told(folder, rows, date(2021, 7, 2 + n))

            unsure = {(practice, day) for day in MONTH_ENDS for practice in in_two_from_one_day(rows, day)}
            assert {line for line in lines_there() if (line[1], line[2]) not in unsure} == lines_due(rows)
