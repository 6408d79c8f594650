"""The house rules that a linter does not know."""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import allauth
import pytest
from django.apps import apps

from core.commands import is_command
from core.permissions import permission
from core.transitions import Stateful
from cqrs_portal.documents import MACHINES, documents

ROOT = Path(__file__).resolve().parent.parent
APPS = (
    "cqrs_portal", "home", "reports", "achievement", "submission", "participation", "catalogue", "accounts",
    "organisations", "operations", "calculation", "ui", "core",
)  # fmt: skip
TEMPLATES = ROOT / "templates"
MACHINERY = ("cqrs_portal/launcher/", "cqrs_portal/embedded/")
"""What starts the servers is outside Django: it lives in the machine's time, and its state is a folder."""

NOT_COMMANDS = {
    "operations.commands": "what carries later work, beneath the commands that ask for it",
}
"""Modules of this name whose functions nobody acts in."""

NO_TRANSITION_TABLE = {
    "achievement/commands/overnight/": "a run and its shards have progress, not a status that anybody moves",
    "operations/": "a job has progress",
}
"""Where a column named state is set without a transition, and why."""


@cache
def sources() -> dict[str, ast.Module]:
    """Path from the root -> parsed module, of every module of the portal but migrations."""
    files = (path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in files}


def strings_of(tree: ast.Module) -> Iterator[ast.Constant]:
    """String constants that are not docstrings: where SQL is."""
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node


def command_modules() -> list[str]:
    return [
        f"{app}.commands"
        for app in APPS
        if app not in ("core", "ui") and find_spec(app) and find_spec(f"{app}.commands")
    ]


@pytest.mark.parametrize("name", command_modules())
def test_every_command_says_who_acts_and_is_one_transaction(name):
    if name in NOT_COMMANDS:
        pytest.skip(NOT_COMMANDS[name])
    module = import_module(name)
    public = {
        key: value for key, value in vars(module).items() if inspect.isfunction(value) and not key.startswith("_")
    }
    own = {key: value for key, value in public.items() if value.__module__.startswith(name)}

    not_commands = [key for key, function in own.items() if not is_command(function)]
    without_by = [key for key, function in own.items() if not says_by(function)]

    assert (not_commands, without_by) == ([], [])


def says_by(function) -> bool:
    by = inspect.signature(function).parameters.get("by")
    return by is not None and by.kind is inspect.Parameter.KEYWORD_ONLY


def test_commands_know_no_http():
    known = [
        f"{path}:{node.lineno}"
        for path, tree in sources().items()
        if re.search(r"/commands(/|\.py)", path) and "/management/" not in path
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith(("django.http", "django.shortcuts", "django.template"))
    ]

    assert known == []


OTHER_CLOCKS = re.compile(
    r"\b(date|datetime)\.today$|\b(datetime|timezone)\.(now|utcnow)$|\btime\.time$"
    r"|\btimezone\.local(date|time)$|(^|\.)(Now|TransactionNow)$"
)
SQL_CLOCKS = re.compile(
    r"(?<![.\w])(now\(\)|current_date|current_timestamp|clock_timestamp\(\)|localtimestamp)", re.IGNORECASE
)


def test_there_is_one_clock():
    excused = ("core/clock.py", *MACHINERY)
    found = [
        f"{path}:{line}"
        for path, tree in sources().items()
        if not path.startswith(excused)
        for line in asks_the_time(tree)
    ]

    assert found == []


def asks_the_time(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and OTHER_CLOCKS.search(ast.unparse(node.func)):
            yield node.lineno
    yield from (text.lineno for text in strings_of(tree) if SQL_CLOCKS.search(text.value))


@pytest.mark.parametrize(
    "source",
    [
        "Now()",
        "timezone.localdate()",
        "date.today()",
        "datetime.datetime.now(UTC)",
        "timezone.now()",
        "run('SELECT now()')",
        "x = 'at > Current_Date'",
    ],
)
def test_another_clock_would_be_found(source):
    assert list(asks_the_time(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "row.state = 3",
        "rows.update(state=State.HELD)",
        "sql = 'UPDATE a SET version = 1, state = 3 WHERE id = 1'",
        "f'SET state = {x}'",
        "setattr(row, 'state', 3)",
        "rows.bulk_update(found, ['state'])",
        "row.save(update_fields=['state'])",
        "rows.aupdate(state=3)",
    ],
)
def test_a_status_set_by_hand_would_be_found(source):
    assert list(sets_state(ast.parse(source.replace("f'", "y = f'"))))


@pytest.mark.parametrize(
    "source", ["Row(state=1)", "rows.filter(state=3)", "sql = 'UPDATE a SET x = 1 WHERE a.state = 3'"]
)
def test_reading_or_creating_a_status_is_no_change(source):
    assert not list(sets_state(ast.parse(source)))


SETS_STATE = re.compile(r"\bSET\b(?:(?!\bWHERE\b|\bFROM\b).)*?(?<![.\w])state\s*=", re.IGNORECASE | re.DOTALL)


def test_only_a_transition_changes_a_status():
    excused = ("core/transitions.py", *MACHINERY, *NO_TRANSITION_TABLE)
    found = [
        f"{path}:{line}"
        for path, tree in sources().items()
        if not path.startswith(excused)
        for line in sets_state(tree)
    ]

    assert found == []


WRITES = re.compile(r"\.a?(update|bulk_update|update_or_create|save)$|^setattr$")


def named_columns(call: ast.Call) -> Iterator[ast.Constant]:
    """The column names a call that writes is given: setattr(row, "state", ...), bulk_update(rows, ["state"])."""
    given = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg in ("update_fields", "fields"))]
    lists = [each.elts if isinstance(each, ast.List | ast.Tuple) else [each] for each in given]
    yield from (part for parts in lists for part in parts if isinstance(part, ast.Constant))


