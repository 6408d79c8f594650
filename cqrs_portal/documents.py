"""The documents that are drawn from the code: which statuses there are and how they change, and who handles what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import IntegerChoices

from accounts.states import ACCOUNT, UserState
from achievement import states as achievement
from catalogue.states import LOADED, SERVICE_VERSION, VersionState
from core.changes import handlers
from core.transitions import Creation, Transition
from organisations.states import (
    ASK_ODS,
    CLOSURE,
    ODS_REQUEST,
    PAYEE_PROPOSAL,
    PROPOSE_CLOSURE,
    PROPOSE_PAYEE,
    ClosureState,
    ProposalState,
    RequestState,
)
from participation import states as participation
from submission import states as submission

DRAWN_BY = "Drawn from the code by `python3 portal.py manage draw_docs`; a test keeps it true."


@dataclass(frozen=True)
class Machine:
    """One thing that has a status: its states, how it comes to be, and its transition table."""

    title: str
    states: type[IntegerChoices]
    table: Mapping[str, Transition]
    creations: Sequence[Creation] = ()


MACHINES = (
    Machine("Account of a person", UserState, ACCOUNT),
    Machine("Proposed payee of a network", ProposalState, PAYEE_PROPOSAL, [PROPOSE_PAYEE]),
    Machine("Request to ODS", RequestState, ODS_REQUEST, [ASK_ODS]),
    Machine("Proposal for practices that closed", ClosureState, CLOSURE, [PROPOSE_CLOSURE]),
    Machine("Version of a service definition", VersionState, SERVICE_VERSION, [LOADED]),
    Machine("Offer and participation", participation.State, participation.PARTICIPATION, [participation.OFFER]),
    Machine(
        "Request to end participations", participation.RequestState, participation.END_REQUEST, [participation.ASK]
    ),
    Machine(
        "Request for a service",
        participation.AskState,
        participation.SERVICE_REQUEST,
        [participation.ASK_FOR_SERVICE],
    ),
    Machine("Submission of figures", submission.State, submission.SUBMISSION, [submission.BEGIN]),
    Machine("Achievement paid to a practice", achievement.State, achievement.PRACTICE_PAID, [achievement.CALCULATED]),
    Machine(
        "Achievement paid to a practice, no declaration required",
        achievement.State,
        achievement.AUTO_DECLARED,
        [achievement.CALCULATED_AND_DECLARED],
    ),
    Machine(
        "Practice line of an amounts network",
        achievement.State,
        achievement.NETWORK_LINE,
        [achievement.CALCULATED_AND_DECLARED, achievement.CALCULATED_AND_APPROVED],
    ),
    Machine(
        "Network achievement, amounts", achievement.State, achievement.NETWORK_TOTAL, [achievement.NETWORK_AGGREGATED]
    ),
    Machine("Line settled as nil", achievement.NilState, achievement.NIL_SETTLEMENT, [achievement.PROPOSE_NIL]),
)


def documents() -> dict[Path, str]:
    """Path -> text of every document that is drawn."""
    docs = Path(settings.BASE_DIR) / "docs"
    return {docs / "states.md": "\n".join(_states()), docs / "changes.md": "\n".join(_changes())}


def _states() -> Iterator[str]:
    yield from ("# Statuses, and how they change", "", DRAWN_BY, "")
    yield "A status changes only through its transition table. Each move is one row of the thing's history."
    for machine in MACHINES:
        yield from ("", f"## {machine.title}", "", "```mermaid", "stateDiagram-v2", *_diagram(machine), "```", "")
        yield from ("| Move | Button | From | To | Who may | Reason |", "|---|---|---|---|---|---|", *_rows(machine))
    yield ""


def _diagram(machine: Machine) -> Iterator[str]:
    used = {creation.target for creation in machine.creations}
    for move in machine.table.values():
        used |= {move.target, *move.sources}
    yield from (f"    s{state}: {machine.states(state).label}" for state in sorted(used))
    yield from (f"    [*] --> s{creation.target}: {creation.name}" for creation in machine.creations)
    for move in machine.table.values():
        yield from (f"    s{source} --> s{move.target}: {move.name}" for source in sorted(move.sources))


def _rows(machine: Machine) -> Iterator[str]:
    for creation in machine.creations:
        yield f"| {creation.name} | | | {machine.states(creation.target).label} | | |"
    for move in machine.table.values():
        sources = ", ".join(machine.states(source).label for source in sorted(move.sources))
        reason = "yes" if move.needs_reason else ""
        who = f"`{move.permission}`"
        yield f"| {move.name} | {move.button} | {sources} | {machine.states(move.target).label} | {who} | {reason} |"


def _changes() -> Iterator[str]:
    yield from ("# Changes, and who handles them", "", DRAWN_BY, "")
    yield "A command publishes what happened; apps above handle it, in this order, in the same transaction."
    yield from ("", "| Change | Says | Handled by |", "|---|---|---|")
    found = handlers()
    for change in sorted(found, key=lambda change: f"{change.__module__}.{change.__qualname__}"):
        by = ", ".join(f"`{handler.__module__}.{handler.__qualname__}`" for handler in found[change])
        says = (change.__doc__ or "").split("\n")[0]
        yield f"| `{change.__module__}.{change.__qualname__}` | {says} | {by} |"
    yield ""
