"""What to look at before offers are made: who is left out, and what is odd about who is not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from catalogue.formats import Offers
from catalogue.models import PaidTo
from catalogue.queries import definition_of
from core.dates import DAY
from organisations.models import Organisation
from participation.models import OfferDraft
from participation.queries.planning import Plan, Terms, plan_for_networks, plan_for_practices
from participation.queries.spans import Held
from participation.states import OPEN
from ui.wording import count, dense_date, long_date, period


@dataclass(frozen=True)
class Caution:
    """One thing to look at: what it is, in a sentence, and whom it concerns, each in words."""

    sentence: str
    names: Sequence[str] = ()


@dataclass(frozen=True)
class Line:
    """One provider of the review: what becomes of it and why; the days are empty where nothing is offered."""

    provider: Organisation | None
    network: Organisation | None
    start: date | None
    end: date | None
    remarks: Sequence[str]


@dataclass(frozen=True)
class Review:
    """What a draft's offers would be. `lines` are in the order of networks and names; `networks` counts those that
    are offered the service."""

    plan: Plan
    offers: Offers
    cautions: Sequence[Caution]
    lines: Sequence[Line]

    @property
    def networks(self) -> int:
        return len({held.network_id for held in self.plan.wanted if held.network_id})

    @property
    def by_network(self) -> bool:
        return self.plan.terms.service.paid_to == PaidTo.NETWORK


def review_of(draft: OfferDraft, terms: Terms) -> Review:
    """The review of a draft with these terms; a constant number of questions, however many providers it has."""
    chosen = list(draft.providers.values_list("pk", flat=True))
    by_network = terms.service.paid_to == PaidTo.NETWORK
    plan = plan_for_networks(terms, chosen) if by_network else plan_for_practices(terms, chosen)
    offers = definition_of(terms.service.pk).offers
    return _Reviewing(plan, offers).review()


class _Reviewing:
    """One plan, with the names of all it concerns."""

    def __init__(self, plan: Plan, offers: Offers) -> None:
        self.plan, self.offers, self.terms = plan, offers, plan.terms
        self.elsewhere = _elsewhere(plan.wanted)
        self.known = Organisation.objects.in_bulk(self._concerned())

    def review(self) -> Review:
        cautions = [caution for caution in self._cautions() if caution]
        return Review(self.plan, self.offers, cautions, sorted(self._lines(), key=_by_name))

    def _concerned(self) -> set[int]:
        helds = [*self.plan.wanted, *(other.held for other in self.plan.already)]
        named = {id for held in helds for id in (held.provider_id, held.network_id) if id}
        others = {network for network, _start, _until in self.elsewhere.values() if network}
        return named | others | set(self.plan.closed) | set(self.plan.empty)

    def _cautions(self) -> Iterable[Caution | None]:
        yield from self._of_the_days()
        yield self._already()
        yield self._said(
            [f"{self._name(held)}, from {dense_date(held.start)}" for held in self.plan.joiners],
            "joined a PCN that has this offer: it is added to it, from the day of joining.",
            "joined a PCN that has this offer: they are added to it, each from the day of joining.",
        )
        yield self._said(
            [f"{self._name(held)}, from {dense_date(joined)}" for held, joined in self.plan.late],
            "is not a member on the start date: it counts in its PCN from the day it joined.",
            "are not members on the start date: each counts in its PCN from the day it joined.",
        )
        yield self._leavers()
        yield self._other_networks()
        yield from self._closed()
        yield self._said(
            [str(self.known[id]) for id in self.plan.empty if id in self.known],
            "has no member practice on these days, and is left out.",
            "have no member practice on these days, and are left out.",
            noun=("PCN", "PCNs"),
        )

    def _of_the_days(self) -> Iterable[Caution]:
        service = self.terms.service
        if self.terms.start_date > service.start_date:
            yield Caution(f"The offer starts after the service does, on {long_date(service.start_date)}.")
        if self.terms.end_date < service.end_date:
            yield Caution(f"The offer ends before the service does, on {long_date(service.end_date)}.")
        if self.offers.accepted_by == "answer" and self.terms.respond_by is None:
            yield Caution("There is no day to respond by: the offers wait until they are answered.")

    def _already(self) -> Caution | None:
        names = [
            f"{self._name(other.held)}, {period(other.start, other.until - DAY)}"
            for other in {other.held: other for other in self.plan.already}.values()
        ]
        return self._said(
            names,
            "has an offer of this service on some of these days, and is left out. Save End Date moves its end.",
            "have an offer of this service on some of these days, and are left out. Save End Date moves their end.",
        )

    def _leavers(self) -> Caution | None:
        ending = [held for held in self.plan.wanted if held.until <= self.terms.end_date]
        leaving = [held for held in ending if self.known[held.provider_id].close_date != held.until - DAY]
        return self._said(
            [f"{self._name(held)}, {dense_date(held.until - DAY)}" for held in leaving],
            "leaves its PCN before the end date: its offer ends with the membership.",
            "leave their PCN before the end date: their offers end with the membership.",
        )

    def _other_networks(self) -> Caution | None:
        names = [
            f"{self._name(held)}, for {self.known[network].name if network else 'itself'}, {period(start, until - DAY)}"
            for held, (network, start, until) in self.elsewhere.items()
        ]
        return self._said(
            names,
            "takes part for another PCN on some of these days: the offers overlap.",
            "take part for another PCN on some of these days: the offers overlap.",
        )

    def _closed(self) -> Iterable[Caution | None]:
        closed = [self.known[id] for id in self.plan.closed]
        yield self._said(
            [f"{each}, {dense_date(each.close_date)}" for each in closed],
            "closed before the start date, and is left out.",
            "closed before the start date, and are left out.",
        )
        closing = [self.known[held.provider_id] for held in self.plan.wanted]
        soon = [each for each in dict.fromkeys(closing) if each.close_date and each.close_date < self.terms.end_date]
        yield self._said(
            [f"{each}, {dense_date(each.close_date)}" for each in soon],
            "closes before the end date: nothing is earned after that day.",
            "close before the end date: nothing is earned after that day.",
        )

    def _said(
        self, names: Sequence[str], one: str, many: str, noun: tuple[str, str] = ("practice", "practices")
    ) -> Caution | None:
        rest = one if len(names) == 1 else many
        return Caution(f"{count(len(names), *noun)} {rest}", sorted(names)) if names else None

    def _lines(self) -> Iterable[Line]:
        joined = dict(self.plan.late)
        added = set(self.plan.joiners)
        for held in self.plan.wanted:
            remarks = ["Added to its PCN's offer."] if held in added else []
            remarks += [f"Member from {dense_date(joined[held])}."] if held in joined else []
            remarks += ["Takes part for another PCN."] if held in self.elsewhere else []
            yield self._line(held, held.start, held.until - DAY, remarks)
        for other in self.plan.already:
            yield self._line(other.held, None, None, [f"Offered already, {period(other.start, other.until - DAY)}."])
        for id in self.plan.closed:
            yield Line(self.known[id], None, None, None, [f"Closed on {dense_date(self.known[id].close_date)}."])
        for id in self.plan.empty:
            yield Line(None, self.known.get(id), None, None, ["No member practice on these days."])

    def _line(self, held: Held, start: date | None, end: date | None, remarks: Sequence[str]) -> Line:
        network = self.known[held.network_id] if held.network_id else None
        return Line(self.known[held.provider_id], network, start, end, remarks)

    def _name(self, held: Held) -> str:
        practice = self.known[held.provider_id]
        return f"{practice} in {self.known[held.network_id].name}" if held.network_id else str(practice)


def _by_name(line: Line) -> tuple[str, str, str]:
    network, provider = line.network, line.provider
    return (network.name if network else "", provider.name if provider else "", provider.code if provider else "")


def _elsewhere(wanted: Collection[Held]) -> Mapping[Held, tuple[int | None, date, date]]:
    """Those of `wanted` that take part in the service for another network on some of the days: which, from, until."""
    rows = list(wanted)
    sql = """
        SELECT DISTINCT ON (w.n) w.n, p.network_id, lower(t.valid), upper(t.valid)
        FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::date[], %s::date[])
             WITH ORDINALITY AS w(service_id, provider_id, network_id, start, until, n)
        JOIN participation_participation p USING (service_id, provider_id)
        JOIN participation_term t ON t.participation_id = p.id AND upper_inf(t.recorded)
        WHERE p.network_id IS DISTINCT FROM w.network_id AND p.state = ANY(%s)
          AND t.valid && daterange(w.start, w.until)
        ORDER BY w.n, lower(t.valid)"""
    columns = [[held[at] for held in rows] for at in range(5)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*columns, sorted(OPEN)])
        return {rows[n - 1]: (network, start, until) for n, network, start, until in cursor.fetchall()}
