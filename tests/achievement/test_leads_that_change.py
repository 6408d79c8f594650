"""A lead that changes on a day to come: the overnight run of that day hands the open achievements over."""

from __future__ import annotations

from datetime import date

from achievement import commands
from core.actors import SYSTEM
from operations.commands import deliver
from operations.models import OutboxMessage
from organisations.commands import set_lead
from tests.factories.achievement import World
from tests.factories.organisations import CommissionerFactory


def work_off() -> None:
    while message := OutboxMessage.objects.filter(done_at=None).order_by("pk").first():
        deliver(message.pk)


def test_a_complete_network_goes_with_its_new_lead(world: World, set_clock):
    world.calculate()
    world.approve_all()
    OutboxMessage.objects.all().delete()
    heir = CommissionerFactory.create()
    set_lead(world.network, heir, date(2021, 12, 12), by=SYSTEM)
    set_clock(date(2021, 12, 12))

    commands.start_overnight_run(by=SYSTEM)
    work_off()

    total = world.total()
    assert total is not None
    assert total.commissioner == heir
    assert {line.commissioner for line in world.lines()} == {heir}
