"""What must hold of a portal's database whatever was killed: each rule is a question whose right answer is no row.

Independent of the portal's own queries on purpose: tables, states and the moves between them are all it knows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from achievement.states import (
    CALCULATED_AND_DECLARED,
    CONFIRM_NIL,
    FINALS,
    NETWORK_AGGREGATED,
    NETWORK_LINE,
    NETWORK_TOTAL,
    NIL_SETTLEMENT,
    PROPOSE_NIL,
    SETTLED_STATES,
    State,
)
from core.transitions import Creation, Transition
from submission.states import Stage
from tests.under_fire.ledger import LOST, Said
from tests.under_fire.portal import Portal

LIVE = f"({State.AGGREGATED:d}, {State.AGGREGATED_COMPLETE:d})"
GONE, WAITING = int(State.WITHDRAWN), int(State.AWAITING_NETWORK)
FINAL = ", ".join(str(int(state)) for state in sorted(FINALS))
KEY = "service_id, achievement_date, network_id"


def _moves(table: dict[str, Transition], creation: Creation) -> str:
    """SQL: every legal (transition, from_state, to_state) of a table of moves."""
    legal = [f"('{creation.name}', NULL::int, {creation.target:d})"]
    legal += [f"('{move.name}', {source:d}, {move.target:d})" for move in table.values() for source in move.sources]
    return f"(VALUES {', '.join(legal)}) AS legal(transition, from_state, to_state)"


SETTLED = f"""
    EXISTS (SELECT FROM achievement_nilsettlement s
            WHERE (s.service_id, s.achievement_date, s.network_id, s.provider_id)
                = ({{row}}.service_id, {{row}}.achievement_date, {{row}}.network_id, {{practice}})
              AND s.state IN ({", ".join(str(int(state)) for state in sorted(SETTLED_STATES))}))"""
"""SQL: whether a line is settled as nil, and no part of its network's total."""


PAID_ELSEWHERE = f"""
    EXISTS (SELECT FROM achievement_achievement x
            WHERE (x.service_id, x.achievement_date, x.provider_id)
                = ({{row}}.service_id, {{row}}.achievement_date, {{practice}})
              AND x.network_id <> {{row}}.network_id AND x.state IN ({FINAL}))"""
"""SQL: whether finance has approved the practice in another network, so that this one is made without it."""


def _hands_in(rows: str, changes: str, subject: str, table: dict[str, Transition]) -> str:
    """SQL: who had a hand in which stage of which chain, by the history of these rows."""
    stages = {move.name: move.stage for move in table.values() if move.stage is not None}
    if table is NIL_SETTLEMENT:
        stages[PROPOSE_NIL.name] = Stage.COMMISSIONER
    staged = ", ".join(f"('{name}', {stage:d})" for name, stage in stages.items())
    return f"""
        SELECT c.by_id AS actor_id, r.service_id, r.achievement_date, {subject} AS subject_id, s.stage
        FROM {changes} c JOIN {rows} r ON r.id = c.row_id
        JOIN (VALUES {staged}) AS s(transition, stage) USING (transition) WHERE c.by_id IS NOT NULL"""


MEMBERS = """
    SELECT d.achievement_date, m.network_id, m.practice_id
    FROM (SELECT DISTINCT achievement_date FROM achievement_achievement) d
    JOIN LATERAL (
        SELECT DISTINCT ON (practice_id) practice_id, network_id FROM organisations_membership
        WHERE upper_inf(recorded) AND valid @> d.achievement_date
        ORDER BY practice_id, lower(valid) DESC, id DESC) m ON TRUE"""