def sets_state(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (each.lineno for each in targets if isinstance(each, ast.Attribute) and each.attr == "state")
        if isinstance(node, ast.Call) and WRITES.search(ast.unparse(node.func)):
            yield from (node.lineno for keyword in node.keywords if keyword.arg == "state")
            yield from (text.lineno for text in named_columns(node) if text.value == "state")
    for text in strings_of(tree):
        if SETS_STATE.search(text.value):
            yield text.lineno


def test_every_status_has_a_log_its_words_and_permissions_that_exist():
    stateful = [model for model in apps.get_models() if issubclass(model, Stateful)]
    moves = [move for machine in MACHINES for move in machine.table.values()]

    assert all(model.LOG and model.STATES for model in stateful)
    assert {model.STATES for model in stateful} == {machine.states for machine in MACHINES}
    assert all(permission(move.permission) for move in moves)


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_documents_drawn_from_the_code_are_up_to_date(path):
    assert path.exists(), "run: python3 portal.py manage draw_docs"
    assert path.read_text() == documents()[path], "run: python3 portal.py manage draw_docs"


def test_no_template_is_unused():
    names = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.is_file()}
    told = "\n".join(path.read_text() for path in [*TEMPLATES.rglob("*.*"), *(ROOT / path for path in sources())])
    overridden = {str(path.relative_to(folder)) for folder in allauth_templates() for path in folder.rglob("*.*")}

    unused = {name for name in names if f'"{name}"' not in told and not name.startswith("errors/")} - overridden

    assert unused == set()


def allauth_templates() -> list[Path]:
    return [path for path in Path(allauth.__file__).parent.rglob("templates") if path.is_dir()]


def test_every_error_page_has_its_status():
    said = (ROOT / "cqrs_portal/errors.py").read_text()

    assert all(path.stem in said for path in (TEMPLATES / "errors").iterdir())


def test_decision_records_have_numbers_of_their_own():
    numbers = Counter(path.name[:4] for path in (ROOT / "docs" / "adr").glob("[0-9]*.md"))

    assert [number for number, count in numbers.items() if count > 1] == []


def test_psycopg_3_is_not_installed():
    assert find_spec("psycopg") is None, "Django would silently take it in place of psycopg2"


def test_no_module_is_named_for_what_it_is_not():
    banned = {"utils", "helpers", "services", "signals", "admin"}

    assert [path for path in sources() if Path(path).stem in banned] == []


def test_no_module_is_longer_than_300_lines():
    long = {path: len((ROOT / path).read_text().splitlines()) for path in sources()}

    assert {path: lines for path, lines in long.items() if lines > 300} == {}


def test_every_form_words_what_it_refuses():
    """Those of the sign-in are worded where they are drawn, those of filters by the API."""
    bases = {"forms.Form", "Form"}
    of_others = ("cqrs_portal/sign_in.py", "cqrs_portal/training/", "ui/forms.py", "organisations/filters/")
    plain = [
        f"{path}:{node.lineno}"
        for path, tree in sources().items()
        if not path.startswith(of_others)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and bases & set(map(ast.unparse, node.bases))
    ]

    assert plain == [], "inherit from ui.forms.PortalForm"


def test_every_view_answers_with_the_status_that_its_page_has():
    plain = [
        f"{path}:{node.lineno}"
        for path, tree in sources().items()
        if not path.startswith(("ui/answers.py", "cqrs_portal/"))
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.shortcuts"
        and "render" in {each.name for each in node.names}
    ]  # fmt: skip

    assert plain == [], "import render from ui.answers"


@pytest.mark.parametrize("kind", ["reason", "note", "answer"])
def test_how_long_a_text_may_be_is_said_in_one_place(kind):
    """core.texts has the lengths of pages, API and tables."""
    numbers = [
        f"{path}:{node.lineno}"
        for path, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == kind and isinstance(node.value, ast.Call)
        for keyword in node.value.keywords
        if keyword.arg == "max_length" and isinstance(keyword.value, ast.Constant)
    ]

    assert numbers == []
