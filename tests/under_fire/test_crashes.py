"""Crashes at chosen points: each leaves all of the work or none of it, and somebody does what is left."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import timedelta

import pytest
import redis

from achievement.states import NilState, State
from cqrs_portal.embedded.processes import Process
from tests.under_fire import checker
from tests.under_fire.conftest import make_world
from tests.under_fire.killing import kill
from tests.under_fire.portal import Portal, wait_until
from tests.under_fire.world import NIGHT

pytestmark = pytest.mark.full
KILLED = -signal.SIGKILL
NOON = NIGHT.replace(hour=12)


@pytest.fixture(scope="module")
def town(portal: Portal) -> Portal:
    """Two commissioners with four networks each, approved and waiting; nobody works yet, and it is noon."""
    portal.set_clock(NOON)
    make_world(portal, 1, commissioners=2, networks=8, practices=24)
    return portal


def complete_key(portal: Portal) -> tuple[int, str]:
    """A network and date whose lines are all approved and not aggregated."""
    sql = f"""SELECT network_id, achievement_date::text FROM achievement_achievement GROUP BY 1, 2
              HAVING bool_and(state = {State.AWAITING_NETWORK:d}) ORDER BY 1, 2 LIMIT 1"""
    ((network, day),) = portal.rows(sql)
    return network, day


def message_for(portal: Portal, network: int, day: str) -> int:
    """A message that asks for the aggregation of one network and date."""
    sql = """INSERT INTO operations_outboxmessage (task, keys, created_at, due_at, attempts, error)
             SELECT 'achievement.aggregate_networks', jsonb_build_object('keys', jsonb_build_array(
                 jsonb_build_array(service_id, %s::text, %s::bigint))), now(), '2030-01-01', 0, ''
             FROM achievement_achievement LIMIT 1 RETURNING id"""
    return int(portal.value(sql, [day, network]))


def total_of(portal: Portal, network: int, day: str) -> int:
    sql = f"""SELECT count(*) FROM achievement_networkachievement
              WHERE network_id = %s AND achievement_date = %s AND state = {State.AGGREGATED:d}"""
    return int(portal.value(sql, [network, day]))


def is_done(portal: Portal, message: int) -> bool:
    return bool(portal.value("SELECT done_at IS NOT NULL FROM operations_outboxmessage WHERE id = %s", [message]))


def deliver(portal: Portal, message: int, dies: str = "") -> str:
    arguments = ("-m", "tests.under_fire.scenes", "deliver", str(message), *([dies] if dies else []))
    return portal.run(*arguments, codes=(KILLED,) if dies else (0,)).strip()


def shards_of_a_new_run(portal: Portal) -> list[int]:
    return [int(shard) for shard in portal.run("-m", "tests.under_fire.scenes", "night").split()]


def test_a_worker_that_dies_between_the_aggregation_and_the_mark_has_done_neither(town: Portal):
    network, day = complete_key(town)
    message = message_for(town, network, day)

    deliver(town, message, "before")
    after_the_death = (total_of(town, network, day), is_done(town, message))
    again = deliver(town, message)

    assert after_the_death == (0, False), "it is one transaction"
    assert again == "True"
    assert (total_of(town, network, day), is_done(town, message)) == (1, True)
    assert checker.broken(town.rows, checker.RULES) == {}


def test_a_worker_that_dies_before_it_can_tell_the_broker_has_done_it_and_nobody_does_it_again(town: Portal):
    network, day = complete_key(town)
    message = message_for(town, network, day)

    deliver(town, message, "after")
    after_the_death = (total_of(town, network, day), is_done(town, message))
    again = deliver(town, message)

    assert after_the_death == (1, True)
    assert again == "False"
    assert total_of(town, network, day) == 1
    assert checker.broken(town.rows, checker.RULES) == {}


def test_a_worker_killed_while_its_second_sweep_waits_for_a_lock_leaves_the_sweep_to_another(town: Portal):
    network, day = complete_key(town)
    (shard,) = town.rows(
        """SELECT s.id FROM achievement_shard s JOIN organisations_lead l USING (commissioner_id)
           WHERE s.id = ANY(%s) AND l.network_id = %s""",
        [shards_of_a_new_run(town), network],
    )[0]
    town.rows("UPDATE achievement_shard SET sweep = 2 WHERE id = %s", [shard])
    message = message_of_shard(town, shard)

    with town.in_transaction() as cursor:
        cursor.execute("SELECT id FROM organisations_organisation WHERE id = %s FOR NO KEY UPDATE", [network])
        worker = town.begin("dying", "tests.under_fire.scenes", "deliver", str(message))
        wait_until(lambda: waits_for_a_lock(town), 20, "the second sweep waits")
        killed = kill(worker.pid)
    after_the_death = (state_of(town, shard), total_of(town, network, day), is_done(town, message))
    wait_until(lambda: not waits_for_a_lock(town), 20, "PostgreSQL notices")
    again = deliver(town, message)

    assert killed
    assert after_the_death == (1, 0, False)
    assert again == "True"
    assert (state_of(town, shard), total_of(town, network, day), is_done(town, message)) == (2, 1, True)
    assert checker.broken(town.rows, checker.RULES) == {}


def message_of_shard(portal: Portal, shard: int) -> int:
    sql = "SELECT min(id) FROM operations_outboxmessage WHERE task = 'achievement.work_shard' AND keys->>'shard' = %s"
    return int(portal.value(sql, [str(shard)]))


def state_of(portal: Portal, shard: int) -> int:
    return int(portal.value("SELECT state FROM achievement_shard WHERE id = %s", [shard]))


def waits_for_a_lock(portal: Portal) -> bool:
    sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'dying' AND wait_event_type = 'Lock'"
    return bool(portal.value(sql))


def test_when_the_broker_forgets_everything_the_tick_sends_it_again(
    town: Portal, record_property: Callable[[str, object], None]
):
    network, day = left_to_approve(town)
    town.run("-m", "tests.under_fire.scenes", "approve", str(network), day)
    waiting = town.value("SELECT count(*) FROM operations_outboxmessage WHERE done_at IS NULL")
    with redis.Redis.from_url(town.valkey.url()) as broker:
        had = broker.llen("cqrs-portal")
        broker.flushall()

    town.set_clock(NOON + timedelta(hours=2))
    workers: list[Process] = [town.begin_worker(7), town.begin_beat()]
    sql = "SELECT count(*) FROM operations_outboxmessage WHERE done_at IS NULL"
    took = wait_until(lambda: town.value(sql) == 0, 60, "the tick has sent it again and the worker has done it")

    record_property("table", f"{had} messages forgotten, {waiting} in the outbox, all done after {took:.1f} s")
    assert had > 0
    assert waiting > 0
    assert total_of(town, network, day) == 1
    assert all(each.alive for each in workers)
    assert checker.broken(town.rows, checker.RULES) == {}


def left_to_approve(portal: Portal) -> tuple[int, str]:
    """A network and date that waits for one approval or more, and for nothing else."""
    approved, to_approve = int(State.AWAITING_NETWORK), int(State.AWAITING_COMMISSIONER)
    sql = f"""SELECT network_id, achievement_date::text FROM achievement_achievement GROUP BY 1, 2
              HAVING bool_and(state IN ({approved}, {to_approve})) AND bool_or(state = {to_approve}) LIMIT 1"""
    ((network, day),) = portal.rows(sql)
    return network, day


LINES, TOTALS, CHANGES = "achievement_achievement", "achievement_networkachievement", "achievement_achievementchange"
TOTAL_CHANGES = "achievement_networkachievementchange"


def without_unique(table: str) -> str:
    """SQL that takes every uniqueness from a table but its key's, so that what it forbids can be there."""
    return f"""
        DO $$ DECLARE each record; BEGIN
            FOR each IN SELECT conname FROM pg_constraint
                        WHERE conrelid = '{table}'::regclass AND contype IN ('u', 'x', 'c') LOOP
                EXECUTE format('ALTER TABLE {table} DROP CONSTRAINT %I CASCADE', each.conname);
            END LOOP;
            FOR each IN SELECT indexrelid::regclass AS name FROM pg_index
                        WHERE indrelid = '{table}'::regclass AND indisunique AND NOT indisprimary LOOP
                EXECUTE format('DROP INDEX %s', each.name);
            END LOOP;
        END $$;"""


