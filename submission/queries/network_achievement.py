"""*Network Achievement*: whose data for a service and achievement date have come, and what is missing, PCN by PCN."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from accounts.rules import Acting
from catalogue.formats import Definition
from catalogue.models import AchievementDate, PaidTo, QualityService
from catalogue.queries import definitions_of, list_needed
from core import clock
from core.actors import Actor
from core.dates import FinancialYear
from core.errors import NotVisible
from organisations.models import Kind, ListSize, Membership, Organisation, Parent
from participation.models import Participation
from participation.rules import SEES_ENGLAND
from participation.rules import visible_to as participations_visible_to
from participation.states import OPEN
from submission.formats import Path
from submission.models import DraftValue, Submission
from submission.queries.sheets import fields_given
from submission.rules import visible_to
from submission.states import SUBMITTED_STATES, State
from ui.wording import listed, long_date

SUBMITTED, AWAITING = 1, 2
STATUSES = {SUBMITTED: "Data Submitted", AWAITING: "Awaiting Data"}
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""What data that have not come are sorted as."""

NAMED = 3

ORDERS: Mapping[str, tuple[str, ...]] = {
    "pcn": ("pcn", "name", "code"),
    "code": ("code",),
    "name": ("name", "code"),
    "parent": ("parent_name", "name", "code"),
    "status": ("status", "pcn", "name", "code"),
    "submitted": ("came_at", "name", "code"),
}


@dataclass(frozen=True)
class Asked:
    """Which data are looked for: of one service and achievement date, and in which status."""

    service: QualityService
    definition: Definition
    day: AchievementDate
    status: int | None = None


@dataclass(frozen=True)
class HowFar:
    """How many rows there are, and how many of them have their data."""

    rows: int
    submitted: int


def services_with_data(by: Actor) -> list[tuple[QualityService, Definition]]:
    """The released services, of those that somebody sees offers of, that wait for data: figures, or list sizes."""
    seen = Participation.objects.filter(_offers_seen(by)).in_state(*OPEN).values("service")
    services = list(QualityService.objects.filter(pk__in=seen).order_by("name", "pk"))
    definitions = definitions_of([service.pk for service in services])
    found = [(service, definitions[service.pk]) for service in services if service.pk in definitions]
    return [each for each in found if each[1].indicator_groups or list_needed(each[1], clock.today())]


def dates_of(service: QualityService, year: FinancialYear) -> list[AchievementDate]:
    """The achievement dates of a service in a financial year that have come, latest first."""
    until = min(clock.today(), year.end)
    return list(service.achievement_dates.filter(date__gte=year.start, date__lte=until).order_by("-date"))


def asked_for(by: Actor, code: str, day: date) -> Asked:
    """The data of a service's code and a day. Raises NotVisible where somebody sees no such service or date."""
    service, definition = next((each for each in services_with_data(by) if each[0].code == code), (None, None))
    found = service.achievement_dates.filter(date=day, date__lte=clock.today()).first() if service else None
    if service is None or definition is None or found is None:
        raise NotVisible("You may not be able to see this service, or it has no such achievement date yet.")
    return Asked(service, definition, found)


def no_rows() -> QuerySet[Any]:
    return Organisation.objects.none()


def rows_of(by: Actor, asked: Asked) -> QuerySet[Any]:
    """The providers that give data for the service and date, of those whose status somebody sees: members of a network
    see each other's (domain 2).

    Of a service that networks are paid for: every practice that counts as a member on the date, of networks it was
    offered to. Of another: the practices it was offered to. Each has `network_id`, `pcn`, `parent_name`, `covered`
    (an approved participation covers the date), `status` (of STATUSES), `came_at`, and, where figures are given,
    `submission_id`, `state` and `figures_seen`, whether the reader may open them.
    """
    rows = _offered(_placed(asked.day.date), asked).filter(_seen_by(by, asked))
    rows = _with_lists(rows, asked) if _by_lists(asked) else _with_figures(rows, by, asked)
    covering = Participation.objects.covering(asked.day.date).filter(service=asked.service)
    rows = rows.annotate(covered=Exists(covering.filter(Q(provider=OuterRef("pk")) | Q(network=OuterRef("pk")))))
    return rows.filter(status=asked.status) if asked.status else rows


