"""Synthetic England, the same every time: no practice, network or amount in it exists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from achievement.states import State
from benchmarks.measuring import execute, value_of
from core.dates import DAY, month_end
from organisations.models import Kind
from participation.states import State as ParticipationState

LAST_MONTH = date(2021, 11, 30)
MONTHS_TO_APPROVE = 2
STUCK_NOW, STUCK_EVER = 70, 9
"""Of a thousand networks and services: how many wait in the last month, and in each month before it."""


@dataclass(frozen=True)
class England:
    """How large: at scale 1, 6,300 practices in 1,270 networks of 42 commissioners; 20 services, 36 months."""

    scale: float = 1.0
    months: int = 36
    services: int = 20

    @property
    def practices(self) -> int:
        return round(6_300 * self.scale)

    @property
    def networks(self) -> int:
        return round(1_270 * self.scale)

    @property
    def commissioners(self) -> int:
        return max(1, round(42 * self.scale))

    def __str__(self) -> str:
        return (
            f"{self.practices:,} practices, {self.networks:,} networks, {self.commissioners:,} commissioners, "
            f"{self.services} services, {self.months} months"
        )

    def build(self) -> None:
        """Fill the empty tables, in one transaction; then vacuum."""
        with transaction.atomic():
            execute("SET LOCAL session_replication_role = replica")  # keys are right by construction
            self._organisations()
            self._services()
            self._participations()
            self._achievements()
        vacuum()

    def _organisations(self) -> None:
        kinds = ((0, self.commissioners, Kind.COMMISSIONER, "Q"), (10_000, self.networks, Kind.NETWORK, "Z"),
                 (100_000, self.practices, Kind.PRACTICE, "V"))  # fmt: skip
        for base, many, kind, letter in kinds:
            execute(
                """INSERT INTO organisations_organisation (id, code, name, kind, postcode)
                   SELECT %s + n, %s || lpad(n::text, 5, '0'), 'Organisation ' || n, %s, ''
                   FROM generate_series(1, %s) n""",
                [base, letter, kind, many],
            )
        execute(
            """INSERT INTO organisations_lead (valid, recorded, network_id, commissioner_id)
               SELECT '[2018-07-01,)', '[2018-07-01,)', 10000 + n, 1 + n %% %s FROM generate_series(1, %s) n""",
            [self.commissioners, self.networks],
        )
        self._memberships()

    def _memberships(self) -> None:
        """One practice in twenty moved on 1 October 2020, from the network before its own in number."""
        execute(
            """INSERT INTO organisations_membership (valid, recorded, practice_id, network_id)
               SELECT CASE WHEN n %% 20 = 0 THEN '[2020-10-01,)' ELSE '[2018-07-01,)' END::daterange,
                      '[2018-07-01,)'::tstzrange, 100000 + n, 10001 + n %% %s FROM generate_series(1, %s) n
               UNION ALL
               SELECT '[2018-07-01,2020-10-01)'::daterange, '[2018-07-01,)'::tstzrange, 100000 + n,
                      10001 + (n + 1) %% %s
               FROM generate_series(20, %s, 20) n""",
            [self.networks, self.practices, self.networks, self.practices],
        )

    def _services(self) -> None:
        execute(
            """INSERT INTO catalogue_qualityservice (id, code, name, short_name, payment_type, start_date, end_date,
                   paid_to, aggregates, expected, no_declaration_required, no_approval_required)
               SELECT n, 'SERVICE-' || n, 'Service ' || n, 'Service ' || n, 'Network services', '2018-07-01',
                      '2028-03-31', 'network', 'amounts', 'every member', true, false FROM generate_series(1, %s) n""",
            [self.services],
        )
        execute(
            """INSERT INTO catalogue_serviceversion (id, service_id, number, state, version, definition, digest,
                   unknown_figures, loaded_at)
               SELECT id, id, 1, 1, 1, '{}', '', '[]', '2018-07-01' FROM catalogue_qualityservice""",
        )

    def _participations(self) -> None:
        execute(
            f"""INSERT INTO participation_participation (service_id, provider_id, network_id, commissioner_id, state,
                    version, offered_at)
                SELECT s.id, m.practice_id, m.network_id, l.commissioner_id, {ParticipationState.APPROVED:d}, 1,
                       '2018-07-01'
                FROM catalogue_qualityservice s, organisations_membership m
                JOIN organisations_lead l USING (network_id)"""
        )
        execute(
            """INSERT INTO participation_term (valid, recorded, participation_id, reason)
               SELECT '[2018-07-01,2028-04-01)', '[2018-07-01,)', id, '' FROM participation_participation"""
        )
        for table in ("organisations_membership", "participation_participation", "participation_term"):
            execute(f"ANALYZE {table}")

    def _achievements(self) -> None:
        """Month by month: totals of what is complete, then the lines; what is stuck has one line not approved."""
        for day in self.dates():
            stuck = STUCK_NOW if day == LAST_MONTH else STUCK_EVER
            execute(_MONTH, [day, stuck, day])
            if day != LAST_MONTH:
                execute(_TOTALS, [day])
            execute(_LINES, [State.AWAITING_NETWORK if day == LAST_MONTH else State.AGGREGATED_COMPLETE, day])
            execute("DROP TABLE due")
        for _month in range(MONTHS_TO_APPROVE):
            day = month_end(day + DAY)
            execute(_MONTH + " AND l.commissioner_id = 1", [day, 0, day])
            execute(_LINES, [State.AWAITING_COMMISSIONER, day])
            execute("DROP TABLE due")

    def dates(self) -> list[date]:
        """Month ends, oldest first."""
        days = [LAST_MONTH]
        while len(days) < self.months:
            days.append(days[-1].replace(day=1) - DAY)
        return days[::-1]


_MONTH = """
    CREATE TEMPORARY TABLE due AS
    SELECT p.service_id, m.network_id, m.practice_id, p.id AS participation_id, l.commissioner_id,
           (abs(hashtext(concat(p.service_id, m.practice_id))) % 200000 + 1) / 100.0 AS amount,
           abs(hashtext(concat(p.service_id, '/', m.network_id, '/', %s::date))) % 1000 < %s AS stuck,
           row_number() OVER (PARTITION BY p.service_id, m.network_id ORDER BY m.practice_id) = 1 AS is_first
    FROM organisations_membership m
    JOIN organisations_lead l USING (network_id)
    JOIN participation_participation p ON p.network_id = m.network_id AND p.provider_id = m.practice_id
    WHERE m.valid @> %s::date""".replace(" % ", " %% ")

_TOTALS = f"""
    INSERT INTO achievement_networkachievement (achievement_date, service_id, network_id, commissioner_id, state,
        version, amount, lines, aggregated_at)
    SELECT %s, service_id, network_id, min(commissioner_id), {State.AGGREGATED_COMPLETE:d}, 2, sum(amount), count(*),
           '2021-12-01'
    FROM due WHERE NOT stuck GROUP BY service_id, network_id"""

_LINES = f"""
    INSERT INTO achievement_achievement (achievement_date, service_id, provider_id, network_id, commissioner_id, state,
        version, amount, auto_declared, service_version_id, participation_id, network_achievement_id)
    SELECT d.day, due.service_id, practice_id, due.network_id, due.commissioner_id,
           CASE WHEN NOT stuck THEN d.state WHEN is_first THEN {State.AWAITING_COMMISSIONER:d}
                ELSE {State.AWAITING_NETWORK:d} END,
           2, due.amount, true, due.service_id, participation_id, n.id
    FROM (SELECT %s AS state, %s::date AS day) d
    CROSS JOIN due
    LEFT JOIN achievement_networkachievement n
        ON n.achievement_date = d.day AND n.service_id = due.service_id AND n.network_id = due.network_id
    ORDER BY due.commissioner_id, due.service_id, practice_id"""
"""In the order in which the shards of a night write them."""


def vacuum() -> None:
    """As autovacuum would have done in the hours between two nights."""
    tables = (
        "achievement_achievement", "achievement_networkachievement", "achievement_achievementchange",
        "achievement_networkachievementchange", "organisations_organisation", "organisations_membership",
        "participation_participation", "participation_term", "submission_hand", "operations_outboxmessage",
    )  # fmt: skip
    assert not connection.in_atomic_block
    for table in tables:
        execute(f"VACUUM ANALYZE {table}")


def open_lines() -> int:
    return int(value_of(f"SELECT count(*) FROM achievement_achievement WHERE state = {State.AWAITING_NETWORK:d}"))
