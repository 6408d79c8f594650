"""What is read out of reference files: typed rows, and refusals of what cannot be one."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def has_control(text: str) -> bool:
    """Whether it holds a character that is no text."""
    return _CONTROL.search(text) is not None


def visible(text: str) -> str:
    """The same with each such character written out: a NUL as \\x00. No database keeps one as it is."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


class WrongFile(Exception):
    """The file as a whole cannot be used; the message says what it looks like and what is needed."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken. `line` counts from 1 as in the file; `column` is "" where the whole row is at fault;
    `whose` is the code of the practice that the row is about, `network` that of the PCN; "" where it could not be read.
    Characters of the value that are no text are written out.
    """

    file: str
    line: int
    column: str
    value: str
    rule: str
    whose: str = field(default="", compare=False)
    network: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", visible(self.value))

    def __str__(self) -> str:
        found = f"{self.column} '{self.value}'" if self.column else self.value
        return f"{self.file}, line {self.line}: {found} {self.rule}."


class PracticeStatus(StrEnum):
    """The status of a practice in the Organisation Data Service's file."""

    ACTIVE = "A"
    CLOSED = "C"
    DORMANT = "D"
    PROPOSED = "P"


class CommissionerKind(StrEnum):
    """What a commissioning organisation is: a sub-ICB location (a CCG in older material) or an ICB."""

    SUB_ICB = "sub_icb"
    ICB = "icb"


class ListKind(StrEnum):
    """Which list a size is of: registered (CRP), weighted (WPLS), a PCN's adjusted population, beds in care homes."""

    CRP = "CRP"
    WPLS = "WPLS"
    PCN_ADJUSTED = "PCN_ADJUSTED"
    CARE_HOME_BEDS = "CARE_HOME_BEDS"


@dataclass(frozen=True, slots=True)
class PracticeRow:
    """One practice, with its parent commissioner and the dates, inclusive, of that relationship.

    `general_practice` is False for another prescriber that was asked for by its code.
    """

    line: int
    code: str
    name: str
    region_code: str
    icb_code: str
    address: tuple[str, ...]
    postcode: str
    open_date: date
    close_date: date | None
    status: PracticeStatus
    commissioner_code: str
    commissioner_joined_date: date | None
    commissioner_left_date: date | None
    general_practice: bool = True


@dataclass(frozen=True, slots=True)
class NetworkRow:
    """One primary care network and its lead commissioning organisation."""

    line: int
    code: str
    name: str
    lead_code: str
    lead_name: str
    open_date: date
    close_date: date | None
    postcode: str


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """A practice in a network, from and to inclusive; `end_date` is None while it lasts."""

    line: int
    practice_code: str
    practice_name: str
    practice_parent_code: str
    network_code: str
    network_name: str
    network_lead_code: str
    start_date: date
    end_date: date | None

    @property
    def zero_length(self) -> bool:
        """True where it ends on the day it starts: such a membership is kept and counts on no day (domain.md, 1)."""
        return self.end_date == self.start_date


@dataclass(frozen=True, slots=True)
class CommissionerRow:
    """One commissioning organisation; `parent_code` is a sub-ICB's ICB, and dates are None where the file has none."""

    line: int
    code: str
    name: str
    kind: CommissionerKind
    parent_code: str
    region_code: str
    open_date: date | None
    close_date: date | None
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListSizeRow:
    """The size of one practice's list; `as_at` is None where the file does not say which day it was counted on.

    `practice_code` is the PCN's Org ID where the list is a PCN's."""

    line: int
    practice_code: str
    kind: ListKind
    size: Decimal
    as_at: date | None


@dataclass(frozen=True, slots=True)
class PlacementRow:
    """Where a practice stood when the file was made: its network ("" for none) and its commissioner."""

    line: int
    practice_code: str
    practice_name: str
    network_code: str
    network_name: str
    commissioner_code: str
    commissioner_name: str
    region_code: str
    region_name: str
