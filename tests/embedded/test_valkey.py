"""Embedded Valkey: what was acknowledged is there after a restart, and stopping it hits nothing else."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import redis

from cqrs_portal.embedded.processes import process, wait_until_gone
from cqrs_portal.embedded.valkey import EmbeddedValkey

StartValkey = Callable[[str], EmbeddedValkey]


def client(valkey: EmbeddedValkey) -> redis.Redis:
    return redis.Redis.from_url(valkey.url())


def test_a_message_survives_a_stop(start_valkey: StartValkey):
    valkey = start_valkey("stopped")
    with client(valkey) as connection:
        connection.rpush("queue", "one")

    valkey.stop()
    valkey.start()

    with client(valkey) as connection:
        assert connection.lrange("queue", 0, -1) == [b"one"]


def test_a_message_a_second_old_survives_a_killed_server(start_valkey: StartValkey):
    valkey = start_valkey("killed")
    with client(valkey) as connection:
        connection.rpush("queue", "one")
        server = process(connection.info("server")["process_id"])
    time.sleep(1.2)  # the append-only file is synced each second

    os.kill(server.pid, signal.SIGKILL)
    wait_until_gone(server, 5)
    valkey.start()

    with client(valkey) as connection:
        assert connection.lrange("queue", 0, -1) == [b"one"]


def test_stopping_one_server_leaves_another_running(start_valkey: StartValkey):
    one, other = start_valkey("one"), start_valkey("other")

    one.stop()

    assert not one.running()
    assert other.running()


def test_starting_it_twice_keeps_the_server_that_runs(start_valkey: StartValkey):
    first = start_valkey("same")
    with client(first) as connection:
        number = connection.info("server")["process_id"]

    second = start_valkey("same")

    with client(second) as connection:
        assert connection.info("server")["process_id"] == number
