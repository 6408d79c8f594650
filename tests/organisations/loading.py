"""Reference files loaded, and what is known after it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from core.actors import SYSTEM
from organisations import commands
from organisations.commands import OdsFiles
from organisations.models import Membership, Organisation
from organisations.states import RowKind

LISTS_DAY = date(2021, 1, 1)
OF_ANOTHER_COMMISSIONER = {RowKind.ACROSS: ["A81003"]}


def load(release, day="2021-11-30", **options):
    files = OdsFiles(practices=release.practice_file(day), networks=release.network_file(day), **options)
    return commands.load_ods(files, by=SYSTEM)


def kinds(file):
    """Kind of remark -> the organisations it is made of."""
    found = defaultdict(list)
    for remark in file.remarks:
        found[remark.kind].append(remark.code)
    return dict(found)


def organisation(code):
    return Organisation.objects.get(code=code)


def spells(practice, network, known_at=None):
    rows = Membership.objects.known(known_at).filter(practice__code=practice, network__code=network)
    return sorted((row.start_date, row.end_date) for row in rows)
