"""A lead that changes: open achievements are handed over, and the former lead sees the pounds of what stayed."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from accounts.states import Role
from achievement import commands
from achievement.models import AchievementChange
from achievement.queries import needs_of
from achievement.queries.addresses import network_href
from achievement.states import State
from core.actors import SYSTEM
from core.dates import FinancialYear
from operations.commands import deliver
from operations.models import OutboxMessage
from organisations.commands import set_lead
from organisations.models import Organisation
from tests.achievement.payments import said, signed_in
from tests.factories.accounts import acting_as
from tests.factories.achievement import OCTOBER, World, seen
from tests.factories.organisations import CommissionerFactory

AUGUST = date(2021, 8, 31)
LISTED = reverse("achievement:network_declaration_management")


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


@pytest.fixture
def heir(world: World) -> Organisation:
    """Who leads the network from December on: August's total stayed with the former lead, October's lines passed on."""
    world.completed(AUGUST)
    world.calculate(OCTOBER)
    world.approve_all(OCTOBER)
    heir = CommissionerFactory.create()
    set_lead(world.network, heir, date(2021, 12, 1), by=SYSTEM)
    return heir


def listed(world: World, day: date, *, at: Organisation) -> str:
    address = f"{LISTED}?service={world.service.code}&date={day.isoformat()}&year={FinancialYear.of(day)}"
    return said(signed_in(acting_as(Role.FINANCE_VIEW, organisation=at)).get(address))


def test_a_former_lead_is_shown_the_pounds_of_what_stayed_its_own_and_no_others(world: World, heir: Organisation):
    former = world.commissioner

    of_august, of_october = listed(world, AUGUST, at=former), listed(world, OCTOBER, at=former)

    assert world.network.name in of_august
    assert "£2,250.78" in of_august
    assert world.network.name in of_october
    assert "£" not in of_october


def test_who_leads_now_is_shown_the_pounds_of_every_date(world: World, heir: Organisation):
    assert "£2,250.78" in listed(world, AUGUST, at=heir)
    assert "£2,250.78" in listed(world, OCTOBER, at=heir)


def test_a_former_lead_is_shown_no_pounds_on_the_networks_own_page_either(world: World, heir: Organisation):
    browser = signed_in(acting_as(Role.FINANCE_VIEW, organisation=world.commissioner))

    pages = {
        day: said(browser.get(network_href(world.network.code, world.service.code, day))) for day in (AUGUST, OCTOBER)
    }

    assert "£2,250.78" in pages[AUGUST]
    assert "£" not in pages[OCTOBER]


def test_what_waits_and_is_held_is_not_a_former_leads(world: World, heir: Organisation):
    approver = acting_as(Role.APPROVAL_MANAGEMENT, organisation=heir)
    commands.undo_approval(seen(world.lines(OCTOBER)[0]), by=approver, note="Wrong list.")
    held = sum(line.amount for line in world.lines(OCTOBER)[1:])
    former, now = (acting_as(Role.FINANCE_VIEW, organisation=each) for each in (world.commissioner, heir))

    pages = [said(signed_in(by).get(reverse("achievement:waiting"))) for by in (former, now)]
    programs = [signed_in(by).get("/api/v1/waiting-networks/").json()["results"] for by in (former, now)]
    own = said(signed_in(former).get(reverse("achievement:waiting_network", args=[world.network.code])))

    assert [world.network.name in page for page in pages] == [False, True]
    assert programs[0] == []
    assert [row["approved_and_held"] for row in programs[1]] == [str(held)]
    assert "£" not in own


def test_an_approval_of_the_former_lead_that_is_on_its_way_moves_nothing(world: World):
    world.calculate()
    as_seen = seen(*world.lines())
    set_lead(world.network, CommissionerFactory.create(), date(2021, 12, 1), by=SYSTEM)

    outcome = commands.approve_achievements(as_seen, by=world.approver)

    assert outcome.moved == 0
    assert {row.id for row in outcome.refused} == {row.id for row in as_seen}
    assert {row.reasons for row in outcome.refused} == {("It does not exist, or you may not see it.",)}
    assert {line.state for line in world.lines()} == {State.AWAITING_COMMISSIONER}


def test_passing_on_is_no_move_so_there_are_as_many_moves_as_versions(world: World):
    world.calculate()
    world.approve_all()
    before = {line.pk: line.version for line in world.lines()}
    moves = AchievementChange.objects.count()

    set_lead(world.network, CommissionerFactory.create(), date(2021, 12, 1), by=SYSTEM)

    assert {line.pk: line.version for line in world.lines()} == before
    assert AchievementChange.objects.count() == moves == sum(before.values())
    organisations = AchievementChange.objects.filter(by=world.approver.user).values_list("organisation", flat=True)
    assert set(organisations) == {world.commissioner.pk}


def test_what_finance_returned_is_before_the_new_lead_with_its_reason(world: World):
    total = world.aggregated()
    commands.return_network_achievements(seen(total), by=world.finance, note="The payee is in dispute.")
    heir = CommissionerFactory.create()
    set_lead(world.network, heir, date(2021, 12, 1), by=SYSTEM)

    told = [need.sentence for need in needs_of(acting_as(Role.APPROVAL_MANAGEMENT, organisation=heir))]

    assert any("The payee is in dispute." in sentence for sentence in told)
    assert "3 achievements await your approval" in told
