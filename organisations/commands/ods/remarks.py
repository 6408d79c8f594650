"""What is odd about the rows of a release, and taken all the same: listed, so that somebody can look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import combinations, pairwise

from django.db.backends.postgresql.psycopg_any import DateRange

from core.dates import DAY, inclusive, share_a_day
from organisations.commands.ods.directory import Directory, unnamed
from organisations.commands.ods.facts import networks_in_scope
from organisations.commands.ods.release import Release
from organisations.commands.ods.report import FileReport
from organisations.formats import CommissionerRow, Layout, MembershipRow, PracticeRow, PracticeStatus
from organisations.models import Kind, Lead, Membership, Organisation, Parent
from organisations.states import RowKind
from ui.wording import dense_date

GONE = "is in no row: what is known of it is left as it was"


def remark(release: Release, directory: Directory) -> None:
    """Count and list the oddities of every file."""
    if file := release.network_file:
        _count_memberships(file, release.memberships)
        _remark_memberships(file, release.memberships, directory)
        _remark_spells(file, release.memberships)
        _remark_gone_networks(file, release)
    if file := release.practice_file:
        _remark_practices(file, release)
        _remark_gone_practices(file, release)
        _remark_blank_parents(file, [row for row in release.practices if not row.commissioner_code])
    for file, rows in release.parent_files:
        _remark_gone_commissioners(file, release)
        if file.layout is Layout.SUB_ICBS:
            _remark_blank_parents(file, [row for row in rows if not row.parent_code])


def _count_memberships(file: FileReport, rows: list[MembershipRow]) -> None:
    file.counts["memberships"] = len(rows)
    file.counts["of them, ended"] = sum(row.end_date is not None for row in rows)


def _remark_memberships(file: FileReport, rows: Iterable[MembershipRow], directory: Directory) -> None:
    """Each row by itself, with the practice and the network it names."""
    by_code: set[str] = set()
    for row in rows:
        practice, network = directory.known.get(row.practice_code), directory.known.get(row.network_code)
        if practice and practice.known_by_code_only and row.practice_code not in by_code:
            by_code.add(row.practice_code)
            words = f"is in no file of practices: taken as {row.practice_name}, so that {row.network_code} waits for it"
            file.remark(RowKind.BY_CODE, row.line, row.practice_code, words)
        for whose, closed in (("", practice), ("its PCN ", network)):
            if closed and closed.close_date and (row.end_date is None or row.end_date > closed.close_date):
                file.remark(RowKind.CLOSED, row.line, row.practice_code, _closed(whose, row, closed.close_date))
        if row.zero_length:
            words = f"starts and ends in {row.network_code} on {dense_date(row.start_date)}"
            file.remark(RowKind.ZERO_LENGTH, row.line, row.practice_code, words)
        if row.practice_parent_code != row.network_lead_code:
            words = (
                f"of {row.practice_parent_code or 'nobody'} is in {row.network_code}, led by {row.network_lead_code}"
            )
            file.remark(RowKind.ACROSS, row.line, row.practice_code, words)


def _closed(whose: str, row: MembershipRow, close_date: date) -> str:
    until = f"ends on {dense_date(row.end_date)}" if row.end_date else "has no end"
    return f"{whose}closed on {dense_date(close_date)}; the membership of {row.network_code} {until}"


def _remark_spells(file: FileReport, rows: Iterable[MembershipRow]) -> None:
    """Each practice's memberships, one beside the other."""
    spells: dict[str, list[MembershipRow]] = defaultdict(list)
    for row in rows:
        if not row.zero_length:
            spells[row.practice_code].append(row)
    for code, each in spells.items():
        each.sort(key=lambda row: (row.start_date, row.line))
        _remark_shared_days(file, code, each)
        _remark_gaps(file, code, each)


