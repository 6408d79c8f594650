"""The world of the table of who may do what, and everybody in it: made once for a module, and never committed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

from core import clock

if TYPE_CHECKING:
    from tests.authorisation.asking import Things


@pytest.fixture(scope="module")
def things(django_db_setup: None, django_db_blocker: Any) -> Iterator[Things]:
    """What tests/authorisation/world.py makes, by name; `people` are made when they first ask."""
    with django_db_blocker.unblock(), clock.held_at(_today()):
        with transaction.atomic():
            yield _made()
            transaction.set_rollback(True)
        connection.close()


def _today() -> Any:
    from tests.authorisation.world import TODAY

    return TODAY


def _made() -> Things:
    """In its own time of need: models are read only once Django is set up."""
    from accounts.states import Role
    from tests.authorisation import people as folk
    from tests.authorisation.asking import Things
    from tests.authorisation.table import with_role
    from tests.authorisation.world import build

    made = Things(build())
    made["people"] = folk.People(made)
    made["token"] = folk.token_of(made["people"][with_role("own", Role.VIEW)])
    made["disabled"], made["without_role"] = folk.disabled(made), folk.without_role(made)
    made["unconfirmed"] = folk.unconfirmed(made)
    made["session"] = folk.session_of(made["people"][with_role("own", Role.VIEW)])
    return made
