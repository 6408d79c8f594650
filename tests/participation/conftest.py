"""A commissioning organisation that leads a network of three, the service it offers, and who acts."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from accounts.states import Role
from participation.commands import (
    add_providers,
    begin_offers,
    set_days,
)
from participation.models import OfferDraft
from tests.factories.accounts import acting_as
from tests.factories.catalogue import released_service
from tests.factories.organisations import (
    CommissionerFactory,
    NetworkFactory,
    PracticeFactory,
)
from tests.factories.submission import world
from tests.participation.pages import sign_in

START, END = date(2020, 4, 1), date(2022, 3, 31)
"""The days of the service paid to networks."""

STARTS, ENDS = date(2021, 7, 1), date(2022, 3, 31)
"""The days of Weight Management."""


@pytest.fixture
def biscay():
    return CommissionerFactory.create(code="11A", name="NHS Biscay CCG")


@pytest.fixture
def viking():
    return CommissionerFactory.create(code="22V", name="NHS Viking, North & South Utsire CCG")


@pytest.fixture
def utsire(biscay, viking):
    """Utsire Partnership PCN, led by Biscay, with its three practices, whose parent is Viking."""
    network = NetworkFactory.create(code="Z05850", name="Utsire Partnership PCN", led_by=biscay)
    names = {"V37647": "Portland Surgery", "V66334": "Viking Medical Practice", "V89123": "Wight Health Centre"}
    practices = [
        PracticeFactory.create(code=code, name=name, parent=viking, member_of=network) for code, name in names.items()
    ]
    return SimpleNamespace(network=network, practices=practices, portland=practices[0])


@pytest.fixture
def service(training_day):
    return released_service()


@pytest.fixture
def commissioning(biscay):
    return acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=biscay)


@pytest.fixture
def somewhere(training_day):
    """Weight Management and a practice under a commissioning organisation; nothing is offered yet."""
    return world(offered=False, allocation=None)


@pytest.fixture
def kezia(somewhere):
    return acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=somewhere.commissioner)


@pytest.fixture
def commissioner(client, commissioning):
    """A client of whoever offers services at NHS Biscay."""
    return sign_in(client, commissioning)


@pytest.fixture
def begun(service, commissioning):
    """The service is chosen; nothing else is."""
    return begin_offers(service.pk, by=commissioning)


@pytest.fixture
def dated(begun, commissioning):
    """The dates are chosen too: all of the service's."""
    return set_days(begun.pk, START, END, by=commissioning)


@pytest.fixture
def chosen(dated, utsire, commissioning):
    """And Utsire is: it can be reviewed."""
    add_providers(dated.pk, [utsire.network.pk], by=commissioning)
    return OfferDraft.objects.get(pk=dated.pk)


@pytest.fixture
def practice_draft(somewhere, kezia):
    """A draft of Weight Management for its days, of nobody yet."""
    draft = begin_offers(somewhere.service.pk, by=kezia)
    return set_days(draft.pk, STARTS, ENDS, by=kezia)
