"""Bar 9: one approver approves 5,000 lines in one command."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction

from accounts.rules import Acting
from achievement import commands
from achievement.models import Achievement, AchievementChange
from achievement.states import APPROVE_LINE, State
from benchmarks.databases import inside
from benchmarks.england import England, vacuum
from benchmarks.measuring import Act, execute, paired, profile_of, queries_of
from benchmarks.memory import Watch
from benchmarks.people import approver
from benchmarks.registry import Figure, measures
from core.transitions import Seen

COMMISSIONER = 1
MANY, FEW, SAMPLE = 5_000, 50, 300


@measures("approval")
def approval(england: England, runs: int) -> Sequence[Figure]:
    """The command as the page calls it, with permission, segregation, limits, log, hands and outbox."""
    with inside(england), Watch() as memory:
        return [*_approval(runs), *memory.figures()]


def _approval(runs: int) -> Sequence[Figure]:
    by, chosen = approver(COMMISSIONER), _chosen()
    ids = [row.id for row in chosen]
    queries = [_queries(chosen[:many], by) for many in (FEW, len(chosen))]
    ours, bare = paired(
        Act(lambda: _approve(chosen, by), lambda: _restore(ids)),
        Act(lambda: _bare(ids), lambda: _restore(ids)),
        runs=runs,
    )
    loop = _one_by_one_seconds(ids[:SAMPLE], by) * len(ids)
    wall, faster = ours.seconds / bare.seconds, loop / ours.seconds
    profile = _profile(chosen, by) if wall > 3 else []
    return [
        Figure(
            f"{len(chosen):,} lines against the bare UPDATE", wall, "<= 3x", wall <= 3, measured=str(ours),
            floor=str(bare), profile=profile,
        ),
        Figure(
            f"faster than a loop that asks the permission, saves and logs each row (timed on {SAMPLE} rows)",
            faster, ">= 20x", faster >= 20, measured=str(ours), floor=f"{loop:.1f} s",
        ),
        Figure(
            f"queries, for {FEW} and for {len(chosen):,}", queries[1], "constant",
            queries[1] == queries[0], unit="", measured=f"{queries[0]} and {queries[1]}",
        ),
    ]  # fmt: skip


def _chosen() -> list[Seen]:
    """Lines to approve of one commissioner, of whole networks, latest months first."""
    rows = Achievement.objects.filter(state=State.AWAITING_COMMISSIONER, commissioner=COMMISSIONER).order_by(
        "-achievement_date", "network"
    )
    return [Seen(id, version) for id, version in rows.values_list("pk", "version")[:MANY]]


def _approve(chosen: list[Seen], by: Acting) -> None:
    outcome = commands.approve_achievements(chosen, by=Acting(by.user, by.organisation))
    assert outcome.moved == len(chosen), outcome.refused[:3]


def _queries(chosen: list[Seen], by: Acting) -> int:
    found = queries_of(lambda: _approve(chosen, by))
    _restore([row.id for row in chosen])
    return found


def _profile(chosen: list[Seen], by: Acting) -> list[str]:
    found = profile_of(lambda: _approve(chosen, by))
    _restore([row.id for row in chosen])
    return found


def _bare(ids: list[int]) -> None:
    execute(
        f"""UPDATE achievement_achievement SET state = {State.AWAITING_NETWORK:d}, version = version + 1
            WHERE id = ANY(%s)""",
        [ids],
    )


def _restore(ids: list[int]) -> None:
    with transaction.atomic():
        execute("SET LOCAL session_replication_role = replica")
        execute(
            f"""UPDATE achievement_achievement SET state = {State.AWAITING_COMMISSIONER:d}, version = 2
                WHERE id = ANY(%s)""",
            [ids],
        )
        execute("TRUNCATE achievement_achievementchange, submission_hand, operations_outboxmessage CASCADE")
    vacuum()


def _one_by_one_seconds(ids: list[int], by: Acting) -> float:
    """Seconds a row of the usual loop: get, ask the permission, set, save, write the log; one transaction."""
    at, started = datetime(2021, 12, 11, tzinfo=UTC), time.perf_counter()
    with transaction.atomic():
        for id in ids:
            row = Achievement.objects.select_for_update(no_key=True).get(pk=id)
            assert APPROVE_LINE.rule.has(row, by)
            row.state, row.version = State.AWAITING_NETWORK, row.version + 1
            row.save()
            AchievementChange.objects.create(
                row=row, at=at, transition="approve line", from_state=State.AWAITING_COMMISSIONER,
                to_state=row.state, version=row.version, amount=row.amount,
            )  # fmt: skip
        transaction.set_rollback(True)
    return (time.perf_counter() - started) / len(ids)
