"""A portal of a test's own that may be killed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cqrs_portal.launcher.state import runs_folder, throwaway_state
from tests.under_fire.portal import ROOT, Portal


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """A running portal with empty tables, its database durable; nothing of it is left afterwards."""
    state = throwaway_state(runs_folder(ROOT), "fire")
    made = Portal(state.path)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        state.remove()


@pytest.fixture
def fire(request: pytest.FixtureRequest) -> tuple[int, int]:
    """How many kills, and the seed of chance: options --kills and --seed."""
    return request.config.getoption("--kills"), request.config.getoption("--seed")


def make_world(portal: Portal, seed: int, **sizes: int) -> tuple[Path, dict[str, Any]]:
    """The synthetic world in it: the file that says who is who, and what it says."""
    file = portal.folder / "world.json"
    portal.run("-m", "tests.under_fire.world", str(file), str(seed), json.dumps(sizes))
    return file, json.loads(file.read_text())
