"""Who may load and release service definitions."""

from __future__ import annotations

from django.db.models import Q

from accounts.rules import grants_of
from accounts.states import Role
from core.actors import Actor
from core.permissions import ALL, NONE, Permission, Refusal

HOLDS_SERVICE_RELEASE = Refusal(
    f"You need the role {Role.SERVICE_RELEASE.label}.", lambda by: ALL if holds_service_release(by) else NONE
)
ALL_FIGURES_KNOWN = Refusal("Some of its figures are unknown, so it stays a draft.", lambda by: Q(unknown_figures=[]))

Permission("catalogue.propose_release", HOLDS_SERVICE_RELEASE, ALL_FIGURES_KNOWN)
Permission(
    "catalogue.confirm_release",
    HOLDS_SERVICE_RELEASE,
    ALL_FIGURES_KNOWN,
    Refusal("Nobody has released it yet; then another person confirms it.", lambda by: Q(released_by__isnull=False)),
    Refusal(
        "You released it; the confirmation is another person's.",
        lambda by: ~Q(released_by=by.user_id) | Q(released_by=None),
    ),
)


def holds_service_release(by: Actor) -> bool:
    """Definitions are national: the role counts wherever it is held."""
    return bool(grants_of(by, Role.SERVICE_RELEASE))


def may_load_definitions(by: Actor) -> bool:
    return by.is_system or holds_service_release(by)