def how_far(rows: QuerySet[Any]) -> HowFar:
    counted = rows.order_by().aggregate(rows=Count("pk"), submitted=Count("pk", filter=Q(status=SUBMITTED)))
    return HowFar(counted["rows"], counted["submitted"])


def missing_of(asked: Asked, rows: Collection[Any]) -> dict[int, str]:
    """Row id -> what is missing, in words; rows that lack nothing are left out. One query, however many."""
    begun = [row.submission_id for row in rows if not _by_lists(asked) and row.submission_id]
    typed: dict[int, set[Path]] = {}
    for submission, path in DraftValue.objects.filter(submission__in=begun).values_list("submission", "path"):
        typed.setdefault(submission, set()).add(tuple(path))
    said = ((row.pk, " ".join(_missing(asked, row, typed))) for row in rows)
    return {pk: sentences for pk, sentences in said if sentences}


def _missing(asked: Asked, row: Any, typed: Mapping[int, set[Path]]) -> Iterable[str]:
    if not row.covered:
        yield f"No approved participation covers {long_date(asked.day.date)}."
    if _by_lists(asked):
        needed = list_needed(asked.definition, asked.day.date)
        if row.status == AWAITING and needed:
            as_at = f" as at {long_date(needed.as_at)}" if needed.as_at else ""
            yield f"No {needed.kind.label}{as_at} is known."
    elif row.state == State.BEING_CHANGED:
        yield "Changes are in progress, and not submitted."
    elif row.state == State.IN_PROGRESS:
        yield f"Begun, and not submitted.{_named(_required(asked, row) - typed.get(row.submission_id, set()), asked)}"
    elif row.state is None:
        nothing = "No extract has arrived" if asked.definition.entry_mode == "automatic" else "Nothing is entered yet"
        yield f"{nothing}.{_named(_required(asked, row), asked)}"


def _required(asked: Asked, row: Any) -> set[Path]:
    groups = asked.definition.indicator_groups
    return {path for group in groups for path, _indicator, field in fields_given(group, row) if field.required}


def _named(paths: Collection[Path], asked: Asked) -> str:
    """ " Missing: Referrals, Reviews and 4 more."; empty for none."""
    labels = [field.name for field in _fields(asked.definition, paths)]
    more = len(labels) - NAMED
    shown = [*labels[:NAMED], *([f"{more:,} more"] if more > 0 else [])]
    return f" Missing: {listed(shown)}." if shown else ""


def _fields(definition: Definition, paths: Collection[Path]) -> Iterable[Any]:
    """The fields at these paths, in the order of the definition."""
    for group in definition.indicator_groups:
        yield from (field for field in group.fields if (group.code, field.code) in paths)
        for indicator in group.indicators:
            yield from (field for field in indicator.fields if (group.code, indicator.code, field.code) in paths)


def _by_lists(asked: Asked) -> bool:
    """Nobody enters anything for it: it waits for list sizes alone."""
    return not asked.definition.indicator_groups


def _placed(day: date) -> QuerySet[Any]:
    """Practices and networks, each with the network it counts in on a day and its Parent Organisation then."""
    spells = Membership.objects.as_of(day).filter(practice=OuterRef("pk")).order_by("-valid__startswith", "-pk")
    parents = Parent.objects.as_of(day).filter(organisation=OuterRef("pk"))
    is_network, nobody = Q(kind=Kind.NETWORK), Value("")
    return Organisation.objects.filter(kind__in=[Kind.PRACTICE, Kind.NETWORK]).annotate(
        network_id=Case(
            When(is_network, then=F("pk")),
            default=Subquery(spells.values("network")[:1]),
            output_field=BigIntegerField(),
        ),
        pcn=Case(
            When(is_network, then=F("name")), default=Coalesce(Subquery(spells.values("network__name")[:1]), nobody)
        ),
        pcn_code=Case(
            When(is_network, then=F("code")), default=Coalesce(Subquery(spells.values("network__code")[:1]), nobody)
        ),
        parent_name=Coalesce(Subquery(parents.values("parent__name")[:1]), nobody),
    )


