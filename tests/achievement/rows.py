"""Achievements put straight into the table, in any state: where a test is not about how they came there."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from achievement.models import Achievement, NetworkAchievement
from achievement.states import State
from catalogue.models import ServiceVersion
from organisations.models import Organisation
from participation.models import Participation
from submission.models import Hand
from submission.states import Stage
from tests.factories.achievement import OCTOBER, World
from tests.factories.participation import ParticipationFactory

AT = datetime(2021, 12, 1, 9, tzinfo=UTC)


def practice_paid(
    world: World, practice: Organisation, *, day: date = OCTOBER, state: State = State.AWAITING_COMMISSIONER,
    amount: str = "345.00", auto_declared: bool = False,
) -> Achievement:  # fmt: skip
    """Paid to the practice itself, declared by hand unless told otherwise."""
    return _achievement(world, practice, None, day, state, amount, auto_declared=auto_declared)


def line_in(
    world: World, state: State, *, day: date = OCTOBER, practice: Organisation | None = None, amount: str = "735.36"
) -> Achievement:
    """A line of the world's network; its total, where it has one, is not made."""
    return _achievement(world, practice or world.practices[0], world.network, day, state, amount, auto_declared=True)


def total_in(world: World, state: State, *, day: date = OCTOBER, amount: str = "2250.78") -> NetworkAchievement:
    return NetworkAchievement.objects.create(
        achievement_date=day, service=world.service, network=world.network, commissioner=world.commissioner,
        state=state, amount=Decimal(amount), lines=3, aggregated_at=AT,
    )  # fmt: skip


def hand(world: World, user_id: int, stage: Stage, *, subject: Organisation | None = None, day: date = OCTOBER) -> Hand:
    """A hand in a chain of the world's service: the network's, unless another subject is named."""
    return Hand.objects.create(
        service=world.service,
        achievement_date=day,
        subject=subject or world.network,
        actor_id=user_id,
        stage=stage,
        first_at=AT,
    )


def _achievement(
    world: World, practice: Organisation, network: Organisation | None, day: date, state: State, amount: str, *,
    auto_declared: bool,
) -> Achievement:  # fmt: skip
    chain = {"service": world.service, "provider": practice, "network": network}
    participation = Participation.objects.filter(**chain).first() or ParticipationFactory.create(
        **chain, commissioner=world.commissioner
    )
    return Achievement.objects.create(
        achievement_date=day, **chain, commissioner=world.commissioner, state=state, amount=Decimal(amount),
        auto_declared=auto_declared, service_version=ServiceVersion.objects.get(service=world.service),
        participation=participation,
    )  # fmt: skip
