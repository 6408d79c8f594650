"""What an offer would make, before it does: for whom, on which days, and who has one already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from catalogue.models import QualityService
from core import clock
from core.dates import DAY
from organisations.models import Organisation
from participation.queries.spans import Held, Span, membership_spans, overlapping
from participation.states import CAME_TO_NOTHING
from ui.wording import count, dense_date, period


@dataclass(frozen=True)
class Terms:
    """What an offer says: the service, its first and last day, and until when it may be answered."""

    service: QualityService
    start_date: date
    end_date: date
    respond_by: date | None = None


@dataclass(frozen=True)
class Standing:
    """One who would be offered the service and has an offer that stands on some of the days: the offer's days, `until`
    not included. `due` is the first day on which one is wanted: the offer's start, or the day of joining."""

    held: Held
    start: date
    until: date
    participation_id: int
    state: int
    due: date

    @property
    def start_lacks(self) -> bool:
        return self.due < self.start


@dataclass(frozen=True)
class Plan:
    """What an offer would make: `wanted`. Left out are those with an offer that stands (`already`), practices that
    closed before its start (`closed`, by id), and networks without a member on its days (`empty`, by id).

    Of `wanted`, `joiners` are those whose network has an offer that stands for others of its members, on a day of
    theirs; `late` are those who became members after the day on which their offer starts.
    """

    terms: Terms
    wanted: Sequence[Held]
    already: Sequence[Standing] = ()
    closed: Sequence[int] = ()
    empty: Sequence[int] = ()
    joiners: Sequence[Held] = ()
    late: Sequence[tuple[Held, date]] = ()

    @property
    def left_out(self) -> int:
        """How many have an offer that stands."""
        return len({other.held for other in self.already})

    @property
    def network_ids(self) -> list[int]:
        """The networks that are offered something."""
        return sorted({held.network_id for held in self.wanted if held.network_id})

    def sentences(self) -> list[str]:
        """How many offers it makes, and how many it leaves out."""
        practices = count(len({held.provider_id for held in self.wanted}), "practice")
        networks = f" in {count(len(self.network_ids), 'PCN', 'PCNs')}" if self.network_ids else ""
        offers = f"{count(len(self.wanted), 'offer')} to {practices}{networks}." if self.wanted else ""
        already = f"{count(self.left_out, 'practice')} with an offer that stands, left out." if self.already else ""
        closed = f"{count(len(self.closed), 'practice')} closed before the start, left out." if self.closed else ""
        return [sentence for sentence in (offers or "Nothing is offered.", already, closed) if sentence]

    def facts(self) -> list[str]:
        """Each offer with its days, for comparing."""
        return sorted(f"{held.provider_id} {held.network_id} {held.start} {held.until}" for held in self.wanted)


def days_of_their_own(plan: Plan) -> list[str]:
    """The offers whose days are not those asked for, each with its practice, its network and its days, by name."""
    first, until = plan.terms.start_date, plan.terms.end_date + DAY
    differing = [held for held in plan.wanted if (held.start, held.until) != (first, until)]
    if not differing:
        return []
    named = Organisation.objects.in_bulk({id for held in differing for id in (held.provider_id, held.network_id) if id})
    return sorted(
        f"{named[held.provider_id]}{f' in {named[held.network_id].name}' if held.network_id else ''}, "
        f"{period(held.start, held.until - DAY)}"
        for held in differing
    )


def problems_of_days(terms: Terms) -> Iterable[str]:
    """What is wrong with the days of an offer, each a sentence."""
    service, start, end = terms.service, dense_date(terms.start_date), dense_date(terms.end_date)
    if terms.end_date < terms.start_date:
        yield f"End date {end} is before the start date, {start}. Both days are included."
    if terms.start_date < service.start_date:
        yield f"Start date {start} is before the service starts, {dense_date(service.start_date)}."
    if terms.end_date > service.end_date:
        yield f"End date {end} is after the service ends, {dense_date(service.end_date)}."
    if terms.respond_by and terms.respond_by > terms.end_date:
        yield f"Respond by {dense_date(terms.respond_by)} is after the end date, {end}."
    if terms.respond_by and terms.respond_by < clock.today():
        yield f"Respond by {dense_date(terms.respond_by)} has passed: the offers would expire overnight."


