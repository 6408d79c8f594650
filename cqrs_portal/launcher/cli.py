"""What stands after `python3 portal.py`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

COMMANDS = ("test", "check", "manage", "bench", "lock")

_WHAT = """\
With no command: sets the portal up, starts it, and prints its address and sign-ins.

  test [--full] [pytest arguments]   the suite, on servers of its own
  check                              format, lint, types, imports, templates, migrations, compose file
  manage COMMAND ...                 one of Django's management commands
  bench [NAMES]                      the benchmarks
  lock                               make the requirement locks again
"""


def run(argv: list[str]) -> int:
    """Carry out one command line; the exit code."""
    choices = _parser().parse_args(argv)
    if choices.command is None:
        from cqrs_portal.launcher.serving import serve

        return serve(state=choices.state, port=choices.port, fresh=choices.fresh)
    return _command(choices.command)(choices.arguments, choices.state)


def _command(name: str) -> Callable[[list[str], Path | None], int]:
    """The function behind a command; imported when it is asked for, so that the others need not load."""
    match name:
        case "test":
            from cqrs_portal.launcher.testing import run_suite as command
        case "check":
            from cqrs_portal.launcher.checking import check as command
        case "manage":
            from cqrs_portal.launcher.managing import manage as command
        case "bench":
            from cqrs_portal.launcher.benching import bench as command
        case _:
            from cqrs_portal.launcher.locking import lock as command
    return command


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="portal.py", description=_WHAT, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--port", type=_port, default=8000, help="the port on 127.0.0.1 (8000)")
    parser.add_argument("--state", type=Path, metavar="DIR", help="the folder that holds all data of this portal")
    parser.add_argument("--fresh", action="store_true", help="first delete what the state folder holds")
    parser.add_argument("command", nargs="?", choices=COMMANDS, help=argparse.SUPPRESS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port: a whole number from 1 to 65535")
    return int(text)
