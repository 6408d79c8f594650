"""The very first lines, which must work on a machine that has nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import portal

ROOT = Path(__file__).resolve().parents[2]


def test_an_old_python_is_told_which_one_is_needed():
    assert portal.refusal((3, 6, 15)) == (
        "CQRS Portal needs Python 3.11 or newer, and this is Python 3.6; start it with a newer one."
    )


def test_a_new_enough_python_is_let_through():
    assert portal.refusal((3, 11, 0)) is None
    assert portal.refusal((3, 14, 1)) is None


def test_old_pythons_can_read_the_file_that_tells_them():
    tree = ast.parse((ROOT / "portal.py").read_text(), feature_version=(3, 4))

    newer = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr | ast.NamedExpr | ast.AnnAssign)]
    assert newer == []


def test_the_first_half_needs_nothing_but_the_standard_library():
    first_half = "import sys; sys.path.insert(0, sys.argv[1]); import cqrs_portal.launcher.bootstrap"

    done = subprocess.run([sys.executable, "-I", "-S", "-c", first_half, str(ROOT)], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
