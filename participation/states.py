"""The states of an offer and of the participation it becomes, and every move between them (domain 4)."""

from __future__ import annotations

from django.db.models import IntegerChoices

from core.transitions import Creation, Transition, transition_table


class State(IntegerChoices):
    OFFERED = 1, "Offered"
    ACCEPTED = 2, "Accepted"
    REJECTED = 3, "Rejected"
    EXPIRED = 4, "Expired"
    APPROVED = 5, "Approved"
    NOT_APPROVED = 6, "Not approved"
    ENDED = 7, "Ended"
    CANCELLED = 8, "Cancelled"


COVERING = frozenset({State.APPROVED, State.ENDED})
"""Whoever was approved takes part on the days of the term; *Ended* says only that its end date has passed."""

OPEN = frozenset({State.OFFERED, State.ACCEPTED, State.APPROVED, State.ENDED})
"""States in which an offer stands: another one for the same days would be a second."""

CAME_TO_NOTHING = frozenset({State.REJECTED, State.EXPIRED, State.NOT_APPROVED, State.CANCELLED})
"""States of an offer that nobody takes part by; another one for the same provider replaces it."""

OFFER = Creation("offer", State.OFFERED, "offered")

ACCEPT = Transition(
    "accept", frozenset({State.OFFERED}), State.ACCEPTED, "participation.answer", button="Accept", done="accepted"
)
REJECT = Transition(
    "reject", frozenset({State.OFFERED}), State.REJECTED, "participation.answer",
    button="Reject", done="rejected", needs_reason=True,
)  # fmt: skip
EXPIRE = Transition("expire", frozenset({State.OFFERED}), State.EXPIRED, "core.system_only", done="expired")
APPROVE = Transition(
    "approve", frozenset({State.ACCEPTED}), State.APPROVED, "participation.approve", button="Approve", done="approved"
)
NOT_APPROVE = Transition(
    "do not approve", frozenset({State.ACCEPTED}), State.NOT_APPROVED, "participation.approve",
    button="Do not approve", done="not approved", needs_reason=True,
)  # fmt: skip
SAVE_END_DATE = Transition(
    "save end date", frozenset({State.APPROVED}), State.APPROVED, "participation.end",
    button="Save End Date", done="given an end date", needs_reason=True,
)  # fmt: skip
END = Transition(
    "end", frozenset({State.APPROVED}), State.ENDED, "participation.end",
    button="Save End Date", done="ended", needs_reason=True,
)  # fmt: skip
CORRECT_END = Transition(
    "correct end date", frozenset({State.ENDED}), State.ENDED, "participation.end",
    button="Save End Date", done="given another end date", needs_reason=True,
)  # fmt: skip
REOPEN = Transition(
    "reopen", frozenset({State.ENDED}), State.APPROVED, "participation.end",
    button="Save End Date", done="reopened", needs_reason=True,
)  # fmt: skip
CORRECT_START = Transition(
    "correct start date", frozenset({State.APPROVED}), State.APPROVED, "participation.start",
    button="Save start date", done="given another start date", needs_reason=True,
)  # fmt: skip
CORRECT_START_OF_ENDED = Transition(
    "correct start date of ended", frozenset({State.ENDED}), State.ENDED, "participation.start",
    button="Save start date", done="given another start date", needs_reason=True,
)  # fmt: skip
SHORTEN_OFFER = Transition(
    "shorten offer", frozenset({State.OFFERED}), State.OFFERED, "core.system_only",
    done="given the end of the membership", needs_reason=True,
)  # fmt: skip
SHORTEN_ANSWERED = Transition(
    "shorten answered offer", frozenset({State.ACCEPTED}), State.ACCEPTED, "core.system_only",
    done="given the end of the membership", needs_reason=True,
)  # fmt: skip
CANCEL = Transition(
    "cancel", OPEN, State.CANCELLED, "participation.cancel",
    button="Cancel Service", done="cancelled", needs_reason=True,
)  # fmt: skip

PARTICIPATION = transition_table(
    [
        ACCEPT,
        REJECT,
        EXPIRE,
        APPROVE,
        NOT_APPROVE,
        SAVE_END_DATE,
        END,
        CORRECT_END,
        REOPEN,
        CORRECT_START,
        CORRECT_START_OF_ENDED,
        SHORTEN_OFFER,
        SHORTEN_ANSWERED,
        CANCEL,
    ]
)


class RequestState(IntegerChoices):
    ASKED = 1, "Awaiting confirmation"
    CONFIRMED = 2, "Confirmed"
    DECLINED = 3, "Declined"
    TAKEN_BACK = 4, "Taken back"


ASK = Creation("ask for confirmation", RequestState.ASKED, "asked for confirmation")

CONFIRM = Transition(
    "confirm", frozenset({RequestState.ASKED}), RequestState.CONFIRMED, "participation.confirm_end",
    button="Confirm", done="confirmed",
)  # fmt: skip
DECLINE = Transition(
    "decline", frozenset({RequestState.ASKED}), RequestState.DECLINED, "participation.confirm_end",
    button="Decline", done="declined", needs_reason=True,
)  # fmt: skip
TAKE_BACK = Transition(
    "take back", frozenset({RequestState.ASKED}), RequestState.TAKEN_BACK, "participation.take_back_end",
    button="Take back", done="taken back",
)  # fmt: skip

END_REQUEST = transition_table([CONFIRM, DECLINE, TAKE_BACK])


class AskState(IntegerChoices):
    ASKED = 1, "Asked for"
    OFFERED = 2, "Offered"
    DECLINED = 3, "Declined"


ASK_FOR_SERVICE = Creation("ask for service", AskState.ASKED, "asked for")

MEET_REQUEST = Transition(
    "meet request", frozenset({AskState.ASKED}), AskState.OFFERED, "core.system_only", done="offered"
)
DECLINE_REQUEST = Transition(
    "decline request", frozenset({AskState.ASKED}), AskState.DECLINED, "participation.decline_request",
    button="Decline", done="declined", needs_reason=True,
)  # fmt: skip

SERVICE_REQUEST = transition_table([MEET_REQUEST, DECLINE_REQUEST])
