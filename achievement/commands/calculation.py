"""Lines of amounts networks are worked out, and worked out anew when what they stand on changes."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from io import StringIO
from itertools import groupby
from operator import attrgetter

from django.db import connection

from achievement.commands.adjustments import keep_what_is_to_be_adjusted
from achievement.commands.aggregation import NetworkKey
from achievement.commands.courses import LINES
from achievement.commands.effects import effects_of_totals
from achievement.commands.hand_overs import tell_of_lines_that_came_back
from achievement.commands.joiners import withdraw_totals_without_a_member
from achievement.commands.nil.following import replace_nil_settlements
from achievement.commands.verdicts import apply_verdicts, create_figures, stage_verdicts
from achievement.models import Achievement, NilSettlement
from achievement.queries.lines_due import LineInputs, line_inputs, list_dates, worked_out
from achievement.queries.networks import with_rivals
from achievement.queries.scope import services_that_aggregate_amounts
from achievement.queries.taken_over import as_inputs
from achievement.states import APPROVE_LINE, NilState, State
from catalogue.formats import Capitation, Definition
from catalogue.queries import definition_of_version, released_version
from core import clock
from core.actors import SYSTEM, Actor
from core.changes import Effect
from core.commands import command
from core.errors import Invalid
from core.locking import lock_ids
from operations.commands import each_after_commit
from organisations.models import Organisation

KEYS_IN_A_MESSAGE = 200
LOOKED_THROUGH = 200
"""So many keys are sooner looked through than indexed."""

INPUT = (
    "service_id", "achievement_date", "network_id", "provider_id", "commissioner_id", "participation_id",
    "list_size_id",
)  # fmt: skip
FIGURE = (*INPUT, "inputs", "amount")
"""What is copied of each line, in order."""

LEFT_OUT_WHY = "It was settled as nil, and the network's total has finance approval without it."


@dataclass(frozen=True)
class Calculated:
    """What a calculation did, by verdict ("new", "changed", "gone", "revived", "to be adjusted"): lines and pounds."""

    lines: dict[str, int] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()

    @property
    def changed(self) -> int:
        return sum(count for verdict, count in self.lines.items() if verdict != "to be adjusted")


@command
def calculate_achievements(
    *,
    by: Actor,
    networks: Collection[int],
    services: Collection[int] | None = None,
    dates: Collection[date] | None = None,
    why: str = "",
) -> Calculated:
    """Work out the lines of these networks (ids), for every payment date that has come, or for those given.

    Lines that are no longer due are withdrawn, changed ones come back for approval, a total they stood in is
    withdrawn; what finance has approved stays, and is answered as "to be adjusted". A practice without a list size
    or an approved participation for the date has no line. Locks the networks first, and those that a practice has
    left for one of these, or come from, with its line still standing there. `why` is kept with what is withdrawn, and
    with what is to be adjusted.
    """
    locked = lock_ids(Organisation, with_rivals(networks))
    counts: dict[str, int] = {}
    effects: list[Effect] = []
    for service_id in services_that_aggregate_amounts(services):
        version = released_version(service_id)
        if version is None or not locked:
            continue
        definition = definition_of_version(version)
        due = _dates_due(definition, dates)
        _stage_figures(service_id, definition, due, locked)
        stage_verdicts(LINES, service_id, due, locked)
        adjusted = keep_what_is_to_be_adjusted(LINES, service_id, due, locked, why=why)
        done = apply_verdicts(LINES, version.pk, by=by, why=why)
        held_up = effects_of_totals(withdraw_totals_without_a_member(by=by))
        for verdict, count in done.counts.items():
            counts[verdict] = counts.get(verdict, 0) + count
        effects += [*done.effects, *held_up, *adjusted]
        _approve_where_none_is_required(definition, service_id, due, locked)
        if done.counts.keys() & {"new", "revived", "changed"}:
            tell_of_lines_that_came_back(by=by)
        _aggregate_after_commit(service_id, due, locked)
    return Calculated(counts, tuple(effects))


@command
def take_over_networks(*, by: Actor, networks: Collection[int]) -> int:
    """Open achievements of these networks pass to the commissioning organisation that leads them now."""
    lock_ids(Organisation, networks)
    sql = """
        UPDATE {table} a SET commissioner_id = l.commissioner_id
        FROM organisations_lead l
        WHERE l.network_id = a.network_id AND upper_inf(l.recorded) AND l.valid @> %s::date
          AND a.network_id = ANY(%s) AND a.commissioner_id <> l.commissioner_id AND a.state <> ALL(%s)"""
    finals = [State.AGGREGATED_COMPLETE, State.FINANCE_APPROVED]
    with connection.cursor() as cursor:
        moved = 0
        for table in ("achievement_achievement", "achievement_networkachievement"):
            cursor.execute(sql.format(table=table), [clock.today(), list(networks), finals])
            moved += cursor.rowcount
        cursor.execute(_TAKE_OVER_SETTLEMENTS, [clock.today(), list(networks), [NilState.PROPOSED, NilState.SETTLED]])
        cursor.execute(_TAKE_OVER_DIFFERENCES, [clock.today(), list(networks)])
    return moved


_TAKE_OVER_SETTLEMENTS = """
    UPDATE achievement_nilsettlement s SET commissioner_id = l.commissioner_id
    FROM organisations_lead l
    WHERE l.network_id = s.network_id AND upper_inf(l.recorded) AND l.valid @> %s::date
      AND s.network_id = ANY(%s) AND s.commissioner_id <> l.commissioner_id AND s.state = ANY(%s)"""

_TAKE_OVER_DIFFERENCES = """
    UPDATE achievement_adjustmentdue d SET commissioner_id = l.commissioner_id
    FROM organisations_lead l
    WHERE l.network_id = d.network_id AND upper_inf(l.recorded) AND l.valid @> %s::date
      AND d.network_id = ANY(%s) AND d.commissioner_id <> l.commissioner_id AND d.until IS NULL"""


def keep_what_totals_left_out(settlement_ids: Collection[int]) -> None:
    """These lines were settled as nil, and their totals have finance approval without them: what is due is to be
    adjusted. The caller has the networks locked."""
    rows = NilSettlement.objects.filter(pk__in=settlement_ids).order_by("service_id", "achievement_date")
    keys = rows.values_list("service_id", "achievement_date", "network_id").distinct()
    for (service_id, day), of_day in groupby(keys, key=lambda key: key[:2]):
        version = released_version(service_id)
        if version is not None:
            networks = [network for *_, network in of_day]
            _stage_figures(service_id, definition_of_version(version), [day], networks)
            stage_verdicts(LINES, service_id, [day], networks)
            keep_what_is_to_be_adjusted(LINES, service_id, [day], networks, why=LEFT_OUT_WHY)


def _dates_due(definition: Definition, dates: Collection[date] | None) -> list[date]:
    come = [day for day in definition.payment_dates if day <= clock.today()]
    return come if dates is None else [day for day in come if day in set(dates)]


def _stage_figures(service_id: int, definition: Definition, due: Sequence[date], networks: Sequence[int]) -> None:
    """Fill the temporary table `figure`: each line that is due, its amount and what it was worked out from."""
    method = definition.calculation
    if not isinstance(method, Capitation):
        raise Invalid(f"{definition.name}: lines of a network are worked out by capitation only.")
    _stage_keys(service_id, method, due, networks)
    create_figures()
    lines = worked_out(definition, method, line_inputs("due_key", method))
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY figure ({', '.join(FIGURE)}) FROM STDIN", StringIO(_as_copied(lines)))
        cursor.execute("ANALYZE figure")


def _stage_keys(service_id: int, method: Capitation, due: Sequence[date], networks: Sequence[int]) -> None:
    known = list_dates(method, due)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS due_key")
        cursor.execute(
            """
            CREATE TEMPORARY TABLE due_key ON COMMIT DROP AS
            SELECT %s::bigint AS service_id, d.achievement_date, n.network_id, d.list_date
            FROM unnest(%s::date[], %s::date[]) AS d(achievement_date, list_date),
                 unnest(%s::bigint[]) AS n(network_id)""",
            [service_id, [day for day, _ in known], [list_date for _, list_date in known], list(networks)],
        )
        if len(known) * len(networks) > LOOKED_THROUGH:
            cursor.execute("CREATE INDEX ON due_key (achievement_date, network_id)")
        cursor.execute("ANALYZE due_key")


def _as_copied(lines: Iterable[tuple[LineInputs, Decimal]]) -> str:
    kept = attrgetter(*INPUT)
    return "".join("\t".join(map(_copied, (*kept(row), _inputs(row), amount))) + "\n" for row, amount in lines)


def _inputs(row: LineInputs) -> str:
    return json.dumps(as_inputs(row.taken_over)) if row.taken_over else "{}"


def _copied(value: object) -> str:
    return "\\N" if value is None else str(value)


def _approve_where_none_is_required(
    definition: Definition, service_id: int, due: Sequence[date], networks: Sequence[int]
) -> None:
    if definition.no_approval_required:
        lines = Achievement.objects.in_state(State.AWAITING_COMMISSIONER).filter(
            service=service_id, achievement_date__in=due, network__in=networks
        )
        approved = APPROVE_LINE.apply(lines, by=SYSTEM, note="No approval is required.")
        replace_nil_settlements(approved.ids, by=SYSTEM)


def _aggregate_after_commit(service_id: int, due: Sequence[date], networks: Sequence[int]) -> None:
    """Networks of this scope that have approved lines may have become complete."""
    rows = (
        Achievement.objects.in_state(State.AWAITING_NETWORK)
        .filter(service=service_id, achievement_date__in=due, network__in=networks)
        .order_by("service_id", "achievement_date", "network_id")
        .values_list("service_id", "achievement_date", "network_id")
        .distinct()
    )
    aggregate_after_commit(NetworkKey(*row) for row in rows)


def aggregate_after_commit(keys: Iterable[NetworkKey]) -> None:
    """Have these networks aggregated once the transaction has committed, some two hundred to a message."""
    plain = sorted({key.plain() for key in keys})
    parts = (plain[start : start + KEYS_IN_A_MESSAGE] for start in range(0, len(plain), KEYS_IN_A_MESSAGE))
    each_after_commit("achievement.aggregate_networks", [{"keys": part} for part in parts])