def plan_for_networks(terms: Terms, network_ids: Collection[int]) -> Plan:
    """Every member of these networks on a day of the offer, for each time of membership (ADR 0022).

    Where the network has no offer that stands on a day of the membership, its first time takes the offer's start; who
    joins an offer that others have is offered it from the day of joining.
    """
    members = membership_spans(network_ids, terms.start_date, terms.end_date + DAY)
    spans, closed = _open_spans(members, terms)
    asked = [_held(terms, span, start) for span, start in _starts(spans, terms.start_date)]
    joined = {held: span.start for held, span in zip(asked, spans, strict=True)}
    already = [
        Standing(other.held, *other[1:], due=max(other.held.start, joined[other.held])) for other in overlapping(asked)
    ]
    standing = {row.held for row in already}
    missing = [held for held in asked if held not in standing]
    as_member = {held: held._replace(start=max(held.start, joined[held])) for held in missing}
    joins = _with_an_offer_beside_them(as_member, already)
    joiners = [as_member[held] for held in missing if held in joins]
    whole = [(held, joined[held]) for held in missing if held not in joins]
    late = [(held, joined) for held, joined in whole if joined > held.start]
    empty = sorted(set(network_ids) - {span.network_id for span in members})
    wanted = [*(held for held, _joined in whole), *joiners]
    return Plan(terms, wanted, already, closed=closed, empty=empty, joiners=joiners, late=late)


def plan_for_practices(terms: Terms, practice_ids: Collection[int]) -> Plan:
    """These practices, for the days of the offer."""
    last_days = _last_days(practice_ids, terms)
    closed = sorted(id for id, last in last_days.items() if last < terms.start_date)
    asked = [
        Held(terms.service.pk, practice, None, terms.start_date, last_days.get(practice, terms.end_date) + DAY)
        for practice in sorted(set(practice_ids) - set(closed))
    ]
    already = [Standing(other.held, *other[1:], due=other.held.start) for other in overlapping(asked)]
    standing = {row.held for row in already}
    return Plan(terms, [held for held in asked if held not in standing], already, closed=closed)


def replaced_by(wanted: Sequence[Held]) -> Mapping[Held, int]:
    """For those offered the same before, in vain: the last such participation, which the new offer replaces.

    Where a provider is offered several times of one network, the earliest of them replaces it.
    """
    sql = """
        SELECT DISTINCT ON (w.service_id, w.provider_id, w.network_id) w.n, p.id
        FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::date[])
             WITH ORDINALITY AS w(service_id, provider_id, network_id, start, n)
        JOIN participation_participation p USING (service_id, provider_id)
        WHERE p.network_id IS NOT DISTINCT FROM w.network_id AND p.state = ANY(%s)
          AND NOT EXISTS (SELECT FROM participation_participation r
                          WHERE r.service_id = p.service_id AND r.provider_id = p.provider_id AND r.replaces_id = p.id)
        ORDER BY w.service_id, w.provider_id, w.network_id, w.start, p.id DESC"""
    columns = [[held[at] for held in wanted] for at in range(4)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*columns, sorted(CAME_TO_NOTHING)])
        return {wanted[n - 1]: id for n, id in cursor.fetchall()}


def _with_an_offer_beside_them(as_member: Mapping[Held, Held], standing: Sequence[Standing]) -> set[Held]:
    """Those whose network has an offer that stands, for others of its members, on a day of their membership."""
    offered: dict[int | None, set[tuple[date, date]]] = defaultdict(set)
    for other in standing:
        offered[other.held.network_id].add((other.start, other.until))
    return {
        held
        for held, days in as_member.items()
        if any(start < days.until and days.start < until for start, until in offered[held.network_id])
    }


def _starts(spans: Iterable[Span], start: date) -> Iterable[tuple[Span, date]]:
    """Each time of membership with its first day: the offer's, or the day on which the practice came back."""
    before = None
    for span in spans:
        came_back = before == (span.provider_id, span.network_id)
        before = (span.provider_id, span.network_id)
        yield span, span.start if came_back else start


def _last_days(practice_ids: Collection[int], terms: Terms) -> dict[int, date]:
    """The closing dates of those of them that close before the offer ends: nothing is offered after it."""
    closing = Organisation.objects.filter(pk__in=practice_ids, close_date__lt=terms.end_date)
    return {each.pk: each.close_date for each in closing.only("pk", "close_date") if each.close_date}


def _open_spans(members: Sequence[Span], terms: Terms) -> tuple[list[Span], list[int]]:
    """Memberships up to the closing date; and the practices that closed before theirs, or the offer, begins."""
    last_days = _last_days({span.provider_id for span in members}, terms)
    spans, closed = [], set()
    for span in members:
        last = last_days.get(span.provider_id)
        if last and last < max(span.start, terms.start_date):
            closed.add(span.provider_id)
        else:
            spans.append(span._replace(until=min(span.until or date.max, last + DAY)) if last else span)
    return spans, sorted(closed)


def _held(terms: Terms, span: Span, start: date) -> Held:
    until = min(terms.end_date + DAY, span.until or date.max)
    return Held(terms.service.pk, span.provider_id, span.network_id, start, until)
