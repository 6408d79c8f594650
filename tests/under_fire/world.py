"""A synthetic world on the eve of a night: lines worked out, nearly all approved, and waiting for their networks.

`python -m tests.under_fire.world FILE SEED SIZES` makes it in an empty portal and writes who is who into the file.
"""

from __future__ import annotations

import json
import random
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import django

if __name__ == "__main__":
    django.setup()

from accounts.models import User
from accounts.rules import Acting
from accounts.states import Role
from achievement import commands
from achievement.models import Achievement
from catalogue.models import QualityService
from core import clock
from core.actors import SYSTEM
from core.transitions import Seen
from operations.models import OutboxMessage
from organisations.models import Organisation
from tests.factories.accounts import acting_as
from tests.factories.catalogue import released_service
from tests.factories.organisations import (
    CommissionerFactory,
    LeadFactory,
    ListSizeFactory,
    MembershipFactory,
    NationalOperatorFactory,
    NetworkFactory,
    PracticeFactory,
)
from tests.factories.participation import ParticipationFactory

COMMISSIONERS, NETWORKS, PRACTICES = 6, 60, 300
LONDON = ZoneInfo("Europe/London")
EVE = date(2021, 3, 31)
NIGHT, NEXT_NIGHT = (datetime(2021, 4, day, 0, 59, 57, tzinfo=LONDON) for day in (1, 2))
"""Three seconds before the run of that day is due."""

LIST_DATE = date(2020, 1, 1)
FIRST_DAY = date(2019, 7, 1)
LEFT_TO_APPROVE = 0.04


def build(
    seed: int, *, commissioners: int = COMMISSIONERS, networks: int = NETWORKS, practices: int = PRACTICES
) -> dict[str, Any]:
    """Twelve months of the Clinical Director payment; answers its networks, and by role who can act for whom."""
    with clock.held_at(EVE):
        chosen = random.Random(seed)
        leads, people = _commissioners(commissioners)
        service, led = _networks(leads, networks, practices, chosen)
        commands.calculate_achievements(by=SYSTEM, networks=list(led))
        for lead in leads:
            _approve(lead, people["approvers"][lead.pk], chosen)
        OutboxMessage.objects.all().delete()  # as if nothing had been aggregated yet: the night has all of it to do
    return {"service": service.pk, "networks": led, **people}


def _commissioners(many: int) -> tuple[list[Organisation], dict[str, Any]]:
    """Each with two approvers, one person of finance and one who commissions; and a national operator."""
    leads = [CommissionerFactory.create() for _ in range(many)]
    operator = NationalOperatorFactory.create()
    people: dict[str, Any] = {
        "approvers": {lead.pk: [_person(Role.APPROVAL_MANAGEMENT, lead) for _ in range(2)] for lead in leads},
        "finance": {lead.pk: [_person(Role.FINANCE_MANAGEMENT, lead)] for lead in leads},
        "commissioning": {lead.pk: [_person(Role.COMMISSIONING_MANAGEMENT, lead)] for lead in leads},
        "reference": {operator.pk: [_person(Role.REFERENCE_DATA, operator)]},
        "operations": {operator.pk: [_person(Role.OPERATIONS, operator)]},
    }
    return leads, people


def _person(role: Role, organisation: Organisation) -> int:
    return acting_as(role, organisation=organisation).user_id


def _networks(
    leads: list[Organisation], networks: int, practices: int, chosen: random.Random
) -> tuple[Any, dict[int, Any]]:
    """Networks of some five practices each: network id -> the ids of its commissioner and its practices."""
    service, led = released_service(), {}
    for number in range(networks):
        network, lead = NetworkFactory.create(), leads[number % len(leads)]
        LeadFactory.create(network=network, commissioner=lead)
        members = [
            _member(service, network, lead, chosen.randint(1_500, 24_000))
            for _ in range(practices // networks + (number < practices % networks))
        ]
        led[network.pk] = {"commissioner": lead.pk, "practices": members}
    return service, led


def _member(service: QualityService, network: Organisation, lead: Organisation, size: int) -> int:
    practice = PracticeFactory.create()
    MembershipFactory.create(practice=practice, network=network, start_date=FIRST_DAY)
    ListSizeFactory.create(organisation=practice, start_date=LIST_DATE, size=Decimal(size))
    ParticipationFactory.create(service=service, provider=practice, network=network, commissioner=lead)
    return practice.pk


def _approve(lead: Organisation, approvers: list[int], chosen: random.Random) -> None:
    """One person approves all but a few of a commissioner's lines."""
    lines = Achievement.objects.filter(commissioner=lead).order_by("pk").values_list("pk", "version")
    seen = [Seen(*line) for line in lines if chosen.random() >= LEFT_TO_APPROVE]
    commands.approve_achievements(seen, by=Acting(User.objects.get(pk=approvers[0]), lead))


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(build(int(sys.argv[2]), **json.loads(sys.argv[3]))))
