"""Lists that count for nobody between a closure and the day from which it is followed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from calculation.capitation import CapitationInputs, calculate
from catalogue.formats import Capitation, Definition
from catalogue.queries import definitions_of
from organisations.models import ListKind, ListSize, Organisation
from participation.models import Participation
from ui.wording import listed, long_date, money, month, number, whole

NAMED = 12


class Unpaid(NamedTuple):
    """One payment date of one service that no line counts a list for; None where its pounds are not known."""

    day: date
    amount: Decimal | None


def lists_between(practices: Collection[Organisation], lists: Mapping[int, ListSize], from_date: date) -> Iterator[str]:
    """Of practices that closed and are followed with their lists from a day: the months between, in which their
    patients count for nobody, and what they would have earned, each practice in a sentence."""
    ids = [each.pk for each in practices]
    sizes = list(ListSize.objects.known().filter(organisation__in=ids, valid__isempty=False))
    for practice in practices:
        found = lists.get(practice.pk)
        if practice.close_date is None or found is None or found.size <= 0:
            continue
        unpaid = _unpaid(practice, practice.close_date, from_date, sizes)
        if unpaid:
            yield _sentence(practice, found, unpaid, from_date)


def _unpaid(practice: Organisation, last: date, from_date: date, sizes: Sequence[ListSize]) -> list[Unpaid]:
    held = Participation.objects.covering(last).filter(provider=practice, network__isnull=False)
    definitions = definitions_of(list(held.values_list("service", flat=True)))
    own = [row for row in sizes if row.organisation_id == practice.pk]
    return [
        Unpaid(day, _amount(definition, day, own))
        for definition in definitions.values()
        for day in definition.payment_dates
        if last < day < from_date and isinstance(definition.calculation, Capitation)
    ]


def _amount(definition: Definition, day: date, own: Sequence[ListSize]) -> Decimal | None:
    method = definition.calculation
    assert isinstance(method, Capitation)
    rate, as_at = method.rate_on(day), method.population.date_for(day)
    kind = ListKind[method.population.kind]
    size = next((row.size for row in own if as_at and row.kind == kind and as_at in row.valid), None)
    return calculate(CapitationInputs(size, rate)).amount if rate and size is not None else None


def _sentence(practice: Organisation, found: ListSize, unpaid: Sequence[Unpaid], from_date: date) -> str:
    """ "Portland Surgery: its 12,055 patients count for nobody in November 2021, ..." """
    months = list(dict.fromkeys(month(each.day) for each in sorted(unpaid)))
    when = listed(months) if len(months) <= NAMED else f"{months[0]} to {months[-1]}"
    known = [each.amount for each in unpaid if each.amount is not None]
    pounds = f", {money(sum(known, Decimal(0)))} that nobody earns" if known else ""
    more = " and more that is not known" if known and len(known) < len(unpaid) else ""
    return (
        f"{practice.name}: its {number(whole(found.size))} patients count for nobody in {when}{pounds}{more}, because "
        f"it is followed from {long_date(from_date)} and its last day is {long_date(practice.close_date)}."
    )
