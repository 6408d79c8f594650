"""python3 portal.py manage ...: Django's commands, with the services they need."""

from __future__ import annotations

import os
from pathlib import Path

from cqrs_portal.launcher.backing import backing
from cqrs_portal.launcher.bootstrap import ROOT, python
from cqrs_portal.launcher.state import StateFolder, default_state
from cqrs_portal.launcher.testing import run_in_front


def manage(arguments: list[str], state: Path | None = None) -> int:
    """Run a management command on the portal's state, in the caller's folder; its exit code."""
    folder = StateFolder(state or default_state(ROOT))
    with backing(folder, quiet=True) as servers:
        environment = {"DJANGO_SETTINGS_MODULE": "cqrs_portal.settings.training"} | os.environ | servers
        return run_in_front([str(python()), str(ROOT / "manage.py"), *arguments], environment)
