"""State folders: made, marked, checked, emptied, and never anybody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from cqrs_portal.embedded.errors import CannotStart
from cqrs_portal.embedded.folders import is_root
from cqrs_portal.launcher import refusals
from cqrs_portal.launcher.refusals import naming_a_full_disk, needs_room
from cqrs_portal.launcher.state import StateFolder, abandoned_runs, default_state, throwaway_state


def test_two_checkouts_have_two_default_folders():
    assert default_state(Path("/srv/one")) != default_state(Path("/srv/two"))


def test_a_folder_with_somebody_elses_files_is_refused_and_left_as_it_is(enterable_tmp: Path):
    (enterable_tmp / "thesis.txt").write_text("years of work")

    with pytest.raises(CannotStart, match="holds files that are not this portal's"):
        StateFolder(enterable_tmp)

    assert [file.name for file in enterable_tmp.iterdir()] == ["thesis.txt"]


def test_a_file_in_the_place_of_the_folder_is_named(enterable_tmp: Path):
    (enterable_tmp / "state").write_text("")

    with pytest.raises(CannotStart, match="a file of that name stands in the way"):
        StateFolder(enterable_tmp / "state")


@pytest.mark.skipif(is_root(), reason="root may write anywhere")
def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    tmp_path.chmod(0o500)

    with pytest.raises(CannotStart, match="cannot be made: Permission denied"):
        StateFolder(tmp_path / "state")


@pytest.mark.skipif(not is_root(), reason="only root drops to another account")
def test_root_is_told_of_a_folder_that_nobody_else_can_enter_and_nothing_is_left_behind(tmp_path: Path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(CannotStart, match="may not enter it"):
        StateFolder(closed / "state")

    assert list(closed.iterdir()) == []


def test_emptying_keeps_the_mark_and_what_is_locked(throwaway_folder: StateFolder):
    (throwaway_folder.path / "logs").mkdir()
    (throwaway_folder.path / "loaded.json").write_text("{}")

    throwaway_folder.empty()

    assert sorted(entry.name for entry in throwaway_folder.path.iterdir()) == [".run.lock", "cqrs-portal-state.json"]


def test_the_secret_key_is_made_once_and_only_its_owner_can_read_it(throwaway_folder: StateFolder):
    key = throwaway_folder.secret_key()

    assert len(key) >= 50
    assert StateFolder(throwaway_folder.path).secret_key() == key
    assert (throwaway_folder.path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_lock_is_held_until_it_is_released(throwaway_folder: StateFolder):
    other = StateFolder(throwaway_folder.path)
    throwaway_folder.hold("portal")

    refused = other.hold("portal")
    throwaway_folder.release("portal")

    assert not refused
    assert other.hold("portal")
    other.release("portal")


def test_runs_that_were_killed_are_found_and_running_ones_are_not(enterable_tmp: Path):
    killed, running = (throwaway_state(enterable_tmp / "runs", "test") for _ in range(2))
    killed.release("run")

    found = abandoned_runs(enterable_tmp / "runs")

    assert [state.path for state in found] == [killed.path]
    for state in (*found, running):
        state.remove()


def test_a_disk_with_too_little_room_is_refused_before_anything_is_written(tmp_path: Path):
    with pytest.raises(CannotStart, match=r"is nearly full: \d+ MB are free and 1000000000 MB are needed"):
        needs_room(tmp_path / "not" / "there", 1_000_000_000)


def test_what_fails_on_a_full_disk_is_put_down_to_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(refusals, "_free_megabytes", lambda folder: 0)

    with pytest.raises(CannotStart, match="is full; what was saved is safe: make room"), naming_a_full_disk(tmp_path):
        raise CannotStart("The database could not be made ready: 1")


def test_what_fails_with_room_to_spare_keeps_its_own_sentence(tmp_path: Path):
    with pytest.raises(CannotStart, match="^The web ended by itself$"), naming_a_full_disk(tmp_path):
        raise CannotStart("The web ended by itself")
