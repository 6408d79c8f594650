"""A portal that was killed leaves programs behind; the next one ends those, and nothing else."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from cqrs_portal.embedded.errors import CannotStart
from cqrs_portal.embedded.processes import process
from cqrs_portal.launcher.predecessor import claim, end_orphans
from cqrs_portal.launcher.state import StateFolder


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    running = subprocess.Popen(["sleep", "60"], start_new_session=True)
    yield running
    running.kill()
    running.wait()


def record(state: StateFolder, pid: int, started: str) -> None:
    state.record(
        "portal", {"launcher": 1, "address": "x", "children": [{"name": "web", "pid": pid, "started": started}]}
    )


def test_what_a_killed_portal_left_running_is_ended(throwaway_folder: StateFolder, bystander: subprocess.Popen[bytes]):
    record(throwaway_folder, *process(bystander.pid))

    end_orphans(throwaway_folder)

    assert bystander.wait(5) < 0
    assert throwaway_folder.read("portal") == {}


def test_a_process_that_got_the_number_of_an_orphan_is_left_alone(
    throwaway_folder: StateFolder, bystander: subprocess.Popen[bytes]
):
    record(throwaway_folder, bystander.pid, "another boot:1")

    end_orphans(throwaway_folder)

    assert bystander.poll() is None


def test_a_second_portal_on_the_same_state_is_told_where_the_first_is(throwaway_folder: StateFolder):
    claim(throwaway_folder)
    throwaway_folder.record("portal", {"launcher": 4711, "address": "http://127.0.0.1:8000/", "children": []})

    with pytest.raises(CannotStart, match=r"already running .* at http://127.0.0.1:8000/ \(process 4711\)"):
        claim(StateFolder(throwaway_folder.path))


def test_a_portal_whose_predecessor_is_gone_takes_its_place(throwaway_folder: StateFolder):
    claim(throwaway_folder)
    throwaway_folder.release("portal")
    successor = StateFolder(throwaway_folder.path)

    claim(successor)

    assert not throwaway_folder.hold("portal")
    successor.release("portal")


def test_a_record_that_a_crash_cut_short_is_as_good_as_none(throwaway_folder: StateFolder):
    (throwaway_folder.path / "portal.json").write_text('{"children": [{"na')

    end_orphans(throwaway_folder)

    assert throwaway_folder.read("portal") == {}
