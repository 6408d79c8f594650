"""How the suite is run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings

from cqrs_portal.launcher.bootstrap import ROOT
from cqrs_portal.launcher.testing import _parallel
from tests.conftest import in_order


def test_the_whole_suite_runs_in_two_processes():
    assert _parallel([])[:2] == ["-n", "2"]


@pytest.mark.parametrize(
    "arguments", [["-n", "4"], ["-n0"], ["--pdb"], ["tests/core/test_clock.py"], ["tests/a.py::test_b"]]
)
def test_arguments_that_say_how_to_run_are_obeyed(arguments: list[str]):
    assert _parallel(arguments) == []


def broker_of(process: str, inherited: str) -> str:
    """The broker of one of pytest's processes, whose parent leads to the one it inherits."""
    asked = "from django.conf import settings; print(settings.CELERY_BROKER_URL)"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "cqrs_portal.settings.test",
        "CELERY_BROKER_URL": inherited,
        "PYTEST_XDIST_WORKER": process,
    }
    return subprocess.check_output([sys.executable, "-c", asked], env=environment, cwd=ROOT, text=True).strip()


def test_each_process_of_the_suite_has_a_broker_of_its_own():
    its_parents = settings.CELERY_BROKER_URL

    brokers = {its_parents, broker_of("gw100", its_parents), broker_of("gw101", its_parents)}

    assert len(brokers) == 3


def test_long_files_go_first_and_those_that_need_a_browser_last():
    def item(path: str, *fixtures: str) -> SimpleNamespace:
        return SimpleNamespace(path=Path(path), fixturenames=fixtures)

    two, committed = [item("two.py"), item("two.py", "db")], [item("committed.py", "transactional_db")]
    browsers = [item("browsers.py", "browser", "page"), item("browsers.py", "browser")]
    items = [item("browser.py"), item("browser.py", "browser"), *browsers, item("one.py"), *two, *committed]

    in_order(items)

    names = list(dict.fromkeys(each.path.name for each in items))
    assert names == ["committed.py", "two.py", "one.py", "browsers.py", "browser.py"]
