"""Lines that lost their approval, and those a total was withdrawn for: whoever approves is told, with the reason."""

from __future__ import annotations

from accounts.states import Role
from achievement.queries import needs_of
from achievement.states import State
from operations.models import OutboxMessage
from tests.achievement.test_calculation import set_list
from tests.factories.achievement import World, add_member


def told(world: World) -> list[dict[str, str]]:
    messages = OutboxMessage.objects.filter(task="operations.send_email").order_by("pk")
    return [message.keys for message in messages if message.keys["to"] == world.approver.user.email]


def on_home(world: World) -> list[str]:
    return [need.sentence for need in needs_of(world.approver)]


def test_a_line_whose_figures_changed_after_its_approval_is_told_with_the_difference(world: World):
    world.calculate()
    world.approve_all()
    set_list(world.practices[0], 13_000)

    world.calculate()

    (message,) = told(world)
    assert message["subject"].endswith("31 October 2021, Portland Surgery: £793.00 awaits your approval")
    assert "Was £735.36, now £793.00: £57.64 more." in message["text"]
    assert any(
        "31 October 2021, Portland Surgery, worked out anew: the figures changed" in sentence
        and sentence.endswith("Was £735.36, now £793.00: £57.64 more.")
        for sentence in on_home(world)
    )


def test_several_that_came_back_are_told_in_one_email(world: World):
    world.calculate()
    world.approve_all()
    for practice in world.practices[:2]:
        set_list(practice, 13_000)

    world.calculate()

    (message,) = told(world)
    assert message["subject"] == "2 achievements, £1,586.00, await your approval"


def test_a_line_that_was_not_approved_yet_is_not_told_again(world: World):
    world.calculate()
    set_list(world.practices[0], 13_000)

    world.calculate()

    assert told(world) == []
    assert not any("figures changed" in sentence for sentence in on_home(world))


def test_a_line_of_an_aggregated_total_comes_back_too(world: World):
    world.aggregated()
    set_list(world.practices[0], 13_000)

    world.calculate()

    (message,) = told(world)
    assert "Was £735.36, now £793.00" in message["text"]


def test_a_practice_that_joins_while_its_network_is_aggregated_is_told(world: World):
    total = world.aggregated()
    add_member(world, "Dogger Surgery", 1_000)

    world.calculate()

    total.refresh_from_db()
    (message,) = told(world)
    assert total.state == State.WITHDRAWN
    assert message["subject"].endswith("31 October 2021, Dogger Surgery: £61.00 awaits your approval")
    assert "The total of its network was withdrawn." in message["text"]


def test_lines_that_are_calculated_for_the_first_time_are_not_told_one_by_one(world: World):
    world.acting(Role.APPROVAL_MANAGEMENT)

    world.calculate()

    assert not OutboxMessage.objects.filter(task="operations.send_email").exists()
