"""List sizes of many practices as at a day, beside those before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, DecimalField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Abs, Coalesce

from core.actors import Actor
from organisations.models import Kind, ListKind, ListSize, Membership
from organisations.queries.belonging import KnownAt, visible_to

ALL, CHANGED, MISSING = "", "changed", "missing"
NONE = Value(-1, output_field=DecimalField())
"""What a size that is not known is sorted as."""

OF_NETWORKS = frozenset({ListKind.PCN_ADJUSTED})


@dataclass(frozen=True)
class Asked:
    """Which list sizes: of a kind, as at a day, as known at; of whom the text names; all of them, those changed by more
    than 5 %, or those missing."""

    kind: ListKind
    day: date
    known_on: date | None = None
    text: str = ""
    show: str = ALL


def days_of(kind: ListKind, known_at: KnownAt = None) -> list[date]:
    """The days that list sizes of a kind are known of, latest first."""
    starts = ListSize.objects.known(known_at).filter(kind=kind).values_list("valid__startswith", flat=True)
    return list(starts.distinct().order_by("-valid__startswith")[:40])


def list_sizes(by: Actor, asked: Asked) -> QuerySet[Any]:
    """The practices (or PCNs, for a list of theirs) that somebody sees and that were open on the day.

    With `size`; `before` and `before_day` of the latest known of an earlier day; `share`, by how many hundredths of it
    the size changed; and `is_member` of a PCN on the day, `pcn`. What is not known is None; `sorted_size` and
    `sorted_share` never are.
    """
    kind = Kind.NETWORK if asked.kind in OF_NETWORKS else Kind.PRACTICE
    sizes = ListSize.objects.known(asked.known_on).filter(organisation=OuterRef("pk"), kind=asked.kind)
    earlier = sizes.filter(valid__startswith__lt=asked.day).order_by("-valid__startswith")
    members = Membership.objects.as_of(asked.day, asked.known_on)
    spells = members.filter(practice=OuterRef("pk")).order_by("-valid__startswith", "-pk")
    rows = visible_to(by).filter(Q(close_date=None) | Q(close_date__gte=asked.day), kind=kind).matching(asked.text)
    rows = rows.annotate(
        size=Subquery(sizes.filter(valid__contains=asked.day).values("size")[:1]),
        before=Subquery(earlier.values("size")[:1]),
        before_day=Subquery(earlier.values("valid__startswith")[:1]),
        is_member=Exists(spells),
        pcn=Coalesce(Subquery(spells.values("network__name")[:1]), Value("")),
    )
    share = Case(When(before__gt=0, then=(F("size") - F("before")) * 100 / F("before")), output_field=DecimalField())
    rows = rows.annotate(share=share)
    rows = rows.annotate(sorted_size=Coalesce("size", NONE), sorted_share=Coalesce(Abs("share"), NONE))
    return _shown(rows, asked)


def _shown(rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    if asked.show == CHANGED:
        return rows.filter(Q(share__gt=5) | Q(share__lt=-5))
    if asked.show == MISSING:
        is_expected = Q() if asked.kind in OF_NETWORKS else Q(is_member=True)
        return rows.filter(is_expected, size=None)
    return rows


def known_list_sizes(by: Actor, known_at: KnownAt = None) -> QuerySet[ListSize]:
    """Every list size of the organisations that somebody sees, as known at an instant, with the organisation."""
    rows = ListSize.objects.known(known_at).filter(organisation__in=visible_to(by))
    return rows.select_related("organisation")
