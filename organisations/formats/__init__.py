"""The files of reference data, parsed: nothing here knows the database."""

from organisations.formats.layouts import Layout, layout_of
from organisations.formats.list_files import read_list_sizes, read_placements
from organisations.formats.organisation_files import (
    read_commissioners,
    read_memberships,
    read_networks,
    read_practices,
)
from organisations.formats.rows import (
    CommissionerKind,
    CommissionerRow,
    ListKind,
    ListSizeRow,
    MembershipRow,
    NetworkRow,
    PlacementRow,
    PracticeRow,
    PracticeStatus,
    Refused,
    WrongFile,
)
from organisations.formats.snapshots import Snapshot, date_in_name, newest_day, open_snapshot

__all__ = [
    "CommissionerKind",
    "CommissionerRow",
    "Layout",
    "ListKind",
    "ListSizeRow",
    "MembershipRow",
    "NetworkRow",
    "PlacementRow",
    "PracticeRow",
    "PracticeStatus",
    "Refused",
    "Snapshot",
    "WrongFile",
    "date_in_name",
    "layout_of",
    "newest_day",
    "open_snapshot",
    "read_commissioners",
    "read_list_sizes",
    "read_memberships",
    "read_networks",
    "read_placements",
    "read_practices",
]