def copied(table: str, where: str = "true", **other: str) -> str:
    """SQL that writes one row a second time, with other values in some columns: SQL over the row, called `one`."""
    values = ", ".join(f"'{column}', {value}" for column, value in {"id": "-1", **other}.items())
    return f"""{without_unique(table)}
        INSERT INTO {table} SELECT (jsonb_populate_record(one, jsonb_build_object({values}))).*
        FROM {table} one WHERE {where} ORDER BY id LIMIT 1"""


def settled_line(proposed_by: str, confirmed_by: str) -> str:
    """SQL that settles a line of a total as nil, past what forbids it."""
    return f"""{without_unique("achievement_nilsettlement")}
        INSERT INTO achievement_nilsettlement (achievement_date, service_id, network_id, provider_id, commissioner_id,
            reason, proposed_at, proposed_by_id, confirmed_at, confirmed_by_id, state, version)
        SELECT achievement_date, service_id, network_id, provider_id, commissioner_id, 'Planted', now(), {proposed_by},
               now(), {confirmed_by}, {NilState.SETTLED:d}, 2
        FROM achievement_achievement WHERE state = {State.AGGREGATED:d} ORDER BY id LIMIT 1"""


DAMAGE = {
    "two payable lines of one provider": copied(LINES, "state <> 10", network_id="-1"),
    "two lines of one provider and network": copied(LINES, "state <> 10", state="10"),
    "two totals of one network": copied(TOTALS, "state = 7"),
    "one person in two stages of a chain": copied("submission_hand", stage="one.stage + 1"),
    f"{TOTALS}: a version was left out or came twice": f"UPDATE {TOTAL_CHANGES} SET version = 2 WHERE version = 1",
    f"{TOTALS}: a move starts where the one before did not end": f"""
        UPDATE {TOTAL_CHANGES} SET from_state = 9 WHERE version = 1""",
    f"{TOTALS}: a move that no table of states has": f"""
        UPDATE {TOTAL_CHANGES} SET transition = 'declare' WHERE version = 1""",
    f"{TOTALS}: a row is not what its last change says": f"UPDATE {TOTALS} SET version = version + 1 WHERE state = 7",
    f"{TOTALS}: a move after the last word": f"UPDATE {TOTAL_CHANGES} SET from_state = 8 WHERE version = 1",
    "a total that differs from its lines": f"UPDATE {TOTALS} SET amount = amount + 0.01 WHERE state = 7",
    "a total without lines": f"UPDATE {LINES} SET network_achievement_id = NULL WHERE state = 7",
    "an aggregated line without its total": f"UPDATE {TOTALS} SET state = 10 WHERE state = 7",
    "a line that is not aggregated and has a total": f"UPDATE {LINES} SET state = 6 WHERE state = 7",
    "a total whose lines are not those of its members": """
        UPDATE organisations_membership SET recorded = tstzrange(lower(recorded), now())""",
    "a line in a total that is settled as nil": settled_line("1", "2"),
    "a settlement by one person alone": settled_line("1", "1"),
    "an amount that is not its list size's": f"UPDATE {LINES} SET amount = amount + 0.01 WHERE state = 6",
    "a hand that is missing, or that nobody had": "DELETE FROM submission_hand",
    f"{LINES}: a version was left out or came twice": f"DELETE FROM {CHANGES} WHERE version = 1",
    f"{LINES}: a move starts where the one before did not end": f"""
        UPDATE {CHANGES} SET from_state = 9 WHERE version = 2""",
    f"{LINES}: a move that no table of states has": f"UPDATE {CHANGES} SET transition = 'declare' WHERE version = 2",
    f"{LINES}: a row is not what its last change says": f"UPDATE {LINES} SET version = version + 1 WHERE state = 6",
    f"{LINES}: a move after the last word": f"UPDATE {CHANGES} SET from_state = 8 WHERE version = 2",
    "a complete network that was not aggregated": f"""
        UPDATE {LINES} SET state = 6, network_achievement_id = NULL WHERE state = 7""",
    "a run that still runs": """
        UPDATE achievement_overnightrun SET state = 1 WHERE id = (SELECT max(id) FROM achievement_overnightrun)""",
    "a shard that still runs": "UPDATE achievement_shard SET state = 1",
    "later work that was not done": "UPDATE operations_outboxmessage SET done_at = NULL",
}
"""What each rule of the checker must notice."""


def test_every_rule_of_the_checker_has_its_damage():
    assert set(DAMAGE) == {*checker.RULES, *checker.WHEN_ALL_IS_DONE}


@pytest.mark.parametrize("rule", DAMAGE)
def test_the_checker_notices_what_it_is_there_for(town: Portal, rule: str):
    with town.in_transaction() as cursor:

        def ask(sql: str) -> list[tuple[object, ...]]:
            cursor.execute(sql)
            return list(cursor.fetchall())

        cursor.execute("SET LOCAL session_replication_role = replica")  # past the triggers that would refuse it
        cursor.execute(DAMAGE[rule])

        found = checker.broken(ask, checker.RULES, checker.WHEN_ALL_IS_DONE)

    assert rule in found
