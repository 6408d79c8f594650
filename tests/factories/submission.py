"""Portland Surgery, offered Weight Management by NHS Viking with an allocation of 30: the world of story A."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from accounts.rules import Acting
from accounts.states import Role
from catalogue import formats
from catalogue.models import QualityService
from organisations.models import Organisation
from participation.models import Allocation
from submission import commands
from submission.changes import Key
from submission.commands import Figures, Submitted
from submission.models import Submission
from submission.states import ManualReason
from tests.factories.accounts import UserFactory, acting_as
from tests.factories.catalogue import DEFINITIONS, released_service
from tests.factories.organisations import CommissionerFactory, DatedFactory, PracticeFactory
from tests.factories.participation import ParticipationFactory

STARTS, NOVEMBER = date(2021, 7, 1), date(2021, 11, 30)
REFERRALS = ("WM", "WM001", "REFERRALS")
BY_HAND = ManualReason.CANNOT_BE_EXTRACTED


class AllocationFactory(DatedFactory):
    """30 items in a payment period, from 1 July 2021 to 31 March 2022."""

    class Meta:
        model = Allocation

    start_date = date(2021, 7, 1)
    end_date = date(2022, 3, 31)
    amount = 30


@dataclass
class World:
    """One commissioner, one practice, one service paid to practices, and people who enter."""

    service: QualityService
    commissioner: Organisation
    practice: Organisation
    people: dict[str, Acting] = field(default_factory=dict)

    def key(self, day: date = NOVEMBER) -> Key:
        return Key(self.service.pk, day, self.practice.pk)

    def acting(self, role: Role, organisation: Organisation | None = None, name: str = "") -> Acting:
        """Somebody new with this role, at the practice unless told otherwise."""
        user = UserFactory.create(**({"name": name} if name else {}))
        return acting_as(role, organisation=organisation or self.practice, user=user)

    def known(self, name: str, organisation: Organisation) -> Acting:
        if name not in self.people:
            self.people[name] = self.acting(Role.ACHIEVEMENT_ENTRY, organisation, name)
        return self.people[name]

    @property
    def tamsin(self) -> Acting:
        """Who enters at the practice."""
        return self.known("Tamsin Dale", self.practice)

    @property
    def una(self) -> Acting:
        """Another who enters at the practice."""
        return self.known("Una Ellis", self.practice)

    @property
    def kezia(self) -> Acting:
        """Who enters on behalf, at the commissioning organisation."""
        return self.known("Kezia Moor", self.commissioner)

    @property
    def submission(self) -> Submission:
        return Submission.objects.get(provider=self.practice, achievement_date=NOVEMBER)

    def submit(self, value: int = 37, *, by: Acting | None = None) -> Submitted:
        """Submit November's referrals."""
        figures = Figures({REFERRALS: value}, BY_HAND)
        return commands.submit_achievement_data(self.key(), figures, by=by or self.tamsin)


def weight_management_content(**changes: Any) -> dict[str, Any]:
    """The content of the Weight Management definition, with some names changed."""
    return deepcopy(dict(formats.read_definition(DEFINITIONS / "weight-management-2021-22.yaml").content)) | changes


def weight_management(**changes: Any) -> QualityService:
    """Weight Management 2021/22, released; `changes` of its content."""
    return released_service(**weight_management_content(**changes), expected_members=None)


def world(*, allocation: int | None = 30, offered: bool = True, org_id: str = "V37647", **changes: Any) -> World:
    """The practice takes part in the service throughout; `changes` of the service's content."""
    commissioner = CommissionerFactory.create(name="NHS Viking CCG")
    practice = PracticeFactory.create(code=org_id, name="Portland Surgery", parent=commissioner)
    made = World(weight_management(**changes), commissioner, practice)
    if offered:
        ParticipationFactory.create(
            service=made.service,
            provider=practice,
            network=None,
            commissioner=commissioner,
            start_date=date(2021, 7, 1),
        )
    if allocation is not None:
        AllocationFactory.create(service=made.service, provider=practice, amount=allocation)
    return made


def a_field(code: str, kind: str = "count", *, name: str = "", required: bool = True) -> dict[str, Any]:
    """A field of a definition."""
    return {"code": code, "name": name or code.capitalize(), "kind": kind, "required": required}


def an_indicator(code: str, *fields: dict[str, Any], mi: bool = False, level: str = "practice") -> dict[str, Any]:
    """An indicator of a definition: payment, or management information."""
    kind = "management_information" if mi else "payment"
    return {"code": code, "name": f"Indicator {code}", "class": kind, "level_of_entry": level, "fields": [*fields]}


def with_indicators(*further: dict[str, Any], fields: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """Changes of the content: the group of Weight Management with further indicators, and fields of its own."""
    group = weight_management_content()["indicator_groups"][0]
    return {"indicator_groups": [group | {"fields": [*fields], "indicators": [*group["indicators"], *further]}]}
