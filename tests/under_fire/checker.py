"""What must hold of a portal's database whatever was killed: each rule is a question whose right answer is no row.

Independent of the portal's own queries on purpose: tables, states and the moves between them are all it knows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from achievement.states import (
    CALCULATED_AND_DECLARED,
    FINALS,
    NETWORK_AGGREGATED,
    NETWORK_LINE,
    NETWORK_TOTAL,
    State,
)
from core.transitions import Transition
from tests.under_fire.ledger import LOST, Said
from tests.under_fire.portal import Portal

LIVE = f"({State.AGGREGATED:d}, {State.AGGREGATED_COMPLETE:d})"
GONE, WAITING = int(State.WITHDRAWN), int(State.AWAITING_NETWORK)
FINAL = ", ".join(str(int(state)) for state in sorted(FINALS))
KEY = "service_id, achievement_date, network_id"


def _moves(table: dict[str, Transition], creation: tuple[str, int]) -> str:
    """SQL: every legal (transition, from_state, to_state) of a table of moves."""
    name, target = creation
    legal = [f"('{name}', NULL::int, {target:d})"]
    legal += [f"('{move.name}', {source:d}, {move.target:d})" for move in table.values() for source in move.sources]
    return f"(VALUES {', '.join(legal)}) AS legal(transition, from_state, to_state)"


def _stages(table: dict[str, Transition]) -> str:
    """SQL: the moves that are a hand in a stage of a chain."""
    staged = [f"('{move.name}', {move.stage:d})" for move in table.values() if move.stage is not None]
    return f"(VALUES {', '.join(staged)}) AS staged(transition, stage)"


MEMBERS = """
    SELECT d.achievement_date, m.network_id, m.practice_id
    FROM (SELECT DISTINCT achievement_date FROM achievement_achievement) d
    JOIN LATERAL (
        SELECT DISTINCT ON (practice_id) practice_id, network_id FROM organisations_membership
        WHERE upper_inf(recorded) AND valid @> d.achievement_date
        ORDER BY practice_id, lower(valid) DESC, id DESC) m ON TRUE"""

_HANDS = f"""
    SELECT DISTINCT c.by_id AS actor_id, a.service_id, a.achievement_date, coalesce(a.network_id, a.provider_id)
           AS subject_id, s.stage
    FROM achievement_achievementchange c JOIN achievement_achievement a ON a.id = c.row_id
    JOIN {_stages(NETWORK_LINE)[:-len("AS staged(transition, stage)")]} AS s(transition, stage) USING (transition)
    WHERE c.by_id IS NOT NULL
    UNION
    SELECT DISTINCT c.by_id, n.service_id, n.achievement_date, n.network_id, s.stage
    FROM achievement_networkachievementchange c JOIN achievement_networkachievement n ON n.id = c.row_id
    JOIN {_stages(NETWORK_TOTAL)[:-len("AS staged(transition, stage)")]} AS s(transition, stage) USING (transition)
    WHERE c.by_id IS NOT NULL"""


def _history(rows: str, changes: str, legal: str) -> dict[str, str]:
    """Changes are moves: of every row its history, unbroken, and nothing else."""
    steps = f"""
        SELECT c.*, lag(to_state) OVER w AS state_before, coalesce(lag(version) OVER w, 0) AS version_before
        FROM {changes} c WINDOW w AS (PARTITION BY row_id ORDER BY version, id)"""
    return {
        f"{rows}: a version was left out or came twice": f"SELECT row_id FROM ({steps}) s WHERE version <> version_before + 1",
        f"{rows}: a move starts where the one before did not end": f"SELECT row_id FROM ({steps}) s WHERE from_state IS DISTINCT FROM state_before",
        f"{rows}: a move that no table of states has": f"""
            SELECT c.row_id, c.transition, c.from_state, c.to_state FROM {changes} c WHERE NOT EXISTS (
                SELECT FROM {legal} WHERE c.transition = legal.transition AND c.to_state = legal.to_state
                AND c.from_state IS NOT DISTINCT FROM legal.from_state)""",
        f"{rows}: a row is not what its last change says": f"""
            SELECT a.id FROM {rows} a LEFT JOIN LATERAL (
                SELECT * FROM {changes} c WHERE c.row_id = a.id ORDER BY version DESC LIMIT 1) c ON TRUE
            WHERE (a.state, a.version, a.amount) IS DISTINCT FROM (c.to_state, c.version, c.amount)""",
        f"{rows}: a move after the last word": f"SELECT row_id FROM {changes} WHERE from_state IN ({FINAL})",
    }


RULES: dict[str, str] = {
    "two payable lines of one provider": f"""
        SELECT service_id, achievement_date, provider_id FROM achievement_achievement WHERE state <> {GONE}
        GROUP BY 1, 2, 3 HAVING count(*) > 1""",
    "two lines of one provider and network": f"""
        SELECT {KEY}, provider_id FROM achievement_achievement GROUP BY 1, 2, 3, 4 HAVING count(*) > 1""",
    "two totals of one network": f"""
        SELECT {KEY} FROM achievement_networkachievement WHERE state <> {GONE} GROUP BY 1, 2, 3 HAVING count(*) > 1""",
    "a total that differs from its lines": f"""
        SELECT n.id, n.lines, n.amount, count(a.id), sum(a.amount) FROM achievement_networkachievement n
        LEFT JOIN achievement_achievement a ON a.network_achievement_id = n.id AND a.state = n.state
        WHERE n.state <> {GONE}
        GROUP BY n.id HAVING (n.lines, n.amount) IS DISTINCT FROM (count(a.id), sum(a.amount))""",
    "a total without lines": f"""
        SELECT n.id FROM achievement_networkachievement n WHERE n.state <> {GONE} AND NOT EXISTS (
            SELECT FROM achievement_achievement a WHERE a.network_achievement_id = n.id)""",
    "an aggregated line without its total": f"""
        SELECT a.id FROM achievement_achievement a WHERE a.state IN {LIVE} AND NOT EXISTS (
            SELECT FROM achievement_networkachievement n WHERE n.id = a.network_achievement_id AND n.state = a.state
            AND (n.service_id, n.achievement_date, n.network_id) = (a.service_id, a.achievement_date, a.network_id))""",
    "a line that is not aggregated and has a total": f"""
        SELECT id FROM achievement_achievement WHERE state NOT IN {LIVE} AND network_achievement_id IS NOT NULL""",
    "a total whose lines are not those of its members": f"""
        WITH member AS ({MEMBERS}),
        paid AS (SELECT n.id, {KEY.replace("service_id", "n.service_id").replace(", a", ", n.a").replace(", net", ", n.net")},
                        array_agg(a.provider_id ORDER BY a.provider_id) AS providers
                 FROM achievement_networkachievement n
                 JOIN achievement_achievement a ON a.network_achievement_id = n.id
                 WHERE n.state = {State.AGGREGATED:d} GROUP BY n.id)
        SELECT p.id FROM paid p WHERE p.providers IS DISTINCT FROM (
            SELECT array_agg(practice_id ORDER BY practice_id) FROM member m
            WHERE (m.achievement_date, m.network_id) = (p.achievement_date, p.network_id))""",
    "an amount that is not its list size's": f"""
        SELECT a.id, a.amount, l.size FROM achievement_achievement a
        JOIN organisations_listsize l ON l.organisation_id = a.provider_id AND upper_inf(l.recorded)
        WHERE a.state NOT IN ({GONE}, {FINAL}) AND a.amount <> round(l.size * 0.722 / 12, 2)""",
    "a hand that is missing, or that nobody had": f"""
        (({_HANDS}) EXCEPT SELECT actor_id, service_id, achievement_date, subject_id, stage FROM submission_hand)
        UNION ALL
        (SELECT actor_id, service_id, achievement_date, subject_id, stage FROM submission_hand EXCEPT ({_HANDS}))""",
    "one person in two stages of a chain": """
        SELECT actor_id, service_id, achievement_date, subject_id FROM submission_hand
        GROUP BY 1, 2, 3, 4 HAVING count(DISTINCT stage) > 1""",
    **_history(
        "achievement_achievement",
        "achievement_achievementchange",
        _moves(NETWORK_LINE, (CALCULATED_AND_DECLARED.name, CALCULATED_AND_DECLARED.target)),
    ),
    **_history(
        "achievement_networkachievement",
        "achievement_networkachievementchange",
        _moves(NETWORK_TOTAL, (NETWORK_AGGREGATED.name, NETWORK_AGGREGATED.target)),
    ),
}
"""What must hold at every moment that is committed."""

WHEN_ALL_IS_DONE: dict[str, str] = {
    "a run that still runs": "SELECT id, business_date, number FROM achievement_overnightrun WHERE state = 1",
    "a shard that still runs": "SELECT id, run_id, attempts, error FROM achievement_shard WHERE state = 1",
    "later work that was not done": "SELECT id, task, attempts, error FROM operations_outboxmessage WHERE done_at IS NULL",
    "a complete network that was not aggregated": f"""
        WITH member AS ({MEMBERS}),
        line AS (SELECT {KEY}, array_agg(provider_id ORDER BY provider_id) AS providers, bool_and(state = {WAITING}) AS wait
                 FROM achievement_achievement WHERE state <> {GONE} GROUP BY 1, 2, 3)
        SELECT {KEY} FROM line WHERE wait AND providers = (
            SELECT array_agg(practice_id ORDER BY practice_id) FROM member m
            WHERE (m.achievement_date, m.network_id) = (line.achievement_date, line.network_id))""",
}
"""What must hold besides once a night has gone through undisturbed."""


def broken(portal: Portal, *rules: dict[str, str]) -> dict[str, list[Any]]:
    """The rules that do not hold, each with the first rows that break it."""
    questions = {rule: sql for each in rules for rule, sql in each.items()}
    found = {rule: portal.rows(f"SELECT * FROM ({sql}) broken LIMIT 5") for rule, sql in questions.items()}
    return {rule: rows for rule, rows in found.items() if rows}


def damaged_indexes(portal: Portal) -> list[Any]:
    """Indexes that do not hold exactly what their tables do; raises what PostgreSQL says of the first."""
    portal.rows("CREATE EXTENSION IF NOT EXISTS amcheck")
    return portal.rows(
        """SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am am ON am.oid = c.relam
           WHERE am.amname = 'btree' AND c.relnamespace = 'public'::regnamespace
             AND bt_index_check(c.oid, true) IS NULL"""
    )


LOGS = {
    "approve": "achievement_achievementchange",
    "undo": "achievement_achievementchange",
    "reject": "achievement_achievementchange",
    "lift": "achievement_achievementchange",
    "return total": "achievement_networkachievementchange",
    "complete total": "achievement_networkachievementchange",
    "end date": "participation_participationchange",
}
"""Where an act of a kind leaves its name."""


def acts_lost(portal: Portal, acts: Iterable[Said]) -> list[Said]:
    """Acknowledged acts that the database does not know, or knows of other rows."""
    left = _left_by_acts(portal)
    return [said for said in acts if said.answer == "acknowledged" and not _is_there(portal, said, left)]


def acts_not_given(portal: Portal, acts: Sequence[Said]) -> list[str]:
    """Names that the history has and the ledger has not, or has as refused."""
    may_be = {said.act for said in acts if said.answer in ("acknowledged", LOST)}
    return sorted(act for _log, act in _left_by_acts(portal) if act not in may_be)


def unknown_that_happened(portal: Portal, acts: Iterable[Said]) -> int:
    """How many acts whose answer was lost were done all the same."""
    left = {act for _log, act in _left_by_acts(portal)}
    return sum(said.act in left for said in acts if said.answer == LOST)


def _left_by_acts(portal: Portal) -> dict[tuple[str, str], set[int]]:
    """(log, act) -> the rows that the act moved."""
    left: dict[tuple[str, str], set[int]] = defaultdict(set)
    for log in set(LOGS.values()):
        for act, row in portal.rows(f"SELECT note, row_id FROM {log} WHERE note LIKE 'act %'"):
            left[log, act].add(row)
    return left


def _is_there(portal: Portal, said: Said, left: dict[tuple[str, str], set[int]]) -> bool:
    told = said.told
    if said.kind in LOGS:
        return left.get((LOGS[said.kind], said.act), set()) == set(told["ids"])
    if said.kind == "list size":
        sql, given = "SELECT count(*) FROM organisations_listsize WHERE organisation_id = %s AND size = %s", "size"
        return bool(portal.value(sql, [told["practice"], told[given]]))
    if said.kind == "run":
        return bool(portal.value("SELECT count(*) FROM achievement_overnightrun WHERE id = %s", [told["run"]]))
    day = told.get("day", "2019-07-01")
    sql = """SELECT count(*) FROM organisations_membership
             WHERE practice_id = %s AND network_id = %s AND lower(valid) = %s"""
    return bool(portal.value(sql, [told["practice"], told["network"], day]))


def misplaced(portal: Portal, acts: Iterable[Said]) -> list[Said]:
    """Last corrections of a practice that are not what is believed now, though nothing after them was unknown."""
    last: dict[tuple[str, int], Said | None] = {}
    for said in acts:
        if said.answer == "acknowledged" and "practice" in said.told:
            last["size" if "size" in said.told else "network", said.told["practice"]] = said
        elif said.answer == LOST and said.kind in ("list size", "move", "move back"):
            return _not_believed(portal, last.values())  # which practice it was about was lost with the answer
    return _not_believed(portal, last.values())


def _not_believed(portal: Portal, last: Iterable[Said | None]) -> list[Said]:
    return []
