"""All of a synthetic England, damaged in every way: no line that blocks a network is without a named cause.

How long it takes is bar 11 of the benchmarks: this England lies, damaged and unvacuumed, in one transaction."""

from __future__ import annotations

from collections import Counter
from time import perf_counter

import pytest
from django.db import connection

from achievement.queries.causes import Cause, Scope, first_causes, waiting
from achievement.states import State
from benchmarks import england as built
from benchmarks.england import LAST_MONTH, TODAY, England
from benchmarks.measuring import execute, value_of

SMALL, WHOLE = England(0.02, months=6, services=4), England()

OPEN = f"{State.AWAITING_COMMISSIONER:d}, {State.AWAITING_NETWORK:d}, {State.HELD:d}, {State.AWAITING_PROVIDER:d}"
DAMAGE = (
    # The offers of some whole networks end; those of some members; some begin late; some were never taken up.
    """UPDATE participation_term t SET valid = daterange(lower(valid), %(day)s::date - 10)
       FROM participation_participation p WHERE p.id = t.participation_id AND p.network_id %% 25 = 3""",
    """UPDATE participation_term SET valid = daterange(lower(valid), %(day)s::date - 10)
       WHERE participation_id %% 40 = 1 AND lower(valid) < %(day)s::date - 10""",
    """UPDATE participation_term SET valid = daterange(%(day)s::date + 40, upper(valid))
       WHERE participation_id %% 40 = 2 AND upper(valid) > %(day)s::date + 40""",
    "UPDATE participation_participation SET state = 3 WHERE id %% 40 = 3",
    # Some have no list; some have closed; some came from another network.
    "UPDATE organisations_listsize SET recorded = '[2018-07-01,2018-07-02)' WHERE organisation_id %% 37 = 5",
    "UPDATE organisations_organisation SET close_date = %(day)s::date - 5 WHERE kind = 1 AND id %% 50 = 7",
    """UPDATE participation_participation SET network_id = 10001 + (network_id - 10000) %% %(networks)s
       WHERE id %% 40 = 9""",
    # Lines in states by which nothing goes on.
    f"""UPDATE achievement_achievement SET state = {State.HELD:d}
        WHERE state = {State.AWAITING_COMMISSIONER:d} AND id %% 5 = 1""",
    f"""UPDATE achievement_achievement SET state = {State.AWAITING_PROVIDER:d}
        WHERE state = {State.AWAITING_COMMISSIONER:d} AND id %% 5 = 2""",
    # What is not due any more is withdrawn, as it is when something is worked out anew; so is what some others had.
    f"""UPDATE achievement_achievement a SET state = {State.WITHDRAWN:d}
        FROM (
            SELECT o.id FROM achievement_achievement o
            LEFT JOIN (SELECT DISTINCT organisation_id FROM organisations_listsize WHERE upper_inf(recorded)) l
              ON l.organisation_id = o.provider_id
            LEFT JOIN (
                SELECT p.service_id, p.network_id, p.provider_id, t.valid FROM participation_participation p
                JOIN participation_term t ON t.participation_id = p.id WHERE p.state = 5) c
              ON (c.service_id, c.network_id, c.provider_id) = (o.service_id, o.network_id, o.provider_id)
             AND c.valid @> o.achievement_date
            WHERE o.state IN ({OPEN}) AND (l.organisation_id IS NULL OR c.provider_id IS NULL)) gone
        WHERE a.id = gone.id""",
    f"""UPDATE achievement_achievement SET state = {State.WITHDRAWN:d}
        WHERE state IN ({OPEN}) AND provider_id %% 10 = 4 AND network_id %% 10 = 4""",
    # These are queued to be worked out anew; the night has been, so nothing else is that for want of another cause.
    """INSERT INTO operations_outboxmessage (task, keys, created_at, due_at, attempts, error)
       SELECT 'achievement.calculate_achievements', jsonb_build_object('networks', jsonb_agg(id)), now(), now(), 0, ''
       FROM organisations_organisation WHERE kind = 2 AND id %% 10 = 4""",
    # Somebody approves in every second commissioning organisation, the only one of the small England among them.
    """INSERT INTO accounts_grant (user_id, organisation_id, role, payment_type, granted_at)
       SELECT u.id, o.id, 'Approval Management', '', '2021-04-01'
       FROM organisations_organisation o, (SELECT min(id) AS id FROM accounts_user) u
       WHERE o.kind = 3 AND o.id %% 2 = 1""",
)


def build(england: England, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(built, "vacuum", lambda: execute("ANALYZE"))
    england.build()
    england._payment_dates(england.dates_to_approve())
    execute("SET LOCAL session_replication_role = replica")
    with connection.cursor() as cursor:
        for sql in DAMAGE:
            cursor.execute(sql, {"day": LAST_MONTH, "networks": england.networks})
    execute("SET LOCAL session_replication_role = DEFAULT")
    execute("ANALYZE")


def lines_that_wait() -> int:
    """Counted another way: members of the last month without an approved line, where the network was offered it."""
    return int(
        str(
            value_of(
                f"""
                WITH offered AS (SELECT DISTINCT service_id, network_id FROM participation_participation p
                                 JOIN participation_term t ON t.participation_id = p.id
                                 WHERE p.state = 5 AND lower(t.valid) <= %s)
                SELECT count(*) FROM offered JOIN organisations_membership m USING (network_id)
                WHERE m.valid @> %s::date AND NOT EXISTS (
                    SELECT FROM achievement_achievement a
                    WHERE (a.service_id, a.achievement_date, a.network_id, a.provider_id)
                        = (offered.service_id, %s, m.network_id, m.practice_id)
                      AND a.state = {State.AWAITING_NETWORK:d})""",
                [LAST_MONTH] * 3,
            )
        )
    )


@pytest.mark.parametrize("england", [SMALL, pytest.param(WHOLE, marks=pytest.mark.full)], ids=["small", "whole"])
def test_no_blocked_line_is_without_a_named_cause(db, set_clock, monkeypatch, record_property, england):
    set_clock(TODAY)
    build(england, monkeypatch)

    started = perf_counter()
    counted = first_causes(Scope())
    took = perf_counter() - started
    found = [each for n in range(1, england.commissioners + 1) for each in waiting(Scope(commissioner=n))]
    named = Counter(cause for each in found for line in each.lines for cause in line.causes)

    assert all(each.lines for each in found)
    assert all(line.causes for each in found for line in each.lines)
    assert named[Cause.UNKNOWN] == 0
    assert sum(counted.values()) == len(found)
    assert Counter(each.causes[0] for each in found) == counted
    last = [line for each in found if each.key.achievement_date == LAST_MONTH for line in each.lines]
    assert sum(line.is_expected and line.practice_id is not None for line in last) == lines_that_wait()
    assert len(named) >= 10
    record_property("table", f"{len(found):,} totals wait in {england}; counted in {took:.1f} s\n{dict(named)}")
