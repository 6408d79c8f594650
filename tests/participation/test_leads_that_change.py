"""Offers pass to whoever leads their network now: organisations that were dissolved end nothing any more."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.states import Role
from core.actors import SYSTEM
from core.errors import NotVisible
from core.transitions import Seen
from organisations.commands import set_lead
from participation.commands import offer_to_networks, save_end_date
from participation.models import Participation
from participation.states import State
from tests.factories.accounts import acting_as
from tests.factories.organisations import CommissionerFactory
from tests.factories.participation import ParticipationFactory
from tests.participation.conftest import END, START

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]

TODAY = date(2021, 12, 11)


@pytest.fixture
def heir():
    return CommissionerFactory.create(code="QZZ", name="NHS Heir ICB")


@pytest.fixture
def offered(service, utsire, commissioning):
    return offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)


def rows(made):
    return Participation.objects.filter(pk__in=made.ids)


def test_the_new_lead_ends_what_the_old_one_offered_and_the_old_one_does_not(offered, utsire, heir, commissioning):
    corrected = set_lead(utsire.network, heir, TODAY, by=SYSTEM)

    seen = [Seen(*row) for row in rows(offered).values_list("pk", "version")]
    with pytest.raises(NotVisible):
        save_end_date(seen, date(2022, 1, 31), "We lead no more.", by=commissioning)
    saved = save_end_date(
        seen, date(2022, 1, 31), "It ends in January.", by=acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=heir)
    )

    assert len(saved.ids) == 3
    assert "3 offers pass to the new lead." in [effect.sentence for effect in corrected.effects]


def test_passing_on_counts_no_version_and_leaves_who_offered_in_the_history(offered, utsire, heir, biscay):
    set_lead(utsire.network, heir, TODAY, by=SYSTEM)

    row = rows(offered).first()
    assert (row.version, row.commissioner) == (3, heir)
    assert row.history.earliest("pk").organisation == biscay


def test_what_came_to_nothing_stays_with_whom_it_was(utsire, heir, biscay):
    rejected = ParticipationFactory.create(network=utsire.network, commissioner=biscay, state=State.REJECTED)

    set_lead(utsire.network, heir, TODAY, by=SYSTEM)

    rejected.refresh_from_db()
    assert rejected.commissioner == biscay


def test_a_lead_that_changes_on_a_day_to_come_passes_nothing_on_yet(offered, utsire, heir, biscay):
    set_lead(utsire.network, heir, date(2022, 7, 1), by=SYSTEM)

    assert set(rows(offered).values_list("commissioner", flat=True)) == {biscay.pk}
