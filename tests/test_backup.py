"""Backup and restore as docs/operations.md says: what comes back is what was there, to the last row."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from cqrs_portal.embedded.folders import as_account
from cqrs_portal.embedded.postgres import DATABASE, EmbeddedPostgres
from cqrs_portal.embedded.tuning import DURABLE, THROWAWAY
from cqrs_portal.launcher.state import StateFolder
from tests.under_fire.portal import ROOT, Portal, wait_until

Ask = Callable[[str], list[tuple[Any, ...]]]

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
DIGEST = """SELECT '{table}', count(*), md5(coalesce(string_agg(r::text, E'\\n' ORDER BY r::text COLLATE "C"), ''))
            FROM {table} r"""
MONEY = """SELECT 'lines', state, count(*), sum(amount) FROM achievement_achievement GROUP BY 2
           UNION ALL SELECT 'totals', state, count(*), sum(amount) FROM achievement_networkachievement GROUP BY 2
           ORDER BY 1, 2"""
DEFINITIONS = """
    SELECT name, regexp_replace(said, '::[a-z ]+(\\[\\])?|[()]', '', 'g') FROM (
        SELECT conname AS name, pg_get_constraintdef(oid) AS said FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal) guards
    ORDER BY 1, 2"""
"""Without casts and brackets, which PostgreSQL writes anew when it reads them."""
SEQUENCES = "SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"


def everything(ask: Ask) -> dict[str, list[tuple[Any, ...]]]:
    """What a database holds: every table's rows counted and digested, the money, and what guards them."""
    digests = [ask(DIGEST.format(table=table))[0] for (table,) in ask(TABLES)]
    return {"tables": digests, "money": ask(MONEY), "definitions": ask(DEFINITIONS)}


def ask_this_test(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def run(cluster: EmbeddedPostgres, program: str, *arguments: str, **environment: str) -> None:
    """One of PostgreSQL's programs, as the cluster's account."""
    done = subprocess.run(
        [str(cluster.programs / program), *arguments],
        env=os.environ | environment, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        **as_account(cluster.account),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def socket_of_this_test() -> str:
    given = connection.settings_dict
    return str(given["HOST"] or given["OPTIONS"]["host"])


def test_a_dump_restored_into_a_new_cluster_is_the_same_database(
    training_portal: None, throwaway_folder: StateFolder, enterable_tmp: Path
):
    restored = EmbeddedPostgres(throwaway_folder.path, "restored", THROWAWAY).start()
    if restored.account:
        os.chown(enterable_tmp, restored.account.pw_uid, restored.account.pw_gid)
    dump, name = str(enterable_tmp / "portal.dump"), connection.settings_dict["NAME"]
    before = everything(ask_this_test)

    run(restored, "pg_dump", "-h", socket_of_this_test(), "-U", "postgres", "-Fc", "-f", dump, name)
    run(restored, "pg_restore", "-h", str(restored.sockets), "-U", "postgres", "--exit-on-error", "-d", DATABASE, dump)

    portal = Portal(throwaway_folder.path, restored)
    assert everything(portal.rows) == before
    assert portal.rows(SEQUENCES) == ask_this_test(SEQUENCES)
    assert sum(count for _table, count, _digest in before["tables"]) > 1_000
    assert before["money"]
    restored.stop()


class Archived:
    """A portal whose every change of the database is kept as it is written, and a copy of it from before."""

    def __init__(self, folder: StateFolder) -> None:
        self.folder, self.archive, self.base = folder, folder.path / "archive", folder.path / "base"
        there = f"{self.archive}/%f"
        archiving = {
            "wal_level": "replica",
            "archive_mode": "on",
            "archive_command": f"test ! -f {there} && cp %p {there}.part && mv {there}.part {there}",
        }
        self.portal = Portal(folder.path, EmbeddedPostgres(folder.path, "archived", DURABLE | archiving))
        for each in (self.archive, self.base):
            each.mkdir(mode=0o700)
            if account := self.portal.postgres.account:
                os.chown(each, account.pw_uid, account.pw_gid)

    def copy(self) -> None:
        """A base backup, checked against its manifest."""
        cluster = self.portal.postgres
        run(cluster, "pg_basebackup", "-h", str(cluster.sockets), "-U", "postgres", "-D", str(self.base), "-c", "fast")
        run(cluster, "pg_verifybackup", str(self.base))

    def finish_archive(self) -> None:
        """Until all that was written so far is in the archive."""
        last = self.portal.value("SELECT pg_walfile_name(pg_switch_wal())")
        wait_until((self.archive / last).exists, 30, "the last change is archived")

    def recover(self, moment: datetime) -> Portal:
        """The portal as it was at a moment, to be read, on a cluster made from the copy and the archive."""
        recovery = {
            "restore_command": f"cp {self.archive}/%f %p",
            "recovery_target_time": moment.isoformat(),
            "recovery_target_action": "pause",
        }
        (self.base / "recovery.signal").touch()
        self.base.rename(self.folder.path / "postgresql-recovered")
        recovered = EmbeddedPostgres(self.folder.path, "recovered", DURABLE | recovery).start()
        portal = Portal(self.folder.path, recovered)
        wait_until(lambda: portal.value("SELECT pg_get_wal_replay_pause_state()") == "paused", 30, "it stands there")
        return portal


@pytest.fixture
def archived(throwaway_folder: StateFolder) -> Iterator[Archived]:
    made = Archived(throwaway_folder)
    try:
        made.portal.start()
        made.portal.run(str(ROOT / "manage.py"), "load_training", "--verbosity", "0")
        yield made
    finally:
        made.portal.stop()


APPROVALS = "SELECT count(*) FROM achievement_achievementchange WHERE transition = 'approve line'"


def approve_what_waits(portal: Portal) -> int:
    """A good act: somebody approves lines that await it; how many."""
    sql = """SELECT network_id, achievement_date::text FROM achievement_achievement
             WHERE state = 3 AND network_id IS NOT NULL ORDER BY 1, 2 LIMIT 1"""
    ((network, day),) = portal.rows(sql)
    return int(portal.run("-m", "tests.under_fire.scenes", "approve", str(network), day).split()[-1])


@pytest.mark.full
def test_a_portal_goes_back_to_the_moment_before_a_bad_act_and_on_from_there(archived: Archived):
    portal = archived.portal
    archived.copy()
    approved = approve_what_waits(portal)
    before, approvals = everything(portal.rows), portal.value(APPROVALS)
    moment = portal.value("SELECT clock_timestamp()")
    portal.rows("UPDATE organisations_listsize SET size = 0")  # past the portal, by hand, everywhere: nothing undoes it
    archived.finish_archive()
    portal.postgres.stop()

    recovered = archived.recover(moment)

    after, kept = everything(recovered.rows), recovered.value(APPROVALS)
    recovered.rows("SELECT pg_wal_replay_resume()")
    wait_until(lambda: not recovered.value("SELECT pg_is_in_recovery()"), 30, "it can be written")
    shards = recovered.run("-m", "tests.under_fire.scenes", "night").split()
    recovered.postgres.stop()
    assert after == before, "the act after that moment is gone"
    assert kept == approvals >= approved > 0, "those before it are there"
    assert shards, "it goes on from there"
