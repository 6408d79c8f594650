"""A settlement is lifted: the network waits for the line again, and a total that was made without it is withdrawn."""

from __future__ import annotations

from collections.abc import Sequence

from achievement.commands.nil.settling import Settled, finished, locked, move, previewed
from achievement.commands.outcomes import reason_given
from achievement.commands.verdicts import release_lines_of
from achievement.models import NetworkAchievement
from achievement.queries.addresses import network_href
from achievement.queries.nil import NilLine
from achievement.states import LIFT_NIL, SUPERSEDE_TOTAL, State
from core.actors import Actor
from core.changes import Effect
from core.commands import command
from core.transitions import Seen
from ui.wording import long_date, money


@command
def lift_nil(seen: Seen, reason: str, *, by: Actor) -> Settled:
    """A line that was settled as nil is awaited again. Raises NotVisible, NotPermitted with every refusal, Conflict
    where it has changed, or its network's total has finance approval."""
    settlement, line = locked(seen.id, by)
    move(LIFT_NIL, settlement, seen, by, note=reason_given(reason))
    return finished(settlement, _effects_of_lifting(line, by), by=by)


@command
def preview_lift(settlement_id: int, *, by: Actor) -> Settled:
    """Answer what would follow if this person lifted it now; nothing is kept. Raises as `lift_nil` does."""
    return previewed(settlement_id, lambda seen: lift_nil(seen, "A preview.", by=by), by)


def _effects_of_lifting(line: NilLine, by: Actor) -> Sequence[Effect]:
    day, network, own = long_date(line.achievement_date), line.network.name, line.own()
    href = network_href(line.network.code, line.service.code, line.achievement_date)
    if own is None or not own.holds_up:
        return [Effect("not awaited", f"{day}: {network} does not wait for {line.practice.name}.", 1, href=href)]
    effects = [Effect("waits again", f"{day}: {network} waits for {line.practice.name} again.", 1, href=href)]
    total = line.total()
    if total is None or total.state != State.AGGREGATED:
        return effects
    SUPERSEDE_TOTAL.apply_each(
        NetworkAchievement, "SELECT %s::bigint AS id", by=by, note="A nil settlement was lifted.", params=[total.pk]
    )
    release_lines_of([total.pk], by=by)
    said = f"{day}: {network}'s total is withdrawn, {money(total.amount)}; its lines await it again."
    return [*effects, Effect("totals withdrawn", said, 1, -total.amount, href=href, undoes_approval=True)]
