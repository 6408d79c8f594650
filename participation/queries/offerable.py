"""Whom a commissioning organisation may offer a service to, and who of them has it already."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.rules import Acting
from catalogue.models import PaidTo, QualityService
from catalogue.queries import released_services
from core import clock
from core.dates import DAY
from core.paging import Slice, page_of
from core.permissions import NONE
from core.transitions import Seen
from organisations.models import Lead, Membership, Organisation, Parent
from participation.models import OfferDraft, Participation, Term
from participation.rules import practices_within, services_within
from participation.states import OPEN, State

NOT_OFFERED, PARTLY, OFFERED = "none", "some", "all"
CHOSEN, NOT_CHOSEN = "chosen", "not-chosen"
OFFERS = ((NOT_OFFERED, "Not offered yet"), (PARTLY, "Some practices not offered"), (OFFERED, "Offered"))
CHOICE = ((CHOSEN, "Chosen"), (NOT_CHOSEN, "Not chosen"))

ORDERS: Mapping[str, tuple[str, ...]] = {"name": ("name", "code", "id"), "code": ("code", "id")}


@dataclass(frozen=True)
class OfferableFilters:
    """What the list is limited to. `text` is an Org ID's beginning or part of a name; `network_id` a practice's PCN;
    `commissioner_id` the parent of a PCN's member, or the lead of a practice's PCN; `offers` and `choice` as above."""

    text: str = ""
    network_id: int | None = None
    commissioner_id: int | None = None
    offers: str = ""
    choice: str = ""


@dataclass(frozen=True)
class Offered:
    """How a provider stands: how many practices it has on the days of the offer, how many of them have an offer that
    stands, and in words what the last one is, of a practice; and the name of its PCN, or of its members' parents."""

    practices: int
    offered: int
    last: str
    beside: str


def services_to_offer(by: Acting) -> QuerySet[QualityService]:
    """Released services of the payment types that somebody may offer, by name."""
    return released_services().filter(services_within(by))


def offerable(by: Acting, service: QualityService) -> QuerySet[Organisation]:
    """The networks that somebody's organisation leads today, or the practices it is the parent of."""
    if service.paid_to == PaidTo.NETWORK:
        led = Lead.objects.as_of(clock.today()).filter(commissioner=by.organisation_id).values("network")
        return Organisation.objects.networks().filter(pk__in=led)
    under = Parent.objects.as_of(clock.today()).filter(parent=by.organisation_id).values("organisation")
    practices = Organisation.objects.practices().filter(pk__in=under)
    return practices.filter(practices_within(by, service.payment_type))


def networks_led_by(by: Acting) -> list[Organisation]:
    """The networks whose lead today is the organisation acted for, by name."""
    led = Lead.objects.as_of(clock.today()).filter(commissioner=by.organisation_id).values("network")
    return list(Organisation.objects.networks().filter(pk__in=led).order_by("name", "code"))


def leads_anybody(by: Acting) -> bool:
    """Whether somebody's organisation leads a network or is the parent of a practice today."""
    day = clock.today()
    led = Lead.objects.as_of(day).filter(commissioner=by.organisation_id)
    return led.exists() or Parent.objects.as_of(day).filter(parent=by.organisation_id).exists()


def matching(by: Acting, draft: OfferDraft, filters: OfferableFilters) -> QuerySet[Organisation]:
    """Whom the draft's service may be offered to, and that match."""
    rows = offerable(by, draft.service).matching(filters.text)  # type: ignore[attr-defined]
    if filters.network_id:
        members = Membership.objects.as_of(clock.today()).filter(network=filters.network_id)
        rows = rows.filter(pk__in=members.values("practice"))
    if filters.commissioner_id:
        rows = rows.filter(pk__in=_beside(draft.service, filters.commissioner_id))
    if filters.choice:
        chosen = Q(pk__in=draft.providers.values("pk"))
        rows = rows.filter(chosen if filters.choice == CHOSEN else ~chosen)
    return rows.filter(_offered(draft, filters.offers)) if filters.offers else rows


def page_matching(
    by: Acting, draft: OfferDraft, filters: OfferableFilters, *, order: str, descending: bool, after: str, size: int
) -> Slice:
    columns = ORDERS[order]
    named = [f"-{column}" for column in columns] if descending else list(columns)
    chosen = draft.providers.through.objects.filter(offerdraft=draft, organisation=OuterRef("pk"))
    rows = matching(by, draft, filters).annotate(is_chosen=Exists(chosen))
    return page_of(rows, named, after=after, size=size)


def all_matching(by: Acting, draft: OfferDraft, filters: OfferableFilters, *, at_most: int) -> list[Seen]:
    """Every provider that matches; above `at_most`, none of them. An organisation has no version: it is 1."""
    ids = list(matching(by, draft, filters).order_by("pk").values_list("pk", flat=True)[: at_most + 1])
    return [] if len(ids) > at_most else [Seen(id, 1) for id in ids]


def networks_to_filter(by: Acting, service: QualityService) -> list[tuple[int, str]]:
    """The networks of the practices that may be offered to: id and name."""
    members = Membership.objects.as_of(clock.today()).filter(practice__in=offerable(by, service).values("pk"))
    networks = Organisation.objects.networks().filter(pk__in=members.values("network"))
    return list(networks.order_by("name", "code").values_list("pk", "name"))


