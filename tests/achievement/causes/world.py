"""One network in four services, whose November lacks nothing until a cause is planted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from accounts.states import Role
from achievement.models import Achievement, NetworkAchievement
from achievement.queries.causes import BlockedLine, Scope, Waiting, waiting
from achievement.states import State
from catalogue.models import AchievementDate, QualityService, ServiceVersion
from organisations.models import Organisation
from participation.models import Participation
from submission.models import DraftValue, Submission
from submission.states import State as Given
from tests.factories.accounts import GrantFactory, UserFactory
from tests.factories.catalogue import released_service
from tests.factories.organisations import (
    CommissionerFactory,
    LeadFactory,
    ListSizeFactory,
    MembershipFactory,
    NetworkFactory,
    PracticeFactory,
)
from tests.factories.participation import ParticipationFactory
from tests.factories.submission import a_field, an_indicator

OFFERED, DAY, ANOTHER_DAY, LAST = date(2021, 11, 1), date(2021, 11, 30), date(2021, 11, 15), date(2022, 3, 31)
AT = datetime(2021, 12, 1, 9, tzinfo=UTC)
LIMIT = Decimal(1_000)
PAYMENT, INFORMATION = ["G", "P1", "NUM"], ["G", "M1", "NUM"]


@dataclass
class Place:
    """One practice in one service of the network: what a cause is planted on."""

    world: NetworkThatWaits
    service: QualityService
    practice: Organisation

    @property
    def collects(self) -> bool:
        """The network waits for figures of its members, and has no lines of theirs."""
        return self.service.aggregates == "counts"

    @property
    def participation(self) -> Participation:
        """The one they were given first."""
        return self.world.offers[self.service.pk, self.practice.pk]

    def give_line(self, state: State, amount: str = "500.00") -> Achievement:
        return Achievement.objects.create(
            achievement_date=DAY, service=self.service, provider=self.practice, network=self.world.network,
            commissioner=self.world.commissioner, state=state, amount=Decimal(amount), auto_declared=True,
            service_version=ServiceVersion.objects.get(service=self.service), participation=self.participation,
        )  # fmt: skip

    def give_figures(self, state: Given = Given.SUBMITTED, day: date = DAY) -> Submission:
        return Submission.objects.create(
            service=self.service, achievement_date=day, provider=self.practice, network=self.world.network,
            commissioner=self.world.commissioner, begun_at=AT, state=state,
        )  # fmt: skip

    def save(self, *paths: list[str]) -> Submission:
        """Work in progress, for these fields."""
        submission = self.give_figures(Given.IN_PROGRESS)
        DraftValue.objects.bulk_create(
            DraftValue(submission=submission, path=path, value=1, saved_at=AT) for path in paths
        )
        return submission

    def found(self) -> BlockedLine | None:
        """What is said of it in November."""
        waits = [each for each in self.world.waits() if each.key[:2] == (self.service.pk, DAY)]
        lines = [line for each in waits for line in each.lines if line.practice_id == self.practice.pk]
        return lines[0] if lines else None


@dataclass
class NetworkThatWaits:
    """`lines`: two services paid by lines; `figures`: two whose network waits for its members' figures."""

    commissioner: Organisation
    network: Organisation
    practices: list[Organisation]
    lines: list[QualityService]
    figures: list[QualityService]
    offers: dict[tuple[int, int], Participation]

    def waits(self) -> list[Waiting]:
        return waiting(Scope.of_networks([self.network.pk]))

    def causes(self) -> set[int]:
        """All that are named anywhere in the network."""
        return {int(cause) for each in self.waits() for cause in each.causes}

    def settle(self, *places: Place) -> None:
        """All but these places are as the network needs them; a service without any of them is paid already."""
        for service in (*self.lines, *self.figures):
            concerned = [place for place in places if place.service == service]
            if not concerned:
                NetworkAchievement.objects.create(
                    achievement_date=DAY, service=service, network=self.network, commissioner=self.commissioner,
                    state=State.AGGREGATED, amount=Decimal(1), lines=3, aggregated_at=AT,
                )  # fmt: skip
                continue
            for practice in self.practices:
                if practice not in [place.practice for place in concerned]:
                    other = Place(self, service, practice)
                    _ = other.give_figures() if other.collects else other.give_line(State.AWAITING_NETWORK)


def network_that_waits() -> NetworkThatWaits:
    """Offered from November, with lists, an approver up to £1,000, and somebody who declares in each practice."""
    commissioner = CommissionerFactory.create()
    network = NetworkFactory.create()
    LeadFactory.create(network=network, commissioner=commissioner)
    practices = PracticeFactory.create_batch(3)
    world = NetworkThatWaits(commissioner, network, practices, _paid_by_lines(), _paid_by_counts(), {})
    GrantFactory.create(organisation=commissioner, role=Role.APPROVAL_MANAGEMENT, limit=LIMIT)
    for practice in practices:
        MembershipFactory.create(practice=practice, network=network)
        ListSizeFactory.create(organisation=practice)
        GrantFactory.create(user=UserFactory.create(), organisation=practice, role=Role.DECLARATION_MANAGEMENT)
        for service in (*world.lines, *world.figures):
            world.offers[service.pk, practice.pk] = ParticipationFactory.create(
                service=service, provider=practice, network=network, commissioner=commissioner, start_date=OFFERED
            )
    return world


def _paid_by_lines() -> list[QualityService]:
    return [_service(f"LINES-{n}") for n in (1, 2)]


def _paid_by_counts() -> list[QualityService]:
    """A payment indicator and one of management information; entry is open for the first, and shut for the second."""
    group = {
        "code": "G", "name": "Group", "fields": [],
        "indicators": [an_indicator("P1", a_field("NUM")), an_indicator("M1", a_field("NUM"), mi=True)],
    }  # fmt: skip
    made = []
    for number, days in ((1, 30), (2, 5)):
        window = {"value": days, "source": "Of this test."}
        service = _service(
            f"FIGURES-{number}", aggregates="counts", entry_mode="both", collection_frequency="monthly",
            indicator_groups=[group], entry_closes_after_days=window,
        )  # fmt: skip
        AchievementDate.objects.create(
            service=service, date=ANOTHER_DAY, is_payment_date=False, period_start=OFFERED, period_end=DAY
        )
        made.append(service)
    return made


def _service(code: str, **changes: object) -> QualityService:
    return released_service(code=code, name=f"Service {code}", short_name=code, **changes)
