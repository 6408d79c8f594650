"""What other pages say of a line that is settled as nil: networks, lines, Declaration Management."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse

from achievement.models import NilSettlement
from achievement.presenters.details import SettledLine
from achievement.presenters.nil.listing import settlement_href
from achievement.presenters.nil.page import event_of
from achievement.queries.declarations import LeftOut, Marks
from achievement.queries.details import NetworkDate
from achievement.queries.readiness import MemberLine
from achievement.states import STANDING_STATES, NilState, State
from ui.components import Event
from ui.frame import Link
from ui.wording import count, listed, moment, money, month, note_for


def remarks_of(marks: Marks, *, pounds: bool) -> dict[int, list[str]]:
    """Row id -> what a list says of a line that is settled as nil, or proposed to be; or of a total without lines."""
    said = {NilState.PROPOSED: "to settle it as nil awaits a second person"}
    lines = {id: [said.get(state, "settled as nil: approving it takes its place")] for id, state in marks.nil.items()}
    return lines | {id: [_left_out(each, pounds=pounds)] for id, each in marks.left_out.items()}


def _left_out(left: LeftOut, *, pounds: bool) -> str:
    said = f"settled as nil: {listed(left.names)}"
    return f"{said}, {money(left.amount)} of calculated lines left out" if pounds and left.amount else said


def settled_lines(rows: Iterable[NilSettlement], *, pounds: bool) -> list[SettledLine]:
    """Those that stand or await a second person, for whoever may read why."""
    return [
        SettledLine(_standing(each), sentence_of(each, pounds=pounds), settlement_href(each.pk))
        for each in rows
        if each.state in STANDING_STATES
    ]


def _standing(each: NilSettlement) -> str:
    name, when = each.provider.name, month(each.achievement_date)
    if each.is_pending:
        return f"To settle {name}'s line as nil for {when} awaits a second person."
    if each.state == NilState.COMPLETE:
        return (
            f"{name}'s line was settled as nil for {when}: the total has finance approval without it, and what is due "
            "for it is to be adjusted."
        )
    return f"{name}'s line is settled as nil for {when}: it counts as nil here."


def settle_links(found: NetworkDate, lines: Iterable[MemberLine]) -> list[Link]:
    """The form for each line that the network waits for, but for those that are proposed already."""
    day = found.achievement_date
    return [
        Link(
            f"Settle {line.name}'s line as nil for {month(day)}...",
            reverse(
                "achievement:propose_nil", args=[found.network.code, found.service.code, day.isoformat(), line.code]
            ),
        )
        for line in lines
        if line.holds_up and line.nil_id is None and line.state != State.AWAITING_NETWORK
    ]


def in_network(change: Any, *, pounds: bool) -> Event:
    """The same, in the history of a network's total or of a line."""
    event = event_of(change, pounds=pounds)
    did = f"{event.did}: to settle {change.row.provider.name}'s line as nil"
    return Event(event.at, event.who, did, event.note, settlement_href(change.row_id))


def sentence_of(found: NilSettlement, *, pounds: bool) -> str:
    """Who settled it, when and why: under *How this was worked out*."""
    who = f"Proposed by {found.proposed_by.name} on {moment(found.proposed_at)}"
    by = f", confirmed by {found.confirmed_by.name} on {moment(found.confirmed_at)}" if found.confirmed_by else ""
    return f"{who}{by}. Reason: {note_for(found.reason, pounds=pounds)}"


def worked_out(found: NetworkDate, lines: Sequence[MemberLine], *, pounds: bool) -> list[str]:
    """How a total comes about that lines are left out of; nothing where it is the plain sum of all."""
    nil = [line for line in lines if line.is_settled_as_nil]
    if not (found.total and nil):
        return []
    paid = [line for line in lines if line.is_approved and line.amount is not None]
    if not pounds:
        return [f"{count(len(paid), 'line')}, and nil of {listed([line.name for line in nil])}: settled as nil."]
    sums = " + ".join(f"{money(line.amount)} {line.name}" for line in paid)
    nothing = " + ".join(f"£0.00 {line.name}, settled as nil" for line in nil)
    return [f"{sums} + {nothing} = {money(found.total.amount)}."]