def commissioners_to_filter(by: Acting, service: QualityService) -> list[tuple[int, str]]:
    """Parents of the networks' members, or leads of the practices' networks: id and name."""
    day, whom = clock.today(), offerable(by, service).values("pk")
    members = Membership.objects.as_of(day)
    if service.paid_to == PaidTo.NETWORK:
        practices = members.filter(network__in=whom).values("practice")
        found: Any = Parent.objects.as_of(day).filter(organisation__in=practices).values("parent")
    else:
        networks = members.filter(practice__in=whom).values("network")
        found = Lead.objects.as_of(day).filter(network__in=networks).values("commissioner")
    return list(Organisation.objects.filter(pk__in=found).order_by("name", "code").values_list("pk", "name"))


def standing_of(draft: OfferDraft, ids: Collection[int]) -> dict[int, Offered]:
    """Provider id -> how it stands with the draft's service, on the draft's days (the service's, while it has none)."""
    by_network = draft.service.paid_to == PaidTo.NETWORK
    start, until = _days(draft)
    sql = _NETWORKS if by_network else _PRACTICES
    params: dict[str, Any] = {
        "ids": list(ids), "service": draft.service_id, "start": start, "until": until, "today": clock.today(),
        "open": sorted(OPEN),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: Sequence[tuple[int, int, int, int | None, str]] = cursor.fetchall()
    return {
        id: Offered(practices, offered, State(state).label if state else "", beside or "")
        for id, practices, offered, state, beside in rows
    }


def _beside(service: QualityService, commissioner_id: int) -> QuerySet[Membership, Any]:
    day, members = clock.today(), Membership.objects.as_of(clock.today())
    if service.paid_to == PaidTo.NETWORK:
        practices = Parent.objects.as_of(day).filter(parent=commissioner_id).values("organisation")
        return members.filter(practice__in=practices).values("network")
    networks = Lead.objects.as_of(day).filter(commissioner=commissioner_id).values("network")
    return members.filter(network__in=networks).values("practice")


def _offered(draft: OfferDraft, offers: str) -> Q:
    """The condition of providers that nobody, some or all have been offered of, on the days of the draft."""
    start, until = _days(draft)
    days = DateRange(start, until)
    terms = Term.objects.known().filter(valid__overlap=days).values("participation")
    standing = Participation.objects.filter(service=draft.service_id, state__in=OPEN, pk__in=terms)
    if draft.service.paid_to != PaidTo.NETWORK:
        has = Q(Exists(standing.filter(provider=OuterRef("pk"), network=None)))
        return {NOT_OFFERED: ~has, OFFERED: has}.get(offers, NONE)
    has = Q(Exists(standing.filter(network=OuterRef("pk"))))
    of_member = standing.filter(network=OuterRef("network"), provider=OuterRef("practice"))
    spans = Membership.objects.known().filter(network=OuterRef("pk"), valid__overlap=days)
    lacks = Q(Exists(spans.filter(~Exists(of_member))))
    return {NOT_OFFERED: ~has & lacks, PARTLY: has & lacks, OFFERED: has & ~lacks}.get(offers, NONE)


def _days(draft: OfferDraft) -> tuple[date, date]:
    return draft.start_date or draft.service.start_date, (draft.end_date or draft.service.end_date) + DAY


_STANDING = """
    SELECT p.provider_id, p.network_id, p.state FROM participation_participation p
    JOIN participation_term t ON t.participation_id = p.id AND upper_inf(t.recorded)
    WHERE p.service_id = %(service)s AND p.state = ANY(%(open)s)
      AND t.valid && daterange(%(start)s::date, %(until)s::date)"""

_NETWORKS = f"""
    WITH members AS (
        SELECT DISTINCT m.network_id, m.practice_id FROM organisations_membership m
        WHERE upper_inf(m.recorded) AND m.network_id = ANY(%(ids)s)
          AND m.valid && daterange(%(start)s::date, %(until)s::date)),
    standing AS (SELECT DISTINCT network_id, provider_id FROM ({_STANDING}) s WHERE network_id = ANY(%(ids)s))
    SELECT m.network_id, count(DISTINCT m.practice_id), count(DISTINCT s.provider_id), NULL,
           string_agg(DISTINCT parent.name, ', ' ORDER BY parent.name)
    FROM members m
    LEFT JOIN standing s ON s.network_id = m.network_id AND s.provider_id = m.practice_id
    LEFT JOIN organisations_parent o
      ON o.organisation_id = m.practice_id AND upper_inf(o.recorded) AND o.valid @> %(today)s::date
    LEFT JOIN organisations_organisation parent ON parent.id = o.parent_id
    GROUP BY m.network_id"""

_PRACTICES = f"""
    WITH standing AS (
        SELECT provider_id, max(state) AS state FROM ({_STANDING}) s
        WHERE network_id IS NULL AND provider_id = ANY(%(ids)s) GROUP BY provider_id)
    SELECT w.id, 1, CASE WHEN s.state IS NULL THEN 0 ELSE 1 END, s.state,
           (SELECT string_agg(n.name, ', ' ORDER BY n.name) FROM organisations_membership m
            JOIN organisations_organisation n ON n.id = m.network_id
            WHERE m.practice_id = w.id AND upper_inf(m.recorded) AND m.valid @> %(today)s::date)
    FROM unnest(%(ids)s::bigint[]) AS w(id) LEFT JOIN standing s ON s.provider_id = w.id"""
