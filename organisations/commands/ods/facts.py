"""The dated facts of a release, as beliefs: memberships, leads, parents and list sizes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from core.dates import DAY, inclusive
from core.timelines import Span, cut, with_value
from core.two_clocks import Belief, Recorded, TwoClocked, believe
from organisations.commands.memberships import Pair, Spell, membership_beliefs
from organisations.commands.ods.directory import Directory
from organisations.commands.ods.release import Release
from organisations.commands.ods.report import FileReport
from organisations.formats import ListKind as FileKind
from organisations.formats import ListSizeRow, MembershipRow, NetworkRow
from organisations.models import Kind, Lead, ListKind, ListSize, Membership, OdsLoad, Organisation, Parent

KINDS = {FileKind.CRP: ListKind.CRP, FileKind.WPLS: ListKind.WPLS}

Timelines = Mapping[int, list[Span[int]]]


def take_memberships(release: Release, directory: Directory) -> Recorded:
    """Every spell of the file, and nothing else, for the networks of the file and of its scope."""
    file = release.network_file
    assert file is not None
    spells: dict[Pair, list[Spell]] = defaultdict(list)
    for row in release.memberships:
        if pair := _pair(row, file, directory):
            spells[pair].append(Spell(row.start_date, row.end_date, row.zero_length))
    gone = pairs_in_scope(release, directory) - set(spells)
    recorded = believe(
        Membership, membership_beliefs(spells), about=[_membership_key(pair) for pair in [*spells, *gone]]
    )
    file.corrections.update(
        {"memberships written": recorded.written, "memberships no longer believed": recorded.closed}
    )
    file.corrections["of them, in no row any more"] = len(gone & recorded.keys)
    file.concerned |= _codes(practice for practice, _network in recorded.keys)
    return recorded


def take_leads(release: Release, directory: Directory) -> Recorded:
    """The lead of each network. The file has only the present one, without dates: it holds from the network's opening,
    or, where another is known, from the day of the file."""
    file = release.network_file
    assert file is not None
    ids = {row.code: directory.id_of(row.code, Kind.NETWORK) for row in release.networks}
    known = _timelines(Lead, "network_id", "commissioner_id", [id for id in ids.values() if id])
    beliefs = []
    for row in release.networks:
        network, lead = ids[row.code], directory.id_of(row.lead_code, Kind.COMMISSIONER)
        if network is None or lead is None:
            file.refuse(row.line, "Lead Code", row.lead_code, "is not a commissioning organisation")
            continue
        timeline = _with_present_lead(known[network], row, lead, file.as_at)
        beliefs += [Belief({"network": network}, span.valid, {"commissioner": span.value}) for span in timeline]
    recorded = believe(Lead, beliefs)
    file.corrections["networks with a new lead"] = len(recorded.keys)
    return recorded


def take_parents(release: Release, directory: Directory) -> Recorded:
    """The Parent Organisation of practices and of commissioning organisations, from the day the file says; what was
    known of earlier days stays."""
    given = [*_parents_of_practices(release, directory), *_parents_of_commissioners(release, directory)]
    known = _timelines(Parent, "organisation_id", "parent_id", [organisation for organisation, _span, _file in given])
    beliefs, files = [], {}
    for organisation, present, file in given:
        earlier = known[organisation]
        if earlier and earlier[-1].value == present.value:
            earlier = earlier[:-1]
        timeline = with_value(cut(earlier, present.start, None), present)
        beliefs += [Belief({"organisation": organisation}, span.valid, {"parent": span.value}) for span in timeline]
        files[organisation] = file
    recorded = believe(Parent, beliefs)
    for (organisation,) in recorded.keys:
        files[organisation].corrections["organisations with a new parent"] += 1
    return recorded


def take_list_sizes(file: FileReport, rows: list[ListSizeRow], release: Release, directory: Directory) -> Recorded:
    """Each list size on its day. One that an earlier load of this layout recorded for the day, and that is gone, is
    believed no more."""
    practices = _practices_in_scope(release)
    sizes: dict[tuple[int, int], tuple[date, Decimal]] = {}
    for row in rows:
        practice = directory.id_of(row.practice_code, Kind.PRACTICE)
        if practice is None and not release.commissioner:
            file.refuse_once(row.line, "Practice Code", row.practice_code, "is not a practice that is known")
        elif practice is None or (practices is not None and practice not in practices):
            file.counts["rows outside this commissioner"] += 1
        else:
            sizes[practice, int(KINDS[row.kind])] = (row.as_at or file.as_at, row.size)
    gone = _recorded_by_earlier_loads(file, release) - set(sizes)
    recorded = believe(
        ListSize, _size_beliefs(sizes, gone, file.as_at), about=[_size_key(key) for key in [*sizes, *gone]]
    )
    file.counts["list sizes"] = len(sizes)
    file.corrections.update({"list sizes written": recorded.written, "list sizes no longer believed": recorded.closed})
    file.concerned |= _codes(practice for practice, _kind in recorded.keys)
    return recorded


def _codes(practices: Iterable[int]) -> set[str]:
    return set(Organisation.objects.filter(pk__in=set(practices)).values_list("code", flat=True))


def _pair(row: MembershipRow, file: FileReport, directory: Directory) -> Pair | None:
    practice = directory.id_of(row.practice_code, Kind.PRACTICE)
    network = directory.id_of(row.network_code, Kind.NETWORK)
    if practice is None:
        file.refuse(row.line, "Partner Organisation Code", row.practice_code, "is not a practice that is known")
    if network is None:
        file.refuse(row.line, "PCN Code", row.network_code, "is not a PCN that is known")
    return (practice, network) if practice and network else None


def pairs_in_scope(release: Release, directory: Directory) -> set[Pair]:
    """Memberships now believed of the networks that the file would list."""
    scope = set(networks_in_scope(release).values())
    scope |= {id for row in release.networks if (id := directory.id_of(row.code, Kind.NETWORK))}
    return set(Membership.objects.known().filter(network__in=scope).values_list("practice_id", "network_id"))


def networks_in_scope(release: Release) -> dict[str, int]:
    """Org ID -> id of the networks known that the file would list: those led by its commissioner, or by any; of the
    same series of Org IDs, so that training networks are left alone."""
    series = {row.code[0] for row in release.networks}
    led = Organisation.objects.networks()
    if release.commissioner:
        led = led.filter(pk__in=Lead.objects.known().filter(commissioner__code=release.commissioner).values("network"))
    return {code: id for id, code in led.values_list("pk", "code") if code[0] in series}


def _membership_key(pair: Pair) -> dict[str, int]:
    return {"practice": pair[0], "network": pair[1]}


def _timelines(model: type[TwoClocked], subject: str, says: str, ids: Iterable[int]) -> Timelines:
    timelines: dict[int, list[Span[int]]] = defaultdict(list)
    known = model.objects.known().filter(**{f"{subject}__in": set(ids)}).order_by("valid__startswith")
    for id, valid, value in known.values_list(subject, "valid", says):
        timelines[id].append(Span(valid.lower, valid.upper, value))
    return timelines


def _with_present_lead(known: list[Span[int]], row: NetworkRow, lead: int, as_at: date) -> list[Span[int]]:
    if {span.value for span in known} <= {lead}:
        return [Span(row.open_date, None, lead)]
    if known[-1].value == lead:
        return known
    return with_value(known, Span(as_at, None, lead))


def _parents_of_practices(release: Release, directory: Directory) -> Iterator[tuple[int, Span[int], FileReport]]:
    file = release.practice_file
    for row in release.practices if file else ():
        practice = directory.id_of(row.code, Kind.PRACTICE)
        parent = directory.id_of(row.commissioner_code, Kind.COMMISSIONER)
        if practice and parent and file:
            span = inclusive(row.commissioner_joined_date or row.open_date, row.commissioner_left_date)
            yield practice, Span(span.lower, span.upper, parent), file


def _parents_of_commissioners(release: Release, directory: Directory) -> Iterator[tuple[int, Span[int], FileReport]]:
    for file, rows in release.parent_files:
        for row in rows:
            child, parent = (directory.id_of(code, Kind.COMMISSIONER) for code in (row.code, row.parent_code))
            if child and parent and row.open_date:
                span = inclusive(row.open_date, row.close_date)
                yield child, Span(span.lower, span.upper, parent), file


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


def _recorded_by_earlier_loads(file: FileReport, release: Release) -> set[tuple[int, int]]:
    loads = OdsLoad.objects.filter(layout=file.layout.name.lower(), as_at=file.as_at, scope=release.commissioner)
    rows = ListSize.objects.known().filter(
        recorded__startswith__in=loads.values("loaded_at"), valid__contains=file.as_at
    )
    return set(rows.values_list("organisation_id", "kind"))


def _size_key(key: tuple[int, int]) -> dict[str, int]:
    return {"organisation": key[0], "kind": key[1]}


def _size_beliefs(
    sizes: Mapping[tuple[int, int], tuple[date, Decimal]], gone: set[tuple[int, int]], gone_on: date
) -> Iterator[Belief]:
    """These sizes on their days, among what is known of other days."""
    known: dict[tuple[int, int], list[Span[Decimal]]] = defaultdict(list)
    organisations = {organisation for organisation, _kind in [*sizes, *gone]}
    rows = ListSize.objects.known().filter(organisation__in=organisations)
    for organisation, kind, valid, size in rows.values_list("organisation_id", "kind", "valid", "size"):
        known[organisation, kind].append(Span(valid.lower, valid.upper, size))
    for key in [*sizes, *gone]:
        day = sizes[key][0] if key in sizes else gone_on
        timeline = cut(known[key], day, day + DAY)
        if key in sizes:
            timeline = with_value(timeline, Span(day, day + DAY, sizes[key][1]))
        yield from (Belief(_size_key(key), span.valid, {"size": span.value}) for span in timeline)
