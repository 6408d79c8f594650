"""The year as it happens: files loaded, the service offered, lines worked out and approved, the night gone through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from random import Random

from django.conf import settings
from django.db.models import QuerySet

import achievement.commands as achievements
import catalogue.commands as catalogue
from accounts.commands import grant_role, invite_user
from accounts.models import Grant, User
from accounts.queries import acting_for
from accounts.rules import Acting
from accounts.states import Role
from achievement.models import Achievement, OvernightRun
from achievement.queries.causes import Cause, Scope, waiting_networks
from achievement.states import State
from catalogue.models import QualityService
from catalogue.queries import released_services
from core import clock
from core.actors import SYSTEM
from core.dates import FinancialYear, month_ends
from core.transitions import Seen
from cqrs_portal.rehearsal.workers import work_in
from organisations.commands import OdsFiles, load_ods
from organisations.models import Kind, Lead, Organisation
from participation.commands import offer_to_networks
from participation.models import Participation

DEFINITION = "primary-care-networks-calculations-2020-22-clinical-director-payment.yaml"
CODE = "PCN-CD-2020-22"
CALCULATION = ("achievement.calculate_achievements",)
NIGHT = ("achievement.work_shard", "achievement.finish_run", "participation.close_the_day")
WORKERS = 2


@dataclass(frozen=True)
class England:
    """What is rehearsed: the published files, and the financial year by the calendar year it starts in."""

    practices: Path
    networks: Path
    lists: Path
    year: int

    @property
    def days(self) -> list[date]:
        """The twelve achievement dates."""
        year = FinancialYear(self.year)
        return month_ends(year.start, year.end)

    @property
    def moment(self) -> datetime:
        """The night after the last of them."""
        return datetime.combine(FinancialYear(self.year + 1).start, time(1, 0), clock.LONDON)

    @property
    def lists_as_at(self) -> date:
        """Lists count as at 1 January before the year."""
        return date(self.year, 1, 1)


def load(england: England) -> str:
    """Take the files in, and follow up what they change for earlier offers."""
    files = OdsFiles(
        practices=england.practices, networks=england.networks, lists=(england.lists,), lists_as_at=england.lists_as_at
    )
    report = load_ods(files, by=SYSTEM)
    work_in(WORKERS, CALCULATION, england.moment)
    return f"{len(report.refused):,} rows refused"


def release() -> QualityService:
    """The Clinical Director service: as it is released or, where it is not, released by one person and confirmed by
    another."""
    service = released_services().filter(code=CODE).first()
    if service is not None:
        return service
    first, second = (_person(_operator(), role=Role.SERVICE_RELEASE, number=n) for n in (1, 2))
    source = Path(settings.BASE_DIR) / "catalogue" / "definitions" / DEFINITION
    loaded = catalogue.load_definition(source, by=first)
    catalogue.propose_release(loaded.version_id, by=first)
    catalogue.confirm_release(loaded.version_id, by=second)
    return QualityService.objects.get(pk=loaded.service_id)


def offer(england: England, service: QualityService) -> int:
    """Offer the service for the year to every network that is led by somebody, but those it was offered to before."""
    offered = Participation.objects.filter(service=service, network__isnull=False).values("network")
    led = Lead.objects.as_of(clock.today()).exclude(network__in=offered)
    if not led.exists():
        return 0
    year = FinancialYear(england.year)
    made = offer_to_networks(service.pk, set(led.values_list("network", flat=True)), year.start, year.end, by=SYSTEM)
    return len(made.network_ids)


def calculate(england: England) -> int:
    """The offers' networks are worked out by the workers; answers the lines that await approval."""
    work_in(WORKERS, CALCULATION, england.moment)
    return _to_approve(england).count()


def approve(england: England, hold_back: int, seed: int) -> set[tuple[str, date]]:
    """Approve all but a few lines, each commissioner by an approver of its own; answers what nobody approved."""
    rows = _to_approve(england).order_by("provider__code", "achievement_date", "network__code")
    lines = list(rows.values_list("pk", "version", "commissioner_id", "provider__code", "achievement_date"))
    held = set(Random(seed).sample(range(len(lines)), min(hold_back, len(lines))))  # noqa: S311 (nothing secret)
    by_commissioner: dict[int, list[Seen]] = {}
    for place, (id, version, commissioner_id, _code, _day) in enumerate(lines):
        if place not in held:
            by_commissioner.setdefault(commissioner_id, []).append(Seen(id, version))
    for commissioner in Organisation.objects.filter(pk__in=by_commissioner).order_by("code"):
        _approve(commissioner, by_commissioner[commissioner.pk])
    return {(lines[place][3], lines[place][4]) for place in held}


def _approve(commissioner: Organisation, seen: Sequence[Seen]) -> None:
    approver = _person(commissioner, role=Role.APPROVAL_MANAGEMENT)
    outcome = achievements.approve_achievements(seen, by=approver)
    if outcome.refused:
        raise RuntimeError(f"{commissioner}: {outcome.refused[0].reasons}")


def night(england: England) -> OvernightRun:
    """A run by hand, its shards worked by the workers."""
    run = achievements.start_overnight_run(by=SYSTEM)
    work_in(WORKERS, NIGHT, england.moment)
    run.refresh_from_db()
    return run


def _to_approve(england: England) -> QuerySet[Achievement]:
    lines = Achievement.objects.in_state(State.AWAITING_COMMISSIONER).filter(achievement_date__in=england.days)
    return lines.filter(network__isnull=False)


def _operator() -> Organisation:
    operator = Organisation.objects.filter(kind=Kind.NATIONAL).order_by("pk").first()
    return operator or Organisation.objects.create(code="X26", name="National operator", kind=Kind.NATIONAL)


def _person(organisation: Organisation, *, role: Role, number: int = 1) -> Acting:
    """Somebody invented who holds a role there, made at first need."""
    email = f"{role.name.lower().replace('_', '.')}.{number}@{organisation.code.lower()}.rehearsal.example"
    user = User.objects.filter(email=email).first() or invite_user(
        email, f"Rehearsal {number} of {organisation.code}", to=organisation, by=SYSTEM
    )
    if not Grant.objects.in_force().filter(user=user, organisation=organisation, role=role).exists():
        grant_role(user, organisation, role, by=SYSTEM)
    return acting_for(user, organisation.pk)


def why_networks_wait() -> list[str]:
    """Every network that waits, with its causes; those in an unknown state are told first."""
    rows = waiting_networks(Scope())
    if not rows:
        return ["No network waits."]
    unknown = [row.network.code for row in rows if Cause.UNKNOWN in row.causes]
    loud = [f"IN AN UNKNOWN STATE: {', '.join(unknown)}"] if unknown else []
    return [
        *loud,
        *(
            f"{row.network.code} {row.network.name}: {len(row.found)} waiting, £{row.held:,.2f} held; "
            + "; ".join(cause.label for cause in row.causes)
            for row in rows
        ),
    ]


def waiting_lines(waiting: dict[str, int]) -> Iterator[tuple[str, str]]:
    """The reasons, for the table."""
    for reason, many in waiting.items():
        yield f"  {reason}", f"{many:,}"
