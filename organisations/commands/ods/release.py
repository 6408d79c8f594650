"""All that the files of one load say, narrowed to one commissioner where one is named."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from core import clock
from core.errors import Invalid
from organisations.commands.ods.report import FileReport
from organisations.formats import (
    CommissionerRow,
    Layout,
    ListSizeRow,
    MembershipRow,
    NetworkRow,
    PracticeRow,
    Refused,
    Snapshot,
    WrongFile,
    date_in_name,
    newest_day,
    open_snapshot,
    read_commissioners,
    read_list_sizes,
    read_memberships,
    read_networks,
    read_practices,
)

Row = TypeVar("Row")
Tell = Callable[[str], None]
"""Told in a sentence what is done next."""

MOST_REFUSED = 5_000

PARENTS = (Layout.SUB_ICBS, Layout.ICBS)
"""Files of commissioning organisations, which say of no day that they are of it."""


@dataclass(frozen=True)
class OdsFiles:
    """The files of one load.

    `as_at` is the day they are of, where neither content nor name says it, or says it wrongly; `lists_as_at` the day
    that list sizes hold on, `lists_published` when they were published. `commissioner` limits the load to one
    commissioning organisation.
    """

    practices: Path | None = None
    networks: Path | None = None
    parents: Sequence[Path] = ()
    lists: Sequence[Path] = ()
    as_at: date | None = None
    lists_as_at: date | None = None
    lists_published: date | None = None
    commissioner: str = ""


@dataclass
class Release:
    """What was read. Every row belongs to the file report beside it, where it may yet be refused."""

    commissioner: str = ""
    practice_file: FileReport | None = None
    network_file: FileReport | None = None
    parent_files: list[tuple[FileReport, list[CommissionerRow]]] = field(default_factory=list)
    list_files: list[tuple[FileReport, list[ListSizeRow]]] = field(default_factory=list)
    practices: list[PracticeRow] = field(default_factory=list)
    networks: list[NetworkRow] = field(default_factory=list)
    memberships: list[MembershipRow] = field(default_factory=list)

    @property
    def files(self) -> list[FileReport]:
        first = [file for file in (self.practice_file, self.network_file) if file]
        return [file for file, _rows in self.parent_files] + first + [file for file, _rows in self.list_files]

    def narrowed(self, children: Collection[str], led: Collection[str]) -> Release:
        """Only the networks that the commissioner leads, their members, and its own practices: those of the file, and
        its `children` and those `led` by it as known so far, which may have left it."""
        networks = [row for row in self.networks if row.lead_code == self.commissioner or row.code in led]
        kept = {row.code for row in networks}
        memberships = [row for row in self.memberships if row.network_code in kept]
        members = {row.practice_code for row in memberships} | set(children)
        practices = [row for row in self.practices if row.commissioner_code == self.commissioner or row.code in members]
        return replace(self, networks=networks, memberships=memberships, practices=practices)


def read_release(files: OdsFiles, known_practices: Set[str], tell: Tell) -> Release:
    """Read every file. Raises Invalid for a file that cannot be used as a whole, or whose day nobody knows.

    Of the practices' file, general practices are taken, and whoever is known as a practice or is a network's member.
    """
    release = Release(files.commissioner.upper())
    if files.networks:
        release.network_file = file = _report(files.networks, Layout.NETWORKS, on=files.as_at, tell=tell)
        release.networks, release.memberships = _rows(file, read_networks), _rows(file, read_memberships)
    if files.practices:
        release.practice_file = file = _report(files.practices, Layout.PRACTICES, on=files.as_at, tell=tell)
        also = known_practices | {row.practice_code for row in release.memberships}
        release.practices = _rows(file, lambda path: read_practices(path, also))
    _read_parents(files, release, tell)
    for path in files.lists:
        file = _report(path, Layout.PAYMENTS, Layout.LISTS_BY_AGE, Layout.LISTS, on=files.lists_as_at, tell=tell)
        _must_say_its_day(file, files.lists_as_at)
        file.published = files.lists_published or date_in_name(path.name)
        sizes: list[ListSizeRow] = _rows(file, read_list_sizes)
        for other, of_other in release.list_files:
            _must_not_say_the_same(other, of_other, file, sizes)
        release.list_files.append((file, sizes))
    return release


def _read_parents(files: OdsFiles, release: Release, tell: Tell) -> None:
    for path in files.parents:
        file = _report(path, *PARENTS, on=files.as_at, tell=tell)
        for other, _rows_of_other in release.parent_files:
            if other.layout is file.layout:
                raise Invalid(_both(other, file, f"are both {file.layout}: a load takes one file of a kind"))
        release.parent_files.append((file, _rows(file, read_commissioners)))


def _must_not_say_the_same(
    first: FileReport, firsts: list[ListSizeRow], second: FileReport, seconds: list[ListSizeRow]
) -> None:
    """Files of one load that give a list on one day would overwrite each other. A snapshot says all that there is of
    its day; the portal's own layout is no snapshot."""
    if first.layout is second.layout is not Layout.LISTS and first.as_at == second.as_at:
        rule = f"are both {second.layout}, as at {second.as_at:%d/%m/%Y}"
        raise Invalid(_both(first, second, f"{rule}: load one of them, or each by itself with its own day"))
    given = {(row.practice_code, row.kind, row.as_at or first.as_at) for row in firsts}
    for row in seconds:
        day = row.as_at or second.as_at
        if (row.practice_code, row.kind, day) in given:
            rule = f"both give the list {row.kind} of {row.practice_code} as at {day:%d/%m/%Y}"
            raise Invalid(_both(first, second, f"{rule}: load one of them, or each by itself"))


