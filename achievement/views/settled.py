"""What the pages of a line and of a network say of lines that are settled as nil."""

from __future__ import annotations

from typing import Any

from accounts.rules import Acting
from accounts.states import Role
from achievement.presenters import details as shown
from achievement.presenters import nil as nil_shown
from achievement.queries import details, nil
from ui.components import Event
from ui.frame import Link


def network_events(found: details.NetworkDate, settled: list[Any], *, pounds: bool) -> list[Event]:
    """The history of a network's totals for a date."""
    own = [shown.event_of(change, pounds=pounds) for change in details.network_history(found.versions)]
    return with_settlements(own, settled, pounds=pounds)


def with_settlements(events: list[Event], settled: list[Any], *, pounds: bool) -> list[Event]:
    """The moves of nil settlements among the others, newest first."""
    if not settled:
        return events
    moves = [nil_shown.in_network(change, pounds=pounds) for change in nil.history_of(*settled)]
    return sorted([*events, *moves], key=lambda event: event.at, reverse=True)


def settle_links(by: Acting, found: details.NetworkDate, lines: list[Any]) -> list[Link]:
    """Where a line can be settled as nil, for whoever approves for the lead of the network."""
    leads = by.holds(Role.APPROVAL_MANAGEMENT) and details.leads(by, found.network)
    return nil_shown.settle_links(found, lines) if leads and found.total is None else []
