from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import current_app
from kombu import pools

from cqrs_portal.embedded.valkey import EmbeddedValkey
from operations import later

QUEUES = ("cqrs-portal", "cqrs-portal-jobs")


class Broker:
    """Where this process sends its messages: a server that is there, or a socket that nobody listens on."""

    def __init__(self, valkey: EmbeddedValkey, nowhere: Path) -> None:
        self.valkey, self.nowhere = valkey, nowhere

    def goes_away(self) -> None:
        self._lead_to(f"redis+socket://{self.nowhere}?virtual_host=0")

    def comes_back(self) -> None:
        self._lead_to(self.valkey.celery_url())

    def received(self) -> list[Any]:
        """The arguments of every message that arrived, oldest first; they are taken from the queue."""
        return [arguments for queue in QUEUES for arguments in self.received_in(queue)]

    def received_in(self, queue: str) -> list[Any]:
        """The same, of one queue."""
        with redis.Redis.from_url(self.valkey.url()) as client:
            found = client.lrange(queue, 0, -1)
            client.delete(queue)
        return [json.loads(base64.b64decode(json.loads(each)["body"]))[0] for each in reversed(found)]

    def _lead_to(self, url: str) -> None:
        os.environ["CELERY_BROKER_URL"] = url  # Celery reads this before its settings
        pools.reset()
        current_app._pool = current_app.amqp._producer_pool = None


@pytest.fixture
def broker(start_valkey: Callable[[str], EmbeddedValkey], throwaway_folder: Any) -> Iterator[Broker]:
    """A broker of the test's own, there until it goes away."""
    before = os.environ["CELERY_BROKER_URL"]
    made = Broker(start_valkey("broker"), throwaway_folder.path / "nobody-listens.sock")
    made.comes_back()
    yield made
    made._lead_to(before)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Registers work that later asks for by name, for one test; and what is done when it was killed."""

    def register(name: str, function: later.Work, when_killed: later.WhenKilled | None = None) -> None:
        monkeypatch.setitem(later._works, name, function)
        if when_killed is not None:
            monkeypatch.setitem(later._when_killed, name, when_killed)

    return register
