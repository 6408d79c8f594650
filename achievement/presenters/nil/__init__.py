"""Lines settled as nil: their own pages, and what other pages say of them."""

from achievement.presenters.nil.beside import (
    in_network,
    remarks_of,
    settle_links,
    settled_lines,
    worked_out,
)
from achievement.presenters.nil.listing import NilSettlementsPage, columns, empty, row_of
from achievement.presenters.nil.page import (
    Change,
    NilSettlementPage,
    ProposeNilPage,
    ReasonShown,
    breadcrumb,
    cannot,
    change_of,
    done,
    network_href_of,
    propose_page,
    reason_form,
    settlement_page,
)
from achievement.presenters.nil.ways import ways_back

__all__ = [
    "Change",
    "NilSettlementPage",
    "NilSettlementsPage",
    "ProposeNilPage",
    "ReasonShown",
    "breadcrumb",
    "cannot",
    "change_of",
    "columns",
    "done",
    "empty",
    "in_network",
    "network_href_of",
    "propose_page",
    "reason_form",
    "remarks_of",
    "row_of",
    "settle_links",
    "settled_lines",
    "settlement_page",
    "ways_back",
    "worked_out",
]
