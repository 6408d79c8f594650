"""Which providers are meant by codes and names that somebody pasted or uploaded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Func, Value
from django.db.models.functions import Trim, Upper

from accounts.rules import Acting
from catalogue.models import PaidTo, QualityService
from core import clock
from organisations.models import Kind, Membership, Organisation
from participation.formats import Given, Problem
from participation.queries.offerable import offerable
from ui.wording import listed

NAMED_AT_MOST = 5


@dataclass(frozen=True)
class Meant:
    """The providers that were meant, by id, in the order given; what is wrong with the rest; how many came twice."""

    ids: Sequence[int]
    problems: Sequence[Problem]
    twice: int = 0


def providers_meant(by: Acting, service: QualityService, given: Sequence[Given]) -> Meant:
    """Each code or name as a provider that the service may be offered to; five questions, however many there are."""
    return _Reading(by, service, given).meant()


class _Reading:
    """One list, with all that has to be known to judge it."""

    def __init__(self, by: Acting, service: QualityService, given: Sequence[Given]) -> None:
        self.given = given
        self.to_networks = service.paid_to == PaidTo.NETWORK
        mine = offerable(by, service).values_list("pk", "code", "name")
        self.mine, self.named = _by_code_and_name(mine)
        words = {each.value for each in given if self._id_of(each.value) is None}
        self.others = _others({word.upper() for word in words}, {_plain(word).upper() for word in words})
        self.networks = self._networks_of([each.pk for found in self.others.values() for each in found])

    def meant(self) -> Meant:
        found: dict[int, None] = {}
        problems, twice = [], 0
        for each in self.given:
            id = self._id_of(each.value)
            if id is None:
                problems.append(Problem(each.line, each.column, each.value, self._rule(each.value)))
            elif id in found:
                twice += 1
            else:
                found[id] = None
        return Meant(list(found), problems, twice)

    def _id_of(self, value: str) -> int | None:
        named = self.named.get(_plain(value), [])
        return self.mine.get(value.upper()) or (named[0][0] if len(named) == 1 else None)

    def _rule(self, value: str) -> str:
        if not value:
            return "is missing: each row needs an Org ID."
        named = self.named.get(_plain(value), [])
        if len(named) > 1:
            return f"is ambiguous: {_shortened(code for _id, code in named)} have this name. Give the Org ID."
        others = self.others.get(value.upper()) or self.others.get(_plain(value).upper(), [])
        if len(others) > 1:
            codes = _shortened(each.code for each in others)
            return f"is ambiguous, and none of them is yours: {codes} have this name. Give the Org ID."
        return self._why_not(others[0]) if others else "is unknown: no organisation has this Org ID, or none this name."

    def _why_not(self, other: Organisation) -> str:
        if self.to_networks and other.kind == Kind.PRACTICE:
            its = self.networks.get(other.pk, [])
            pcn = f" Its PCN is {listed(its)}." if its else " It is in no PCN today."
            return f"is a practice, {other.name}: this service is offered to whole PCNs.{pcn}"
        if not self.to_networks and other.kind == Kind.NETWORK:
            return f"is a PCN, {other.name}: this service is offered to practices. Filter by the PCN to find its own."
        if other.kind not in (Kind.PRACTICE, Kind.NETWORK):
            return f"is {other.name}, which is neither a practice nor a PCN."
        role = "lead commissioning organisation" if self.to_networks else "Parent Organisation"
        return f"is not yours: your organisation is not the {role} of {other.name}, or your role does not reach it."

    def _networks_of(self, practices: Collection[int]) -> Mapping[int, list[str]]:
        found: dict[int, list[str]] = defaultdict(list)
        if self.to_networks and practices:
            today = Membership.objects.as_of(clock.today()).filter(practice__in=practices).select_related("network")
            for each in today.order_by("network__code"):
                found[each.practice_id].append(f"{each.network.name} ({each.network.code})")
        return found


def _others(codes: Collection[str], names: Collection[str]) -> Mapping[str, list[Organisation]]:
    """Organisations that these codes and names mean, in capitals, whoever they belong to, by either of them."""
    found: dict[str, list[Organisation]] = defaultdict(list)
    if not codes:
        return found
    for each in Organisation.objects.filter(code__in=codes):
        found[each.code].append(each)
    plain = Func(F("name"), Value(r"\s+"), Value(" "), Value("g"), function="regexp_replace")
    for each in Organisation.objects.annotate(plain=Upper(Trim(plain))).filter(plain__in=names):
        found[each.plain].append(each)
    return found


def _shortened(codes: Iterable[str]) -> str:
    rest = sorted(codes)
    more = len(rest) - NAMED_AT_MOST
    return listed([*rest[:NAMED_AT_MOST], f"{more:,} more"] if more > 0 else rest)


def _by_code_and_name(rows: Any) -> tuple[dict[str, int], dict[str, list[tuple[int, str]]]]:
    codes: dict[str, int] = {}
    names: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for id, code, name in rows:
        codes[code] = id
        names[_plain(name)].append((id, code))
    return codes, names


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