_LINES, _LINE_CHANGES = "achievement_achievement", "achievement_achievementchange"
_TOTALS, _TOTAL_CHANGES = "achievement_networkachievement", "achievement_networkachievementchange"
_SETTLEMENTS = "achievement_nilsettlement"
_HANDS = f"""
    {_hands_in(_LINES, _LINE_CHANGES, "coalesce(r.network_id, r.provider_id)", NETWORK_LINE)}
    UNION {_hands_in(_TOTALS, _TOTAL_CHANGES, "r.network_id", NETWORK_TOTAL)}
    UNION {_hands_in(_SETTLEMENTS, f"{_SETTLEMENTS}change", "r.network_id", NIL_SETTLEMENT)}"""


def _history(rows: str, changes: str, legal: str) -> dict[str, str]:
    """Changes are moves: of every row its history, unbroken, and nothing else."""
    steps = f"""
        SELECT c.*, lag(to_state) OVER w AS state_before, coalesce(lag(version) OVER w, 0) AS version_before
        FROM {changes} c WINDOW w AS (PARTITION BY row_id ORDER BY version, id)"""
    return {
        f"{rows}: a version was left out or came twice": f"""
            SELECT row_id, version FROM ({steps}) s WHERE version <> version_before + 1""",
        f"{rows}: a move starts where the one before did not end": f"""
            SELECT row_id, version FROM ({steps}) s WHERE from_state IS DISTINCT FROM state_before""",
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
        paid AS (SELECT n.id, n.service_id, n.achievement_date, n.network_id,
                        array_agg(a.provider_id ORDER BY a.provider_id) AS providers
                 FROM achievement_networkachievement n
                 JOIN achievement_achievement a ON a.network_achievement_id = n.id
                 WHERE n.state = {State.AGGREGATED:d} GROUP BY n.id)
        SELECT p.id FROM paid p WHERE p.providers IS DISTINCT FROM (
            SELECT array_agg(practice_id ORDER BY practice_id) FROM member m
            WHERE (m.achievement_date, m.network_id) = (p.achievement_date, p.network_id)
              AND NOT {SETTLED.format(row="p", practice="m.practice_id")}
              AND NOT {PAID_ELSEWHERE.format(row="p", practice="m.practice_id")})""",
    "a line in a total that is settled as nil": f"""
        SELECT a.id FROM achievement_achievement a
        WHERE a.network_achievement_id IS NOT NULL AND {SETTLED.format(row="a", practice="a.provider_id")}""",
    "a settlement by one person alone": f"""
        SELECT id FROM {_SETTLEMENTS} s WHERE s.confirmed_by_id = s.proposed_by_id""",
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
    **_history(_LINES, _LINE_CHANGES, _moves(NETWORK_LINE, CALCULATED_AND_DECLARED)),
    **_history(_TOTALS, _TOTAL_CHANGES, _moves(NETWORK_TOTAL, NETWORK_AGGREGATED)),
}
"""What must hold at every moment that is committed."""

WHEN_ALL_IS_DONE: dict[str, str] = {
    "a run that still runs": "SELECT id, business_date, number FROM achievement_overnightrun WHERE state = 1",
    "a shard that still runs": "SELECT id, run_id, attempts, error FROM achievement_shard WHERE state = 1",
    "later work that was not done": """
        SELECT id, task, attempts, error FROM operations_outboxmessage WHERE done_at IS NULL""",
    "a complete network that was not aggregated": f"""
        WITH member AS ({MEMBERS}),
        line AS (SELECT {KEY}, array_agg(provider_id ORDER BY provider_id) AS providers,
                        bool_and(state = {WAITING}) AS wait
                 FROM achievement_achievement a
                 WHERE state <> {GONE} AND NOT {SETTLED.format(row="a", practice="a.provider_id")} GROUP BY 1, 2, 3)
        SELECT {KEY} FROM line WHERE wait AND providers = (
            SELECT array_agg(practice_id ORDER BY practice_id) FROM member m
            WHERE (m.achievement_date, m.network_id) = (line.achievement_date, line.network_id)
              AND NOT {SETTLED.format(row="line", practice="m.practice_id")}
              AND NOT {PAID_ELSEWHERE.format(row="line", practice="m.practice_id")})""",
}
"""What must hold besides once a night has gone through undisturbed."""


def broken(ask: Callable[[str], list[Any]], *rules: dict[str, str]) -> dict[str, list[Any]]:
    """The rules that do not hold, each with the first rows that break it; `ask` answers SQL with rows."""
    questions = {rule: sql for each in rules for rule, sql in each.items()}
    found = {rule: ask(f"SELECT * FROM ({sql}) broken LIMIT 5") for rule, sql in questions.items()}
    return {rule: rows for rule, rows in found.items() if rows}


def indexes_checked(portal: Portal) -> int:
    """How many indexes hold exactly what their tables do; raises what PostgreSQL says of one that does not."""
    portal.rows("CREATE EXTENSION IF NOT EXISTS amcheck")
    sql = """SELECT c.oid FROM pg_class c JOIN pg_am am ON am.oid = c.relam
             WHERE c.relkind = 'i' AND am.amname = 'btree' AND c.relnamespace = 'public'::regnamespace"""
    return len([portal.value("SELECT bt_index_check(%s, true)", [index]) for (index,) in portal.rows(sql)])


LOGS = {
    "approve": "achievement_achievementchange",
    "undo": "achievement_achievementchange",
    "reject": "achievement_achievementchange",
    "lift": "achievement_achievementchange",
    "return total": "achievement_networkachievementchange",
    "complete total": "achievement_networkachievementchange",
    "end date": "participation_participationchange",
    "propose nil": "achievement_nilsettlementchange",
    "decline nil": "achievement_nilsettlementchange",
    "lift nil": "achievement_nilsettlementchange",
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
    if said.kind == "confirm nil":
        sql = """SELECT count(*) FROM achievement_nilsettlementchange
                 WHERE row_id = %s AND by_id = %s AND transition = %s"""
        return bool(portal.value(sql, [told["settlement"], told["user"], CONFIRM_NIL.name]))
    if said.kind == "run":
        return bool(portal.value("SELECT count(*) FROM achievement_overnightrun WHERE id = %s", [told["run"]]))
    if said.kind == "list size":
        sql = "SELECT count(*) FROM organisations_listsize WHERE organisation_id = %s AND size = %s"
        return bool(portal.value(sql, [told["practice"], told["size"]]))
    return all(_was_held(portal, told["practice"], *held) for held in told["held"])


def _was_held(portal: Portal, practice: int, network: int, start: str, end: str | None) -> bool:
    sql = """SELECT count(*) FROM organisations_membership
             WHERE practice_id = %s AND network_id = %s AND valid = daterange(%s, %s)"""
    return bool(portal.value(sql, [practice, network, start, end]))


def corrections_undone(portal: Portal, acts: Iterable[Said]) -> list[list[Said]]:
    """The last corrections of a practice, where what is believed now is none of them.

    The last acknowledged one, or one whose answer was lost after it: one person corrects a practice, one by one.
    """
    last: dict[tuple[str, int], list[Said]] = {}
    for said in acts:
        if "practice" not in said.told or said.answer not in ("acknowledged", LOST):
            continue
        key = ("size" if said.kind == "list size" else "held", said.told["practice"])
        if said.answer == "acknowledged":
            last[key] = [said]
        elif key in last:
            last[key].append(said)
    return [each for key, each in last.items() if _believed(portal, *key) not in _said(each, key[0])]


def _said(acts: Iterable[Said], what: str) -> list[Any]:
    return [sorted(said.told[what]) if what == "held" else said.told[what] for said in acts]


def _believed(portal: Portal, what: str, practice: int) -> Any:
    if what == "size":
        sql = "SELECT size::int FROM organisations_listsize WHERE organisation_id = %s AND upper_inf(recorded)"
        return portal.value(sql, [practice])
    sql = """SELECT network_id, lower(valid)::text, upper(valid)::text FROM organisations_membership
             WHERE practice_id = %s AND upper_inf(recorded)"""
    return sorted(map(list, portal.rows(sql, [practice])))
