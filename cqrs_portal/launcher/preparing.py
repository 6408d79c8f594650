"""The database made ready, in one process: migrations, training data, and the list of sign-ins.

Run by the launcher as `python -m cqrs_portal.launcher.preparing FILE [--load]`; the sign-ins go to FILE.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from cqrs_portal.launcher.progress import step


def prepare(sign_ins: Path, *, load: bool) -> None:
    """Migrate; load the training data if `load`; write one sign-in for each role and organisation to `sign_ins`."""
    import django
    from django.core.management import call_command

    with step("Bringing the database up to date"):
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
    if load:
        with step("Loading the training data"):
            call_command("load_training", stdout=io.StringIO())
    told = io.StringIO()
    call_command("training_sign_ins", stdout=told)
    sign_ins.touch(mode=0o600)
    sign_ins.write_text(told.getvalue())


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), load="--load" in sys.argv)
