"""The rules of a definition that a schema cannot say: parts that must agree with each other."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from calculation.capitation import Basis
from calculation.periods import PaymentPeriod, financial_year
from catalogue.formats.definition import Capitation, DatedFee, DatedRate, Definition, Item, NoPayment
from catalogue.formats.problems import Problem

_DAY = timedelta(days=1)


def further_problems(definition: Definition) -> Iterator[Problem]:
    """Find every disagreement between the parts of a definition that has passed the schema."""
    if definition.end_date < definition.start_date:
        yield Problem("end_date", f"{definition.end_date}", f"is before the start date {definition.start_date}")
        return
    for check in _CHECKS:
        yield from check(definition)


def _years_problems(definition: Definition) -> Iterator[Problem]:
    touched = [
        financial_year(date(year, 4, 1)) for year in range(definition.start_date.year - 1, definition.end_date.year + 1)
    ]
    first, last = financial_year(definition.start_date), financial_year(definition.end_date)
    expected = [year for year in touched if first <= year <= last]
    if list(definition.financial_years) != expected:
        given = ", ".join(definition.financial_years)
        yield Problem("financial_years", given, f"are the years of the service's dates: {', '.join(expected)}")


def _payee_problems(definition: Definition) -> Iterator[Problem]:
    network = definition.paid_to == "network"
    if network != (definition.expected_members is not None):
        rule = "is needed where a network is paid" if network else "is only for a service that pays a network"
        yield Problem("expected_members", definition.expected_members or "", rule)
    if network == (definition.aggregates == "nothing"):
        rule = "is amounts or counts where a network is paid, and nothing where a practice is"
        yield Problem("aggregates", definition.aggregates, rule)


def _date_problems(definition: Definition) -> Iterator[Problem]:
    days = [each.date for each in definition.achievement_dates]
    for position, day in enumerate(days):
        path = f"achievement_dates.dates[{position}].date"
        if day not in definition.days:
            yield Problem(path, f"{day}", "is outside the dates of the service")
        if position and day <= days[position - 1]:
            yield Problem(path, f"{day}", "is not after the date before it")


def _calculation_problems(definition: Definition) -> Iterator[Problem]:
    calculation = definition.calculation
    if isinstance(calculation, Capitation):
        yield from _cover_problems("calculation.rates", calculation.rates, definition)
        yield from _list_date_problems(calculation, definition)
        yield from _basis_problems(calculation, definition)
    elif isinstance(calculation, Item):
        yield from _cover_problems("calculation.fees", calculation.fees, definition)
        yield from _field_problems(calculation, definition)
        yield from _limit_problems(calculation)


def _limit_problems(calculation: Item) -> Iterator[Problem]:
    """A claim is worked out for one payment period: what an earlier one has used up is not known to it."""
    over = calculation.limit.over
    if calculation.limit.kind != "none" and over != "payment_period":
        rule = "cannot be worked out: a claim is limited within its payment period, not over more than one"
        yield Problem("calculation.limit.over", over or "", rule)


def _cover_problems(path: str, dated: Sequence[DatedRate | DatedFee], definition: Definition) -> Iterator[Problem]:
    """Rates follow each other without gap or overlap, from the service's first day to its last."""
    expected = definition.start_date
    for position, each in enumerate(dated):
        if each.start_date != expected:
            rule = f"is not {expected}: rates follow each other without gap or overlap through the service's dates"
            yield Problem(f"{path}[{position}].start_date", f"{each.start_date}", rule)
        if each.end_date < each.start_date:
            yield Problem(f"{path}[{position}].end_date", f"{each.end_date}", "is before its start date")
        expected = each.end_date + _DAY
    if expected != definition.end_date + _DAY:
        yield Problem(
            f"{path}[{len(dated) - 1}].end_date",
            f"{expected - _DAY}",
            f"is not the service's end date {definition.end_date}",
        )


def _list_date_problems(calculation: Capitation, definition: Definition) -> Iterator[Problem]:
    years = [each.financial_year for each in calculation.population.dates]
    if sorted(years) != sorted(definition.financial_years):
        yield Problem(
            "calculation.population.dates", ", ".join(years), "are one for each financial year of the service"
        )


def _basis_problems(calculation: Capitation, definition: Definition) -> Iterator[Problem]:
    for position, each in enumerate(calculation.rates):
        by_month = each.rate is not None and each.rate.basis is Basis.MONTH
        if by_month and definition.payment_period is not PaymentPeriod.MONTHLY:
            rule = f"is not for a service that pays {definition.payment_period}: a month rate pays one month"
            yield Problem(f"calculation.rates[{position}].basis", "month", rule)


def _field_problems(calculation: Item, definition: Definition) -> Iterator[Problem]:
    fields = {path for group in definition.indicator_groups for path in group.field_paths()}
    named = {"calculation.counted_field": calculation.counted_field, "calculation.limit.field": calculation.limit.field}
    for path, field in named.items():
        if field and field not in fields:
            yield Problem(path, ".".join(field), "is not a field of this definition")


def _collection_problems(definition: Definition) -> Iterator[Problem]:
    collects = bool(definition.indicator_groups)
    if collects == (definition.collection_frequency == "none"):
        rule = "is not none where there are indicators" if collects else "is none where there are no indicators"
        yield Problem("collection_frequency", definition.collection_frequency, rule)


def _code_problems(definition: Definition) -> Iterator[Problem]:
    groups = definition.indicator_groups
    yield from _repeated("indicator_groups", "code", [group.code for group in groups])
    yield from _repeated("indicator_groups", "indicator", [each.code for group in groups for each in group.indicators])
    paths = [".".join(path) for group in groups for path in group.field_paths()]
    yield from _repeated("indicator_groups", "field", paths)


def _repeated(path: str, what: str, codes: list[str]) -> Iterator[Problem]:
    for code, times in Counter(codes).items():
        if times > 1:
            yield Problem(path, code, f"is the {what} of {times} of them")


def _golden_problems(definition: Definition) -> Iterator[Problem]:
    pays = not isinstance(definition.calculation, NoPayment)
    if pays != bool(definition.golden_cases):
        rule = "are needed where there is a payment" if pays else "are only for a service that pays"
        yield Problem("golden_cases", "", rule)
    needed = "population" if isinstance(definition.calculation, Capitation) else "count"
    for position, case in enumerate(definition.golden_cases if pays else ()):
        path = f"golden_cases[{position}]"
        if case.achievement_date not in definition.payment_dates:
            yield Problem(f"{path}.achievement_date", f"{case.achievement_date}", "is not a payment date")
        if getattr(case, needed) is None:
            yield Problem(f"{path}.{needed}", "", "is missing")


_CHECKS: tuple[Callable[[Definition], Iterator[Problem]], ...] = (
    _years_problems,
    _payee_problems,
    _date_problems,
    _calculation_problems,
    _collection_problems,
    _code_problems,
    _golden_problems,
)
