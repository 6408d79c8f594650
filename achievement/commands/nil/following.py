"""What follows a settlement by itself: it is replaced when its line is approved, and complete with its total."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from achievement.commands.nil.telling import tell_later
from achievement.commands.verdicts import release_lines_of
from achievement.models import Achievement, NetworkAchievement, NilSettlement
from achievement.states import COMPLETE_NIL, REPLACE_NIL, STANDING_STATES, SUPERSEDE_TOTAL, WITHDRAW_LINE, State
from core.actors import Actor

KEY = "achievement_date, service_id, network_id"
_STANDING = ", ".join(str(int(state)) for state in sorted(STANDING_STATES))
_OF_LINES = f"""
    SELECT s.id, 'The line is approved: ' || to_char(a.amount, 'FM"£"999,999,999,990.00') || '.' AS own_note
    FROM achievement_achievement a JOIN achievement_nilsettlement s USING ({KEY}, provider_id)
    WHERE a.id = ANY(%s) AND a.state = {State.AWAITING_NETWORK:d} AND s.state IN ({_STANDING})"""
_MADE_WITHOUT_THEM = f"""
    SELECT DISTINCT n.id FROM achievement_nilsettlement s JOIN achievement_networkachievement n USING ({KEY})
    WHERE s.id = ANY(%s) AND n.state = {State.AGGREGATED:d}"""
_OF_TOTALS = f"""
    SELECT s.id FROM achievement_networkachievement n JOIN achievement_nilsettlement s USING ({KEY})
    WHERE n.id = ANY(%s)"""
_LINES_LEFT_OUT = f"""
    SELECT a.id FROM achievement_nilsettlement s JOIN achievement_achievement a USING ({KEY}, provider_id)
    WHERE s.id = ANY(%s)"""
LEFT_OUT = (
    "It was settled as nil, and its network's total has finance approval without it: what is due is put right by "
    "adjustment."
)


def replace_nil_settlements(line_ids: Collection[int], *, by: Actor) -> Sequence[int]:
    """Lines that are approved now take the place of their settlements, proposed or settled; answer these settlements.

    A total that was made without one of them is withdrawn, and its lines await their network again; the caller has
    the networks locked, and asks for the aggregation. One with finance approval never changes: its lines were
    withdrawn with it.
    """
    replaced = REPLACE_NIL.apply_each(NilSettlement, _OF_LINES, by=by, own_notes=True, params=[list(line_ids)])
    if not replaced:
        return ()
    note = "A line that was settled as nil is approved."
    totals = SUPERSEDE_TOTAL.apply_each(
        NetworkAchievement, _MADE_WITHOUT_THEM, by=by, note=note, params=[list(replaced.ids)]
    )
    if totals:
        release_lines_of(totals.ids, by=by)
    _tell(replaced.ids, by)
    return replaced.ids


def complete_nil_settlements(total_ids: Collection[int], *, by: Actor) -> Sequence[int]:
    """Totals have finance approval: the settlements they were made by are complete, and the lines left out are
    withdrawn, to be adjusted; answer the settlements."""
    done = COMPLETE_NIL.apply_each(NilSettlement, _OF_TOTALS, by=by, params=[list(total_ids)])
    if done:
        WITHDRAW_LINE.apply_each(Achievement, _LINES_LEFT_OUT, by=by, note=LEFT_OUT, params=[list(done.ids)])
    return done.ids


def _tell(ids: Sequence[int], by: Actor) -> None:
    for settlement in NilSettlement.objects.filter(pk__in=ids).order_by("pk"):
        tell_later(settlement, by=by)
