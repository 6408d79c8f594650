"""A line that keeps its network waiting settled as nil: the form, filled in, or the proposal that awaits somebody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlencode

from django.urls import reverse

from achievement.models import NilSettlement
from achievement.presenters.waiting.subject import Subject
from achievement.queries.causes import BlockedLine, Cause, Known, Waiting
from catalogue.models import Aggregates
from ui.frame import Link
from ui.wording import listed, moment, month

SHOWN = 6
REASONS: Mapping[Cause, str] = {
    Cause.MEMBER_ENDS: "{practice}'s offer has ended, and ODS still has it as a member.",
    Cause.HANGS_ELSEWHERE: "{practice} is recorded as a member, and takes part in its former PCN.",
    Cause.NOT_TAKEN_UP: "{practice} does not take part in this service.",
    Cause.NOBODY: "Nobody active can act on {practice}'s line.",
    Cause.HELD: "{practice}'s line is disputed, and held.",
    Cause.ODS: "{practice}'s record in ODS is not settled.",
    Cause.CLOSED: "{practice} is closed, and ODS still has it as a member.",
}
"""The causes for which a line may be settled as nil, so that it holds up nobody else; and why, to begin with."""


def settle(of: Subject) -> Iterator[Link]:
    """Of each line of amounts, earliest first: its form, or the proposal to confirm or decline."""
    if of.cause not in REASONS or of.practice is None:
        return
    lines = [each for each in of.lines if of.known.services[each.key.service_id].aggregates == Aggregates.AMOUNTS]
    lines.sort(key=lambda line: line.key)
    for line in lines[:SHOWN]:
        service = of.known.services[line.key.service_id]
        what = f"{month(line.key.achievement_date)}{f', {service.short_name}' if len(of.services) > 1 else ''}"
        pending = _pending(of.known, line)
        if pending:
            href = reverse("achievement:nil_settlement", args=[pending.pk])
            yield Link(f"Confirm or decline to settle this line as nil for {what}", href)
            continue
        named = [of.known.network.code, service.code, line.key.achievement_date.isoformat(), of.practice.code]
        here = reverse("achievement:waiting_network", args=[of.known.network.code])
        query = urlencode({"reason": REASONS[of.cause].format(practice=of.practice.name), "back": here})
        yield Link(
            f"Settle this line as nil for {what}...", f"{reverse('achievement:propose_nil', args=named)}?{query}"
        )
    if len(lines) > SHOWN:
        yield Link(f"And {len(lines) - SHOWN} more: each is settled on the page of its total, below", "#keys")


def proposed(of: Subject) -> Iterator[str]:
    """What is proposed of these lines, in sentences."""
    for line in of.lines:
        pending = _pending(of.known, line)
        if pending:
            yield (
                f"To settle it as nil for {month(pending.achievement_date)} awaits a second person: proposed by "
                f"{pending.proposed_by.name} on {moment(pending.proposed_at)}."
            )


def settled(found: Sequence[Waiting], known: Known) -> Iterator[str]:
    """What is settled of the totals that wait: already right."""
    keys = {each.key for each in found}
    of_practice: dict[str, list[NilSettlement]] = {}
    for each in known.nil:
        if each.is_settled and (each.service_id, each.achievement_date, each.network_id) in keys:
            of_practice.setdefault(each.provider.name, []).append(each)
    for name, rows in of_practice.items():
        months = list(dict.fromkeys(month(row.achievement_date) for row in rows))
        yield f"{name}: settled as nil for {listed(months)}"


def left_out(known: Known, total: object) -> str:
    """Whose lines a total was made without, in a sentence; empty where none was."""
    names = [each.provider.name for each in known.nil if each.is_settled and _key(each) == _key(total)]
    return f" Settled as nil: {listed(names)}." if names else ""


def _pending(known: Known, line: BlockedLine) -> NilSettlement | None:
    return next(
        (
            each
            for each in known.nil
            if each.is_pending and _key(each) == tuple(line.key) and each.provider_id == line.practice_id
        ),
        None,
    )


def _key(row: object) -> tuple[object, ...]:
    return row.service_id, row.achievement_date, row.network_id  # type: ignore[attr-defined]