def _both(first: FileReport, second: FileReport, rule: str) -> str:
    return f"{first.path.name} and {second.path.name} {rule}. Nothing was loaded."


def _report(path: Path, *layouts: Layout, on: date | None, tell: Tell) -> FileReport:
    tell(f"Reading {path.name}.")
    snapshot = _snapshot(path, on)
    if snapshot.layout not in layouts:
        raise Invalid(f"{path.name} looks like {snapshot.layout}. What is needed here is {' or '.join(layouts)}.")
    as_at = snapshot.date or newest_day(path, snapshot.layout, clock.today())
    if as_at is None:
        raise Invalid(f"{path.name}: neither its content nor its name says which day it is of. Say it with --as-at.")
    return FileReport(path, snapshot.layout, as_at, _digest(path))


def _snapshot(path: Path, on: date | None) -> Snapshot:
    try:
        return open_snapshot(path, on)
    except WrongFile as wrong:
        raise Invalid(str(wrong)) from wrong


def _must_say_its_day(file: FileReport, given: date | None) -> None:
    """The payments file gives the last known lists of a year, without their day: a guess would price a year wrongly."""
    if file.layout is Layout.PAYMENTS and given is None:
        raise Invalid(f"{file.path.name} does not say which day its list sizes are of. Say it with --lists-as-at.")


def _rows(file: FileReport, read: Callable[[Path], Iterable[Row | Refused]]) -> list[Row]:
    try:
        return list(_taken(file, read(file.path)))
    except WrongFile as wrong:
        raise Invalid(str(wrong)) from wrong


def _taken(file: FileReport, found: Iterable[Row | Refused]) -> Iterator[Row]:
    for each in found:
        if isinstance(each, Refused):
            file.refused.append(each)
            _must_be_mostly_right(file)
        else:
            yield each


def _must_be_mostly_right(file: FileReport) -> None:
    """So many refusals mean another file than was meant; and what is refused is kept in memory and in the report."""
    if len(file.refused) > MOST_REFUSED:
        raise Invalid(
            f"{file.path.name} has more than {MOST_REFUSED:,} rows that cannot be taken. Nothing was loaded. "
            f"The first: {file.refused[0]}"
        )


def _digest(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
