"""A quality service's definition, typed. None in place of a figure means that nobody could source it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from calculation.capitation import Rate
from calculation.periods import Days, PartPeriod, PaymentPeriod, financial_year, period_of


@dataclass(frozen=True, slots=True)
class CodeFigure:
    """A code and where it is from; None is unknown."""

    value: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Offers:
    """How an offer is taken up: by membership or by an answer, and whether the commissioner then approves it."""

    accepted_by: str
    approval_required: bool


@dataclass(frozen=True, slots=True)
class AchievementDate:
    """A valid "as at" date; figures on one that is not a payment date yield no payment."""

    date: date
    payment_date: bool


@dataclass(frozen=True, slots=True)
class Noun:
    """What is counted: patient, patients."""

    one: str
    many: str


@dataclass(frozen=True, slots=True)
class ListDate:
    """The date whose list size is used throughout a financial year."""

    financial_year: str
    date: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Population:
    """Which list size is paid on: `kind` is CRP, WPLS, PCN_ADJUSTED or CARE_HOME_BEDS; `name` is for sentences."""

    kind: str
    name: str
    counts: Noun
    dates: tuple[ListDate, ...]

    def date_for(self, day: date) -> date | None:
        """Give the date of the list to use on an achievement date, None where it is unknown."""
        year = financial_year(day)
        return next((each.date for each in self.dates if each.financial_year == year), None)


@dataclass(frozen=True, slots=True)
class DatedRate:
    """A rate and the days, both inclusive, on which it holds."""

    start_date: date
    end_date: date
    rate: Rate | None
    source: str


@dataclass(frozen=True, slots=True)
class Capitation:
    """Method M2: a rate for each patient."""

    population: Population
    part_period: PartPeriod
    rates: tuple[DatedRate, ...]

    def rate_on(self, day: date) -> Rate | None:
        """Give the rate that holds on a day, None where there is none or it is unknown."""
        return next((each.rate for each in self.rates if each.start_date <= day <= each.end_date), None)


@dataclass(frozen=True, slots=True)
class DatedFee:
    """A fee in pounds for one item and the days, both inclusive, on which it holds."""

    start_date: date
    end_date: date
    amount: Decimal | None
    source: str


@dataclass(frozen=True, slots=True)
class Limit:
    """What caps a claim: none, the provider's allocation, or another field (a register), and over what time."""

    kind: str
    over: str | None
    field: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Item:
    """Method M1: a fee for each item; `counted_field` is (group, indicator, field) or (group, field)."""

    counts: Noun
    counted_field: tuple[str, ...]
    priced_on: str
    fees: tuple[DatedFee, ...]
    limit: Limit

    def fee_on(self, day: date) -> Decimal | None:
        """Give the fee that holds on a day, None where there is none or it is unknown."""
        return next((each.amount for each in self.fees if each.start_date <= day <= each.end_date), None)


@dataclass(frozen=True, slots=True)
class NoPayment:
    """Participation or counts only: nothing is paid."""


@dataclass(frozen=True, slots=True)
class Field:
    """One value that is collected, of an indicator or of a whole group."""

    code: str
    name: str
    kind: str
    required: bool


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator: `kind` is its class, payment or management_information; `level_of_entry` says who gives it."""

    code: str
    name: str
    kind: str
    level_of_entry: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """An indicator group, with fields of its own and its indicators."""

    code: str
    name: str
    fields: tuple[Field, ...]
    indicators: tuple[Indicator, ...]

    def field_paths(self) -> list[tuple[str, ...]]:
        """List the paths of all the group's fields: (group, field) and (group, indicator, field)."""
        own = [(self.code, field.code) for field in self.fields]
        return [*own, *((self.code, ind.code, field.code) for ind in self.indicators for field in ind.fields)]


@dataclass(frozen=True, slots=True)
class Declaration:
    """The text that is accepted by name when achievement is declared."""

    version: int
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class GoldenCase:
    """Figures and the amount in pounds they must give; a definition that fails one is not released."""

    name: str
    achievement_date: date
    population: Decimal | None
    days: int | None
    count: int | None
    limit: int | None
    expected: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A quality service as data. `content` is what was read, as JSON types; `digest` is its SHA-256."""

    code: str
    name: str
    short_name: str
    payment_type: str
    financial_years: tuple[str, ...]
    start_date: date
    end_date: date
    payment_period: PaymentPeriod
    collection_frequency: str
    entry_mode: str
    entry_closes_after_days: int | None
    paid_to: str
    aggregates: str
    expected_members: str | None
    co_commissioned: bool
    no_declaration_required: bool
    no_approval_required: bool
    offers: Offers
    achievement_dates: tuple[AchievementDate, ...]
    pay_code: CodeFigure
    cost_centre: CodeFigure
    calculation: Capitation | Item | NoPayment
    indicator_groups: tuple[Group, ...]
    declaration: Declaration | None
    golden_cases: tuple[GoldenCase, ...]
    content: Mapping[str, Any]
    digest: str

    @property
    def days(self) -> Days:
        """The service's days, as a half-open range."""
        return Days.inclusive(self.start_date, self.end_date)

    @property
    def payment_dates(self) -> tuple[date, ...]:
        """The achievement dates that are paid on, in order."""
        return tuple(each.date for each in self.achievement_dates if each.payment_date)

    def stands_in_on(self, closed: date | None) -> date | None:
        """The payment date in place of which a practice that closed on a day is paid on that day: the end of the period
        in which it closed. None where it closed on a payment date, or in no period, or is not paid for what it enters.
        """
        if closed is None or self.paid_to != "practice" or not isinstance(self.calculation, Item):
            return None
        following = min((day for day in self.payment_dates if day >= closed), default=None)
        within = following is not None and following > closed and closed in self.period_of(following)
        return following if within else None

    def pays_on(self, day: date, closed: date | None = None) -> bool:
        """Whether figures of a day are paid: on a payment date, up to the closing date of a practice that closed, and
        on that date itself in place of its period's."""
        if closed is None or self.paid_to != "practice":
            return day in self.payment_dates
        if day == closed and self.stands_in_on(closed):
            return True
        return day in self.payment_dates and day <= closed

    def period_of(self, achievement_date: date) -> Days:
        """Give the payment period an achievement date belongs to."""
        return period_of(achievement_date, self.payment_period, self.days)
