"""Every permission decides something in tests/authorisation.csv: where it lets nobody in, a line that lets somebody do
a thing is no longer true. So whatever has a permission of its own is done there by those who may, and refused to the
others of the same block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from core import permissions
from core.permissions import NONE, Permission, Refusal
from tests.authorisation.asking import Things, ask, worded
from tests.authorisation.table import ALLOWED, SEEN, Block, Line, Who, blocks

ELSEWHERE = {
    "core.system_only": "the portal alone does it",
    "accounts.administer_people": "a command without a page: tests/accounts",
    "accounts.confirm_grant": "a command without a page: tests/accounts",
    "accounts.end_grant": "a command without a page: tests/accounts",
    "accounts.grant_roles": "a command without a page: tests/accounts",
    "achievement.withdraw_nil": "whoever proposed it: tests/achievement/test_nil_pages.py",
    "catalogue.confirm_release": "whoever did not propose it, once somebody has: tests/catalogue/test_pages.py",
    "organisations.take_back_closure": "whoever proposed it: tests/participation/test_closures.py",
    "organisations.withdraw_payee": "whoever proposed it: tests/organisations/test_payee_pages.py",
    "participation.take_back_end": "whoever proposed it: tests/participation/test_end_requests.py",
}
"""What the table's people cannot do by their role alone."""

CLOSED = Refusal("Nobody may do this now.", lambda by: NONE)


def answered(answer: str) -> Iterator[tuple[Block, Who, Line]]:
    """Each block in which somebody is answered so, with one who is."""
    for block in blocks():
        for who, line in block.asked(each=False):
            if line and line.answer == answer:
                yield block, who, line
                break


@contextmanager
def _noting(noted: set[str]) -> Iterator[None]:
    """Which permissions are asked meanwhile."""
    asked = {name: getattr(Permission, name) for name in ("allowed", "refusals_for")}

    def noting(name: str) -> Any:
        def note(self: Permission, *given: Any) -> Any:
            noted.add(self.name)
            return asked[name](self, *given)

        return note

    with pytest.MonkeyPatch.context() as patch:
        for name in asked:
            patch.setattr(Permission, name, noting(name))
        yield


@contextmanager
def _without(name: str) -> Iterator[None]:
    """A permission that lets nobody in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(permissions.permission(name), "refusals", (CLOSED,))
        yield


def _decided(things: Things, answer: str, names: set[str]) -> set[str]:
    """Those of the permissions without which a line that answers so would not."""
    asking: dict[str, list[tuple[Block, Who, Line]]] = {}
    for block, who, line in answered(answer):
        noted: set[str] = set()
        with _noting(noted):
            ask(block, things, things["people"][who])
        for name in noted & names:
            asking.setdefault(name, []).append((block, who, line))
    found = set()
    for name, those in asking.items():
        with _without(name):
            if any(not ask(b, things, things["people"][w]).is_as(ln, worded(ln, things)) for b, w, ln in those):
                found.add(name)
    return found


def test_every_permission_decides_whether_something_in_the_table_is_done_or_seen(things: Things) -> None:
    undecided = {name for name in permissions._permissions if not name.startswith("tests.")} - ELSEWHERE.keys()
    undecided -= _decided(things, ALLOWED, undecided)
    undecided -= _decided(things, SEEN, undecided)

    assert not undecided, "No line is done only by whom these let in: " + ", ".join(sorted(undecided))


def test_what_is_said_to_be_tried_elsewhere_is_a_permission():
    assert ELSEWHERE.keys() <= permissions._permissions.keys()
