"""The states of a person's account, and the roles there are."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models

from core.transitions import Transition, transition_table
from operations.kinds import MailKind


class UserState(models.IntegerChoices):
    ACTIVE = 1, "Active"
    DISABLED = 2, "Disabled"
    LOCKED = 3, "Locked"
    UNLINKED = 4, "Unlinked"
    RETIRED = 5, "Retired"


_PERMISSION = "accounts.administer_people"

DISABLE = Transition(
    "disable", frozenset({UserState.ACTIVE, UserState.LOCKED}), UserState.DISABLED, _PERMISSION, "Disable", "disabled"
)
ENABLE = Transition("enable", frozenset({UserState.DISABLED}), UserState.ACTIVE, _PERMISSION, "Enable", "enabled")
LOCK = Transition("lock", frozenset({UserState.ACTIVE}), UserState.LOCKED, _PERMISSION, "Lock", "locked")
UNLOCK = Transition("unlock", frozenset({UserState.LOCKED}), UserState.ACTIVE, _PERMISSION, "Unlock", "unlocked")
RETIRE = Transition(
    "retire", frozenset(UserState) - {UserState.RETIRED}, UserState.RETIRED, _PERMISSION, "Retire", "retired"
)
ACCOUNT = transition_table([DISABLE, ENABLE, LOCK, UNLOCK, RETIRE])


class Role(models.TextChoices):
    """The roles of domain 2, in its words."""

    ADVANCED_USER_ADMINISTRATOR = "Advanced User Administrator"
    USER_ADMINISTRATOR = "User Administrator"
    VIEW = "View"
    FINANCE_VIEW = "Finance View"
    ACHIEVEMENT_ENTRY = "Achievement Entry"
    SERVICE_MANAGEMENT = "Service Management"
    DECLARATION_MANAGEMENT = "Declaration Management"
    SUPERVISOR = "Supervisor"
    COMMISSIONING_MANAGEMENT = "Commissioning Management"
    APPROVAL_MANAGEMENT = "Approval Management"
    FINANCE_MANAGEMENT = "Finance Management"
    ORGANISATION_ADMINISTRATOR = "Organisation Administrator"
    PCN_VIEW = "PCN View", "PCN View"
    PCN_MANAGEMENT = "PCN Management", "PCN Management"
    REFERENCE_DATA = "Reference Data"
    SERVICE_RELEASE = "Service Release"
    OPERATIONS = "Operations"
    PAYMENT_RELEASE = "Payment Release"


class TokenEnd(models.TextChoices):
    """Why a token of the API ended, as it is said of it."""

    REVOKED = "revoked", "revoked"
    EXPIRED = "expired", "its time was up"
    PASSWORD = "password", "the password was replaced"
    SECOND_FACTOR = "second factor", "the second factor was reset"


NEEDS_A_SECOND_ADMINISTRATOR = frozenset({Role.APPROVAL_MANAGEMENT, Role.FINANCE_MANAGEMENT, Role.PAYMENT_RELEASE})

ADMINISTRATORS = frozenset({Role.ADVANCED_USER_ADMINISTRATOR, Role.USER_ADMINISTRATOR})

NEEDS_A_SECOND_FACTOR = (
    ADMINISTRATORS
    | NEEDS_A_SECOND_ADMINISTRATOR
    | {Role.ORGANISATION_ADMINISTRATOR, Role.REFERENCE_DATA, Role.SERVICE_RELEASE, Role.OPERATIONS}
)
"""Approvers and administrators: whoever holds one of these signs in with a code from their phone, too."""

MAIL_FOR: Mapping[MailKind, frozenset[Role]] = {
    MailKind.DECLARATION: frozenset({Role.DECLARATION_MANAGEMENT}),
    MailKind.APPROVAL: frozenset({Role.APPROVAL_MANAGEMENT}),
    MailKind.FINANCE: frozenset({Role.FINANCE_MANAGEMENT}),
    MailKind.CAME_BACK: frozenset(
        {
            Role.DECLARATION_MANAGEMENT,
            Role.ACHIEVEMENT_ENTRY,
            Role.APPROVAL_MANAGEMENT,
            Role.FINANCE_MANAGEMENT,
        }
    ),
    MailKind.FINANCE_APPROVED: frozenset({Role.DECLARATION_MANAGEMENT}),
    MailKind.PARTICIPATION: frozenset(
        {Role.SERVICE_MANAGEMENT, Role.COMMISSIONING_MANAGEMENT, Role.APPROVAL_MANAGEMENT, Role.PCN_MANAGEMENT}
    ),
    MailKind.PAYEES: frozenset(
        {
            Role.ORGANISATION_ADMINISTRATOR,
            Role.FINANCE_VIEW,
            Role.DECLARATION_MANAGEMENT,
            Role.USER_ADMINISTRATOR,
        }
    ),
    MailKind.NIL_SETTLEMENT: frozenset({Role.APPROVAL_MANAGEMENT, Role.DECLARATION_MANAGEMENT}),
    MailKind.OVERNIGHT: frozenset({Role.OPERATIONS}),
    MailKind.TOKENS: frozenset(Role),
}
"""Kind of e-mail -> the roles that are told: who chooses when it is sent. Of tokens, whoever of them made one."""

SEES_POUNDS = frozenset(
    {Role.FINANCE_VIEW, Role.DECLARATION_MANAGEMENT, Role.APPROVAL_MANAGEMENT, Role.FINANCE_MANAGEMENT}
)
