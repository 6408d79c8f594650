"""How the suite is run."""

from __future__ import annotations

import pytest

from cqrs_portal.launcher.testing import _parallel


def test_the_whole_suite_runs_in_two_processes():
    assert _parallel([])[:2] == ["-n", "2"]


@pytest.mark.parametrize(
    "arguments", [["-n", "4"], ["-n0"], ["--pdb"], ["tests/core/test_clock.py"], ["tests/a.py::test_b"]]
)
def test_arguments_that_say_how_to_run_are_obeyed(arguments: list[str]):
    assert _parallel(arguments) == []
