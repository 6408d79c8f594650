"""The lists of Declaration Management: lines to approve, totals to approve, and what became of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Count, DateField, F, Q, QuerySet, Sum, TextField, Value
from django.db.models.functions import Cast, Concat

from achievement.formats import PAYMENT, TOTAL, id_referred_to
from achievement.models import (
    NOT_WITHDRAWN,
    Achievement,
    NetworkAchievement,
)
from achievement.rules import networks_visible_to, visible_to
from achievement.states import State
from catalogue.models import AchievementDate
from catalogue.queries import definitions_of
from core import clock
from core.actors import Actor
from core.paging import Slice, page_of
from core.selections import Packed
from core.transitions import Seen
from organisations.models import Organisation
from organisations.queries import visible_to as organisations_visible_to

TEXT = TextField()
TOTALS = (State.AGGREGATED, State.AGGREGATED_COMPLETE)
"""Statuses in which the network's total is what is listed, not its lines."""

ORDERS: Mapping[str, tuple[str, ...]] = {
    "date": ("achievement_date", "service_id", "{subject}_id"),
    "amount": ("amount", "id"),
    "code": ("{subject}__code", "achievement_date", "service_id", "id"),
    "name": ("{subject}__name", "achievement_date", "service_id", "id"),
}


@dataclass(frozen=True)
class Filters:
    """What a list is limited to. `state` None is every status; `text` is a code's beginning, part of a name, or a
    reference.

    `commissioner_id` limits it to what one commissioning organisation acts on.
    """

    state: State | None
    commissioner_id: int | None = None
    service_id: int | None = None
    network_id: int | None = None
    achievement_date: date | None = None
    text: str = ""

    @property
    def lists_totals(self) -> bool:
        return self.state in TOTALS

    @property
    def subject(self) -> str:
        """The column of the organisation a row is about."""
        return "network" if self.lists_totals else "provider"


@dataclass(frozen=True)
class Summary:
    """How many rows match, and their pounds."""

    count: int
    pounds: Decimal


def rows_matching(by: Actor, filters: Filters) -> QuerySet[Any]:
    """The rows a person may see that match; network totals where the status is one of theirs."""
    rows: QuerySet[Any] = NetworkAchievement.objects.all() if filters.lists_totals else Achievement.objects.all()
    rows = rows.filter(networks_visible_to(by) if filters.lists_totals else visible_to(by))
    return rows.filter(_narrowed(filters))


def _narrowed(filters: Filters) -> Q:
    subject = filters.subject
    narrowed = NOT_WITHDRAWN if filters.state is None else Q(state=filters.state)
    if filters.commissioner_id:
        narrowed &= Q(commissioner=filters.commissioner_id)
    if filters.service_id:
        narrowed &= Q(service=filters.service_id)
    if filters.network_id:
        narrowed &= Q(network=filters.network_id)
    if filters.achievement_date:
        narrowed &= Q(achievement_date=filters.achievement_date)
    if filters.text:
        narrowed &= called(filters.text, subject)
    return narrowed


def called(text: str, subject: str) -> Q:
    """Rows of an organisation whose code begins so or whose name has it; or the one row that it is the reference of."""
    id = id_referred_to(TOTAL if subject == "network" else PAYMENT, text)
    if id is not None:
        return Q(pk=id)
    return Q(**{f"{subject}__code__istartswith": text}) | Q(**{f"{subject}__name__icontains": text})


def summary_of(by: Actor, filters: Filters) -> Summary:
    found = rows_matching(by, filters).aggregate(count=Count("pk"), pounds=Sum("amount"))
    return Summary(found["count"], found["pounds"] or Decimal(0))


def page_matching(by: Actor, filters: Filters, *, order: str, descending: bool, after: str, size: int) -> Slice:
    """One page, with what the list says of the service of each row and of the organisation that it is about."""
    subject, rows = filters.subject, rows_matching(by, filters)
    columns = [column.format(subject=subject) for column in ORDERS[order]]
    named = [f"-{column}" for column in columns] if descending else columns
    own = [field.name for field in rows.model._meta.concrete_fields]
    said = ("service__code", "service__short_name", f"{subject}__code", f"{subject}__name")
    return page_of(rows.select_related("service", subject).only(*own, *said), named, after=after, size=size)


@dataclass(frozen=True)
class PayCodeTotal:
    """What matches of one quality service, and the pay code it is paid under; "" where that is not known."""

    pay_code: str
    service: str
    count: int
    pounds: Decimal


def pay_code_totals(by: Actor, filters: Filters) -> list[PayCodeTotal]:
    """What matches, by pay code."""
    rows = rows_matching(by, filters).order_by().values("service", "service__short_name")
    found = list(rows.annotate(count=Count("pk"), pounds=Sum("amount")))
    definitions = definitions_of([row["service"] for row in found])
    totals = [
        PayCodeTotal(
            (definitions[row["service"]].pay_code.value or "") if row["service"] in definitions else "",
            row["service__short_name"],
            row["count"],
            row["pounds"],
        )
        for row in found
    ]
    return sorted(totals, key=lambda each: (each.pay_code, each.service))


