"""Synthetic England, the same every time: no practice, network or amount in it exists."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection, models, transaction

from accounts.models import User
from achievement.models import Achievement, NetworkAchievement, OvernightRun, RunState, Shard
from achievement.states import State
from benchmarks.definitions import YEARS, content
from benchmarks.measuring import execute
from catalogue.models import AchievementDate, Aggregates, Expected, PaidTo, QualityService, ServiceVersion
from catalogue.states import VersionState
from core.dates import DAY, month_end
from organisations.models import Kind, Lead, ListKind, ListSize, Membership, Organisation
from participation.models import Participation, Term
from participation.states import State as ParticipationState

LAST_MONTH = date(2021, 11, 30)
MONTHS_TO_APPROVE = 2
TODAY = date(2022, 2, 1)
LAST_RUN = datetime(2021, 12, 1, 1, tzinfo=UTC)
STUCK_NOW, STUCK_EVER = 70, 9
"""Of a thousand networks and services: how many wait in an open month, and in each closed month before it."""

NETWORKS_FROM, PRACTICES_FROM = 10_000, 100_000
"""Ids: commissioners from 1, networks and practices from here."""

SINCE = "[2018-07-01,)"


@dataclass(frozen=True)
class England:
    """How large: at scale 1, 6,300 practices in 1,270 networks of 42 commissioners; 20 services, 36 months.

    The last `opened` of the months are approved and await the night; of those before them, the last `closed` are paid
    but for what is stuck, and of the others only what is stuck is there. None: all of them are.
    """

    scale: float = 1.0
    months: int = 36
    services: int = 20
    opened: int = 1
    closed: int | None = None

    @property
    def practices(self) -> int:
        return round(6_300 * self.scale)

    @property
    def networks(self) -> int:
        return round(1_270 * self.scale)

    @property
    def commissioners(self) -> int:
        return max(2, round(42 * self.scale))

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
            forget_runs(range(1, self.commissioners + 1))
        vacuum()

    def _organisations(self) -> None:
        kinds = ((0, self.commissioners, Kind.COMMISSIONER, "Q"), (NETWORKS_FROM, self.networks, Kind.NETWORK, "Z"),
                 (PRACTICES_FROM, self.practices, Kind.PRACTICE, "V"))  # fmt: skip
        Organisation.objects.bulk_create(
            Organisation(id=base + n, code=f"{letter}{n:05}", name=f"Organisation {n}", kind=kind)
            for base, many, kind, letter in kinds
            for n in range(1, many + 1)
        )
        insert(
            Lead,
            {"valid": f"'{SINCE}'::daterange", "recorded": f"'{SINCE}'::tstzrange", "network_id": "10000 + n",
             "commissioner_id": f"1 + n % {self.commissioners}"},
            f"generate_series(1, {self.networks}) n",
        )  # fmt: skip
        self._memberships()

    def _memberships(self) -> None:
        """One practice in twenty moved on 1 October 2020, from the network before its own in number."""
        spells = (
            ("n", f"CASE WHEN n % 20 = 0 THEN '[2020-10-01,)' ELSE '{SINCE}' END", "1"),
            ("n + 1", "'[2018-07-01,2020-10-01)'", "20"),
        )
        for network, valid, every in spells:
            insert(
                Membership,
                {"valid": f"({valid})::daterange", "recorded": f"'{SINCE}'::tstzrange", "practice_id": "100000 + n",
                 "network_id": f"10001 + ({network}) % {self.networks}"},
                f"generate_series({every}, {self.practices}, {every}) n",
            )  # fmt: skip

    def _services(self) -> None:
        """Released, each with its achievement dates; and the lists that they pay by."""
        known = {
            "payment_type": "Network services", "start_date": date(2018, 7, 1), "end_date": date(2028, 3, 31),
            "paid_to": PaidTo.NETWORK, "aggregates": Aggregates.AMOUNTS, "expected": Expected.EVERY_MEMBER,
            "no_declaration_required": True,
        }  # fmt: skip
        services = QualityService.objects.bulk_create(
            QualityService(id=n, code=f"SERVICE-{n}", name=f"Service {n}", short_name=f"Service {n}", **known)
            for n in range(1, self.services + 1)
        )
        one, other = (User.objects.create(email=f"release.{n}@benchmarks.example", name="Release") for n in (1, 2))
        ServiceVersion.objects.bulk_create(
            ServiceVersion(
                id=each.pk, service=each, number=1, state=VersionState.RELEASED, definition=content(), digest="",
                loaded_at=datetime(2018, 7, 1, tzinfo=UTC), released_by=one, confirmed_by=other,
            )
            for each in services
        )  # fmt: skip
        self._payment_dates(self.dates())
        insert(
            ListSize,
            {"valid": "daterange(make_date(y, 1, 1), make_date(y, 1, 2))", "recorded": f"'{SINCE}'::tstzrange",
             "organisation_id": f"{PRACTICES_FROM} + n", "kind": f"{ListKind.CRP:d}", "size": "1000 + n % 15000"},
            f"generate_series({YEARS[0]}, {YEARS[-1]}) y, generate_series(1, {self.practices}) n",
        )  # fmt: skip

    def _payment_dates(self, days: Sequence[date]) -> list[AchievementDate]:
        return AchievementDate.objects.bulk_create(
            AchievementDate(
                service_id=service, date=day, is_payment_date=True, period_start=day.replace(day=1), period_end=day
            )
            for service in range(1, self.services + 1)
            for day in days
        )

    @contextmanager
    def months_to_approve(self) -> Iterator[list[date]]:
        """The months that one commissioner has still to approve are payment dates meanwhile, and others wait for them
        without a line; answers them, oldest first."""
        days = self.dates_to_approve()
        dates = self._payment_dates(days)
        execute("ANALYZE catalogue_achievementdate")
        try:
            yield days
        finally:
            AchievementDate.objects.filter(pk__in=[each.pk for each in dates]).delete()

    def _participations(self) -> None:
        insert(
            Participation,
            {"service_id": "s.id", "provider_id": "m.practice_id", "network_id": "m.network_id",
             "commissioner_id": "l.commissioner_id", "state": f"{ParticipationState.APPROVED:d}",
             "offered_at": "'2018-07-01'::timestamptz"},
            "catalogue_qualityservice s, organisations_membership m JOIN organisations_lead l USING (network_id)",
        )  # fmt: skip
        insert(
            Term,
            {"valid": "'[2018-07-01,2028-04-01)'::daterange", "recorded": f"'{SINCE}'::tstzrange",
             "participation_id": "id"},
            "participation_participation",
        )  # fmt: skip
        for table in ("organisations_membership", "participation_participation", "participation_term"):
            execute(f"ANALYZE {table}")

    def _achievements(self) -> None:
        """Month by month: totals of what is complete, then the lines; what is stuck has one line not approved.

        A month of a network's services is made by itself, so that indexes stay in the processor's reach.
        """
        for day in self.dates():
            is_open = day in self.dates()[-self.opened :]
            self._due(day, STUCK_NOW if is_open else STUCK_EVER, only_stuck=day in self.left_out())
            if not is_open:
                self._totals(day)
            self._lines(day, State.AWAITING_NETWORK if is_open else State.AGGREGATED_COMPLETE)
            execute("DROP TABLE due")
        for day in self.dates_to_approve():
            self._due(day, 0, commissioner=1)
            self._lines(day, State.AWAITING_COMMISSIONER)
            execute("DROP TABLE due")

    def dates(self) -> list[date]:
        """Month ends, oldest first."""
        days = [LAST_MONTH]
        while len(days) < self.months:
            days.append(days[-1].replace(day=1) - DAY)
        return days[::-1]

    def dates_to_approve(self) -> list[date]:
        """The month ends after those, oldest first."""
        days = [LAST_MONTH]
        while len(days) <= MONTHS_TO_APPROVE:
            days.append(month_end(days[-1] + DAY))
        return days[1:]

    def left_out(self) -> list[date]:
        """Months of which only what is stuck is there."""
        kept = self.months if self.closed is None else self.closed + self.opened
        return self.dates()[: max(0, self.months - kept)]

    def _due(self, day: date, stuck: int, *, only_stuck: bool = False, commissioner: int | None = None) -> None:
        """Temporary table `due`: the lines of a month, and which of them belong to a network that is stuck."""
        of_commissioner = "AND l.commissioner_id = %s" if commissioner else ""
        execute(
            f"""CREATE TEMPORARY TABLE due AS SELECT * FROM (
                SELECT p.service_id, m.network_id, m.practice_id, p.id AS participation_id, l.commissioner_id,
                    (abs(hashtext(concat(p.service_id, m.practice_id))) %% 200000 + 1) / 100.0 AS amount,
                    abs(hashtext(concat(p.service_id, '/', m.network_id, '/', %s::date))) %% 1000 < %s AS stuck,
                    row_number() OVER (PARTITION BY p.service_id, m.network_id ORDER BY m.practice_id) = 1 AS is_first
                FROM organisations_membership m
                JOIN organisations_lead l USING (network_id)
                JOIN participation_participation p ON p.network_id = m.network_id AND p.provider_id = m.practice_id
                WHERE m.valid @> %s::date {of_commissioner}) each WHERE stuck OR NOT %s""",
            [day, stuck, day, *([commissioner] if commissioner else []), only_stuck],
        )

    def _totals(self, day: date) -> None:
        insert(
            NetworkAchievement,
            {"achievement_date": "%s::date", "service_id": "service_id", "network_id": "network_id",
             "commissioner_id": "min(commissioner_id)", "state": f"{State.AGGREGATED_COMPLETE:d}", "version": "2",
             "amount": "sum(amount)", "lines": "count(*)", "aggregated_at": "'2021-12-01'::timestamptz"},
            "due WHERE NOT stuck GROUP BY service_id, network_id",
            [day],
        )  # fmt: skip

    def _lines(self, day: date, state: State) -> None:
        """In the order in which the shards of a night write them."""
        insert(
            Achievement,
            {"achievement_date": "%s::date", "service_id": "due.service_id", "provider_id": "practice_id",
             "network_id": "due.network_id", "commissioner_id": "due.commissioner_id",
             "state": f"""CASE WHEN NOT stuck THEN {state:d} WHEN is_first THEN {State.AWAITING_COMMISSIONER:d}
                          ELSE {State.AWAITING_NETWORK:d} END""",
             "version": "2", "amount": "due.amount", "auto_declared": "true", "service_version_id": "due.service_id",
             "participation_id": "participation_id", "network_achievement_id": "n.id"},
            """due LEFT JOIN achievement_networkachievement n
                   ON n.achievement_date = %s::date AND n.service_id = due.service_id
                      AND n.network_id = due.network_id
               ORDER BY due.commissioner_id, due.service_id, practice_id""",
            [day, day],
        )  # fmt: skip


def forget_runs(commissioners: Sequence[int]) -> None:
    """Of runs there is the one that worked out the last month, and it is done; no later work waits."""
    execute("TRUNCATE achievement_overnightrun, achievement_shard, operations_outboxmessage CASCADE")
    run = OvernightRun.objects.create(
        business_date=LAST_RUN.date(), started_at=LAST_RUN, finished_at=LAST_RUN, state=RunState.DONE
    )
    Shard.objects.bulk_create(Shard(run=run, commissioner_id=id, state=RunState.DONE) for id in commissioners)


def insert(model: type[models.Model], columns: Mapping[str, str], source: str, params: Sequence[object] = ()) -> None:
    """INSERT ... SELECT of these columns (column -> SQL) FROM `source`; every other column gets the model's default.

    Percent signs are those of SQL where no parameters are given.
    """
    given = dict(columns)
    for field in model._meta.concrete_fields:
        if not (field.column in given or field.primary_key or field.null or field.generated):
            given[field.column] = _literal(field)
    execute(
        f"INSERT INTO {model._meta.db_table} ({', '.join(given)}) SELECT {', '.join(given.values())} FROM {source}",
        params,
    )


def _literal(field: models.Field[Any, Any]) -> str:
    """A field's default as SQL."""
    default = field.get_default()
    plain = json.dumps(default) if isinstance(field, models.JSONField) else default
    with connection.cursor() as cursor:
        return str(cursor.mogrify("%s", [plain]).decode())


TABLES = (
    "achievement_achievement", "achievement_networkachievement", "achievement_achievementchange",
    "achievement_networkachievementchange", "organisations_organisation", "organisations_membership",
    "participation_participation", "participation_term", "submission_hand", "operations_outboxmessage",
    "operations_attempt",
)  # fmt: skip


def vacuum(tables: Sequence[str] = TABLES) -> None:
    """As autovacuum would have done in the hours between two nights."""
    assert not connection.in_atomic_block
    for table in tables:
        execute(f"VACUUM ANALYZE {table}")
