"""Small files in the layouts of the published ones."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from openpyxl import Workbook

from accounts.rules import Acting
from accounts.states import Role
from core import changes
from core.changes import Change
from core.dates import DAY
from organisations.changes import (
    ClosingDatesCorrected,
    LeadsCorrected,
    ListSizesCorrected,
    MembershipCorrected,
    ParentsCorrected,
)
from organisations.models import Membership, Organisation
from tests.factories.achievement import World, utsire
from tests.organisations.files import (
    MEMBERSHIP_HEADER,
    NETWORK,
    NETWORK_HEADER,
    csv_text,
)

DETAILS = [
    "PCN Code",
    "PCN Name",
    "Current Sub ICB Loc Code",
    "Sub ICB Location",
    "Open Date",
    "Close Date",
    "Postcode",
]
PARTNERS = [
    "Partner\nOrganisation\nCode", "Partner\nName", "Practice\nParent\nSub ICB Loc Code", "PCN Code", "PCN Name",
    "PCN Parent\nSub ICB Loc Code", "Practice to PCN\nRelationship\nStart Date",
    "Practice to PCN\nRelationship\nEnd Date",
]  # fmt: skip
PAYMENTS = [
    "NHS England (Region) code", "NHS England (Region) Name", "CCG Code", "CCG NAME", "PCN Code", "PCN Name",
    "Practice Code", "Practice Name", "Number of Registered Patients (Last Known Figure)",
    "Number of Weighted Patients (Last Known Figure)",
]  # fmt: skip


@dataclass
class OdsRelease:
    """What the files are to say. Practices: code -> commissioner. Networks: code -> lead."""

    folder: Path
    practices: dict[str, str] = field(default_factory=dict)
    networks: dict[str, str] = field(default_factory=dict)
    memberships: list[tuple[str, str, str, str]] = field(default_factory=list)
    lists: dict[str, tuple[str, str]] = field(default_factory=dict)
    closed: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def as_known(cls, folder: Path) -> OdsRelease:
        """What is known already: files that would change nothing of memberships."""
        networks = Organisation.objects.networks().filter(leads__recorded__upper_inf=True)
        spells = Membership.objects.known().values_list("practice__code", "network__code", "valid", "zero_length_date")
        return cls(
            folder,
            networks=dict(networks.values_list("code", "leads__commissioner__code")),
            memberships=[(practice, network, *_days(valid, zero)) for practice, network, valid, zero in spells],
            names=dict(Organisation.objects.values_list("code", "name")),
        )

    def move(self, practice: str, leaves: str, last_day: str, joins: str = "", first_day: str = "") -> None:
        """A practice's membership ends, and another begins where one is given."""
        self.memberships = [
            (code, network, start, last_day) if (code, network, end) == (practice, leaves, "") else
            (code, network, start, end) for code, network, start, end in self.memberships
        ]  # fmt: skip
        if joins:
            self.memberships.append((practice, joins, first_day, ""))

    def practice_file(self, day: str = "2021-11-30") -> Path:
        rows = [self._practice(code, parent) for code, parent in self.practices.items()]
        return self._csv(f"epraccur_{day}.csv", rows)

    def network_file(self, day: str = "2021-11-30") -> Path:
        book = Workbook()
        details = book.active
        details.title = "PCNDetails"
        details.append(DETAILS)
        for code, lead in self.networks.items():
            details.append(
                [code, self.names.get(code, f"{code} PCN"), lead, f"NHS {lead} CCG", "20190701", "", "AB1 2CD"]
            )
        partners = book.create_sheet("PCN Core Partner Details")
        partners.append(PARTNERS)
        for practice, network, start, end in self.memberships:
            parent, lead = self.practices.get(practice, "01A"), self.networks.get(network, "01A")
            partners.append([practice, f"Practice {practice}", parent, network, f"{network} PCN", lead, start, end])
        path = self.folder / f"ePCN_{day}.xlsx"
        book.save(path)
        return path

    def sub_icb_file(self, *rows: tuple[str, str, str, str], name: str = "eccg.csv") -> Path:
        """Sub-ICB locations: Org ID, ICB, opened, closed."""
        cells = [
            [code, f"NHS {code} SUB ICB", "Y1", icb, *[""] * 5, "AB1 2CD", opened, closed, "", "RO319", *[""] * 13]
            for code, icb, opened, closed in rows
        ]
        return self._csv(name, cells)

    def icb_file(self, *codes: str, year: str = "24", name: str = "icb_names_codes.csv") -> Path:
        rows = [[f"E5400000{at}", code, f"NHS {code} ICB", at] for at, code in enumerate(codes, start=1)]
        return self._csv(name, [[f"ICB{year}CD", f"ICB{year}CDH", f"ICB{year}NM", "ObjectId"], *rows])

    def list_file(self) -> Path:
        rows = [
            ["Y1", "Region", "01A", "NHS 01A CCG", "U00001", "PCN", code, f"Practice {code}", registered, weighted]
            for code, (registered, weighted) in self.lists.items()
        ]
        return self._csv("nhspaymentsgp_21-22.csv", [PAYMENTS, *rows])

    def _practice(self, code: str, parent: str) -> list[str]:
        closed = self.closed.get(code, "")
        cells = [
            code,
            self.names.get(code, f"Practice {code}"),
            "Y1",
            "QZZ",
            "1 High Street",
            "",
            "Town",
            "",
            "",
            "AB1 2CD",
            "20100401",
            closed,
        ]
        cells += ["C" if closed else "A", "B", parent, "20200401", closed]
        return cells + [""] * 8 + [self.settings.get(code, "4"), ""]

    def _csv(self, name: str, rows: Sequence[Sequence[str]]) -> Path:
        path = self.folder / name
        with path.open("w", newline="") as opened:
            csv.writer(opened).writerows(rows)
        return path


