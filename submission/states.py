"""The stages of a payment chain (domain 2), and the states of what is submitted for an achievement date (domain 5)."""

from __future__ import annotations

from django.db.models import IntegerChoices

from core.transitions import Creation, Transition, transition_table


class Stage(IntegerChoices):
    PROVIDER = 1, "provider side"
    COMMISSIONER = 2, "commissioner"
    FINANCE = 3, "finance"
    RELEASE = 4, "release"


class State(IntegerChoices):
    IN_PROGRESS = 1, "In progress"
    SUBMITTED = 2, "Data Submitted"
    BEING_CHANGED = 3, "Being changed"


SUBMITTED_STATES = frozenset({State.SUBMITTED, State.BEING_CHANGED})
"""Figures have been submitted and count, whether or not others are being typed."""


class Source(IntegerChoices):
    """How a value came."""

    MANUAL = 1, "manual"
    EXTRACT = 2, "automatic extract"


class ManualReason(IntegerChoices):
    """Why figures are entered by hand: one of the four of domain 5, recorded with each manual entry."""

    NO_EXTRACTS = 1, "The provider does not support automatic extracts"
    SYSTEM_NOT_SUPPORTED = 2, "Its clinical system does not support automatic extracts for this service"
    CANNOT_BE_EXTRACTED = 3, "The data of this service cannot be extracted"
    TECHNICAL_ISSUE = 4, "A technical issue prevents the automatic extract"


ENTER = "submission.enter"

BEGIN = Creation("begin", State.IN_PROGRESS, "begun")

SAVE = Transition(
    "save work in progress", frozenset({State.IN_PROGRESS}), State.IN_PROGRESS, ENTER,
    button="Save Work in Progress", done="saved", stage=Stage.PROVIDER,
)  # fmt: skip
AMEND = Transition(
    "change", frozenset({State.SUBMITTED, State.BEING_CHANGED}), State.BEING_CHANGED, ENTER,
    button="Save Work in Progress", done="saved", stage=Stage.PROVIDER,
)  # fmt: skip
LEAVE_UNCHANGED = Transition(
    "leave unchanged", frozenset({State.SUBMITTED, State.BEING_CHANGED}), State.SUBMITTED, ENTER,
    button="Save Work in Progress", done="left unchanged", stage=Stage.PROVIDER,
)  # fmt: skip
SUBMIT = Transition(
    "submit", frozenset(State), State.SUBMITTED, ENTER,
    button="Submit Achievement Data", done="submitted", stage=Stage.PROVIDER,
)  # fmt: skip
NIL_RETURN = Transition(
    "nil return", frozenset(State), State.SUBMITTED, ENTER,
    button="Nil return", done="submitted as a nil return", stage=Stage.PROVIDER,
)  # fmt: skip

SUBMISSION = transition_table([SAVE, AMEND, LEAVE_UNCHANGED, SUBMIT, NIL_RETURN])
