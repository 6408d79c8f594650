"""The organisations that the files name: found, made, and brought up to date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from organisations.commands.ods.release import Release
from organisations.commands.ods.report import FileReport
from organisations.formats import CommissionerRow, NetworkRow, PracticeRow
from organisations.models import Kind, Organisation

UPDATED = ("name", "postcode", "open_date", "close_date", "known_by_code_only")


@dataclass
class Directory:
    """Org ID -> organisation, of everything that a release names and is known."""

    known: dict[str, Organisation]
    wanted: dict[str, Organisation] = field(default_factory=dict)
    closing: set[int] = field(default_factory=set)
    """Ids of practices that were known before with another closing date, or with none."""

    @classmethod
    def of(cls, release: Release) -> Directory:
        return cls(Organisation.objects.in_bulk(_codes(release), field_name="code"))

    def id_of(self, code: str, *kinds: Kind) -> int | None:
        """The id of an organisation of one of these kinds; None where none is known."""
        found = self.known.get(code)
        return found.pk if found and found.kind in kinds else None

    def ids(self, kind: Kind) -> list[int]:
        return [organisation.pk for organisation in self.known.values() if organisation.kind == kind]

    def want(self, organisation: Organisation, file: FileReport, line: int, column: str) -> bool:
        """Note what an organisation is to be; refused where its Org ID is known as something else."""
        known = self.known.get(organisation.code)
        if known and known.kind != organisation.kind:
            file.refuse(line, column, organisation.code, f"is known as a {Kind(known.kind).label}")
            return False
        self.wanted[organisation.code] = organisation
        return True

    def name_if_missing(self, code: str, name: str) -> None:
        """A commissioning organisation that a file only mentions; its name is taken until a better one is known."""
        known = self.known.get(code) or self.wanted.get(code)
        if not known or (known.name == unnamed(code) and name and known.kind == Kind.COMMISSIONER):
            self.wanted[code] = Organisation(code=code, name=name or unnamed(code), kind=Kind.COMMISSIONER)

    def save(self) -> tuple[int, int]:
        """Write what is new or different, in one statement; answers how many were added and how many updated."""
        changed = [each for each in self.wanted.values() if not self._is_known_as(each)]
        added = sum(each.code not in self.known for each in changed)
        self.closing |= set(self._closing(changed))
        Organisation.objects.bulk_create(
            sorted(changed, key=lambda each: each.code),
            update_conflicts=True, unique_fields=["code"], update_fields=UPDATED, batch_size=5000,
        )  # fmt: skip
        self.known |= Organisation.objects.in_bulk(self.wanted, field_name="code")
        self.wanted = {}
        return added, len(changed) - added

    def _closing(self, changed: Iterable[Organisation]) -> Iterator[int]:
        for wanted in changed:
            known = self.known.get(wanted.code)
            if known and known.kind == Kind.PRACTICE and known.close_date != wanted.close_date:
                yield known.pk

    def _is_known_as(self, wanted: Organisation) -> bool:
        known = self.known.get(wanted.code)
        return bool(known) and all(getattr(known, name) == getattr(wanted, name) for name in UPDATED)


def want_commissioners(directory: Directory, release: Release, file: FileReport, rows: list[CommissionerRow]) -> None:
    """Those of a parents' file, and their parents, which another file may name later; for one commissioner's load,
    those that its networks and practices mention."""
    mentioned = set(_mentioned(release))
    for row in rows:
        if not release.commissioner or row.code in mentioned:
            directory.want(_commissioner(row), file, row.line, "Organisation Code")
            if row.parent_code:
                directory.name_if_missing(row.parent_code, "")


def want_networks(directory: Directory, release: Release) -> None:
    """The networks, and who leads them."""
    for row in release.networks:
        directory.name_if_missing(row.lead_code, row.lead_name)
        if release.network_file:
            directory.want(_network(row), release.network_file, row.line, "PCN Code")


def want_practices(directory: Directory, release: Release) -> None:
    """The practices, and their commissioning organisations."""
    for row in release.practices:
        if row.commissioner_code:
            directory.name_if_missing(row.commissioner_code, "")
        if release.practice_file:
            directory.want(_practice(row), release.practice_file, row.line, "Organisation Code")


def want_members(directory: Directory, release: Release) -> None:
    """Members that no file of practices has: taken by code and name, so that their network waits for them rather than
    being paid without them."""
    for row in release.memberships:
        known = directory.known.get(row.practice_code)
        if row.practice_code not in directory.wanted and (known is None or known.known_by_code_only):
            directory.wanted[row.practice_code] = Organisation(
                code=row.practice_code, name=row.practice_name, kind=Kind.PRACTICE, known_by_code_only=True
            )


def _commissioner(row: CommissionerRow) -> Organisation:
    return Organisation(
        code=row.code, name=row.name, kind=Kind.COMMISSIONER, open_date=row.open_date, close_date=row.close_date
    )


def _network(row: NetworkRow) -> Organisation:
    return Organisation(
        code=row.code, name=row.name, kind=Kind.NETWORK, postcode=row.postcode,
        open_date=row.open_date, close_date=row.close_date,
    )  # fmt: skip


def _practice(row: PracticeRow) -> Organisation:
    return Organisation(
        code=row.code, name=row.name, kind=Kind.PRACTICE, postcode=row.postcode,
        open_date=row.open_date, close_date=row.close_date,
    )  # fmt: skip


def unnamed(code: str) -> str:
    """What an organisation is called that is only mentioned so far."""
    return f"Commissioning organisation {code}"


def _mentioned(release: Release) -> Iterator[str]:
    """The commissioners that networks and practices name, and the parents of those."""
    named = {row.lead_code for row in release.networks} | {row.commissioner_code for row in release.practices}
    yield from named | {release.commissioner}
    for _file, rows in release.parent_files:
        yield from (row.parent_code for row in rows if row.code in named)


def _codes(release: Release) -> set[str]:
    return set(_all_codes(release)) - {""}


def _all_codes(release: Release) -> Iterable[str]:
    yield from _mentioned(release)
    yield from (row.code for row in release.practices)
    yield from (row.code for row in release.networks)
    for membership in release.memberships:
        yield from (membership.practice_code, membership.network_code)
    for _file, commissioners in release.parent_files:
        for commissioner in commissioners:
            yield from (commissioner.code, commissioner.parent_code)
    for _file, sizes in release.list_files:
        yield from (size.practice_code for size in sizes)
