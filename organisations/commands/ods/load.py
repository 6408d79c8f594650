"""The load itself: read, lock, take in, publish once, remember."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.db import connection

from core.actors import Actor
from core.changes import Change, Effect, publish
from core.commands import command, instant
from core.errors import Invalid
from core.statistics import refresh_statistics
from core.two_clocks import Recorded
from organisations.changes import (
    ClosingDatesCorrected,
    LeadsCorrected,
    ListSizesCorrected,
    MembershipCorrected,
    ParentsCorrected,
)
from organisations.commands.memberships import with_shadowed
from organisations.commands.ods.directory import (
    Directory,
    want_commissioners,
    want_members,
    want_networks,
    want_practices,
)
from organisations.commands.ods.facts import (
    pairs_in_scope,
    take_leads,
    take_memberships,
    take_parents,
)
from organisations.commands.ods.lists import take_list_sizes
from organisations.commands.ods.release import PARENTS, OdsFiles, Release, Tell, read_release
from organisations.commands.ods.remarks import remark
from organisations.commands.ods.report import FileReport, LoadReport
from organisations.commands.subjects import lock_practices
from organisations.formats import Layout, PracticeStatus
from organisations.models import Kind, Lead, ListSize, Membership, OdsLoad, Organisation, Parent
from organisations.rules import must_load_reference_data

ONE_LOAD_AT_A_TIME = 0x0D5
STEPS = 3
"""What a load does after it has read its files."""

SNAPSHOTS = (Layout.PRACTICES, Layout.NETWORKS, *PARENTS)
"""Files that say what holds now: an older one would undo what a newer one said. List sizes are of their own day, on
which an older publication is refused (`publications`)."""

HOW_DATED = (
    " A file of commissioning organisations that names no day is of the newest day in it: if it was published later, "
    "say the day it is of."
)


@command
def load_ods(files: OdsFiles, *, by: Actor, tell: Tell = lambda sentence: None) -> LoadReport:
    """The reference files of a day were taken in, all of them or none: each a complete snapshot of its scope, whose
    differences from what was known are corrections at one instant.

    Rows that cannot be taken are refused one by one, in the report. Raises Invalid for a file that cannot be used, is
    older than one loaded before, or says nothing of the commissioner named; NotPermitted. Publishes each change once.
    `tell` hears a sentence before each step: one for each file, then STEPS more.
    """
    must_load_reference_data(by)
    release = read_release(files, _known_practices(), tell)
    tell("Comparing it with what is known.")
    wait_for_other_loads()
    for file in release.files:
        _must_not_be_older(file, release.commissioner)
    if release.commissioner:
        release = release.narrowed(_known_children(release.commissioner), _known_networks(release.commissioner))
        _must_say_something(release)
    directory = Directory.of(release)
    _lock(release, directory)
    tell("Taking in organisations, parents, leads, memberships and list sizes.")
    _take_organisations(release, directory)
    taken = _take_facts(release, directory)
    remark(release, directory)
    tell("Following it up in participation and achievement.")
    effects = _publish(taken, directory.closing, by)
    _remember(release, effects, by)
    refresh_statistics(Organisation, Parent, Lead, Membership, ListSize)
    return LoadReport(release.files, release.commissioner, effects)


def wait_for_other_loads() -> None:
    """Until this transaction ends, no other load begins."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_LOAD_AT_A_TIME])


def _must_not_be_older(file: FileReport, commissioner: str) -> None:
    if file.layout not in SNAPSHOTS:
        return
    loads = OdsLoad.objects.filter(layout=file.layout.name.lower(), as_at__gt=file.as_at)
    if commissioner:
        loads = loads.filter(scope__in=["", commissioner])
    if newer := loads.order_by("-as_at").first():
        raise Invalid(
            f"{file.path.name} is of {file.as_at:%d/%m/%Y}, and {newer.file_name}, of {newer.as_at:%d/%m/%Y}, has been "
            f"loaded: an older file is refused. Nothing was loaded.{HOW_DATED if file.layout in PARENTS else ''}"
        )


def _must_say_something(release: Release) -> None:
    asked = release.practice_file or release.network_file
    named = {row.lead_code for row in release.networks} | {row.commissioner_code for row in release.practices}
    if asked and release.commissioner not in named:
        raise Invalid(
            f"Commissioner {release.commissioner}: no network or practice of these files has it. Nothing was loaded."
        )


