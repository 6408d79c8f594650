"""What reference files are uploaded as, what may be odd about their rows; and what becomes of a proposed payee,
of what ODS was asked, and of what was proposed for practices that closed."""

from __future__ import annotations

from django.db import models

from core.transitions import Creation, Transition, transition_table


class RowKind(models.TextChoices):
    """Why a row is listed after a load: it was refused, or was taken and needs a look."""

    REFUSED = "refused", "Rows refused"
    BY_CODE = "by code", "Members known by code only"
    OTHER_SETTING = "other setting", "Members that are no general practice"
    CLOSED = "closed", "Closed, and still a member"
    OVERLAP = "overlap", "In two networks on the same days"
    SAME_DAY = "same day", "Left one network and joined another on one day"
    GAP = "gap", "In no network between two memberships"
    ZERO_LENGTH = "zero length", "Of zero length, counting on no day"
    ACROSS = "across", "In a network that another commissioner leads"
    NO_NETWORK = "no network", "Active, in no network"
    GONE = "gone", "Known before, in no row now"
    PARENT_BLANK = "parent blank", "Without the parent that was known before"
    CHANGED = "changed", "List sizes changed by more than 5 %"
    REPLACED = "replaced", "Other figures of the same day, replaced"
    MISSING = "missing", "Members of a PCN without a list size"


class Purpose(models.TextChoices):
    """What an uploaded file is meant as."""

    PRACTICES = "practices", "Practices (epraccur)"
    NETWORKS = "networks", "Networks and their members (ePCN)"
    SUB_ICBS = "sub_icbs", "Sub-ICB locations (eccg)"
    ICBS = "icbs", "Integrated care boards"
    LISTS = "lists", "List sizes"


class UploadStatus(models.TextChoices):
    """Where an upload of reference files stands: drawn from its jobs, which have progress."""

    BEING_CHECKED = "being checked", "Being checked"
    NOT_CHECKED = "not checked", "Could not be checked"
    CHECKED = "checked", "Checked: awaits your confirmation"
    BEING_LOADED = "being loaded", "Being loaded"
    NOT_LOADED = "not loaded", "Could not be loaded"
    LOADED = "loaded", "Loaded"
    DROPPED = "dropped", "Dropped"


class ProposalState(models.IntegerChoices):
    PROPOSED = 1, "Proposed"
    CONFIRMED = 2, "Confirmed"
    DECLINED = 3, "Declined"
    WITHDRAWN = 4, "Withdrawn"


_PENDING = frozenset({ProposalState.PROPOSED})

PROPOSE_PAYEE = Creation("propose payee", ProposalState.PROPOSED, "proposed")
CONFIRM_PAYEE = Transition(
    "confirm payee", _PENDING, ProposalState.CONFIRMED, "organisations.confirm_payee",
    button="Confirm payee", done="confirmed",
)  # fmt: skip
DECLINE_PAYEE = Transition(
    "decline payee", _PENDING, ProposalState.DECLINED, "organisations.decline_payee",
    button="Decline", done="declined", needs_reason=True,
)  # fmt: skip
WITHDRAW_PAYEE = Transition(
    "withdraw payee", _PENDING, ProposalState.WITHDRAWN, "organisations.withdraw_payee",
    button="Withdraw", done="withdrawn",
)  # fmt: skip
PAYEE_PROPOSAL = transition_table([CONFIRM_PAYEE, DECLINE_PAYEE, WITHDRAW_PAYEE])


class RequestState(models.IntegerChoices):
    ASKED = 1, "Answer awaited"
    ANSWERED = 2, "Answered"
    CLOSED = 3, "Closed"


ASK_ODS = Creation("ask ODS", RequestState.ASKED, "asked")
NOTE_ANSWER = Transition(
    "note answer", frozenset({RequestState.ASKED, RequestState.ANSWERED}), RequestState.ANSWERED,
    "organisations.settle_ods_request", button="Note the answer", done="answered", needs_reason=True,
)  # fmt: skip
CLOSE_REQUEST = Transition(
    "close request", frozenset({RequestState.ASKED, RequestState.ANSWERED}), RequestState.CLOSED,
    "organisations.settle_ods_request", button="Close", done="closed",
)  # fmt: skip
ODS_REQUEST = transition_table([NOTE_ANSWER, CLOSE_REQUEST])


class ClosureState(models.IntegerChoices):
    PROPOSED = 1, "Awaiting confirmation"
    CONFIRMED = 2, "Confirmed"
    DECLINED = 3, "Declined"
    TAKEN_BACK = 4, "Taken back"


PROPOSE_CLOSURE = Creation("propose closure", ClosureState.PROPOSED, "proposed")
CONFIRM_CLOSURE = Transition(
    "confirm closure", frozenset({ClosureState.PROPOSED}), ClosureState.CONFIRMED, "organisations.confirm_closure",
    button="Confirm", done="confirmed",
)  # fmt: skip
DECLINE_CLOSURE = Transition(
    "decline closure", frozenset({ClosureState.PROPOSED}), ClosureState.DECLINED, "organisations.confirm_closure",
    button="Decline", done="declined", needs_reason=True,
)  # fmt: skip
TAKE_BACK_CLOSURE = Transition(
    "take back closure", frozenset({ClosureState.PROPOSED}), ClosureState.TAKEN_BACK,
    "organisations.take_back_closure", button="Take back", done="taken back",
)  # fmt: skip
CLOSURE = transition_table([CONFIRM_CLOSURE, DECLINE_CLOSURE, TAKE_BACK_CLOSURE])
