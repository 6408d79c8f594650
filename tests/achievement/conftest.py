from __future__ import annotations

import pytest

from tests.factories.achievement import World, utsire


@pytest.fixture
def world(db: None, training_day: object) -> World:
    return utsire()
