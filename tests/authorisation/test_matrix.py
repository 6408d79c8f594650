"""Who may do what: tests/authorisation.csv against the portal itself, every role from every side."""

from __future__ import annotations

import os
import re

import pytest
from drf_spectacular.generators import SchemaGenerator

from accounts.states import NEEDS_A_SECOND_ADMINISTRATOR, Role
from tests.authorisation.asking import Things, ask, methods_taken, pages, worded
from tests.authorisation.table import ABOUT_ONESELF, ANYONE, EVERYBODY, NOBODY, RELATIONS, Block, blocks, with_role

BLOCKS = blocks()
SHOWN = 12
NOT_OPERATIONS = ("api:schema", "api:no_such_address")
ADD = "Add lines to tests/authorisation.csv, as CONTRIBUTING.md says. To begin with:"
OPEN = ("account_", "socialaccount_", "openid_connect_", "health", "broker_health", "mfa_authenticate",
        "/account/", "accounts:session_time", "api:no_such_address", "ui:style")  # fmt: skip
"""What anybody reaches without being signed in: the way in, and what says that the portal is up."""


@pytest.fixture
def each_alone(request: pytest.FixtureRequest) -> bool:
    """With --full everybody asks alone."""
    return bool(request.config.getoption("--full") or os.environ.get("CQRS_PORTAL_FULL"))


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_everybody_is_answered_as_the_table_says(block: Block, things: Things, each_alone: bool) -> None:
    wrong = []

    for who, line in block.asked(each=each_alone):
        if line is None:
            wrong.append(f"{who}: no line says")
            continue
        answer = ask(block, things, things["people"][who])
        if not answer.is_as(line, worded(line, things)):
            wrong.append(f"{who}: line {line.number} says {line.answer} {line.sentence!r}; it was {answer}")

    assert not wrong, f"{block.action}:\n" + "\n".join(wrong[:SHOWN])


@pytest.mark.parametrize("block", [each for each in BLOCKS if not each.target.startswith(OPEN)], ids=str)
def test_nobody_gets_in_without_signing_in(block: Block, things: Things) -> None:
    assert ask(block, things, None).asks_to_sign_in


@pytest.mark.parametrize("block", [each for each in BLOCKS if not each.target.startswith(OPEN)], ids=str)
def test_a_disabled_account_gets_in_nowhere(block: Block, things: Things) -> None:
    answer = ask(block, things, things["disabled"])

    assert answer.asks_to_sign_in
    assert not answer.wrote


@pytest.mark.parametrize("block", [each for each in BLOCKS if each.is_api], ids=str)
def test_a_token_opens_nothing_once_its_role_has_ended(block: Block, things: Things) -> None:
    answer = ask(block, things, things["without_role"])

    assert answer.asks_to_sign_in
    assert f"You hold no role in {things['practice']} any more." in answer.text


@pytest.mark.parametrize("block", [each for each in BLOCKS if each.lets_in_only(NEEDS_A_SECOND_ADMINISTRATOR)], ids=str)
def test_a_role_opens_nothing_until_a_second_administrator_has_confirmed_it(block: Block, things: Things) -> None:
    answer = ask(block, things, things["unconfirmed"])

    assert answer.status in (302, 403, 404)
    assert not answer.wrote


def test_a_line_that_nobody_is_answered_by_is_a_mistake():
    used = {line.number for each in BLOCKS for _who, line in each.asked(each=False) if line}

    assert {line.number for each in BLOCKS for line in each.lines} - used == set()


def test_every_page_is_in_the_table():
    in_table = {each.target for each in BLOCKS if not each.is_api}
    of_api = {
        name
        for name in pages()
        if name.startswith("api:") and name not in ("api:schema", "api:no_such_address", "ui:style")
    }

    missing = sorted(set(pages()) - of_api - in_table)

    assert not missing, f"{ADD}\n" + "\n".join(_begun(f"GET {name}", pages()[name]) for name in missing)
    assert in_table - set(pages()) == set()


def test_every_operation_of_the_api_is_in_the_table():
    paths = SchemaGenerator(urlconf="cqrs_portal.urls").get_schema(public=True)["paths"]
    operations = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}

    in_table = {each.action for each in BLOCKS if each.is_api}
    missing = sorted(operations - in_table)

    assert not missing, f"{ADD}\n" + "\n".join(_begun(each, re.findall(r"{(\w+)}", each)) for each in missing)
    assert in_table - operations == set()


def test_every_way_to_ask_a_page_is_in_the_table(things):
    in_table = {each.action for each in BLOCKS}
    missing = set()

    for block in BLOCKS:
        if block.is_api:
            continue
        for method in methods_taken(block, things, things["people"][with_role("own", Role.VIEW)]):
            missing |= {f"{method} {block.target}"} - in_table

    assert not missing, f"{ADD}\n" + "\n".join(sorted(missing))


def _begun(action: str, parameters: list[str]) -> str:
    """Two lines to begin with."""
    sends = " ".join(f"{name}=$" for name in parameters)
    return f"{action},{sends},own network parent lead,every role,seen,\n,,everywhere,every role,404,"


def test_anyone_is_said_only_of_what_is_about_oneself():
    said = {each.action for each in BLOCKS if any(ANYONE in line.relations for line in each.lines)}

    assert {action for action in said if not action.startswith(ABOUT_ONESELF)} == set()


def test_every_role_is_tried_from_every_side():
    asked = {(who.relation, role) for who in EVERYBODY for role in who.roles}

    assert asked == {(relation, role) for relation in RELATIONS if relation != NOBODY.relation for role in Role}
