"""List sizes of a file, as beliefs; and what is odd about them: who has none, and who has many more or fewer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.dates import DAY
from core.timelines import Span, cut, with_value
from core.two_clocks import Belief, Recorded, believe
from organisations.commands.ods.directory import Directory
from organisations.commands.ods.facts import codes_of
from organisations.commands.ods.publications import must_be_the_newest, remark_replaced, standing
from organisations.commands.ods.release import Release
from organisations.commands.ods.report import FileReport
from organisations.formats import Layout, ListSizeRow
from organisations.formats import ListKind as FileKind
from organisations.models import Kind, Lead, ListKind, ListSize, Membership, OdsLoad, Organisation, Parent
from organisations.states import RowKind
from ui.wording import dense_date, figure, listed

KINDS = {
    FileKind.CRP: ListKind.CRP,
    FileKind.WPLS: ListKind.WPLS,
    FileKind.PCN_ADJUSTED: ListKind.PCN_ADJUSTED,
    FileKind.CARE_HOME_BEDS: ListKind.CARE_HOME_BEDS,
}
OF_NETWORKS = frozenset({ListKind.PCN_ADJUSTED})
GREAT_CHANGE = Decimal("0.05")
"""A list that grew or shrank by more than this share is worth a look (issue: changes over 5 %)."""

Key = tuple[int, int]  # organisation id, kind


@dataclass(frozen=True)
class Given:
    """One list size that a file gives, taken: its line, Org ID, day and size."""

    line: int
    code: str
    day: date
    size: Decimal


def take_list_sizes(file: FileReport, rows: list[ListSizeRow], release: Release, directory: Directory) -> Recorded:
    """Each list size on its day. One that an earlier load of this layout recorded for the day, and that is gone without
    its row being refused, is believed no more; the portal's own layout says nothing of whoever it does not name.
    Remarks on figures that replace others of their day, on changes of more than 5 %, and on members of networks that
    the file leaves out. Raises Invalid for an older publication."""
    given = _given(file, rows, release, directory)
    refused = set(
        Organisation.objects.filter(code__in={each.whose for each in file.refused}).values_list("pk", flat=True)
    )
    earlier = {key for key in _recorded_by_earlier_loads(file, release) if key[0] not in refused}
    gone = earlier - set(given)
    known = _known({organisation for organisation, _kind in [*given, *gone]})
    replaced = standing(_wanted(given, gone, file.as_at))
    _remark_changes(file, given, known)
    _remark_missing(file, given, release)
    beliefs = _size_beliefs(given, gone, file.as_at, known)
    recorded = believe(ListSize, beliefs, about=[_size_key(key) for key in [*given, *gone]])
    must_be_the_newest(file, replaced, release.commissioner, len(recorded.keys))
    file.counts["list sizes"] = len(given)
    file.corrections.update({"list sizes written": recorded.written, "list sizes no longer believed": recorded.closed})
    remark_replaced(file, replaced)
    file.concerned |= codes_of(practice for practice, _kind in recorded.keys)
    return recorded


def _given(file: FileReport, rows: Sequence[ListSizeRow], release: Release, directory: Directory) -> dict[Key, Given]:
    """What can be taken. An Org ID that is not known is refused, or is outside the one commissioner."""
    practices = _practices_in_scope(release)
    given: dict[Key, Given] = {}
    unknown: set[str] = set()
    for row in rows:
        kind = KINDS[row.kind]
        whose = Kind.NETWORK if kind in OF_NETWORKS else Kind.PRACTICE
        found = directory.id_of(row.practice_code, whose)
        if found is None and not release.commissioner:
            unknown.add(row.practice_code)
            noun = "PCN" if whose == Kind.NETWORK else "practice"
            column = "ORG_ID" if file.layout is Layout.LISTS else "Practice Code"
            file.refuse_once(row.line, column, row.practice_code, f"is not a {noun} that is known")
        elif found is None or (practices is not None and found not in practices):
            file.counts["rows outside this commissioner"] += 1
        else:
            given[found, int(kind)] = Given(row.line, row.practice_code, row.as_at or file.as_at, row.size)
    if unknown:
        file.counts["Org IDs that are not known"] = len(unknown)
    return given


def _wanted(given: Mapping[Key, Given], gone: set[Key], gone_on: date) -> dict[Key, tuple[int, date, Decimal | None]]:
    wanted: dict[Key, tuple[int, date, Decimal | None]] = dict.fromkeys(gone, (0, gone_on, None))
    return wanted | {key: (each.line, each.day, each.size) for key, each in given.items()}


def _remark_changes(file: FileReport, given: Mapping[Key, Given], known: Mapping[Key, list[Span[Decimal]]]) -> None:
    for key, now in sorted(given.items(), key=lambda item: item[1].line):
        before = max((span for span in known[key] if span.start <= now.day), key=lambda span: span.start, default=None)
        if before and before.value and abs(now.size - before.value) > GREAT_CHANGE * before.value:
            share = (now.size - before.value) / before.value * 100
            words = (
                f"{ListKind(key[1]).label} {figure(now.size)}, was {figure(before.value)} as at "
                f"{dense_date(before.start)} ({share:+.1f} %)"
            )
            file.remark(RowKind.CHANGED, now.line, now.code, words)


def _remark_missing(file: FileReport, given: Mapping[Key, Given], release: Release) -> None:
    """Practices that count on the file's day as members of a network, and that a snapshot leaves out; of the portal's
    own layout, which may be about a few, how many they are."""
    kinds = sorted({kind for _organisation, kind in given} - OF_NETWORKS)
    if not kinds:
        return
    series = {each.code[0] for each in given.values()}
    members = Membership.objects.as_of(file.as_at).values("practice")
    expected = Organisation.objects.practices().filter(pk__in=members, code__regex=f"^[{''.join(sorted(series))}]")
    within = _practices_in_scope(release)
    if within is not None:
        expected = expected.filter(pk__in=within)
    if file.layout is Layout.LISTS:
        named = [organisation for organisation, _kind in given]
        file.counts["members of PCNs that it does not name"] = expected.exclude(pk__in=named).count()
        return
    for pk, code in expected.order_by("code").values_list("pk", "code"):
        none = [ListKind(kind).label for kind in kinds if (pk, kind) not in given]
        if none:
            file.remark(
                RowKind.MISSING, 0, code, f"is a member of a PCN on that day, and has no {listed(none, 'and no')}"
            )


def _practices_in_scope(release: Release) -> set[int] | None:
    """The practices of the one commissioner: its own, and the members of the networks it leads; None for all."""
    if not release.commissioner:
        return None
    children = (
        Parent.objects.known().filter(parent__code=release.commissioner).values_list("organisation_id", flat=True)
    )
    led = Lead.objects.known().filter(commissioner__code=release.commissioner).values("network")
    members = Membership.objects.known().filter(network__in=led).values_list("practice_id", flat=True)
    return set(children) | set(members)


def _recorded_by_earlier_loads(file: FileReport, release: Release) -> set[Key]:
    if file.layout is Layout.LISTS:
        return set()
    loads = OdsLoad.objects.filter(layout=file.layout.name.lower(), as_at=file.as_at, scope=release.commissioner)
    rows = ListSize.objects.known().filter(
        recorded__startswith__in=loads.values("loaded_at"), valid__contains=file.as_at
    )
    return set(rows.values_list("organisation_id", "kind"))


def _size_key(key: Key) -> dict[str, int]:
    return {"organisation": key[0], "kind": key[1]}


def _known(organisations: set[int]) -> dict[Key, list[Span[Decimal]]]:
    """All that is believed of these organisations' lists until now."""
    known: dict[Key, list[Span[Decimal]]] = defaultdict(list)
    rows = ListSize.objects.known().filter(organisation__in=organisations)
    for organisation, kind, valid, size in rows.values_list("organisation_id", "kind", "valid", "size"):
        known[organisation, kind].append(Span(valid.lower, valid.upper, size))
    return known


def _size_beliefs(
    given: Mapping[Key, Given], gone: set[Key], gone_on: date, known: Mapping[Key, list[Span[Decimal]]]
) -> Iterator[Belief]:
    """These sizes on their days, among what is known of other days."""
    for key in [*given, *gone]:
        day = given[key].day if key in given else gone_on
        timeline = cut(known[key], day, day + DAY)
        if key in given:
            timeline = with_value(timeline, Span(day, day + DAY, given[key].size))
        yield from (Belief(_size_key(key), span.valid, {"size": span.value}) for span in timeline)
