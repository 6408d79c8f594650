"""Weight Management in the training data: everybody takes part, each with an allocation (story A)."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.models import User
from accounts.queries import acting_for
from catalogue.models import QualityService
from cqrs_portal.training import closed_practice
from cqrs_portal.training.people import AT_PRACTICES
from cqrs_portal.training.weight_management import ALLOCATIONS, CODE
from organisations.models import Organisation
from participation.models import Participation
from participation.queries import allocation_of
from submission.queries import needs_of

pytestmark = pytest.mark.usefixtures("training")

NOVEMBER = date(2021, 11, 30)


def test_every_practice_takes_part_under_its_parent():
    rows = Participation.objects.filter(service__code=CODE).covering(NOVEMBER)

    assert {row.provider.code for row in rows.select_related("provider")} == {
        *ALLOCATIONS,
        *closed_practice.ALLOCATIONS,
    }
    assert rows.get(provider__code="V37647").commissioner.code == "ZVU"
    assert rows.get(provider__code="V10110").commissioner.code == "ZBY"


def test_portland_surgery_has_an_allocation_of_30():
    service, portland = QualityService.objects.get(code=CODE), Organisation.objects.get(code="V37647")

    assert allocation_of(service.pk, portland.pk, NOVEMBER).amount == 30


def test_its_manager_is_told_on_home_to_enter_november():
    manager = next(person for person in AT_PRACTICES if person.organisation == "V37647")

    sentences = [need.sentence for need in needs_of(acting_for(User.objects.get(email=manager.email), None))]

    assert sentences == ["Weight Management, November 2021: enter figures by 12 December 2021"]
