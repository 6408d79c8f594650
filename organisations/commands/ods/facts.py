"""The dated facts of a release, as beliefs: memberships, leads and parents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from core.dates import inclusive
from core.timelines import Span, cut, with_value
from core.two_clocks import Belief, Recorded, TwoClocked, believe
from organisations.commands.memberships import Pair, Spell, membership_beliefs
from organisations.commands.ods.directory import Directory
from organisations.commands.ods.release import Release
from organisations.commands.ods.report import FileReport
from organisations.formats import MembershipRow, NetworkRow
from organisations.models import Kind, Lead, Membership, Organisation, Parent
from organisations.queries.doubts import PARENT_BEFORE

Timelines = Mapping[int, list[Span[int]]]
NO_COMMISSIONER = "is not a commissioning organisation"


def take_memberships(release: Release, directory: Directory) -> Recorded:
    """Every spell of the file, and nothing else, for the networks of the file and of its scope; but what is known of a
    practice or network whose row was refused is not taken to be gone."""
    file = release.network_file
    assert file is not None
    spells: dict[Pair, list[Spell]] = defaultdict(list)
    for row in release.memberships:
        if pair := _pair(row, file, directory):
            spells[pair].append(Spell(row.start_date, row.end_date, row.zero_length))
    known = pairs_in_scope(release, directory)
    named, in_doubt = _in_doubt(known, file)
    spells = {pair: each for pair, each in spells.items() if pair not in named}
    gone = known - set(spells) - in_doubt
    recorded = believe(
        Membership, membership_beliefs(spells), about=[_membership_key(pair) for pair in [*spells, *gone]]
    )
    file.corrections.update(
        {"memberships written": recorded.written, "memberships no longer believed": recorded.closed}
    )
    file.corrections["of them, in no row any more"] = len(gone & recorded.keys)
    if in_doubt:
        file.counts["memberships left as they were, for a row was refused"] = len(in_doubt - set(spells))
    file.concerned |= codes_of(practice for practice, _network in recorded.keys)
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
            file.refuse(row.line, "Lead Code", row.lead_code, NO_COMMISSIONER)
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
        if known[organisation]:
            files[organisation].corrections[PARENT_BEFORE] += 1
    return recorded


def codes_of(practices: Iterable[int]) -> set[str]:
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


def _in_doubt(known: set[Pair], file: FileReport) -> tuple[set[Pair], set[Pair]]:
    """Of these memberships, those that a refused row names, and besides them those that it may be about: the practice's
    where it names no PCN, the PCN's where it names no practice."""
    refused = {(each.whose, each.network) for each in file.refused if each.whose or each.network}
    codes = Organisation.objects.filter(code__in={code for pair in refused for code in pair}).values_list("code", "pk")
    ids: dict[str, int | None] = {"": None, **dict(codes)}
    rows = {(ids[practice], ids[network]) for practice, network in refused if practice in ids and network in ids}
    named = {pair for pair in known if pair in rows}
    return named, named | {pair for pair in known if (pair[0], None) in rows or (None, pair[1]) in rows}


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
            if child and not parent and row.parent_code in directory.known:
                file.refuse(row.line, "High Level Health Geography", row.parent_code, NO_COMMISSIONER)
            if child and parent and row.open_date:
                span = inclusive(row.open_date, row.close_date)
                yield child, Span(span.lower, span.upper, parent), file
