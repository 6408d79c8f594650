"""People of a commissioning organisation, and whether a second factor is asked of them."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from accounts.states import Role
from tests.factories.accounts import GrantFactory, UserFactory
from tests.factories.organisations import CommissionerFactory


@pytest.fixture
def required(settings):
    settings.SECOND_FACTOR_REQUIRED = True
    cache.clear()


@pytest.fixture
def biscay():
    return CommissionerFactory(name="NHS Biscay CCG")


@pytest.fixture
def ada(biscay):
    user = UserFactory(name="Ada Marsh", email="ada.marsh@biscay.example")
    GrantFactory(user=user, organisation=biscay, role=Role.APPROVAL_MANAGEMENT)
    return user
