"""python3 portal.py bench: the benchmarks, on a durable cluster of their own."""

from __future__ import annotations

import os
from pathlib import Path

from cqrs_portal.embedded.tuning import DURABLE
from cqrs_portal.launcher.backing import throwaway
from cqrs_portal.launcher.bootstrap import ROOT, python
from cqrs_portal.launcher.state import runs_folder
from cqrs_portal.launcher.testing import run_in_front


def bench(arguments: list[str], state: Path | None = None) -> int:
    """Run the benchmarks named in `arguments`, or all; their exit code."""
    with throwaway(state or runs_folder(ROOT), "bench", DURABLE) as servers:
        environment = {"DJANGO_SETTINGS_MODULE": "cqrs_portal.settings.training"} | os.environ | servers
        return run_in_front([str(python()), "-m", "benchmarks", *arguments], environment, ROOT)
