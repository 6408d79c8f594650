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
from participation.queries.planning import Plan, Standing, Terms, plan_for_networks, plan_for_practices
from participation.queries.spans import Held
from participation.states import COVERING, OPEN
from ui.wording import count, dense_date, long_date, period


@dataclass(frozen=True)
class Named:
    """Whom a caution concerns, in words; `corrects` is the participation whose start can be corrected, with the day."""

    words: str
    corrects: tuple[int, date] | None = None


@dataclass(frozen=True)
class Caution:
    """One thing to look at: what it is, in a sentence, and whom it concerns."""

    sentence: str
    names: Sequence[Named] = ()


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
        yield from self._already()
        yield self._said(
            [f"{self._name(held)}, from {dense_date(held.start)}" for held in self.plan.joiners],
            "is a member of a PCN that has this offer, and has none: it is added to it, from the day below.",
            "are members of a PCN that has this offer, and have none: they are added to it, each from the day below.",
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

    def _already(self) -> Iterable[Caution | None]:
        """Who is left out because an offer of theirs stands, by what it lacks of the days."""
        whole, later, sooner = self._standing()
        yield self._said(
            [self._of_standing(other) for other in whole],
            "has this offer on all of these days already, and is left out.",
            "have this offer on all of these days already, and are left out.",
        )
        unanswered = [other for other in later if other.state not in COVERING]
        yield self._said(
            [
                Named(self._of_standing(other), (other.participation_id, other.due))
                for other in later
                if other not in unanswered
            ],
            "has an offer of this service that starts later, and is left out. Correct the start date moves its start.",
            "have an offer of this service that starts later, and are left out. Correct the start date moves them.",
        )
        yield self._said(
            [self._of_standing(other) for other in unanswered],
            "has an offer of this service that starts later and is not approved, and is left out. Cancel Service takes "
            "it back, to be made again for these days.",
            "have an offer of this service that starts later and is not approved, and are left out. Cancel Service "
            "takes them back, to be made again for these days.",
        )
        yield self._said(
            [self._of_standing(other) for other in sooner],
            "has an offer of this service that ends sooner, and is left out. Save End Date moves its end.",
            "have an offer of this service that ends sooner, and are left out. Save End Date moves their end.",
        )

    def _standing(self) -> tuple[list[Standing], list[Standing], list[Standing]]:
        """The offers that hold all of the days, those whose start lacks, and those whose end does; an offer may be of
        both. Of several of one practice, the first lacks the start, and each that another does not follow an end."""
        whole, later, sooner = [], [], []
        for held, others in _by_held(self.plan.already).items():
            ends = [
                other for other, after in zip(others, [*others[1:], None], strict=True)
                if other.until < (min(after.start, held.until) if after else held.until)
            ]  # fmt: skip
            later += [others[0]] if others[0].start_lacks else []
            sooner += ends
            whole += [] if ends or others[0].start_lacks else others
        return whole, later, sooner

    def _of_standing(self, other: Standing) -> str:
        return f"{self._name(other.held)}, {period(other.start, other.until - DAY)}"

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
        self, names: Sequence[str | Named], one: str, many: str, noun: tuple[str, str] = ("practice", "practices")
    ) -> Caution | None:
        rest = one if len(names) == 1 else many
        named = sorted((Named(each) if isinstance(each, str) else each for each in names), key=lambda each: each.words)
        return Caution(f"{count(len(names), *noun)} {rest}", named) if names else None

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


def _by_held(already: Iterable[Standing]) -> Mapping[Held, list[Standing]]:
    """Each who is left out, with the offers that stand, by their days."""
    found: dict[Held, list[Standing]] = {}
    for other in already:
        found.setdefault(other.held, []).append(other)
    return found


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
