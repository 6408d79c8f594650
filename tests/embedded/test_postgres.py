"""Embedded PostgreSQL: what it does when machines, people and earlier runs are in the way."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from cqrs_portal.embedded.errors import CannotStart
from cqrs_portal.embedded.folders import is_root
from cqrs_portal.embedded.postgres import EmbeddedPostgres
from cqrs_portal.embedded.processes import process, wait_until_gone
from cqrs_portal.embedded.tuning import THROWAWAY


def postmaster(cluster: EmbeddedPostgres) -> int:
    return int((cluster.data / "postmaster.pid").read_text().split()[0])


def test_committed_rows_survive_a_killed_server(durable_postgres: EmbeddedPostgres):
    durable_postgres.psql("CREATE TABLE kept AS SELECT 735.36 AS pounds")
    server = process(postmaster(durable_postgres))

    os.kill(server.pid, signal.SIGKILL)
    wait_until_gone(server, 5)
    durable_postgres.start()

    assert durable_postgres.psql("SELECT pounds FROM kept") == "735.36"


def test_a_pid_file_that_names_somebody_elses_process_does_not_keep_it_from_starting(
    durable_postgres: EmbeddedPostgres,
):
    durable_postgres.stop()
    (durable_postgres.data / "postmaster.pid").write_text(f"{os.getpid()}\n{durable_postgres.data}\n0\n5432\n\n\n")

    durable_postgres.start()

    assert durable_postgres.running()


def test_a_data_folder_that_was_left_half_made_is_made_again(enterable_tmp: Path):
    cluster = EmbeddedPostgres(enterable_tmp, "half", THROWAWAY)
    cluster.data.mkdir()
    (cluster.data / "PG_VERSION").write_text("17")

    cluster.start()

    assert cluster.psql("SELECT 1") == "1"
    cluster.stop()


def test_it_listens_on_a_socket_that_only_its_account_may_enter_and_ctrl_c_does_not_reach_it(
    durable_postgres: EmbeddedPostgres,
):
    mode = durable_postgres.sockets.stat().st_mode & 0o777
    group = os.getpgid(postmaster(durable_postgres))

    assert mode == 0o700
    assert durable_postgres.psql("SHOW listen_addresses") == ""
    assert group != os.getpgrp()


def test_a_state_folder_with_a_very_long_path_gets_a_socket_folder_that_fits(enterable_tmp: Path):
    deep = enterable_tmp / ("long-" * 12) / ("name-" * 12)

    cluster = EmbeddedPostgres(deep, "deep", THROWAWAY)

    assert len(str(cluster.sockets / ".s.PGSQL.5432")) <= 107


def test_what_initdb_says_is_shown(enterable_tmp: Path, monkeypatch: pytest.MonkeyPatch):
    programs = enterable_tmp / "programs"
    programs.mkdir()
    (programs / "initdb").write_text('#!/bin/sh\necho "initdb: error: no room in the house" >&2\nexit 1\n')
    (programs / "initdb").chmod(0o755)
    monkeypatch.setenv("PG_BIN", str(programs))
    cluster = EmbeddedPostgres(enterable_tmp / "state", "refused")

    with pytest.raises(CannotStart, match="initdb: error: no room in the house"):
        cluster.start()


@pytest.mark.skipif(not is_root(), reason="only root drops to another account")
def test_root_is_told_of_a_folder_that_the_dropped_account_cannot_enter(tmp_path: Path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(CannotStart, match="PostgreSQL runs as '.*', not as root, and '.*' may not enter it"):
        EmbeddedPostgres(closed / "state")


def test_two_clusters_in_one_folder_do_not_see_each_other(enterable_tmp: Path):
    one, other = (EmbeddedPostgres(enterable_tmp, name, THROWAWAY).start() for name in ("one", "other"))

    one.psql("CREATE TABLE mine (n int)")

    assert other.psql("SELECT count(*) FROM pg_tables WHERE tablename = 'mine'") == "0"
    one.stop()
    assert other.running()
    other.stop()


def test_a_full_disk_is_named_as_the_reason(enterable_tmp: Path):
    from cqrs_portal.embedded.postgres import _reason

    sentence = _reason("FATAL:  could not write lock file: No space left on device\n", enterable_tmp / "server.log")

    assert sentence.startswith("PostgreSQL did not start because the disk")
    assert "full" in sentence
