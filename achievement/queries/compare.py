"""An achievement beside the period before: what it was worked out from then and now, and the difference in words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models.expressions import RawSQL

from achievement.models import DATES_THERE_ARE_SQL, Achievement
from achievement.queries.declarations import Marks, on_behalf_words
from achievement.queries.figures import limit_words, result_of
from achievement.queries.taken_over import size_counted
from achievement.states import State
from calculation.explanation import sterling
from catalogue.formats import Capitation, Item
from catalogue.queries import definition_of_version
from ui.wording import money

ONE_PERSON = "entered and declared by one person"
NO_ALLOCATION = "no allocation limits this payment"
NONE = "none"


@dataclass(frozen=True)
class Input:
    """One figure that an amount was worked out from, in words: ("list size", "12,055")."""

    name: str
    value: str


class Version(NamedTuple):
    """The version of its definition that an achievement was worked out by."""

    pk: int
    digest: str


class OwnList(NamedTuple):
    """The practice's own list that an achievement was worked out from."""

    size: Decimal


class Compared(NamedTuple):
    """What of an achievement, and of what it was worked out from, tells how it differs. A page has a hundred of them,
    of which as many model instances would cost more than the query."""

    pk: int
    achievement_date: date
    service_id: int
    provider_id: int
    state: State
    amount: Decimal
    inputs: dict[str, Any]
    size: Decimal | None
    version_id: int
    digest: str

    @property
    def list_size(self) -> OwnList | None:
        return None if self.size is None else OwnList(self.size)

    @property
    def service_version(self) -> Version:
        return Version(self.version_id, self.digest)


@dataclass(frozen=True)
class Difference:
    """One achievement and the one before it; `inputs` are (name, then, now) of what differs, NONE where there was
    none."""

    now: Compared
    before: Compared
    inputs: tuple[tuple[str, str, str], ...]

    @property
    def pounds(self) -> Decimal:
        return self.now.amount - self.before.amount

    @property
    def period(self) -> str:
        """ "September"; with its year where that is another."""
        day = self.before.achievement_date
        return f"{day:%B}" if day.year == self.now.achievement_date.year else f"{day:%B %Y}"

    @property
    def words(self) -> str:
        """ "£412.06 more than September: list size 12,055, was 5,300"; "no change"."""
        why = "; ".join(_changed(*each) for each in self.inputs)
        if not self.pounds:
            return f"the same as {self.period}: {why}" if why else "no change"
        than = f"{money(abs(self.pounds))} {'more' if self.pounds > 0 else 'less'} than {self.period}"
        return f"{than}: {why}" if why else than


_COMPARED = (
    "pk", "achievement_date", "service_id", "provider_id", "state", "amount", "inputs", "list_size__size",
    "service_version_id", "service_version__digest",
)  # fmt: skip
"""The columns of Compared."""


def differences_of(ids: Collection[int]) -> dict[int, Difference]:
    """Row id -> how it differs from the same provider's achievement on the last payment date before it, if any.

    One query, however many rows.
    """
    with_those_before = RawSQL(_WITH_THOSE_BEFORE, [list(ids), list(ids)])  # noqa: S611 - constant
    found = Achievement.objects.filter(pk__in=with_those_before).order_by("achievement_date", "pk")
    last: dict[tuple[int, int], Compared] = {}
    differences = {}
    for row in map(Compared._make, found.values_list(*_COMPARED)):
        before = last.get((row.provider_id, row.service_id))
        if before is not None and row.pk in ids and before.achievement_date < row.achievement_date:
            differences[row.pk] = _difference(row, before)
        if row.state != State.WITHDRAWN:
            last[row.provider_id, row.service_id] = row
    return differences


def remarks_of(rows: Collection[Any], marks: Marks) -> dict[int, list[str]]:
    """Row id -> what an approver is shown under it: more or less than the period before, that nothing limits it, and
    one person's work."""
    differences = differences_of([row.pk for row in rows])
    found: dict[int, list[str]] = {}
    for row in rows:
        difference = differences.get(row.pk)
        said = [difference.words] if difference and difference.pounds else []
        said += [NO_ALLOCATION] if row.pk in marks.unlimited else []
        closed = marks.on_behalf.get(row.pk)
        said += [f"declared {on_behalf_words(row.provider.name, closed)}"] if closed else []
        found[row.pk] = [*said, *([ONE_PERSON] if row.pk in marks.by_one else [])]
    return found


_WITH_THOSE_BEFORE = f"""
    WITH known AS MATERIALIZED (SELECT day FROM ({DATES_THERE_ARE_SQL}) dates)
    SELECT unnest(%s::bigint[]) UNION
    SELECT b.id FROM achievement_achievement r
    CROSS JOIN LATERAL (
        SELECT b.id FROM (SELECT day FROM known WHERE day < r.achievement_date ORDER BY day DESC) k
        JOIN achievement_achievement b
          ON (b.achievement_date, b.service_id, b.provider_id) = (k.day, r.service_id, r.provider_id)
        WHERE b.state <> {State.WITHDRAWN:d}
        ORDER BY k.day DESC LIMIT 1) b
    WHERE r.id = ANY(%s)"""
"""SQL: the ids of rows, and of the last row before each."""


def _difference(now: Compared, before: Compared) -> Difference:
    had, has = ({each.name: each.value for each in _inputs(row)} for row in (before, now))
    beside = [(name, had.get(name, NONE), has.get(name, NONE)) for name in {**has, **had}]
    return Difference(now, before, tuple(each for each in beside if each[1] != each[2]))


def _changed(name: str, then: str, now: str) -> str:
    return f"no {name}, was {then}" if now == NONE else f"{name} {now}, was {then}"


def _inputs(row: Compared) -> list[Input]:
    """What an amount was worked out from, by the definition it was worked out by."""
    method, day = definition_of_version(row.service_version).calculation, row.achievement_date
    if isinstance(method, Capitation):
        rate = method.rate_on(day)
        counted = size_counted(row)
        size = [] if counted is None else [Input("list size", f"{counted.normalize():,f}")]
        return [*size, *([Input("rate", sterling(rate.amount))] if rate else [])]
    result = result_of(row)
    if not isinstance(method, Item) or result is None:
        return []
    most, fee = result.inputs.allocation, Input("fee", sterling(result.inputs.fee))
    limit = [] if most is None else [Input(limit_words(method), f"{most:,}")]
    return [Input(method.counts.many, f"{result.inputs.count:,}"), *limit, fee]
