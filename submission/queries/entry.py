"""What can be entered: the services of a provider, the dates of a service, and what stands on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.rules import Acting
from catalogue.formats import Definition, Item
from catalogue.models import PaidTo, QualityService
from catalogue.queries import achievement_dates, definitions_of
from core import clock
from core.actors import Actor
from core.dates import FinancialYear
from core.errors import NotVisible
from organisations.models import Kind, Organisation
from participation.models import Participation, Term
from participation.queries import AllocationFact, allocation_of
from participation.rules import visible_to as participations_visible_to
from participation.states import COVERING, OPEN
from submission.changes import Key
from submission.models import NOT_BEGUN, Submission, SubmissionChange
from submission.queries.sheets import Sheet, sheet_of, takes_figures
from submission.rules import closes_on
from submission.states import ManualReason
from ui.wording import count, in_sentence, long_date, number

NOT_STARTED = "Not started"

NOT_SEEN = "This service has not been offered to this provider, or you may not be able to see it."
"""Said alike of what does not exist, of what was not offered and of what is not one's own: it tells nobody which."""


@dataclass(frozen=True)
class Offer:
    """Under whose offer a provider gives figures: who offers, for which network, and whether it covers the date."""

    commissioner_id: int
    network_id: int | None
    covers: bool


@dataclass(frozen=True)
class DateLine:
    """One achievement date of a service, and what one provider has given for it. `status` is words; `stands_in` is the
    payment date in place of which a practice that closed is paid on this one."""

    day: date
    is_payment_date: bool
    status: str
    updated_at: datetime | None
    closes_on: date | None
    stands_in: date | None = None

    @property
    def is_begun(self) -> bool:
        return self.status != NOT_STARTED


def offer_for(key: Key) -> Offer | None:
    """The offer that figures of a key belong to: an approved one that covers the date, or else the latest that stands.

    A network gives figures under the offers of its members.
    """
    terms = Term.objects.known().filter(participation=OuterRef("pk"))
    rows = _offered(key).annotate(valid=Subquery(terms.values("valid")[:1]))
    best, covers = None, False
    for row in rows.order_by("pk"):
        covering = row.state in COVERING and row.valid is not None and _holds(row.valid, key.achievement_date)
        if covering or not covers:
            best, covers = row, covering
    return Offer(best.commissioner_id, best.network_id, covers) if best else None


def key_at(code: str, day: date, provider_code: str) -> Key | None:
    """The key of a service's code, a day and a provider's Org ID; None where one of them does not exist."""
    service = QualityService.objects.filter(code=code).values_list("pk", flat=True).first()
    provider = Organisation.objects.filter(code=provider_code).values_list("pk", flat=True).first()
    return Key(service, day, provider) if service and provider else None


class Names(NamedTuple):
    """How the service and the provider of a key are called."""

    service: str
    provider: str


def names_seen(by: Acting, key: Key) -> Names:
    """The names of a key's service and provider; NotVisible where somebody sees no offer of it to them."""
    offered = _offered(key).filter(participations_visible_to(by))
    own = by.organisation_id == key.provider_id
    for_commissioner = by.organisation is not None and by.organisation.kind == Kind.COMMISSIONER
    row = offered.select_related("service").first() if own or for_commissioner else None
    if row is None:
        raise NotVisible(NOT_SEEN)
    return Names(row.service.name, Organisation.objects.values_list("name", flat=True).get(pk=key.provider_id))


def seen_of(key: Key) -> tuple[int, int]:
    """The version of a key's submission and how many of its fields hold a value; 0 and 0 where none was begun."""
    found = submission_at(key)
    if found is None:
        return NOT_BEGUN, 0
    return found.version, sum(line.standing is not None for line in sheet_of(found).lines.values())


def submission_at(key: Key) -> Submission | None:
    """The submission of a key, if one was begun. For whoever has seen to it that the key may be seen."""
    rows = Submission.objects.filter(service=key.service_id, achievement_date=key.achievement_date)
    return rows.filter(provider=key.provider_id).first()


def usual_reason(service_id: int) -> ManualReason | None:
    """The reason that is true of a service entered by hand always; None where a person has to say it."""
    definition = definitions_of([service_id]).get(service_id)
    return ManualReason.CANNOT_BE_EXTRACTED if definition and definition.entry_mode == "manual" else None


def _offered(key: Key) -> QuerySet[Participation]:
    concerned = Q(provider=key.provider_id) | Q(network=key.provider_id)
    return Participation.objects.filter(concerned, service=key.service_id).in_state(*OPEN)


def _holds(valid: object, day: date) -> bool:
    lower, upper = getattr(valid, "lower", None), getattr(valid, "upper", None)
    return (lower is None or lower <= day) and (upper is None or day < upper)


def services_of(provider: Organisation) -> list[tuple[QualityService, Definition]]:
    """The released services a provider gives figures for, by name."""
    concerned = Q(provider=provider) | Q(network=provider)
    offered = Participation.objects.filter(concerned).in_state(*OPEN).values("service")
    return [each for each in _with_definitions(offered) if takes_figures(each[1], provider)]


