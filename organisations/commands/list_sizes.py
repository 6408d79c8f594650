"""How many patients (or beds) organisations had, as at a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from core.actors import Actor
from core.changes import publish
from core.commands import command
from core.dates import DAY
from core.errors import Invalid
from core.timelines import Span, cut, with_value
from core.two_clocks import Belief, believe
from organisations.changes import ListSizesCorrected
from organisations.commands.results import Corrected
from organisations.commands.subjects import lock_networks, lock_practices
from organisations.models import ListKind, ListSize, Organisation

Sizes = Mapping[Organisation | int, Decimal | int | None]


@command
def set_list_sizes(kind: ListKind, as_at: date, sizes: Sizes, *, by: Actor) -> Corrected:
    """The size of each organisation's list of a kind as at a day; None where there was none after all.

    Other days are left as they are. Raises Invalid for a negative size. Publishes ListSizesCorrected.
    """
    given = {_id(organisation): size for organisation, size in sizes.items()}
    for size in given.values():
        if size is not None and size < 0:
            raise Invalid(f"Size {size} is below nought: a {kind.label} counts patients or beds.")
    _lock(given)
    beliefs = list(_beliefs(kind, as_at, given))
    recorded = believe(ListSize, beliefs, about=[_key(organisation, kind) for organisation in given])
    pairs = frozenset((organisation, kind) for organisation, kind in recorded.keys)
    return Corrected(recorded, publish(ListSizesCorrected(by, pairs)) if recorded else ())


def _lock(organisations: Mapping[int, object]) -> None:
    networks = set(Organisation.objects.networks().filter(pk__in=organisations).values_list("pk", flat=True))
    if networks == set(organisations):
        lock_networks(networks)
    else:
        lock_practices(set(organisations) - networks, networks)


def _beliefs(kind: ListKind, as_at: date, given: Mapping[int, Decimal | int | None]) -> Iterator[Belief]:
    """All that is to be believed of these organisations' lists of the kind: the day's figure among the other days'."""
    timelines: dict[int, list[Span[Decimal]]] = defaultdict(list)
    for row in ListSize.objects.known().filter(kind=kind, organisation__in=given):
        timelines[row.organisation_id].append(Span(row.valid.lower, row.valid.upper, row.size))
    for organisation, size in given.items():
        timeline = cut(timelines[organisation], as_at, as_at + DAY)
        if size is not None:
            timeline = with_value(timeline, Span(as_at, as_at + DAY, Decimal(size)))
        yield from (Belief(_key(organisation, kind), span.valid, {"size": span.value}) for span in timeline)


def _key(organisation: int, kind: ListKind) -> dict[str, int]:
    return {"organisation": organisation, "kind": int(kind)}


def _id(organisation: Organisation | int) -> int:
    return organisation if isinstance(organisation, int) else organisation.pk
