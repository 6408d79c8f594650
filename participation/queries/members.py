"""Members whose service ends while ODS has them as members still: an end date does not take them out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from catalogue.models import Expected
from core.actors import Actor
from core.dates import DAY
from organisations.models import Membership, OdsRequest, Organisation
from organisations.queries import requests_open_about
from organisations.rules import ASK_ODS
from participation.models import Participation
from ui.wording import count, listed, long_date

NAMED_AT_MOST = 5


@dataclass(frozen=True)
class StillMember:
    """One practice that stays a member, what ODS was asked of it if that is open, and whether it may be asked."""

    practice: Organisation
    network: Organisation
    request: OdsRequest | None
    may_ask: bool


def still_members(rows: Sequence[Participation], end_date: date | None) -> list[str]:
    """A warning, where practices stay members of their PCN, as believed, on a day that their participation no longer
    holds: after `end_date`, or on any day of it where it is cancelled (domain 7, cause 2; story F)."""
    staying = _staying(rows, end_date)
    return [_warning(staying, end_date)] if staying else []


def members_to_ask_about(ids: Collection[int], end_date: date | None, by: Actor) -> list[StillMember]:
    """The practices of that warning, of these participations, first by name; as many as it names."""
    rows = Participation.objects.filter(pk__in=ids, network__isnull=False).with_terms()
    staying = _staying(list(rows.select_related("service", "provider", "network")), end_date)
    pairs = {(row.provider_id, row.network_id): row for row in staying}
    first = sorted(pairs.values(), key=lambda row: (row.provider.name, row.provider.code))[:NAMED_AT_MOST]
    networks = {row.network.pk: row.network for row in first if row.network}
    asked = requests_open_about(networks, {row.provider_id for row in first}) if first else {}
    may = Organisation.objects.filter(ASK_ODS.allowed(by), pk__in=networks).in_bulk() if first else {}
    return [
        StillMember(row.provider, row.network, asked.get((row.network.pk, row.provider_id)), row.network.pk in may)
        for row in first
        if row.network
    ]


def _staying(rows: Sequence[Participation], end_date: date | None) -> list[Participation]:
    concerned = [row for row in rows if row.network_id and (end_date is None or end_date < row.service.end_date)]
    members = _members(concerned, end_date) if concerned else set()
    return [row for row in concerned if (row.provider_id, row.network_id) in members]


def _members(rows: Sequence[Participation], end_date: date | None) -> set[tuple[int, int | None]]:
    known = Membership.objects.known().filter(
        practice__in={row.provider_id for row in rows}, network__in={row.network_id for row in rows}
    )
    if end_date is None:
        first, last = min(row.start_date for row in rows), max(row.end_date for row in rows)
        known = known.filter(valid__overlap=(first, last + DAY))
    else:
        known = known.filter(valid__contains=end_date + DAY)
    return set(known.values_list("practice_id", "network_id"))


def _warning(rows: Sequence[Participation], end_date: date | None) -> str:
    names = sorted(f"{row.provider.name} ({row.provider.code})" for row in rows)
    more = len(names) - NAMED_AT_MOST
    who = listed([*names[:NAMED_AT_MOST], f"{more:,} more"]) if more > 0 else listed(names)
    one = len(rows) == 1
    are, its, it = ("is still a member", "its PCN", "it") if one else ("are still members", "their PCNs", "them")
    still = "" if end_date is None else f" after {long_date(end_date)}"
    waits = (
        f" Whoever stays a member stays expected, so {its} would wait for {it} on each date whose line is not settled "
        "as nil."
        if any(row.service.expected == Expected.EVERY_MEMBER for row in rows)
        else ""
    )
    return (
        f"{count(len(rows), 'practice')} {are} of {its}{still}, as recorded from ODS: {who}.{waits} "
        "Ending a service does not end a membership: only ODS does. If a practice has left, ask ODS to say so."
    )