def _known_children(commissioner: str) -> set[str]:
    children = Parent.objects.known().filter(parent__code=commissioner)
    return set(children.values_list("organisation__code", flat=True))


def _known_networks(commissioner: str) -> set[str]:
    led = Lead.objects.known().filter(commissioner__code=commissioner)
    return set(led.values_list("network__code", flat=True))


def _known_practices() -> set[str]:
    return set(Organisation.objects.practices().values_list("code", flat=True))


def _lock(release: Release, directory: Directory) -> None:
    """Everything known that the files name or should have named, before anything is judged."""
    pairs = pairs_in_scope(release, directory) if release.network_file else set()
    practices = {practice for practice, _network in pairs} | set(directory.ids(Kind.PRACTICE))
    lock_practices(practices, {network for _practice, network in pairs} | set(directory.ids(Kind.NETWORK)))


def _take_organisations(release: Release, directory: Directory) -> None:
    """Those of each file in turn, counted with it; the parents' files first, which name commissioners best, and of
    them ICBs, which sub-ICB locations only mention."""
    for file, rows in sorted(release.parent_files, key=lambda each: each[0].layout is not Layout.ICBS):
        want_commissioners(directory, release, file, rows)
        _count_saved(directory, file)
    want_networks(directory, release)
    _count_saved(directory, release.network_file)
    want_practices(directory, release)
    _count_saved(directory, release.practice_file)
    want_members(directory, release)
    _count_saved(directory, release.network_file)
    _count_rows(release)


def _count_saved(directory: Directory, file: FileReport | None) -> None:
    added, updated = directory.save()
    if file:
        file.corrections.update({"organisations added": added, "organisations updated": updated})


def _count_rows(release: Release) -> None:
    for file, rows in release.parent_files:
        file.counts["commissioning organisations"] = len(rows)
    if release.network_file:
        release.network_file.counts["networks"] = len(release.networks)
        release.network_file.counts["of them, closed"] = sum(row.close_date is not None for row in release.networks)
    if release.practice_file:
        release.practice_file.counts["practices"] = len(release.practices)
        for status in PracticeStatus:
            found = sum(row.status is status for row in release.practices)
            release.practice_file.counts[f"of them, {status.name.lower()}"] = found


def _take_facts(release: Release, directory: Directory) -> dict[type[Change], list[Recorded]]:
    taken: dict[type[Change], list[Recorded]] = {ParentsCorrected: [take_parents(release, directory)]}
    if release.network_file:
        taken[LeadsCorrected] = [take_leads(release, directory)]
        taken[MembershipCorrected] = [take_memberships(release, directory)]
    taken[ListSizesCorrected] = [take_list_sizes(file, rows, release, directory) for file, rows in release.list_files]
    return taken


def _publish(taken: dict[type[Change], list[Recorded]], closing: Collection[int], by: Actor) -> list[Effect]:
    """Closing dates first: what they take back is said of them, before memberships that ended with them follow."""
    effects = publish(ClosingDatesCorrected(by, frozenset(closing))) if closing else []
    for change, recorded in taken.items():
        keys = frozenset(key for each in recorded for key in each.keys)
        if keys:
            effects += publish(CHANGES[change](by, keys))
    return effects


def _remember(release: Release, effects: Sequence[Effect], by: Actor) -> None:
    """One row for each file, at the instant of the load: what it recorded is known by it."""
    OdsLoad.objects.bulk_create(
        OdsLoad(
            layout=file.layout.name.lower(),
            file_name=file.path.name[:200],
            digest=file.digest,
            as_at=file.as_at,
            published=file.published,
            scope=release.commissioner,
            loaded_at=instant(),
            loaded_by_id=by.user_id,
            summary=dict(file.all_counts()),
            corrections={words: count for words, count in file.corrections.items() if count},
            effects=[effect.sentence for effect in effects],
            refused_rows=len(file.refused),
            rows=file.rows(),
        )
        for file in release.files
    )


Keys = frozenset[tuple[Any, ...]]

CHANGES: dict[type[Change], Callable[[Actor, Keys], Change]] = {
    ParentsCorrected: lambda by, keys: ParentsCorrected(by, frozenset(id for (id,) in keys)),
    LeadsCorrected: lambda by, keys: LeadsCorrected(by, frozenset(id for (id,) in keys)),
    MembershipCorrected: lambda by, keys: MembershipCorrected(by, with_shadowed(keys)),
    ListSizesCorrected: lambda by, keys: ListSizesCorrected(by, keys),
}
