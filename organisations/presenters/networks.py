"""The page of a network: who belongs to it, who leads it, who is paid, whom to speak to, what it waits for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import NoReverseMatch, reverse

from organisations.models import Membership, Organisation
from organisations.presenters.through_time import COLUMNS, row_of
from ui.components import RecordedOn, Timeline
from ui.frame import Link, Page
from ui.tables import Column, Table
from ui.wording import count, long_date

PRACTICES = ("practice", "practices")
MEMBER_COLUMNS = (*COLUMNS[:2], Column(key="parent", label="Parent Organisation"), *COLUMNS[2:])


@dataclass(frozen=True, kw_only=True)
class OrganisationPage(Page):
    """A practice or network, as known now or on an earlier day. `refused` are sentences about a day of recording that
    is not one; `sections` are what other apps say; `contacts_href` is where contacts are kept, for whoever may."""

    facts: Sequence[tuple[str, str]]
    links: Sequence[Link]
    timeline: Timeline
    memberships: Table
    sections: Sequence[Table]
    contacts: Table
    contacts_href: str
    recorded: RecordedOn
    refused: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class NetworkPage(OrganisationPage):
    """A network on a day: with who counts as its members then."""

    day_form: Any
    address: Any
    members: Table


def facts_of(
    network: Organisation, lead: Organisation | None, payee: Organisation | None, members: int
) -> list[tuple[str, str]]:
    facts = [
        ("Org ID", network.code),
        ("Lead commissioning organisation", str(lead or "None is known")),
        ("Nominated Payee", str(payee or "Nobody is nominated")),
        ("Members", count(members, *PRACTICES)),
    ]
    return facts + ([("Closed", long_date(network.close_date))] if network.close_date else [])


def members_table(day: date, memberships: Iterable[Membership], parents: Mapping[int, Organisation]) -> Table:
    return Table(
        id="members",
        caption=f"Members on {long_date(day)}",
        columns=MEMBER_COLUMNS,
        rows=[row_of(each, each.practice, parents.get(each.practice_id)) for each in memberships],
        empty=f"No practice counts as a member on {long_date(day)}.",
        noun=PRACTICES,
    )


def links_of(network: Organisation) -> list[Link]:
    links = [Link("Nominated Payees through time", reverse("organisations:payees_of_network", args=[network.code]))]
    waiting = waiting_href(network)
    return [Link("Why is this network waiting?", waiting), *links] if waiting else links


def waiting_href(network: Organisation) -> str:
    """Empty while no such page is there."""
    try:
        return reverse("achievement:waiting_network", args=[network.code])
    except NoReverseMatch:
        return ""
