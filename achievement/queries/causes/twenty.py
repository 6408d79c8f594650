"""The twenty causes for which a network waits (domain 7), and the order in which they are put right."""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices


class Group(TextChoices):
    PARTICIPATION = "participation", "Participation"
    FIGURES = "figures", "Figures"
    APPROVAL = "approval", "Approval"
    REFERENCE = "reference", "Reference data"
    NONE = "none", "None of these"


class Cause(IntegerChoices):
    """Why a line, or a network, is not paid yet. The numbers are the specification's; the labels head lists."""

    OFFERS_END = 1, "The network's offers end before the service"
    MEMBER_ENDS = 2, "A member's offer ends before the service"
    NEVER_OFFERED = 3, "A joiner was never offered the service"
    STARTS_LATE = 4, "An offer starts after joining"
    HANGS_ELSEWHERE = 5, "An offer still hangs on the former PCN"
    NOT_TAKEN_UP = 6, "An offer was not taken up"
    AWAITING_DATA = 7, "Awaiting data"
    NOT_SUBMITTED = 8, "Work in progress, not submitted"
    INFORMATION_MISSING = 9, "Only management information is missing"
    NO_PAYMENT_DATE = 10, "Figures on a date that is not a payment date"
    ENTRY_CLOSED = 11, "The entry window has shut"
    NO_FIGURE = 12, "No list size, rate or released version"
    RECALCULATION = 13, "Recalculation queued or failed"
    DECLARATION = 14, "Awaiting declaration"
    COMMISSIONER = 15, "Awaiting the commissioning organisation"
    HELD = 16, "Held or rejected"
    NOBODY = 17, "Nobody active can act"
    ODS = 18, "Reference data to be settled"
    CLOSED = 19, "Practice or PCN closed"
    UNKNOWN = 20, "Unknown state"

    @property
    def group(self) -> Group:
        last = (6, Group.PARTICIPATION), (13, Group.FIGURES), (17, Group.APPROVAL), (19, Group.REFERENCE)
        return next((group for number, group in last if self <= number), Group.NONE)


FIRST_TO_LAST = (
    Cause.ODS, Cause.CLOSED, Cause.HANGS_ELSEWHERE, Cause.NEVER_OFFERED, Cause.STARTS_LATE, Cause.NOT_TAKEN_UP,
    Cause.MEMBER_ENDS, Cause.OFFERS_END, Cause.NO_FIGURE, Cause.NO_PAYMENT_DATE, Cause.ENTRY_CLOSED,
    Cause.INFORMATION_MISSING, Cause.NOT_SUBMITTED, Cause.AWAITING_DATA, Cause.RECALCULATION, Cause.NOBODY,
    Cause.DECLARATION, Cause.HELD, Cause.COMMISSIONER, Cause.UNKNOWN,
)  # fmt: skip
"""What must be done first stands first: who is a member, who takes part, figures, and then who acts on them."""
