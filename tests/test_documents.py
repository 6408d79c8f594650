"""What is written about the portal is true of it: links lead somewhere, words and decisions are complete."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands
from pghistory.models import Event

from achievement.models import RunState
from cqrs_portal.documents import MACHINES
from cqrs_portal.launcher.cli import COMMANDS
from operations.models import JobState
from submission.states import Stage

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
RECORDS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
A_REGISTRY = re.compile(
    r"\b[\w.-]*(?:registry|pypi|pythonhosted|npmjs|ghcr|quay|mcr|docker|proxy|index)[\w-]*\.(?:org|com|io|net|dev)\b"
)
A_MACHINE = re.compile(r"(?<![\w.~])/(?:work|root|home|tmp)/")


def by_path(path: Path) -> str:
    return str(path.relative_to(ROOT))


def glossary() -> str:
    return (ROOT / "docs" / "glossary.md").read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=by_path)
def test_every_link_leads_to_a_file(document):
    targets = [link.partition("#")[0] for link in LINK.findall(document.read_text())]
    local = [target for target in targets if target and not target.startswith(("https://", "http://"))]

    missing = [target for target in local if not (document.parent / target).exists()]

    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=by_path)
def test_no_document_names_a_registry_or_a_machine(document):
    text = document.read_text()

    assert A_REGISTRY.findall(text) == []
    assert A_MACHINE.findall(text) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=by_path)
def test_every_command_that_a_document_shows_is_there(document):
    text = document.read_text()
    shown = set(re.findall(r"python3 portal\.py ([a-z]\w*)", text))
    managed = set(re.findall(r"(?:portal|manage)\.py manage ([a-z]\w*)|python manage\.py ([a-z]\w*)", text))

    assert shown - set(COMMANDS) == set()
    assert {name for pair in managed for name in pair if name} - set(get_commands()) == set()


def test_the_readme_shows_both_commands_and_a_picture():
    readme = (ROOT / "README.md").read_text()

    assert "\npython3 portal.py  " in readme
    assert "\npython3 portal.py test  " in readme
    assert re.search(r"!\[[^\]]+\]\(docs/pictures/", readme)


def test_the_readme_has_every_room_in_order():
    rooms = re.findall(r"^\| `(\w+)/` \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    contracts = (ROOT / "pyproject.toml").read_text()
    listed = re.search(r"^root_packages = \[(.*?)\]", contracts, re.MULTILINE | re.DOTALL)

    assert listed is not None
    assert rooms == re.findall(r'"(\w+)"', listed[1])


def test_pictures_are_small():
    large = [path.name for path in (ROOT / "docs" / "pictures").iterdir() if path.stat().st_size > 150_000]

    assert large == []


def test_decision_records_are_numbered_one_after_the_other():
    numbers = [int(path.name[:4]) for path in RECORDS]

    assert numbers == list(range(1, len(RECORDS) + 1))


@pytest.mark.parametrize("record", RECORDS, ids=by_path)
def test_a_decision_record_is_one_page_with_its_number_context_decision_and_consequences(record):
    lines = record.read_text().splitlines()

    headings = [line for line in lines if line.startswith("## ")]

    assert lines[0].startswith(f"# {record.name[:4]} ")
    assert headings == ["## Context", "## Decision", "## Consequences"]
    assert len(record.read_text().split()) <= 400


def test_the_list_of_decisions_has_each_record_with_its_title():
    listed = re.findall(r"^- \[\d{4}\]\(([^)]+)\) (.+)$", (RECORDS[0].parent / "README.md").read_text(), re.MULTILINE)

    titles = [(path.name, path.read_text().splitlines()[0].removeprefix(f"# {path.name[:4]} ")) for path in RECORDS]

    assert listed == titles


def test_the_glossary_begins_with_what_cqrs_is():
    first = re.findall(r"^\*\*.*$", glossary(), re.MULTILINE)[0]

    assert first == "**CQRS**: CQRS here is the Calculating Quality Reporting Service, never the pattern."


def test_the_glossary_is_in_alphabetical_order():
    terms = [term.lower() for term in re.findall(r"^\*\*(.+?)\*\*: ", glossary(), re.MULTILINE)][1:]

    assert [(one, other) for one, other in pairwise(terms) if one >= other] == []


def test_the_glossary_has_every_model():
    labels = {path.parent.name for path in ROOT.glob("*/apps.py")}
    models = [model for label in labels for model in apps.get_app_config(label).get_models()]
    own = [model for model in models if not issubclass(model, Event) and not model._meta.auto_created]

    missing = {model.__name__ for model in own if not re.search(rf"`(\w+\.)*{model.__name__}`", glossary())}

    assert missing == set()


def test_the_glossary_has_every_status_with_its_meaning():
    statuses = [*(machine.states for machine in MACHINES), Stage, RunState, JobState]
    labels = {label for states in statuses for label in states.labels}

    missing = {label for label in labels if f"\n- *{label}*: " not in glossary()}

    assert missing == set()
