"""The seven tabs and what stands under each: who sees a tab, and where it leads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import NoReverseMatch, ResolverMatch, reverse

from accounts.rules import Acting
from accounts.states import ADMINISTRATORS, Role
from organisations.models import Kind
from ui.frame import Link, Tab

EVERYBODY = frozenset(Role)
APPROVERS = frozenset({Role.APPROVAL_MANAGEMENT, Role.FINANCE_MANAGEMENT})
MONEY = APPROVERS | {Role.FINANCE_VIEW, Role.DECLARATION_MANAGEMENT, Role.COMMISSIONING_MANAGEMENT, Role.VIEW}
NETWORK_ROLES = frozenset({Role.PCN_VIEW, Role.PCN_MANAGEMENT})
SUPERVISING = frozenset({Role.SUPERVISOR})
TAKING_PART = frozenset({Role.SERVICE_MANAGEMENT, Role.VIEW, Role.FINANCE_VIEW}) | SUPERVISING | NETWORK_ROLES
OFFERING = frozenset({Role.COMMISSIONING_MANAGEMENT, Role.APPROVAL_MANAGEMENT, Role.FINANCE_MANAGEMENT, Role.VIEW})
ENTERING = frozenset({Role.ACHIEVEMENT_ENTRY, Role.VIEW}) | SUPERVISING | NETWORK_ROLES

REFERENCE_PAGES = frozenset(
    {"organisations:ods_load", "organisations:upload_ods", "organisations:ods_upload", "organisations:upload_lists"}
)
SEEING_LISTS = frozenset({Role.REFERENCE_DATA, Role.ORGANISATION_ADMINISTRATOR, Role.COMMISSIONING_MANAGEMENT})

PAYEE_PAGES = frozenset({"organisations:propose_payee", "organisations:payee_proposal", "organisations:decline_payee"})

PROVIDERS = frozenset({Kind.PRACTICE, Kind.NETWORK})
COMMISSIONERS = frozenset({Kind.COMMISSIONER})
NATIONAL = frozenset({Kind.NATIONAL})
AVAILABLE_TO = PROVIDERS | COMMISSIONERS
ANY_KIND = frozenset(Kind)


@dataclass(frozen=True)
class Entry:
    """One page under a tab: its label, the name of its address, and who can use it, in which kinds of organisation."""

    label: str
    name: str
    roles: frozenset[Role] = EVERYBODY
    kinds: frozenset[Kind] = ANY_KIND

    def is_for(self, actor: Acting) -> bool:
        kind = actor.organisation.kind if actor.organisation else None
        return kind in self.kinds and actor.holds(*self.roles)

    @property
    def href(self) -> str:
        """Empty while no page of this name is there."""
        try:
            return reverse(self.name)
        except NoReverseMatch:
            return ""


@dataclass(frozen=True)
class Section:
    """One tab: its entries, and the namespaces, or single page names, whose pages belong to it too."""

    label: str
    entries: Sequence[Entry]
    pages: frozenset[str]


SECTIONS = (
    Section(
        "Participation Management",
        (
            Entry("Available Services", "participation:available_services", TAKING_PART | OFFERING, AVAILABLE_TO),
            Entry("Offered Services", "participation:offered_services", OFFERING, COMMISSIONERS),
            Entry(
                "Create Offers",
                "participation:create_offers",
                frozenset({Role.COMMISSIONING_MANAGEMENT}),
                COMMISSIONERS,
            ),
            Entry("Joiners and movers", "participation:joiners", OFFERING, COMMISSIONERS),
            Entry("Practices that closed", "participation:closures", OFFERING, COMMISSIONERS),
            Entry("Allocations", "participation:allocations", OFFERING, COMMISSIONERS),
            Entry("My Services", "participation:my_services", TAKING_PART, PROVIDERS),
        ),
        frozenset({"participation"}),
    ),
    Section(
        "Data Submission",
        (
            Entry("Record Achievement", "submission:record_achievement", ENTERING, PROVIDERS),
            Entry("Record Provider Achievement", "submission:record_provider_achievement", ENTERING, COMMISSIONERS),
            Entry("Network Achievement", "submission:network_achievement", ENTERING | OFFERING),
        ),
        frozenset({"submission"}),
    ),
    Section(
        "Achievement",
        (
            Entry("Achievement Results", "achievement:achievement_results", MONEY | NETWORK_ROLES | SUPERVISING),
            Entry("Declare", "achievement:declare", frozenset({Role.DECLARATION_MANAGEMENT}), AVAILABLE_TO),
            Entry("Declaration Management", "achievement:declaration_management", MONEY, COMMISSIONERS),
            Entry(
                "Network Declaration Management", "achievement:network_declaration_management", MONEY | NETWORK_ROLES
            ),
            Entry("Networks waiting", "achievement:waiting", MONEY | NETWORK_ROLES),
            Entry("To be adjusted", "achievement:to_be_adjusted", MONEY | NETWORK_ROLES, AVAILABLE_TO),
            Entry("Nil settlements", "achievement:nil_settlements", MONEY | NETWORK_ROLES, COMMISSIONERS),
        ),
        frozenset({"achievement"}),
    ),
    Section(
        "Reports",
        (
            Entry("Administrative", "reports:administrative"),
            Entry("Achievement Summary Report", "reports:achievement_summary", MONEY | NETWORK_ROLES),
            Entry("Data Submission Report", "submission:data_submission_report", ENTERING | OFFERING),
        ),
        frozenset({"reports"}),
    ),
    Section(
        "Administrative Tasks",
        (
            Entry("Users", "accounts:users", ADMINISTRATORS),
            Entry("Payees", "organisations:payees", frozenset({Role.ORGANISATION_ADMINISTRATOR}), COMMISSIONERS),
            Entry("List sizes", "organisations:list_sizes", SEEING_LISTS, COMMISSIONERS | NATIONAL),
            Entry("Quality services", "catalogue:services", frozenset({Role.SERVICE_RELEASE}), NATIONAL),
            Entry("Reference data", "organisations:ods_loads", frozenset({Role.REFERENCE_DATA}), NATIONAL),
            Entry("Overnight runs", "achievement:overnight_runs", frozenset({Role.OPERATIONS}), NATIONAL),
        ),
        REFERENCE_PAGES
        | PAYEE_PAGES
        | {"accounts:reset_second_factor", "catalogue", "operations"}
        | {"achievement:overnight_run", "achievement:start_overnight_run"},
    ),
)


@dataclass(frozen=True)
class Place:
    """Where somebody is: the tabs they can use, and the pages under the one they are in."""

    tabs: Sequence[Tab]
    sub_tabs: Sequence[Link]


def place_of(actor: Acting, match: ResolverMatch | None) -> Place:
    """The tabs this person can use, Home first and Help last; a tab without a page they can use is left out."""
    here = match.view_name if match else ""
    current = _current_section(here)
    tabs = [Tab("Home", reverse("home:home"), here == "home:home")]
    tabs += [Tab(section.label, _href(section, actor), section is current) for section in SECTIONS]
    tabs.append(Tab("Help", reverse("home:help"), here == "home:help"))
    return Place([tab for tab in tabs if tab.href], _sub_tabs(current, actor, here))


def _href(section: Section, actor: Acting) -> str:
    return next((entry.href for entry in _usable(section, actor)), "")


def _usable(section: Section, actor: Acting) -> Iterable[Entry]:
    return (entry for entry in section.entries if entry.is_for(actor) and entry.href)


def _current_section(here: str) -> Section | None:
    for name in (here, here.split(":", maxsplit=1)[0]):
        for section in SECTIONS:
            if name in section.pages or name in {entry.name for entry in section.entries}:
                return section
    return None


def _sub_tabs(section: Section | None, actor: Acting, here: str) -> list[Link]:
    if section is None:
        return []
    return [Link(entry.label, entry.href, here == entry.name) for entry in _usable(section, actor)]
