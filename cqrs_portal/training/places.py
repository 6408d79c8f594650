"""The organisations of the training data, with the dates of what ties them together. Dates are inclusive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from organisations.models import Kind


@dataclass(frozen=True)
class Place:
    """An organisation: its Org ID, name, kind, and the postcode of a town that does not exist."""

    code: str
    name: str
    kind: Kind
    postcode: str = ""


@dataclass(frozen=True)
class Member:
    """A practice in a network, on these days; told of late where `told` and `told_end` say so, else on the day."""

    practice: str
    start: date
    end: date | None = None
    told: date | None = None
    told_end: date | None = None

    @property
    def told_start_on(self) -> date:
        return self.told or self.start

    @property
    def told_end_on(self) -> date | None:
        return self.told_end or self.end

    def end_known_on(self, day: date) -> date | None:
        """The end, once it was known."""
        return self.end if self.told_end_on and self.told_end_on <= day else None


@dataclass(frozen=True)
class Network:
    """A network, who leads it, its nominated payee and its members through time."""

    place: Place
    lead: str
    payee: str
    since: date
    members: tuple[Member, ...]
    offered_until: date

    def days_told(self) -> list[date]:
        """The days on which something about its memberships was recorded."""
        days = {member.told_start_on for member in self.members} | {member.told_end_on for member in self.members}
        return sorted(day for day in days if day)

    def known_on(self, day: date) -> dict[str, list[tuple[date, date | None]]]:
        """Practice -> its memberships, start and end, as they were known on a day."""
        known: dict[str, list[tuple[date, date | None]]] = {}
        for member in self.members:
            if member.told_start_on <= day:
                known.setdefault(member.practice, []).append((member.start, member.end_known_on(day)))
        return known


def _practice(code: str, name: str, postcode: str) -> Place:
    return Place(code, name, Kind.PRACTICE, postcode)


NATIONAL = Place("ZNO", "CQRS National Operator", Kind.NATIONAL)
REGION = Place("ZSA", "Sea Areas Region", Kind.REGION)
BISCAY = Place("ZBY", "NHS Biscay CCG", Kind.COMMISSIONER, "ZZ9 1AA")
DOGGER = Place("ZDG", "NHS Dogger and Fisher CCG", Kind.COMMISSIONER, "ZZ9 3AA")
VIKING = Place("ZVU", "NHS Viking, North & South Utsire CCG", Kind.COMMISSIONER, "ZZ9 2AA")

PRACTICES = (
    _practice("V37647", "Portland Surgery", "ZZ1 1AA"),
    _practice("V66334", "Viking Medical Practice", "ZZ1 1AB"),
    _practice("V89123", "Wight Health Centre", "ZZ1 1AD"),
    _practice("V36546", "Bailey Medical Practice", "ZZ2 1AA"),
    _practice("V74553", "Biscay Health Centre", "ZZ2 1AB"),
    _practice("V48832", "Fair Isle Surgery", "ZZ2 1AD"),
    _practice("V97222", "Fitzroy Medical Practice", "ZZ2 1AE"),
    _practice("V05387", "Rockall Medical", "ZZ2 1AF"),
    _practice("V84552", "Forties Surgery", "ZZ2 1AG"),
    _practice("V91037", "Lundy Practice", "ZZ2 1AH"),
    _practice("V10110", "Sole Surgery", "ZZ3 1AA"),
    _practice("V10111", "Fastnet Medical Centre", "ZZ3 1AB"),
    _practice("V10112", "Malin Practice", "ZZ3 1AD"),
    _practice("V10120", "Shannon Surgery", "ZZ4 1AA"),
    _practice("V10121", "Irish Sea Practice", "ZZ4 1AB"),
)

HUMBER_PRACTICES = (
    _practice("V10130", "Humber Surgery", "ZZ5 1AA"),
    _practice("V10131", "Dover Medical Centre", "ZZ5 1AB"),
    _practice("V10132", "Thames Practice", "ZZ5 1AD"),
)
"""Of a PCN of their own, in which a practice closed (`closed_practice`)."""

UTSIRE_PRACTICES = frozenset({"V37647", "V66334", "V89123"})
"""Their Parent Organisation is NHS Viking, North & South Utsire CCG; of Humber PCN's
it is NHS Dogger and Fisher CCG, and of the others NHS Biscay CCG."""

LISTS_AS_AT = date(2021, 1, 1)
LISTS = {
    "V37647": 12_055, "V66334": 16_344, "V89123": 8_499,
    "V36546": 9_120, "V74553": 11_384, "V48832": 6_702, "V97222": 8_051, "V05387": 9_836,
    "V84552": 7_440, "V91037": 5_218,
    "V10110": 10_000, "V10111": 8_200, "V10112": 7_300,
    "V10120": 9_400, "V10121": 6_600,
}  # fmt: skip

SUMMER_2019, AUTUMN_2019 = date(2019, 7, 1), date(2019, 10, 1)
LEFT, LEFT_TOLD = date(2020, 4, 1), date(2020, 4, 1)
REJOINED, REJOINED_TOLD = date(2021, 9, 16), date(2021, 9, 20)
MOVED, MOVED_TOLD = date(2021, 11, 1), date(2021, 12, 6)
STAYED_UNTIL = date(2021, 10, 31)
SERVICE_END, WRONG_END = date(2022, 3, 31), date(2021, 10, 31)


def _left_and_back(practice: str) -> tuple[Member, Member]:
    return (
        Member(practice, AUTUMN_2019, LEFT, told_end=LEFT_TOLD),
        Member(practice, REJOINED, told=REJOINED_TOLD),
    )


UTSIRE = Network(
    Place("Z05850", "Utsire Partnership PCN", Kind.NETWORK),
    BISCAY.code, "V66334", SUMMER_2019,
    tuple(Member(code, SUMMER_2019) for code in ("V37647", "V66334", "V89123")),
    offered_until=WRONG_END,
)  # fmt: skip
BISCAY_PARTNERSHIP = Network(
    Place("Z05849", "Biscay Partnership PCN", Kind.NETWORK),
    BISCAY.code, "V74553", AUTUMN_2019,
    (
        *(Member(code, AUTUMN_2019) for code in ("V36546", "V74553", "V48832", "V97222", "V05387")),
        *_left_and_back("V84552"),
        *_left_and_back("V91037"),
    ),
    offered_until=SERVICE_END,
)  # fmt: skip
FASTNET = Network(
    Place("Z05851", "Fastnet PCN", Kind.NETWORK),
    BISCAY.code, "V10110", SUMMER_2019,
    (
        Member("V10110", SUMMER_2019),
        Member("V10111", SUMMER_2019),
        Member("V10112", SUMMER_2019, STAYED_UNTIL, told_end=MOVED_TOLD),
    ),
    offered_until=SERVICE_END,
)  # fmt: skip
SHANNON = Network(
    Place("Z05852", "Shannon PCN", Kind.NETWORK),
    BISCAY.code, "V10120", SUMMER_2019,
    (
        Member("V10120", SUMMER_2019),
        Member("V10121", SUMMER_2019),
        Member("V10112", MOVED, told=MOVED_TOLD),
    ),
    offered_until=SERVICE_END,
)  # fmt: skip

NETWORKS = (UTSIRE, BISCAY_PARTNERSHIP, FASTNET, SHANNON)
HUMBER = Network(
    Place("Z05853", "Humber PCN", Kind.NETWORK),
    DOGGER.code, "V10130", SUMMER_2019,
    tuple(Member(place.code, SUMMER_2019) for place in HUMBER_PRACTICES),
    offered_until=SERVICE_END,
)  # fmt: skip
COMMISSIONERS = (BISCAY, VIKING, DOGGER)
EVERY_PRACTICE = (*PRACTICES, *HUMBER_PRACTICES)
PLACES = (NATIONAL, REGION, *COMMISSIONERS, *EVERY_PRACTICE, *(network.place for network in (*NETWORKS, HUMBER)))


def parent_of(practice: Place) -> Place:
    if practice in HUMBER_PRACTICES:
        return DOGGER
    return VIKING if practice.code in UTSIRE_PRACTICES else BISCAY
