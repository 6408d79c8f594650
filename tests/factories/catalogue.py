"""Quality services as data, one factory per model; and the service of the stories, released."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import factory

from accounts.states import Role
from catalogue import commands, formats
from catalogue.models import AchievementDate, Aggregates, PaidTo, QualityService, ServiceVersion
from catalogue.states import VersionState
from tests.factories.accounts import acting_as
from tests.factories.organisations import NationalOperatorFactory

DEFINITIONS = Path(formats.__file__).parents[1] / "definitions"
CLINICAL_DIRECTOR = DEFINITIONS / "primary-care-networks-calculations-2020-22-clinical-director-payment.yaml"


class QualityServiceFactory(factory.django.DjangoModelFactory[QualityService]):
    """A service of two years that pays networks by the amounts of their lines, without any version."""

    class Meta:
        model = QualityService

    code = factory.Sequence(lambda n: f"SERVICE-{n}")
    name = factory.LazyAttribute(lambda made: f"Quality service {made.code}")
    short_name = factory.SelfAttribute("code")
    payment_type = "Network services"
    start_date = date(2020, 4, 1)
    end_date = date(2022, 3, 31)
    paid_to = PaidTo.NETWORK
    aggregates = Aggregates.AMOUNTS
    no_declaration_required = True


class ServiceVersionFactory(factory.django.DjangoModelFactory[ServiceVersion]):
    """A draft with the content of the Clinical Director payment."""

    class Meta:
        model = ServiceVersion

    service = factory.SubFactory(QualityServiceFactory)
    number = 1
    state = VersionState.DRAFT
    definition = factory.LazyFunction(lambda: definition_content())
    digest = factory.Sequence(lambda n: f"{n:064x}")
    loaded_at = datetime(2020, 3, 1, 12, tzinfo=UTC)


class AchievementDateFactory(factory.django.DjangoModelFactory[AchievementDate]):
    """October 2021, a payment date."""

    class Meta:
        model = AchievementDate

    service = factory.SubFactory(QualityServiceFactory)
    date = date(2021, 10, 31)
    is_payment_date = True
    period_start = factory.LazyAttribute(lambda made: made.date.replace(day=1))
    period_end = factory.SelfAttribute("date")


def definition_content(**changes: Any) -> dict[str, Any]:
    """The content of the Clinical Director payment, with some names changed; takes JSON types, None drops a name."""
    content = deepcopy(dict(formats.read_definition(CLINICAL_DIRECTOR).content)) | changes
    return {name: value for name, value in content.items() if value is not None or name not in changes}


def released_service(**changes: Any) -> QualityService:
    """The Clinical Director payment, released by one person and confirmed by another; `changes` of its content."""
    text = json.dumps(definition_content(**changes), default=str)  # which is YAML, too
    operator = NationalOperatorFactory.create()
    releaser = acting_as(Role.SERVICE_RELEASE, organisation=operator)
    confirmer = acting_as(Role.SERVICE_RELEASE, organisation=operator)
    loaded = commands.load_definition(text, by=releaser)
    commands.propose_release(loaded.version_id, by=releaser)
    commands.confirm_release(loaded.version_id, by=confirmer)
    return QualityService.objects.get(pk=loaded.service_id)