def _offered(rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    offers = Participation.objects.filter(service=asked.service)
    if asked.service.paid_to != PaidTo.NETWORK:
        return rows.filter(pk__in=offers.in_state(*OPEN).values("provider"))
    members = rows.filter(network_id__in=offers.values("network"))
    return members if _networks_give(asked.definition) else members.filter(kind=Kind.PRACTICE)


def _networks_give(definition: Definition) -> bool:
    return any(each.level_of_entry == "network" for group in definition.indicator_groups for each in group.indicators)


def _seen_by(by: Actor, asked: Asked) -> Q:
    if by.is_system:
        return Q()
    if not isinstance(by, Acting) or by.organisation is None or not by.roles():
        return Q(pk__in=())
    here, day = by.organisation.pk, asked.day.date
    if by.organisation.kind == Kind.COMMISSIONER:
        offers = Participation.objects.filter(service=asked.service, commissioner=here)
        under = Parent.objects.as_of(day).filter(parent=here).values("organisation")
        return Q(network_id__in=offers.values("network")) | Q(pk__in=offers.values("provider")) | Q(pk__in=under)
    if by.organisation.kind == Kind.NETWORK:
        return Q(network_id=here)
    if by.organisation.kind == Kind.PRACTICE:
        own = Membership.objects.counting_on(day).filter(practice=here)
        return Q(pk=here) | Q(network_id__in=list(own.values_list("network", flat=True)))
    return Q() if by.organisation.kind == Kind.NATIONAL and by.holds(*SEES_ENGLAND) else Q(pk__in=())


def _offers_seen(by: Actor) -> Q:
    """Offers whose status somebody sees: beside their own, those of practices in the networks they are or act for."""
    seen = participations_visible_to(by)
    if not isinstance(by, Acting) or by.organisation is None or not by.roles():
        return seen
    today, here = clock.today(), by.organisation.pk
    networks = [here] if by.organisation.kind == Kind.NETWORK else []
    if by.organisation.kind == Kind.PRACTICE:
        own = Membership.objects.counting_on(today).filter(practice=here)
        networks = list(own.values_list("network", flat=True))
    members = Membership.objects.as_of(today).filter(network__in=networks).values("practice")
    return seen | Q(provider__in=members) if networks else seen


def _with_figures(rows: QuerySet[Any], by: Actor, asked: Asked) -> QuerySet[Any]:
    given = Submission.objects.filter(service=asked.service, achievement_date=asked.day.date, provider=OuterRef("pk"))
    rows = rows.annotate(
        submission_id=Subquery(given.values("pk")[:1]),
        state=Subquery(given.values("state")[:1]),
        came_at=Coalesce(Subquery(given.filter(state__in=SUBMITTED_STATES).values("submitted_at")[:1]), Value(NEVER)),
        figures_seen=Exists(given.filter(visible_to(by))),
    )
    return rows.annotate(status=_status(Q(state__in=sorted(SUBMITTED_STATES))))


def _with_lists(rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    needed = list_needed(asked.definition, asked.day.date)
    sizes = ListSize.objects.none()
    if needed and needed.as_at:
        sizes = ListSize.objects.as_of(needed.as_at).filter(kind=needed.kind, organisation=OuterRef("pk"))
    rows = rows.annotate(came_at=Coalesce(Subquery(sizes.values("recorded__startswith")[:1]), Value(NEVER)))
    return rows.annotate(status=_status(~Q(came_at=NEVER)))


def _status(submitted: Q) -> Case:
    return Case(When(submitted, then=SUBMITTED), default=AWAITING, output_field=IntegerField())
