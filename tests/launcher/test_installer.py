"""Where packages come from, and what is said when they do not come."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cqrs_portal.embedded.errors import CannotStart
from cqrs_portal.launcher import installer
from cqrs_portal.launcher.installer import Installer, why, without_indexes

ROOT = Path(__file__).resolve().parents[2]


def test_a_machine_with_neither_uv_nor_pip_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(installer, "_runs", lambda *command: False)
    monkeypatch.setattr(installer.subprocess, "run", lambda *command, **options: None)

    with pytest.raises(CannotStart, match="Neither uv nor pip was found"):
        Installer(tmp_path, tmp_path / "tools.txt").uv()


def test_a_machine_without_a_network_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens on the discard port
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    lock = ROOT / "requirements" / "npm.txt"
    uv = Installer(ROOT / ".tools", ROOT / "requirements" / "tools.txt")

    with pytest.raises(CannotStart, match="Could not install npm: the package index cannot be reached"):
        uv.run("pip", "install", "--target", str(tmp_path / "npm"), "-r", str(lock), cause="install npm")


def test_a_full_disk_is_named():
    told = "error: Failed to install: x.whl\n  Caused by: No space left on device (os error 28)\n"

    assert why("install the packages", told).startswith("Could not install the packages: the disk is full")


def test_any_other_reason_is_passed_on_in_its_last_line():
    assert why("make .venv", "warning: x\nerror: it is Tuesday\n") == "Could not make .venv: error: it is Tuesday"


def test_nobodys_own_index_gets_into_a_lock():
    mine = {"UV_INDEX_URL": "x", "UV_EXTRA_INDEX_URL": "x", "UV_FIND_LINKS": "x", "UV_DEFAULT_INDEX": "x", "HOME": "/h"}

    assert without_indexes(mine) == {"HOME": "/h"}


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda lock: lock.name)
def test_locks_name_packages_and_hashes_and_no_address(lock: Path):
    text = lock.read_text()

    assert "--hash=sha256:" in text
    assert "://" not in text
    assert os.sep + "home" + os.sep not in text
