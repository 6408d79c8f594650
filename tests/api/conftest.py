"""A network with its practices, commissioners above them, a stranger, and programs that come with tokens."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts import commands
from accounts.rules import Acting
from accounts.states import Role
from tests.factories.accounts import acting_as
from tests.factories.achievement import World, utsire
from tests.factories.organisations import CommissionerFactory, ParentFactory, PracticeFactory


class Program:
    """Calls the API with a token, as a program of somebody's would. Answers are Django's test responses."""

    def __init__(self, secret: str) -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {secret}"}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", query, headers=self.headers)

    def post(self, path: str, body: Any, *, key: str = "") -> Any:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return self.client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)

    def save(self, path: str, body: dict[str, Any], *, look: str = "") -> Any:
        """As it was seen: looks at what would change, by another path if need be, and then posts. What refuses the look
        is the answer."""
        looked = self.post(look or path, body | {"preview": True})
        if looked.status_code != 200:
            return looked
        return self.post(path, body | {"preview_token": looked.json()["preview_token"]})


@pytest.fixture
def program() -> Callable[[Acting], Program]:
    """Makes a program of somebody, with a token of theirs for the organisation they act for."""

    def made(actor: Acting) -> Program:
        name = f"Token {actor.user_id}"
        return Program(commands.create_token(name, actor.organisation_id or 0, by=actor).secret)

    return made


@pytest.fixture
def world(db: None, training_day: object) -> World:
    return utsire()


@pytest.fixture
def calculated(world: World) -> World:
    world.calculate()
    return world


@pytest.fixture
def people(world: World) -> Any:
    """One person of each relation to the network's first practice: its own, its parent's, the lead's, another's."""
    parent = CommissionerFactory.create(name="NHS Viking, North & South Utsire CCG")
    for practice in world.practices:
        ParentFactory.create(organisation=practice, parent=parent)
    return SimpleNamespace(
        own=acting_as(Role.FINANCE_VIEW, organisation=world.practices[0]),
        fellow=acting_as(Role.FINANCE_VIEW, organisation=world.practices[1]),
        network=acting_as(Role.FINANCE_VIEW, organisation=world.network),
        parent=acting_as(Role.FINANCE_VIEW, Role.APPROVAL_MANAGEMENT, Role.FINANCE_MANAGEMENT, organisation=parent),
        lead=acting_as(Role.APPROVAL_MANAGEMENT, organisation=world.commissioner),
        lead_viewer=acting_as(Role.VIEW, organisation=world.commissioner),
        lead_finance=acting_as(Role.FINANCE_MANAGEMENT, organisation=world.commissioner),
        commissioning=acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=world.commissioner),
        other=acting_as(Role.APPROVAL_MANAGEMENT, Role.FINANCE_MANAGEMENT, organisation=CommissionerFactory.create()),
        stranger=acting_as(Role.FINANCE_VIEW, organisation=PracticeFactory.create()),
    )


def seen(*rows: Any) -> list[dict[str, int]]:
    """Rows as a program saw them in a list of the API, or as models."""
    return [
        {"id": row["id"], "version": row["version"]}
        if isinstance(row, dict)
        else {"id": row.pk, "version": row.version}
        for row in rows
    ]
