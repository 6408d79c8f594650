"""How an amount was worked out: the calculation's own figures as steps, without any markup."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypedDict

from calculation.capitation import Basis, CapitationResult, Rate
from calculation.item import ItemResult
from calculation.periods import Share

_SHOWN_PLACES = 6  # places of an unending decimal shown on screen; the JSON holds it exactly


class Kind(StrEnum):
    """What a step shows."""

    POPULATION = "population"
    COUNT = "count"
    RATE = "rate"
    DIVISOR = "divisor"
    SHARE = "share"
    UNROUNDED = "unrounded"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Step:
    """One term: the sign that joins it to the term before ("" for the first), its exact value, and its words.

    `value` is a plain decimal where one exists ("735.355") and otherwise a fraction in lowest terms ("207023/375").
    """

    kind: Kind
    sign: str
    value: str
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure that went in, or that the steps tell only in words: "above the allocation", "7"; `value` is exact."""

    name: str
    value: str


class FigureJson(TypedDict):
    """A figure as JSON."""

    name: str
    value: str


class StepJson(TypedDict):
    """A step as JSON."""

    kind: str
    sign: str
    value: str
    text: str


class ExplanationJson(TypedDict):
    """An explanation as JSON: amounts are strings, never floats."""

    figures: list[FigureJson]
    steps: list[StepJson]
    unrounded: str
    amount: str
    rounding: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every step from figures to pounds; `rounding` is "" where nothing was rounded.

    `figures` are what was counted before any step: what was claimed, what of it is paid and what is not; whose lists.
    """

    steps: tuple[Step, ...]
    unrounded: str
    amount: Decimal
    rounding: str
    figures: tuple[Figure, ...] = ()

    def sentence(self) -> str:
        """Put the steps on one line: "12,055 patients ... x £0.061 a patient a month = £735.355 = £735.36, ..."."""
        return " ".join(f"{step.sign} {step.text}".strip() for step in self.steps)

    def to_json(self) -> ExplanationJson:
        """Give the explanation as plain JSON types."""
        return {
            "figures": [FigureJson(name=each.name, value=each.value) for each in self.figures],
            "steps": [StepJson(kind=s.kind.value, sign=s.sign, value=s.value, text=s.text) for s in self.steps],
            "unrounded": self.unrounded,
            "amount": str(self.amount),
            "rounding": self.rounding,
            "sentence": self.sentence(),
        }


@dataclass(frozen=True, slots=True)
class TakenList:
    """A list that counts beside the practice's own: of a practice that closed, and which it follows."""

    whose: str
    size: Decimal
    list_date: date


@dataclass(frozen=True, slots=True)
class PopulationWords:
    """How a list is named in a sentence: "registered list" at a date, made of patients (or beds).

    `taken_over` are the lists within the figure that are others'; what is left of it is the practice's own.
    """

    list_name: str
    list_date: date
    one: str = "patient"
    many: str = "patients"
    taken_over: tuple[TakenList, ...] = ()


def explain_capitation(result: CapitationResult, words: PopulationWords) -> Explanation:
    """Show how a capitation line was worked out; wording as in `screens.md`, "How this was worked out"."""
    inputs = result.inputs
    steps = [_population(inputs.population, words), _rate(inputs.rate, words)]
    if inputs.rate.divisor != 1:
        steps.append(Step(Kind.DIVISOR, "÷", str(inputs.rate.divisor), f"{inputs.rate.divisor} payment periods"))
    if inputs.share.fraction != 1:
        steps.append(_share(inputs.share))
    figures = _lists(inputs.population, words)
    return _with_result(steps, result.unrounded, result.amount, figures)


def explain_item(result: ItemResult, one: str, many: str, limit: str = "allocation") -> Explanation:
    """Show how an item line was worked out; `one` and `many` name the item ("referral"), `limit` what limits it."""
    fee = result.inputs.fee
    steps = [
        Step(Kind.COUNT, "", str(result.payable), _items(result, one, many, limit)),
        Step(Kind.RATE, "x", exactly(fee), f"{sterling(fee)} a {one}"),
    ]
    return _with_result(steps, result.unrounded, result.amount, _counted(result, many, limit))


def rounding_words(unrounded: Fraction, amount: Decimal) -> str:
    """Say which way the one rounding went, "" where the figure was whole pennies already."""
    difference = Fraction(amount) - unrounded
    if difference == 0:
        return ""
    direction = "up" if difference > 0 else "down"
    return f"rounded {direction} {'at half a penny' if abs(difference) == Fraction(1, 200) else 'to the penny'}"


def exactly(value: Decimal | Fraction) -> str:
    """Write a number exactly: "735.355", or a fraction in lowest terms where its decimals never end."""
    places = _places(Fraction(value))
    return f"{Fraction(value)}" if places is None else _digits(Fraction(value), places)


