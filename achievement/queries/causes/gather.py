"""What is known of one waiting network, for its causes to be told: offers, members, moves, figures, people, files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, OuterRef, Subquery

from accounts.models import Grant
from accounts.states import Role
from achievement.models import AchievementChange, NetworkAchievement, NilSettlement
from achievement.queries.causes.classify import Waiting
from achievement.queries.causes.twenty import Cause
from achievement.queries.nil import standing_of_network
from achievement.states import State
from catalogue.formats import Definition
from catalogue.models import QualityService
from catalogue.queries import definitions_of
from core import clock
from operations.models import JobState, OutboxMessage
from organisations.models import Kind, Membership, OdsLoad, OdsRequest, OdsUpload, Organisation
from organisations.queries import payee_of, requests_open
from organisations.states import RowKind
from participation.models import Participation, ParticipationChange
from submission.models import Submission
from ui.wording import dense_date

ROLES = (
    Role.COMMISSIONING_MANAGEMENT, Role.SERVICE_MANAGEMENT, Role.ACHIEVEMENT_ENTRY, Role.DECLARATION_MANAGEMENT,
    Role.APPROVAL_MANAGEMENT, Role.FINANCE_MANAGEMENT, Role.REFERENCE_DATA, Role.SERVICE_RELEASE, Role.OPERATIONS,
    Role.USER_ADMINISTRATOR, Role.ADVANCED_USER_ADMINISTRATOR,
)  # fmt: skip
PAID_SHOWN = 12
"""Totals of the network that are shown after those that wait, latest first."""


@dataclass(frozen=True)
class Offer:
    """One offer of a service to a practice, with what happened to it last."""

    id: int
    version: int
    network: Organisation
    state: int
    label: str
    start_date: date
    end_date: date
    respond_by: date | None
    moved_at: datetime | None
    moved_by: str
    note: str


@dataclass(frozen=True)
class Member:
    """Since when a practice is a member, and when that was recorded."""

    since: date
    recorded_at: datetime
    was_before: bool


@dataclass(frozen=True)
class Spell:
    """One membership of a practice, in any PCN; both days are included."""

    network: Organisation
    since: date
    until: date | None

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)

    @property
    def said(self) -> str:
        """`from 01/10/2021`, `from 01/10/2021 to 31/10/2021`."""
        return f"from {dense_date(self.since)}" + (f" to {dense_date(self.until)}" if self.until else "")


@dataclass(frozen=True)
class Move:
    """The last move of a line."""

    transition: str
    to_state: int
    at: datetime
    by: str
    note: str


@dataclass(frozen=True)
class Reference:
    """What the reference files say: when PCNs were last loaded, what awaits confirmation, whose rows were refused."""

    loaded_at: datetime | None
    uploads: tuple[tuple[int, datetime, frozenset[str]], ...]
    refused: Mapping[str, str]
    load_id: int | None


@dataclass(frozen=True)
class Known:
    """All that the page of one network needs beside what waits. People are named by (role, organisation id)."""

    network: Organisation
    lead: Organisation | None
    payee: Organisation | None
    national: Organisation | None
    practices: Mapping[int, Organisation]
    services: Mapping[int, QualityService]
    definitions: Mapping[int, Definition]
    offers: Mapping[tuple[int, int], Sequence[Offer]]
    members: Mapping[int, Member]
    spells: Mapping[int, Sequence[Spell]]
    moves: Mapping[int, Move]
    figures: Mapping[tuple[int, date, int], Submission]
    people: Mapping[tuple[str, int], Sequence[str]]
    queued: Sequence[OutboxMessage]
    reference: Reference
    paid: Sequence[NetworkAchievement]
    requests: Sequence[OdsRequest]
    nil: Sequence[NilSettlement]

    def holders(self, role: Role, organisation: Organisation | None) -> Sequence[str]:
        return self.people.get((role, organisation.pk), ()) if organisation else ()


def known_of(network: Organisation, lead: Organisation | None, found: Sequence[Waiting]) -> Known:
    """Gathered in as many queries for one key as for a hundred."""
    lines = [line for each in found for line in each.lines]
    practice_ids = {line.practice_id for line in lines if line.practice_id}
    service_ids = {each.key.service_id for each in found}
    national = Organisation.objects.filter(kind=Kind.NATIONAL).order_by("pk").first()
    practices = Organisation.objects.in_bulk(practice_ids)
    concerned = [*practices, network.pk, *(each.pk for each in (lead, national) if each)]
    return Known(
        network=network,
        lead=lead,
        payee=payee_of(network),
        national=national,
        practices=practices,
        services=QualityService.objects.in_bulk(service_ids),
        definitions=definitions_of(sorted(service_ids)),
        offers=_offers(service_ids, practice_ids, network),
        members=_members(network, practice_ids),
        spells=_spells(practice_ids) if any(Cause.ODS in line.causes for line in lines) else {},
        moves=_moves([line.line_id for line in lines if line.line_id]),
        figures=_figures(service_ids, practice_ids),
        people=_people(concerned),
        queued=_queued(network) if any(Cause.RECALCULATION in line.causes for line in lines) else (),
        reference=_reference(),
        paid=list(_paid(network)),
        requests=requests_open(network),
        nil=standing_of_network(network),
    )


def _offers(
    service_ids: Collection[int], practice_ids: Collection[int], network: Organisation
) -> dict[tuple[int, int], list[Offer]]:
    last = ParticipationChange.objects.filter(row=OuterRef("pk")).order_by("-pk")
    rows = Participation.objects.filter(
        service__in=service_ids, provider__in=practice_ids, network__isnull=False
    ).with_terms()
    rows = rows.select_related("network").annotate(
        moved_at=Subquery(last.values("at")[:1]),
        moved_by=Subquery(last.values("by__name")[:1]),
        note=Subquery(last.values("note")[:1]),
    )
    found: dict[tuple[int, int], list[Offer]] = defaultdict(list)
    for row in rows.order_by("pk"):
        found[row.service_id, row.provider_id].append(_offer(row))
    return found


def _offer(row: Any) -> Offer:
    return Offer(
        row.pk, row.version, row.network, row.state, row.state_label, row.start_date, row.end_date, row.respond_by,
        row.moved_at, row.moved_by or "CQRS Portal", row.note or "",
    )  # fmt: skip


def _members(network: Organisation, practice_ids: Collection[int]) -> dict[int, Member]:
    """The latest membership of each practice: since when, and whether it was a member before."""
    rows = Membership.objects.known().filter(network=network, practice__in=practice_ids, valid__isempty=False)
    found: dict[int, Member] = {}
    for row in rows.order_by("practice_id", "valid__startswith"):
        found[row.practice_id] = Member(row.valid.lower, row.recorded.lower, row.practice_id in found)
    return found


def _spells(practice_ids: Collection[int]) -> dict[int, list[Spell]]:
    """Every membership of these practices as it is believed now, the earliest first."""
    rows = Membership.objects.known().filter(practice__in=practice_ids, valid__isempty=False).select_related("network")
    found: dict[int, list[Spell]] = defaultdict(list)
    for row in rows.order_by("practice_id", "valid__startswith"):
        found[row.practice_id].append(Spell(row.network, row.valid.lower, row.end_date))
    return found


def _moves(line_ids: Collection[int]) -> dict[int, Move]:
    rows = AchievementChange.objects.filter(row__in=line_ids, version=F("row__version")).select_related("by")
    return {
        row.row_id: Move(row.transition, row.to_state, row.at, row.by.name if row.by else "CQRS Portal", row.note)
        for row in rows
    }


def _figures(service_ids: Collection[int], practice_ids: Collection[int]) -> dict[tuple[int, date, int], Submission]:
    rows = Submission.objects.filter(service__in=service_ids, provider__in=practice_ids)
    return {(row.service_id, row.achievement_date, row.provider_id): row for row in rows}


def _people(organisations: Collection[int]) -> dict[tuple[str, int], list[str]]:
    grants = Grant.objects.in_force().of(*ROLES).filter(organisation__in=organisations)
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    for role, organisation, name in grants.order_by("user__name").values_list("role", "organisation", "user__name"):
        if name not in found[role, organisation]:
            found[role, organisation].append(name)
    return found


def _queued(network: Organisation) -> list[OutboxMessage]:
    messages = OutboxMessage.objects.filter(done_at=None, task="achievement.calculate_achievements").order_by("pk")
    return [message for message in messages if network.pk in message.keys.get("networks", ())]


def _reference() -> Reference:
    load = OdsLoad.objects.filter(layout="networks").order_by("-as_at", "-pk").defer("summary").first()
    awaiting = OdsUpload.objects.filter(dropped_at=None, check_job__state=JobState.DONE, load_job=None)
    uploads = awaiting.order_by("pk").values_list("pk", "uploaded_at", "check_job__result__organisations")
    rows = (row for row in (load.rows if load and load.refused_rows else ()) if row[0] == RowKind.REFUSED)
    return Reference(
        load.loaded_at if load else None,
        tuple((pk, at, frozenset(codes or ())) for pk, at, codes in uploads),
        {
            (row[5] if len(row) > 5 and row[5] else row[3]): f"line {row[1]}, {row[2]} {row[3]}: {row[4]}"
            for row in rows
        },
        load.pk if load else None,
    )


def _paid(network: Organisation) -> Any:
    """Totals that are made, latest date first: what has gone on."""
    since = clock.today() - timedelta(days=400)
    totals = NetworkAchievement.objects.exclude(state=State.WITHDRAWN).filter(
        network=network, achievement_date__gte=since
    )
    return totals.select_related("service").order_by("-achievement_date", "service__name")[:PAID_SHOWN]
