"""The people of the training data: invented names, one sign-in for each role and organisation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from accounts.states import Role
from cqrs_portal.training.places import BISCAY, DOGGER, HUMBER, HUMBER_PRACTICES, NATIONAL, NETWORKS, PRACTICES, VIKING

PASSWORD = "all at sea in training"  # noqa: S105 - of invented people, on a portal that listens on loopback alone


@dataclass(frozen=True)
class Person:
    """Somebody who signs in, and the roles they hold in one organisation."""

    name: str
    email: str
    organisation: str
    roles: tuple[Role, ...]
    limit: Decimal | None = None


def _person(name: str, domain: str, organisation: str, *roles: Role, limit: Decimal | None = None) -> Person:
    return Person(name, f"{name.lower().replace(' ', '.')}@{domain}.example", organisation, roles, limit)


PRACTICE_ROLES = (
    Role.USER_ADMINISTRATOR, Role.VIEW, Role.FINANCE_VIEW, Role.ACHIEVEMENT_ENTRY, Role.SERVICE_MANAGEMENT,
    Role.DECLARATION_MANAGEMENT, Role.SUPERVISOR, Role.PCN_VIEW,
)  # fmt: skip
NETWORK_ROLES = (
    Role.USER_ADMINISTRATOR, Role.VIEW, Role.FINANCE_VIEW, Role.ACHIEVEMENT_ENTRY, Role.DECLARATION_MANAGEMENT,
    Role.PCN_VIEW, Role.PCN_MANAGEMENT,
)  # fmt: skip

ADA = _person("Ada Marsh", "biscay", BISCAY.code, Role.APPROVAL_MANAGEMENT, Role.VIEW)
BRAM = _person("Bram Holt", "biscay", BISCAY.code, Role.APPROVAL_MANAGEMENT, Role.VIEW)
CLEO = _person("Cleo Finch", "biscay", BISCAY.code, Role.FINANCE_MANAGEMENT, Role.FINANCE_VIEW)
DILYS = _person("Dilys Penn", "biscay", BISCAY.code, Role.COMMISSIONING_MANAGEMENT, Role.VIEW)
TOVE = _person("Tove Brand", "biscay", BISCAY.code, Role.COMMISSIONING_MANAGEMENT, Role.VIEW)
HANA = _person("Hana Reed", "biscay", BISCAY.code, Role.VIEW)

AT_BISCAY = (
    ADA,
    BRAM,
    CLEO,
    DILYS,
    TOVE,
    _person("Ewan Frost", "biscay", BISCAY.code, Role.ADVANCED_USER_ADMINISTRATOR, Role.ORGANISATION_ADMINISTRATOR),
    _person("Freda Lowe", "biscay", BISCAY.code, Role.USER_ADMINISTRATOR, Role.ORGANISATION_ADMINISTRATOR),
    _person("Gil Harker", "biscay", BISCAY.code, Role.ACHIEVEMENT_ENTRY, Role.PCN_VIEW, Role.PCN_MANAGEMENT),
    HANA,
    _person("Ivor Shaw", "biscay", BISCAY.code, Role.FINANCE_VIEW),
)
KEZIA = _person("Kezia Moor", "viking", VIKING.code, Role.COMMISSIONING_MANAGEMENT, Role.VIEW)

AT_VIKING = (
    _person("Jory Lind", "viking", VIKING.code, Role.ADVANCED_USER_ADMINISTRATOR, Role.ORGANISATION_ADMINISTRATOR),
    KEZIA,
    _person("Lars Quill", "viking", VIKING.code, Role.APPROVAL_MANAGEMENT, Role.VIEW),
    _person("Mina Stour", "viking", VIKING.code, Role.FINANCE_MANAGEMENT, Role.FINANCE_VIEW),
    _person("Orla Finn", "viking", VIKING.code, Role.ACHIEVEMENT_ENTRY, Role.VIEW),
)
ANWEN = _person("Anwen Gill", "dogger", DOGGER.code, Role.COMMISSIONING_MANAGEMENT, Role.VIEW)
CERYS = _person("Cerys Ives", "dogger", DOGGER.code, Role.APPROVAL_MANAGEMENT, Role.VIEW)
AT_DOGGER = (
    ANWEN,
    CERYS,
    _person("Bevan Hurst", "dogger", DOGGER.code, Role.COMMISSIONING_MANAGEMENT, Role.VIEW),
    _person("Dafydd Jupp", "dogger", DOGGER.code, Role.APPROVAL_MANAGEMENT, Role.VIEW),
    _person("Elin Knox", "dogger", DOGGER.code, Role.FINANCE_MANAGEMENT, Role.FINANCE_VIEW),
    _person("Floris Lamb", "dogger", DOGGER.code, Role.DECLARATION_MANAGEMENT, Role.ACHIEVEMENT_ENTRY, Role.VIEW),
)
NADIA = _person("Nadia Tern", "national", NATIONAL.code, Role.SERVICE_RELEASE)
OWEN = _person("Owen Vale", "national", NATIONAL.code, Role.SERVICE_RELEASE)
AT_NATIONAL = (
    NADIA,
    OWEN,
    _person("Petra Wynn", "national", NATIONAL.code, Role.REFERENCE_DATA),
    _person("Quentin Ash", "national", NATIONAL.code, Role.OPERATIONS),
    _person("Rhona Birch", "national", NATIONAL.code, Role.PAYMENT_RELEASE),
    _person("Silas Crane", "national", NATIONAL.code, Role.USER_ADMINISTRATOR),
)

_PRACTICE_MANAGERS = (
    "Tamsin Dale", "Una Ellis", "Vikram Fell", "Wanda Gale", "Xenia Hope", "Yusuf Innes", "Zelda Jarvis", "Aidan Kerr",
    "Blythe Lang", "Callum Mead", "Delia Nash", "Emrys Orme", "Flora Pike", "Gareth Rowe", "Hetty Sloane",
)  # fmt: skip
_NETWORK_MANAGERS = ("Isla Thorne", "Jonas Usher", "Kerensa Voss", "Lowen West")

AT_PRACTICES = tuple(
    _person(name, practice.name.split()[0].lower(), practice.code, *PRACTICE_ROLES)
    for name, practice in zip(_PRACTICE_MANAGERS, PRACTICES, strict=True)
)
AT_NETWORKS = tuple(
    _person(name, f"{network.place.name.split()[0].lower()}-pcn", network.place.code, *NETWORK_ROLES)
    for name, network in zip(_NETWORK_MANAGERS, NETWORKS, strict=True)
)
AT_HUMBER_PRACTICES = tuple(
    _person(name, practice.name.split()[0].lower(), practice.code, *PRACTICE_ROLES)
    for name, practice in zip(("Gwilym Moss", "Heledd Nye", "Ianto Oak"), HUMBER_PRACTICES, strict=True)
)
AT_HUMBER = _person("Jenna Peel", "humber-pcn", HUMBER.place.code, *NETWORK_ROLES)
IN_TWO_PLACES = (replace(HANA, organisation=VIKING.code, roles=(Role.VIEW, Role.FINANCE_VIEW)),)
"""Who holds roles in a second organisation too: they sign in once, and change whom they act for."""

PEOPLE = (
    *AT_BISCAY, *AT_VIKING, *AT_DOGGER, *AT_NATIONAL, *AT_NETWORKS, AT_HUMBER, *AT_PRACTICES, *AT_HUMBER_PRACTICES,
    *IN_TWO_PLACES,
)  # fmt: skip
