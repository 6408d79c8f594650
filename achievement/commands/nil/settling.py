"""A second person confirms or declines, and the first may withdraw; a confirmed line counts as £0.00 at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from achievement.commands.aggregation import NetworkKey, aggregate_networks
from achievement.commands.nil.fitting import lock_line, must_be_a_person, must_hold_its_network_up
from achievement.commands.nil.telling import tell_later
from achievement.commands.outcomes import reason_given
from achievement.models import NilSettlement
from achievement.queries.addresses import network_href
from achievement.queries.nil import NilLine, line_of, who_can_move
from achievement.rules import beside_visible_to
from achievement.states import CONFIRM_NIL, DECLINE_NIL, WITHDRAW_NIL
from core.actors import SYSTEM, Actor
from core.changes import Effect
from core.commands import command, instant
from core.errors import Conflict, NotPermitted, NotVisible
from core.previews import rolled_back
from core.transitions import Seen, Transition
from ui.wording import count, listed, long_date, money, month


@dataclass(frozen=True)
class Settled:
    """A settlement that was moved, and what followed."""

    settlement: NilSettlement
    effects: Sequence[Effect] = ()

    @property
    def sentences(self) -> list[str]:
        return [effect.sentence for effect in self.effects]


@command
def confirm_nil(seen: Seen, *, by: Actor) -> Settled:
    """A second person confirms: the line counts as £0.00 for its date, and its network, if complete, is aggregated.

    Raises NotVisible, NotPermitted with every refusal, Conflict where it has changed or the network does not wait for
    the line any more.
    """
    person = must_be_a_person(by)
    settlement, line = locked(seen.id, by)
    values = {"confirmed_by": person, "confirmed_at": instant()}
    move(CONFIRM_NIL, settlement, seen, by, values=values)
    must_hold_its_network_up_still(line, settlement)
    return finished(settlement, effects_of_settling(line), by=by)


@command
def preview_confirmation(settlement_id: int, *, by: Actor) -> Settled:
    """Answer what would follow if this person confirmed it now; nothing is kept. Raises as `confirm_nil` does."""
    return previewed(settlement_id, lambda seen: confirm_nil(seen, by=by), by)


@command
def decline_nil(seen: Seen, reason: str, *, by: Actor) -> Settled:
    """The second person declines, and says why: nothing changes. Raises as `confirm_nil` does."""
    settlement, _line = locked(seen.id, by)
    move(DECLINE_NIL, settlement, seen, by, note=reason_given(reason))
    return finished(settlement, by=by)


@command
def withdraw_nil(seen: Seen, reason: str, *, by: Actor) -> Settled:
    """Whoever proposed it takes it back, and says why: nothing changes. Raises as `confirm_nil` does."""
    settlement, _line = locked(seen.id, by)
    move(WITHDRAW_NIL, settlement, seen, by, note=reason_given(reason))
    return finished(settlement, by=by)


def previewed(settlement_id: int, run: Callable[[Seen], Settled], by: Actor) -> Settled:
    """What a move would do to a settlement as it stands; nothing is kept."""
    settlement, _line = locked(settlement_id, by)
    return rolled_back(lambda: run(Seen(settlement_id, settlement.version)))


def locked(settlement_id: int, by: Actor) -> tuple[NilSettlement, NilLine]:
    """The settlement and its line, the network locked first. Raises NotVisible."""
    related = ("service", "network", "provider", "commissioner", "proposed_by")
    rows = NilSettlement.objects.filter(beside_visible_to(by), pk=settlement_id).select_related(*related)
    found = rows.first()
    if found is None:
        raise NotVisible("You may not be able to see this, or it does not exist.")
    lock_line(line_of(found))
    settlement = rows.get()
    return settlement, line_of(settlement)


def move(
    transition: Transition, settlement: NilSettlement, seen: Seen, by: Actor, *, note: str = "",
    values: Mapping[str, object] | None = None,
) -> None:  # fmt: skip
    """Raises NotPermitted, with who can, or Conflict where it has changed meanwhile."""
    rows = NilSettlement.objects.filter(pk=settlement.pk)
    moved = transition.apply(rows, by=by, note=note, seen=[seen], values=values)
    if moved:
        return
    reasons = [reason for refused in moved.refused for reason in refused.reasons]
    if settlement.state in transition.sources and (refusals := transition.rule.why_not(settlement, by)):
        raise NotPermitted(*refusals, who_can=who_can_move(settlement, transition))
    raise Conflict(*reasons, "Nothing was changed.")


def finished(settlement: NilSettlement, effects: Sequence[Effect] = (), *, by: Actor) -> Settled:
    settlement.refresh_from_db()
    tell_later(settlement, by=by)
    return Settled(settlement, effects)


def must_hold_its_network_up_still(line: NilLine, settlement: NilSettlement) -> None:
    """As when it was proposed. Raises Conflict with what can be done with the proposal instead."""
    try:
        must_hold_its_network_up(line)
    except Conflict as conflict:
        raise Conflict(*conflict.sentences, "This proposal cannot be confirmed any more: decline it.") from conflict


def effects_of_settling(line: NilLine) -> Sequence[Effect]:
    """The network aggregated, where that was all it waited for; and what becomes of line and network, in words."""
    own = line.own()
    day, when, name = long_date(line.achievement_date), month(line.achievement_date), line.practice.name
    said = f"{day}: {name}'s line counts as £0.00 for {line.network.name}."
    effects = [Effect("settled as nil", said, 1)]
    if own is not None and own.amount is not None and own.state is not None:
        stays = f"{day}: {money(own.amount)} of {name} is not paid while this stands; its line stays {own.state.label}."
        effects.append(Effect("not paid", stays, 1))
    aggregate_networks(by=SYSTEM, keys=[NetworkKey(*line.key)])
    return [*effects, _of_network(line, when)]


def _of_network(line: NilLine, when: str) -> Effect:
    network, day = line.network.name, long_date(line.achievement_date)
    href = network_href(line.network.code, line.service.code, line.achievement_date)
    total = line.total()
    if total is not None:
        lines = count(total.lines, "line")
        said = f"{day}: {network} becomes Aggregated, {money(total.amount)} from {lines}, and awaits finance approval."
        return Effect("aggregated", said, total.lines, total.amount, href=href)
    missing = [each.name for each in line.members() if each.holds_up]
    if missing:
        named = listed(missing[:3]) if len(missing) <= 3 else f"{', '.join(missing[:3])} and {len(missing) - 3} more"
        return Effect("still waits", f"{day}: {network} still waits for {named}.", len(missing), href=href)
    if any(each.is_approved for each in line.members()):
        said = f"{day}: {network} is complete, and is aggregated once what it stands on is worked out anew."
        return Effect("aggregated later", said, 1, href=href)
    return Effect(
        "nothing to pay", f"{day}: no line of {network} is left, so nothing is paid for {when}.", 1, href=href
    )
