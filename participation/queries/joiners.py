"""Where memberships and offers do not fit: who joined a network and was never offered what it holds, and whose offers
still hang on a network that they left. Nothing is kept of it: it is true until it is put right (domain 4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from catalogue.models import QualityService
from core.paging import Slice
from core.transitions import Seen
from organisations.models import Organisation
from participation.queries.misfits import Hanging, Missing, hanging_offers, missing_offers
from ui.wording import count, listed, long_date


@dataclass(frozen=True)
class MissingOffer:
    """One service to be offered: the days proposed, and those within which others may be chosen."""

    service: QualityService
    start_date: date
    end_date: date
    left: date | None


@dataclass(frozen=True)
class HangingOffer:
    """One offer to be ended or cancelled, by whoever made it."""

    row: Hanging
    service: QualityService
    former: Organisation
    commissioner: Organisation

    @property
    def seen(self) -> Seen:
        return Seen(self.row.participation_id, self.row.version)


@dataclass(frozen=True)
class Joining:
    """One practice that joined a network, or hangs on one it is no member of (`joined` None): what is to be put right.

    `network` is the one joined; where none was, the former one.
    """

    network: Organisation
    practice: Organisation
    joined: date | None
    missing: Sequence[MissingOffer]
    hanging: Sequence[HangingOffer]

    @property
    def former(self) -> list[Organisation]:
        """The networks that offers still hang on, each once, by name."""
        found = {each.former.pk: each.former for each in self.hanging}
        return sorted(found.values(), key=lambda network: network.name)

    @property
    def services(self) -> dict[str, QualityService]:
        """Code -> each service that an offer of is missing or hangs."""
        found = [each.service for each in self.missing] + [each.service for each in self.hanging]
        return {service.code: service for service in found}

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Sorts by names, and tells one joining from another."""
        day = self.joined.isoformat() if self.joined else ""
        return self.network.name, self.practice.name, self.practice.code, day


def joinings(network_ids: Collection[int], practice_ids: Collection[int] | None = None) -> list[Joining]:
    """What is to be put right in these networks, and of offers that hang on them; of these practices only, where given.

    Four queries, however many there are.
    """
    missing = missing_offers(network_ids, practice_ids)
    hanging = hanging_offers(network_ids, practice_ids)
    places = Organisation.objects.in_bulk(_places(missing, hanging))
    services = QualityService.objects.in_bulk(
        {each.service_id for each in missing} | {each.service_id for each in hanging}
    )
    offers: dict[tuple[int, int, date | None], tuple[list[MissingOffer], list[HangingOffer]]] = {}
    for each in missing:
        kept = MissingOffer(services[each.service_id], each.start_date, each.end_date, each.left)
        offers.setdefault((each.network_id, each.practice_id, each.joined), ([], []))[0].append(kept)
    for row in hanging:
        former, commissioner = places[row.former_id], places[row.commissioner_id]
        offer = HangingOffer(row, services[row.service_id], former, commissioner)
        offers.setdefault((row.network_id or row.former_id, row.practice_id, row.joined), ([], []))[1].append(offer)
    found = [
        Joining(places[network], places[practice], joined, *of_both)
        for (network, practice, joined), of_both in offers.items()
    ]
    return sorted(found, key=lambda joining: joining.key)


def _places(missing: Iterable[Missing], hanging: Iterable[Hanging]) -> set[int]:
    ids = {id for each in missing for id in (each.network_id, each.practice_id)}
    ids |= {id for each in hanging for id in (each.former_id, each.practice_id, each.commissioner_id)}
    return ids | {each.network_id for each in hanging if each.network_id}


def page_of(found: Sequence[Joining], *, after: str, size: int) -> tuple[Sequence[Joining], str]:
    """The page that starts after a joining, and the cursor that the next one starts after; empty on the last page.

    A cursor that is not there any more starts at the beginning.
    """
    keys = [_cursor(each) for each in found]
    start = keys.index(after) + 1 if after in keys else 0
    page = found[start : start + size]
    return page, _cursor(page[-1]) if start + size < len(found) else ""


def page_by_code(found: Sequence[Joining], *, after: str, size: int) -> Slice:
    """The page of joinings, by Org IDs of network and practice, whose cursors come after one; that one may be gone."""
    rest = sorted((each for each in found if _cursor(each) > after), key=_cursor)
    page = rest[:size]
    return Slice(page, _cursor(page[-1]) if len(rest) > size else "")


def _cursor(joining: Joining) -> str:
    day = joining.joined.isoformat() if joining.joined else ""
    return f"{joining.network.code}.{joining.practice.code}.{day}"


def sentence_of(joining: Joining) -> str:
    """ "Forties Surgery (V84552) joined Biscay Partnership PCN on 16 September 2021 and was not offered 1 service." """
    practice, network = joining.practice, joining.network.name
    services = {each.service.pk for each in joining.missing}
    said = []
    if services:
        said.append(f"was not offered {count(len(services), 'service')} that it holds")
    if joining.hanging:
        offers = count(len(joining.hanging), "offer")
        hang = "still hangs" if len(joining.hanging) == 1 else "still hang"
        former = listed([each.name for each in joining.former])
        said.append(f"{offers} {hang} on {former}" if said or joining.joined else f"{offers} {hang} there")
    if joining.joined is None:
        return f"{practice} is no member of {network}, and {listed(said)}."
    return f"{practice} joined {network} on {long_date(joining.joined)} and {listed(said)}."


def joiners_href(joining: Joining | None = None) -> str:
    """Where it is put right; without one, the list."""
    if joining is None:
        return reverse("participation:joiners")
    return reverse("participation:joiner", args=[joining.network.code, joining.practice.code])
