"""Who may load reference data."""

from __future__ import annotations

from django.db.models import Q

from core.actors import Actor
from core.errors import NotPermitted
from core.permissions import ALL, NONE, Permission, Refusal
from organisations.models import Kind, Organisation

REFERENCE_DATA = "Reference Data"
"""The role's name: roles themselves are a room above."""

WHO_CAN = f"Anybody with the role {REFERENCE_DATA} of the national operator can."

LOAD_REFERENCE_DATA = Permission(
    "organisations.load_reference_data",
    Refusal(
        f"You need the role {REFERENCE_DATA} in the organisation you act for.",
        lambda by: ALL if REFERENCE_DATA in by.roles() else NONE,
    ),
    Refusal(
        "Reference data holds for the whole country: the national operator loads it.",
        lambda by: Q(kind=Kind.NATIONAL),
    ),
)
"""On organisations: for which of them somebody may load reference data."""


def must_load_reference_data(by: Actor) -> None:
    """Raises NotPermitted unless this actor may load reference data, in the organisation acted for."""
    if by.is_system:
        return
    own = Organisation.objects.filter(pk=by.organisation_id or 0).first()
    if own is None:
        raise NotPermitted("You act for no organisation.", who_can=[WHO_CAN])
    LOAD_REFERENCE_DATA.require(own, by, who_can=[WHO_CAN])
