"""Bar 15: the lists that a commissioning organisation opens, and what a corrected membership brings with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from statistics import median
from typing import NamedTuple

from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.rules import Acting
from accounts.states import Role
from achievement.models import AchievementChange, AdjustmentDue
from achievement.states import State
from benchmarks.databases import inside
from benchmarks.england import LAST_MONTH, NETWORKS_FROM, SINCE, England, insert
from benchmarks.measuring import execute, profile_of, python_profile_of, seconds_of
from benchmarks.people import person, signed_in
from benchmarks.registry import Figure, measures
from core.dates import DAY
from organisations.commands import Spell, correct_membership
from organisations.models import Kind, Membership, Organisation

COMMISSIONER, NETWORKS, PRACTICE_SERVICES = 1, 50, 4
JOINERS_FROM = 900_000
JOINED = date(2021, 10, 1)


class Asked(NamedTuple):
    """What is opened or done, and within how many seconds."""

    what: str
    do: Callable[[], object]
    seconds: float


@measures("screens")
def screens(england: England, runs: int) -> Sequence[Figure]:
    """One in twenty lines paid in a year is to be adjusted, one act of the last night moved every practice of the
    commissioner for each of four services, and into each of fifty networks somebody has come. All of it is rolled
    back."""
    with inside(england), transaction.atomic():
        manager = person(Role.COMMISSIONING_MANAGEMENT, COMMISSIONER)
        corrected = _figure(_corrected(manager), runs)  # before lines of its networks are made into practices' own
        _to_be_adjusted()
        _moves_of_practices()
        _joiners()
        figures = [*(_figure(asked, runs) for asked in _opened(manager)), corrected]
        transaction.set_rollback(True)
    return figures


def _corrected(by: Acting) -> Asked:
    return Asked("a membership corrected, with all that follows at once", lambda: _corrects_a_membership(by), 2)


def _opened(manager: Acting) -> Iterator[Asked]:
    commissioner, practice = signed_in(manager), signed_in(_practice_viewer())
    yield Asked("what is to be adjusted, a commissioner's", _opens(commissioner, "achievement:to_be_adjusted"), 1)
    yield Asked("what is to be adjusted, a practice's", _opens(practice, "achievement:to_be_adjusted"), 1)
    yield Asked("Home of a commissioner", _opens(commissioner, "home:home"), 1)
    yield Asked(f"joiners of {NETWORKS} networks", _opens(commissioner, "participation:joiners"), 1)
    yield Asked(f"joiners of {NETWORKS} networks, by the API", _opens(commissioner, "api:joiners-list"), 1)


def _figure(asked: Asked, runs: int) -> Figure:
    asked.do()
    took = median(seconds_of(asked.do) for _run in range(max(runs, 3)))
    holds = took < asked.seconds
    return Figure(
        asked.what, took, f"< {asked.seconds:g} s", holds, unit=" s", measured=f"{took:.2f} s",
        profile=[] if holds else [*profile_of(asked.do), *python_profile_of(asked.do)],
    )  # fmt: skip


def _opens(client: Client, page: str) -> Callable[[], None]:
    def opened() -> None:
        answer = client.get(reverse(page))
        assert answer.status_code == 200, f"{page}: {answer.status_code}"

    return opened


def _corrects_a_membership(by: Acting) -> None:
    """A practice left a month sooner than was known, in the middle of all its services; undone."""
    member = Membership.objects.known().filter(network=NETWORKS_FROM + 2, valid__upper_inf=True).first()
    assert member is not None
    left = Spell(member.valid.lower, LAST_MONTH.replace(day=1) - DAY)
    with transaction.atomic():
        assert correct_membership(member.practice, member.network, [left], by=by).recorded
        transaction.set_rollback(True)


def _practice_viewer() -> Acting:
    practice = AdjustmentDue.objects.filter(commissioner=COMMISSIONER).order_by("provider_id").values("provider")[0]
    return person(Role.VIEW, practice["provider"])


def _to_be_adjusted() -> None:
    insert(
        AdjustmentDue,
        {"achievement_date": "achievement_date", "service_id": "service_id", "provider_id": "provider_id",
         "network_id": "network_id", "commissioner_id": "commissioner_id", "approved": "amount",
         "due": "amount + 1 - id % 2 * 2", "since": "'2021-12-20'::timestamptz"},
        f"""achievement_achievement WHERE state = {State.AGGREGATED_COMPLETE:d}
            AND achievement_date > '2020-11-30' AND id % 20 = 0""",
    )  # fmt: skip
    execute("ANALYZE achievement_adjustmentdue")


def _moves_of_practices() -> None:
    """The last month of some services is paid to practices: each line was approved by one person in one act."""
    approver_id = person(Role.APPROVAL_MANAGEMENT, COMMISSIONER).user.pk
    lines = f"""commissioner_id = {COMMISSIONER} AND service_id <= {PRACTICE_SERVICES}
                AND achievement_date = '{LAST_MONTH}'"""
    execute("SET LOCAL session_replication_role = replica")
    execute(f"UPDATE achievement_achievement SET network_id = NULL, state = {State.AGGREGATED:d} WHERE {lines}")
    insert(
        AchievementChange,
        {"row_id": "id", "at": "'2022-01-31 12:00'::timestamptz", "transition": "'approve line'",
         "from_state": f"{State.AWAITING_COMMISSIONER:d}", "to_state": "state", "version": "version",
         "amount": "amount", "by_id": f"{approver_id}", "organisation_id": f"{COMMISSIONER}"},
        f"achievement_achievement WHERE {lines}",
    )  # fmt: skip
    execute("SET LOCAL session_replication_role = origin")


def _joiners() -> None:
    """A practice for each network, which takes part in nothing; the commissioner leads so many meanwhile."""
    execute(
        f"""UPDATE organisations_lead SET commissioner_id = {COMMISSIONER}
            WHERE network_id BETWEEN {NETWORKS_FROM + 1} AND {NETWORKS_FROM + NETWORKS}"""
    )
    Organisation.objects.bulk_create(
        Organisation(id=JOINERS_FROM + n, code=f"J{n:05}", name=f"Joiner {n}", kind=Kind.PRACTICE)
        for n in range(1, NETWORKS + 1)
    )
    insert(
        Membership,
        {"valid": f"'[{JOINED},)'::daterange", "recorded": f"'{SINCE}'::tstzrange",
         "practice_id": f"{JOINERS_FROM} + n", "network_id": f"{NETWORKS_FROM} + n"},
        f"generate_series(1, {NETWORKS}) n",
    )  # fmt: skip