def _remark_shared_days(file: FileReport, code: str, spells: list[MembershipRow]) -> None:
    for one, other in combinations(spells, 2):
        if one.network_code == other.network_code or not share_a_day(_valid(one), _valid(other)):
            continue
        first = other.start_date
        if one.end_date == first:
            words = f"left {one.network_code} and joined {other.network_code} on {dense_date(first)}"
            file.remark(RowKind.SAME_DAY, other.line, code, f"{words}: on that day it counts in the latter")
        else:
            words = f"in {one.network_code} and {other.network_code} from {dense_date(first)}"
            file.remark(RowKind.OVERLAP, other.line, code, f"{words}: it counts in the one that started later")


def _remark_gaps(file: FileReport, code: str, spells: list[MembershipRow]) -> None:
    for one, other in pairwise(spells):
        if one.end_date and other.start_date > one.end_date + DAY:
            gap = f"from {dense_date(one.end_date + DAY)} to {dense_date(other.start_date - DAY)}"
            file.remark(RowKind.GAP, other.line, code, f"in no network {gap}")


def _valid(row: MembershipRow) -> DateRange:
    return inclusive(row.start_date, row.end_date)


def _remark_gone_networks(file: FileReport, release: Release) -> None:
    for code in sorted(set(networks_in_scope(release)) - {row.code for row in release.networks}):
        words = "is in no row: its memberships are believed no more, and who led it is left as it was"
        file.remark(RowKind.GONE, 0, code, words)


def _remark_practices(file: FileReport, release: Release) -> None:
    """General practices that work and are in no network, and members that are no general practices."""
    members = Membership.objects.known().filter(valid__upper_inf=True).values("practice")
    placed = set(Organisation.objects.filter(pk__in=members).values_list("code", flat=True))
    for row in release.practices:
        if not row.general_practice:
            words = "has another prescribing setting than a general practice: taken, because a network lists it"
            file.remark(RowKind.OTHER_SETTING, row.line, row.code, words)
        elif row.status is PracticeStatus.ACTIVE and row.code not in placed:
            file.remark(RowKind.NO_NETWORK, row.line, row.code, f"{row.name} is active, and in no network")


def _remark_gone_commissioners(file: FileReport, release: Release) -> None:
    """Those that an earlier file of this layout had: all sub-ICB locations have an opening date; an ICB has none, has a
    name, and no practice or network ever belonged to it directly."""
    if release.commissioner:
        return
    known = Organisation.objects.filter(kind=Kind.COMMISSIONER, open_date__isnull=file.layout is Layout.ICBS)
    if file.layout is Layout.ICBS:
        of_practices = Parent.objects.filter(organisation__kind=Kind.PRACTICE).values("parent")
        known = known.exclude(pk__in=of_practices).exclude(pk__in=Lead.objects.values("commissioner"))
    named = {row.code for _file, rows in release.parent_files for row in rows}
    for code, name in known.order_by("code").values_list("code", "name"):
        if code not in named and name != unnamed(code):
            file.remark(RowKind.GONE, 0, code, GONE)


def _remark_blank_parents(file: FileReport, rows: Sequence[PracticeRow] | Sequence[CommissionerRow]) -> None:
    """Parents change only where a file says so: who has one now keeps it though its row names none."""
    lasting = Parent.objects.as_of(file.as_at).filter(organisation__code__in=[row.code for row in rows])
    parents = dict(lasting.values_list("organisation__code", "parent__code"))
    for row in rows:
        if parent := parents.get(row.code):
            words = f"names no parent: {parent} stays its parent, as it was known"
            file.remark(RowKind.PARENT_BLANK, row.line, row.code, words)


def _remark_gone_practices(file: FileReport, release: Release) -> None:
    """Practices that an earlier file had: those have an opening date, as all of its rows do."""
    known = Organisation.objects.filter(kind=Kind.PRACTICE, open_date__isnull=False)
    if release.commissioner:
        known = known.filter(parents__parent__code=release.commissioner, parents__recorded__upper_inf=True)
    gone = set(known.values_list("code", flat=True)) - {row.code for row in release.practices}
    for code in sorted(gone):
        file.remark(RowKind.GONE, 0, code, GONE)
