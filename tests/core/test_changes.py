"""Effects travel up, in the order of the rooms and in the transaction of the change."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import FrozenInstanceError, dataclass
from decimal import Decimal
from typing import Any

import pytest

from core import changes
from core.actors import SYSTEM
from core.changes import Change, Effect, handlers, handles, publish


@dataclass(frozen=True)
class Happened(Change):
    what: str = ""


@dataclass(frozen=True)
class MoreHappened(Happened):
    """A change of its own: whoever handles the other does not handle this one."""


@pytest.fixture(autouse=True)
def nobody_handles_anything(monkeypatch):
    monkeypatch.setattr(changes, "_handlers", defaultdict(list))


def of_room(room: str, effects: Any, heard: list[str] | None = None) -> Any:
    def handler(change: Change) -> Any:
        if heard is not None:
            heard.append(room)
        return effects

    handler.__module__ = f"{room}.handlers"
    return handler


def test_rooms_hear_of_a_change_from_below_upwards_however_they_were_registered():
    heard: list[str] = []
    for room in ("home", "participation", "reports", "organisations", "achievement", "submission"):
        handles(Happened)(of_room(room, None, heard))

    publish(Happened(SYSTEM))

    assert heard == ["organisations", "participation", "submission", "achievement", "reports", "home"]


def test_two_handlers_of_one_room_run_as_they_were_registered():
    heard: list[str] = []
    handles(Happened)(of_room("achievement", None, heard))
    for word in ("first", "second"):
        handles(Happened)(named(word, heard))

    publish(Happened(SYSTEM))

    assert heard == ["achievement", "first", "second"]


def named(word: str, heard: list[str]) -> Any:
    handler = of_room("achievement", None)
    said = lambda change: heard.append(word)  # noqa: E731
    said.__module__ = handler.__module__
    return said


def test_effects_are_answered_in_the_order_they_were_had():
    one, two, three = (Effect("lines", f"{n} lines.", n, Decimal(n)) for n in (1, 2, 3))
    handles(Happened)(of_room("achievement", [two, three]))
    handles(Happened)(of_room("participation", (one,)))

    assert publish(Happened(SYSTEM)) == [one, two, three]


def test_a_handler_may_have_no_effect():
    handles(Happened)(of_room("achievement", None))
    handles(Happened)(of_room("reports", ()))

    assert publish(Happened(SYSTEM)) == []


def test_a_handler_is_given_the_change_itself():
    given = []
    handler = lambda change: given.append(change)  # noqa: E731
    handler.__module__ = "achievement.handlers"
    handles(Happened)(handler)
    change = Happened(SYSTEM, "a membership was corrected")

    publish(change)

    assert given == [change]
    assert given[0] is change


def test_a_change_nobody_handles_has_no_effect():
    assert publish(Happened(SYSTEM)) == []
    assert handlers() == {}


def test_a_handler_hears_of_its_own_change_and_of_no_other():
    heard: list[str] = []
    handles(Happened)(of_room("achievement", None, heard))

    publish(MoreHappened(SYSTEM))

    assert heard == []


def test_a_handler_registered_twice_runs_once():
    heard: list[str] = []
    handler = of_room("achievement", None, heard)
    handles(Happened)(handler)
    handles(Happened)(handler)

    publish(Happened(SYSTEM))

    assert heard == ["achievement"]


def test_a_handler_that_fails_fails_the_command_and_those_above_do_not_run():
    heard: list[str] = []

    def fails(change: Change) -> None:
        raise ValueError("The list is not to be read.")

    fails.__module__ = "participation.handlers"
    handles(Happened)(fails)
    handles(Happened)(of_room("achievement", None, heard))

    with pytest.raises(ValueError):
        publish(Happened(SYSTEM))
    assert heard == []


def test_a_handler_of_no_room_is_refused():
    with pytest.raises(ValueError):
        handles(Happened)(of_room("kitchen", None))


def test_a_change_and_an_effect_are_not_to_be_changed():
    for thing in (Happened(SYSTEM), Effect("lines", "1 line.")):
        with pytest.raises(FrozenInstanceError):
            thing.by = None