def services_seen(by: Actor) -> list[tuple[QualityService, Definition]]:
    """The released services that practices somebody sees give figures for, by name."""
    offered = Participation.objects.filter(participations_visible_to(by)).in_state(*OPEN).values("service")
    return [each for each in _with_definitions(offered) if each[1].indicator_groups]


def _with_definitions(offered: QuerySet[Participation, Any]) -> list[tuple[QualityService, Definition]]:
    services = list(QualityService.objects.filter(pk__in=offered).order_by("name", "pk"))
    definitions = definitions_of([service.pk for service in services])
    return [(service, definitions[service.pk]) for service in services if service.pk in definitions]


def providers_seen(by: Actor, service_id: int) -> list[Organisation]:
    """The practices that were offered a service, of those somebody sees, by name."""
    offered = Participation.objects.filter(participations_visible_to(by), service=service_id).in_state(*OPEN)
    return list(Organisation.objects.filter(pk__in=offered.values("provider")).order_by("name", "code"))


def years_of(services: Sequence[tuple[QualityService, Definition]]) -> list[FinancialYear]:
    """The financial years of these services that have begun, latest first."""
    years = {year for service, _definition in services for year in service.financial_years}
    return sorted((year for year in years if year.start <= clock.today()), reverse=True)


def date_lines(
    service: QualityService, definition: Definition, provider: Organisation, year: FinancialYear
) -> list[DateLine]:
    """The achievement dates of a year that have come, latest first, with what the provider has given for each; of a
    practice that closed, up to its closing date, which takes the place of its period's (ADR 0056), and those later ones
    for which it has given something."""
    last = SubmissionChange.objects.filter(row=OuterRef("pk")).order_by("-pk").values("at")[:1]
    rows = Submission.objects.filter(service=service, provider=provider).annotate(updated_at=Subquery(last))
    given = {row.achievement_date: row for row in rows}
    until = min(clock.today(), year.end)
    come = achievement_dates(service.pk, until=until).filter(date__gte=year.start)
    days = set(come.values_list("date", flat=True))
    closed = provider.close_date if definition.paid_to == PaidTo.PRACTICE else None
    if closed:
        days = {day for day in days if day <= closed} | {day for day in given if year.start <= day <= until}
        if year.start <= closed <= until and definition.stands_in_on(closed):
            days.add(closed)
    return [
        DateLine(
            day,
            definition.pays_on(day, closed),
            given[day].state_label if day in given else NOT_STARTED,
            given[day].updated_at if day in given else None,
            closes_on(definition, day),
            definition.stands_in_on(closed) if day == closed else None,
        )
        for day in sorted(days, reverse=True)
    ]


def allocation_on(sheet: Sheet) -> AllocationFact | None:
    """The allocation that limits what these figures pay for, where the service has such a limit."""
    method = sheet.definition.calculation
    if not isinstance(method, Item) or method.limit.kind != "allocation":
        return None
    key = sheet.submission.key
    return allocation_of(key.service_id, key.provider_id, key.achievement_date)


def excess_of(sheet: Sheet) -> str:
    """What of the figures is above the register or the allocation, as a sentence; empty for nothing (domain 5)."""
    method = sheet.definition.calculation
    claimed = sheet.lines.get(method.counted_field) if isinstance(method, Item) else None
    if not isinstance(method, Item) or claimed is None or claimed.standing is None:
        return ""
    cap, named = _cap(sheet, method)
    above = int(claimed.standing) - cap if cap is not None else 0
    if above <= 0:
        return ""
    return (
        f"{claimed.label}: {number(int(claimed.standing))} were given, and {number(cap)} are payable. {number(above)} "
        f"{'is' if above == 1 else 'are'} above {named} of {number(cap)}: shown, and not paid."
    )


def unlimited(sheet: Sheet) -> str:
    """That nothing limits what is paid, as a sentence, where a service has allocations and none is recorded."""
    method, submission = sheet.definition.calculation, sheet.submission
    if not isinstance(method, Item) or method.limit.kind != "allocation" or allocation_on(sheet):
        return ""
    return (
        f"No allocation of {sheet.definition.short_name} is recorded for {submission.provider.name} on "
        f"{long_date(submission.achievement_date)}: nothing limits what is paid."
    )


def _cap(sheet: Sheet, method: Item) -> tuple[int | None, str]:
    """What limits a claim, and how it is called."""
    if method.limit.kind == "field":
        limiting = sheet.lines.get(method.limit.field)
        value = limiting.standing if limiting else None
        return (None if value is None else int(value)), (f"the {in_sentence(limiting.label)}" if limiting else "")
    allocation = allocation_on(sheet)
    return (allocation.amount if allocation else None), "the allocation"


def history_of(submission: Submission) -> list[SubmissionChange]:
    """What happened to a submission, newest first."""
    return list(SubmissionChange.objects.filter(row=submission).select_related("by", "organisation").order_by("-pk"))


def says_allocation(allocation: AllocationFact | None, definition: Definition) -> str:
    """`30 referrals in a payment period`; empty where nothing limits it."""
    if allocation is None or not isinstance(definition.calculation, Item):
        return ""
    noun = definition.calculation.counts
    return f"{count(allocation.amount, noun.one, noun.many)} in a payment period"