def sterling(value: Decimal | Fraction) -> str:
    """Write pounds with at least two places and all that are there: £0.061, £1,234.50, −£12.00, £552.061333…."""
    exact = Fraction(value)
    places = _places(exact)
    shown = _digits(abs(exact), _SHOWN_PLACES if places is None else max(2, places), grouped=True)
    return f"{'−' if exact < 0 else ''}£{shown}{'…' if places is None else ''}"


def spoken_date(day: date) -> str:
    """Write a date as on screen: 1 January 2021."""
    return f"{day.day} {day:%B %Y}"


def _population(population: Decimal, words: PopulationWords) -> Step:
    text = _on_list(population, words) if not words.taken_over else _with_others(population, words)
    return Step(Kind.POPULATION, "", exactly(population), text)


def _on_list(size: Decimal, words: PopulationWords) -> str:
    noun = words.one if size == 1 else words.many
    return f"{_patients(size)} {noun} on the {words.list_name} at {spoken_date(words.list_date)}"


def _with_others(population: Decimal, words: PopulationWords) -> str:
    """ "28,399 patients: 16,344 on the registered list at 1 January 2021, 12,055 taken over from ..."."""
    own = population - sum((each.size for each in words.taken_over), Decimal(0))
    noun = words.one if population == 1 else words.many
    parts = [f"{_patients(own)} on the {words.list_name} at {spoken_date(words.list_date)}"] if own else []
    parts += [
        f"{_patients(each.size)} taken over from {each.whose}, on its list at {spoken_date(each.list_date)}"
        for each in words.taken_over
    ]
    return f"{_patients(population)} {noun}: {'; '.join(parts)};"


def _patients(size: Decimal) -> str:
    return _digits(Fraction(size), _places(Fraction(size)) or 0, grouped=True)


def _rate(rate: Rate, words: PopulationWords) -> Step:
    per = "month" if rate.basis is Basis.MONTH else "year"
    return Step(Kind.RATE, "x", exactly(rate.amount), f"{sterling(rate.amount)} a {words.one} a {per}")


def _share(share: Share) -> Step:
    text = f"{share.days} of {share.of} days" if share.of > 1 else "no share: not a member on the day that counts"
    return Step(Kind.SHARE, "x", exactly(share.fraction), text)


def _items(result: ItemResult, one: str, many: str, limit: str) -> str:
    count, most, above = result.inputs.count, result.inputs.allocation, result.above_allocation
    claimed = f"{count:,} {one if count == 1 else many}"
    return f"{claimed}, {result.payable:,} payable, {above:,} above the {limit} of {most:,}," if above else claimed


def _counted(result: ItemResult, many: str, limit: str) -> list[Figure]:
    """ "referrals claimed", "allocation", "referrals payable", "above the allocation"; no limit, no word of it."""
    most = result.inputs.allocation
    claimed, payable = (
        Figure(f"{many} claimed", f"{result.inputs.count}"),
        Figure(f"{many} payable", f"{result.payable}"),
    )
    if most is None:
        return [claimed, payable]
    return [claimed, Figure(limit, f"{most}"), payable, Figure(f"above the {limit}", f"{result.above_allocation}")]


def _lists(population: Decimal, words: PopulationWords) -> list[Figure]:
    """The practice's own list, and each that it took over."""
    own = population - sum((each.size for each in words.taken_over), Decimal(0))
    mine = [Figure(f"{words.list_name} at {spoken_date(words.list_date)}", exactly(own))] if own else []
    return mine + [
        Figure(f"taken over from {each.whose}, at {spoken_date(each.list_date)}", exactly(each.size))
        for each in words.taken_over
    ]


def _with_result(steps: list[Step], unrounded: Fraction, amount: Decimal, figures: list[Figure]) -> Explanation:
    rounding = rounding_words(unrounded, amount)
    ending = [Step(Kind.AMOUNT, "=", str(amount), ", ".join(filter(None, [sterling(amount), rounding])))]
    if rounding:
        ending.insert(0, Step(Kind.UNROUNDED, "=", exactly(unrounded), sterling(unrounded)))
    return Explanation((*steps, *ending), exactly(unrounded), amount, rounding, tuple(figures))


def _places(value: Fraction) -> int | None:
    """Count the decimal places that write a fraction exactly, None where they never end."""
    twos, rest = _times_divided(value.denominator, 2)
    fives, rest = _times_divided(rest, 5)
    return max(twos, fives) if rest == 1 else None


def _times_divided(number: int, divisor: int) -> tuple[int, int]:
    times = 0
    while number % divisor == 0:
        number, times = number // divisor, times + 1
    return times, number


def _digits(value: Fraction, places: int, *, grouped: bool = False) -> str:
    """Write a fraction to so many places, cut and not rounded, with commas where asked."""
    whole, part = divmod(abs(value.numerator) * 10**places // value.denominator, 10**places)
    text = f"{whole:,}" if grouped else str(whole)
    decimals = f".{part:0{places}d}" if places else ""
    return f"{'-' if value < 0 else ''}{text}{decimals}"
