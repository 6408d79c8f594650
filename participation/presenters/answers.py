"""What became of answers: approved or not, accepted or rejected; and the pages that ask before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.transitions import Refused
from participation.commands import Answered
from participation.presenters.offered import APPROVE, NOT_APPROVE
from ui.components import Confirm
from ui.forms import PortalForm
from ui.frame import Page
from ui.wording import count

ACCEPT, REJECT = "accept", "reject"
DONE = {APPROVE: "approved", NOT_APPROVE: "not approved", ACCEPT: "accepted", REJECT: "rejected"}
SHOWN_REFUSALS = 20
SHOWN_EFFECTS = 3
WHAT_NOT_APPROVED_MEANS = (
    "The practices are told why, and take no part in the service.",
    "They can be offered it anew.",
)


@dataclass(frozen=True, kw_only=True)
class CheckPage(Page):
    """Many rows at once, checked before it happens."""

    confirm: Confirm


@dataclass(frozen=True, kw_only=True)
class ReasonPage(Page):
    """Why, before it happens."""

    confirm: Confirm
    form: PortalForm


def would_approve(how_many: int) -> str:
    return f"{count(how_many, 'practice')} would be approved, and take part in the service on the days offered."


def not_approved_title(how_many: int) -> str:
    return f"Do not approve {count(how_many, 'practice')}"


def done(
    action: str, answered: Answered, names: Mapping[int, str], noun: tuple[str, str] = ("practice", "practices")
) -> str:
    """`3 practices approved.` and what followed, what was left, and why."""
    how_many = len(answered.ids)
    first = f"{count(how_many, *noun)} {DONE[action]}." if how_many else "Nothing was changed."
    return " ".join(
        [first, *some_of([effect.sentence for effect in answered.effects]), *left_as_they_are(answered.refused, names)]
    )


def some_of(sentences: Sequence[str]) -> list[str]:
    """The first few of what followed, and how many more there are."""
    more = len(sentences) - SHOWN_EFFECTS
    return [*sentences[:SHOWN_EFFECTS], *([f"And {more:,} more that follow from it."] if more > 0 else [])]


def left_as_they_are(refused: Sequence[Refused], names: Mapping[int, str]) -> list[str]:
    """Each row that did not move, by name, with every reason."""
    shown = refused[:SHOWN_REFUSALS]
    more = len(refused) - len(shown)
    said = [f"{names.get(row.id, 'One row')}: {' '.join(row.reasons)}" for row in shown]
    return [*said, *([f"And {more:,} more that were left as they are."] if more > 0 else [])]