@dataclass(frozen=True)
class Choices:
    """What the filters offer: services and networks (id, name), and payment dates that have come, latest first.

    `closings` are closing dates that stand in for one, latest first: a practice that closed is paid on it (ADR 0056).
    `periods` are the first and last days of the payment periods, by service id and date.
    """

    services: list[tuple[int, str]]
    networks: list[tuple[int, str]]
    dates: list[date]
    closings: list[date]
    periods: dict[tuple[int, date], tuple[date, date]]


def choices_for(by: Actor) -> Choices:
    """Released services with payment dates that have come, and the networks somebody may see. Of periods, that which
    goes on too: a practice that closes in it is paid on its closing date."""
    today = clock.today()
    dates = AchievementDate.objects.filter(is_payment_date=True, period_start__lte=today).order_by()
    both = dates.values_list("service", "service__name", "date", "period_start", "period_end").union(_closings(by))
    rows = list(both)
    begun, closed = [each for each in rows if each[3]], {each[2] for each in rows if not each[3]}
    come = [each for each in begun if each[2] <= today]
    networks = organisations_visible_to(by).networks().order_by("name").values_list("pk", "name")
    return Choices(
        services=sorted({(service, name) for service, name, *_dates in come}, key=lambda each: each[1]),
        networks=list(networks),
        dates=sorted(paid := {day for _service, _name, day, *_period in come}, reverse=True),
        closings=sorted(closed - paid, reverse=True),
        periods={(service, day): (start, end) for service, _name, day, start, end in begun},
    )


def _closings(by: Actor) -> QuerySet[Any, tuple[Any, ...]]:
    """The dates on which practices that somebody may see closed and are paid something themselves, as rows like those
    of payment dates, with no period; so that both are one query."""
    closed = organisations_visible_to(by).practices().filter(close_date__lte=clock.today())
    rows = Achievement.objects.payable().filter(visible_to(by), network=None, provider__in=closed.values("pk"))
    rows = rows.filter(achievement_date__in=closed.values("close_date"), achievement_date=F("provider__close_date"))
    none = Value(None, DateField())
    return rows.order_by().values_list("service", "service__name", "achievement_date", none, none)


def names_of(by: Actor, ids: Collection[int], *, totals: bool) -> dict[int, str]:
    """Row id -> the name of the organisation it is about, of rows that somebody may see."""
    if totals:
        rows = NetworkAchievement.objects.filter(networks_visible_to(by), pk__any=ids)
        return dict(rows.values_list("pk", "network__name"))
    return dict(Achievement.objects.filter(visible_to(by), pk__any=ids).values_list("pk", "provider__name"))


def all_matching(by: Actor, filters: Filters, *, at_most: int) -> tuple[Summary, Packed]:
    """How many rows match, their pounds, and each as it is seen now; above `at_most`, none of them."""
    as_seen = Concat(Cast("pk", TEXT), Value(":"), Cast("version", TEXT), output_field=TEXT)
    rows = rows_matching(by, filters).order_by("pk").annotate(as_seen=as_seen).values("pk", "amount", "as_seen")
    found = rows[: at_most + 1].aggregate(
        count=Count("pk"),
        pounds=Sum("amount"),
        seen=StringAgg("as_seen", " ", order_by="pk", default=Value("", TEXT), output_field=TEXT),
    )
    if found["count"] > at_most:
        return summary_of(by, filters), ""
    return Summary(found["count"], found["pounds"] or Decimal(0)), found["seen"]


def visible_rows(by: Actor, seen: Collection[Seen], *, totals: bool) -> QuerySet[Any]:
    """Those of the rows named that somebody may see."""
    ids = [row.id for row in seen]
    if totals:
        return NetworkAchievement.objects.filter(networks_visible_to(by), pk__any=ids)
    return Achievement.objects.filter(visible_to(by), pk__any=ids)


def as_they_stand(by: Actor, ids: Collection[int]) -> list[Seen]:
    """Achievements that somebody may see, as they stand now."""
    rows = Achievement.objects.filter(visible_to(by), pk__any=ids).order_by("pk")
    return [Seen(*row) for row in rows.values_list("pk", "version")]


def summary_of_seen(by: Actor, seen: Collection[Seen], *, totals: bool) -> Summary:
    """How many of the rows named somebody may see, and their pounds as they stand now."""
    found = visible_rows(by, seen, totals=totals).aggregate(count=Count("pk"), pounds=Sum("amount"))
    return Summary(found["count"], found["pounds"] or Decimal(0))


def without_allocation(by: Actor, seen: Collection[Seen]) -> Summary:
    """How many of the rows named no allocation limits, though one should, and their pounds as they stand now."""
    rows = Achievement.objects.filter(visible_to(by), pk__in=[row.id for row in seen]).without_allocation()
    found = rows.aggregate(count=Count("pk"), pounds=Sum("amount"))
    return Summary(found["count"], found["pounds"] or Decimal(0))


def keys_of(ids: Collection[int]) -> list[tuple[int, date, int]]:
    """(service id, achievement date, network id) of lines, each once."""
    rows = Achievement.objects.filter(pk__any=ids, network__isnull=False).order_by()
    return list(rows.values_list("service_id", "achievement_date", "network_id").distinct())


def network_names(network_ids: Collection[int]) -> dict[int, str]:
    return dict(Organisation.objects.filter(pk__in=network_ids).values_list("pk", "name"))