def _days(valid: DateRange, zero: date | None) -> tuple[str, str]:
    """First and last day, as the file writes them."""
    if zero:
        return f"{zero:%Y%m%d}", f"{zero:%Y%m%d}"
    return f"{valid.lower:%Y%m%d}", f"{valid.upper - DAY:%Y%m%d}" if valid.upper else ""


@pytest.fixture
def release(tmp_path) -> OdsRelease:
    """Two networks of 01A and one of 02B; A81003 of 02B is a member of U00002, led by 01A; A81005 is in no network."""
    return OdsRelease(
        tmp_path,
        practices={"A81001": "01A", "A81002": "01A", "A81003": "02B", "A81004": "02B", "A81005": "01A"},
        networks={"U00001": "01A", "U00002": "01A", "U00003": "02B"},
        memberships=[
            ("A81001", "U00001", "20190701", ""),
            ("A81002", "U00002", "20190701", ""),
            ("A81003", "U00002", "20190701", ""),
            ("A81004", "U00003", "20190701", ""),
        ],
        lists={"A81001": ("4060.75", "4645.53"), "A81003": ("9000", "9100"), "A81004": ("7000", "7100")},
    )


@pytest.fixture
def published(monkeypatch) -> list[Change]:
    """Every change published, with the portal's own handlers away."""
    heard: list[Change] = []
    kinds = (ClosingDatesCorrected, MembershipCorrected, ListSizesCorrected, LeadsCorrected, ParentsCorrected)
    monkeypatch.setattr(changes, "_handlers", {kind: [heard.append] for kind in kinds})
    return heard


@pytest.fixture
def csv_file(tmp_path):
    def write(rows, name="file.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(csv_text(rows).encode(encoding))
        return path

    return write


@pytest.fixture
def zip_file(tmp_path):
    def write(*texts, name="file.zip"):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w") as archive:
            for number, text in enumerate(texts):
                archive.writestr(f"file{number}.csv", text)
        return path

    return write


@pytest.fixture
def workbook(tmp_path):
    def write(memberships=(), networks=(NETWORK,), headers=(NETWORK_HEADER, MEMBERSHIP_HEADER), name="ePCN.xlsx"):
        book = Workbook()
        for sheet, header, rows in zip(
            [book.active, book.create_sheet("Core")], headers, [networks, memberships], strict=True
        ):
            for row in [header, *rows]:
                sheet.append(row)
        book.save(path := tmp_path / name)
        return path

    return write


@pytest.fixture
def world(training_day) -> World:
    """Utsire, whose payee is Viking Medical Practice since July 2019."""
    return utsire()


@pytest.fixture
def ewan(world) -> Acting:
    """Who proposes a payee, at the network's lead."""
    return world.acting(Role.ORGANISATION_ADMINISTRATOR)


@pytest.fixture
def freda(world) -> Acting:
    """Who confirms it."""
    return world.acting(Role.ORGANISATION_ADMINISTRATOR)
