"""What Home shows: every app's needs and happenings, brought together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from django.db.models import QuerySet

from accounts.queries import administrators_of
from accounts.queries import needs_of as account_needs
from accounts.rules import Acting
from achievement.formats import PAYMENT, TOTAL, id_referred_to
from achievement.models import (
    Achievement,
    AchievementChange,
    NetworkAchievement,
    NetworkAchievementChange,
    on_any_date,
)
from achievement.queries import needs_of as achievements_that_need
from achievement.rules import networks_visible_to, sees_pounds, visible_to
from achievement.states import (
    AUTO_DECLARED,
    CALCULATED,
    NETWORK_AGGREGATED,
    NETWORK_LINE,
    NETWORK_TOTAL,
    PRACTICE_PAID,
    UNDO_APPROVAL,
    UNDO_LINE,
)
from core.needs import Happening, Need
from core.paging import Slice, page_of
from operations.tasks_for_people import needs_of as tasks_that_need
from organisations.models import Kind, Organisation
from organisations.queries import organisations_found
from participation.queries import needs_of as participations_that_need
from submission.queries import needs_of as figures_that_need
from ui.wording import listed, month, without_pounds

SHOWN, READ, NAMED = 8, 200, 3
READ_OF_PRACTICES = 1000
"""More than the practices of any one commissioning organisation, who may be approved in one act."""

TABLES = (PRACTICE_PAID, AUTO_DECLARED, NETWORK_LINE, NETWORK_TOTAL)
DONE = {move.name: move.done for move in chain.from_iterable(table.values() for table in TABLES)}
DONE |= {creation.name: creation.done for creation in (CALCULATED, NETWORK_AGGREGATED)}
DONE |= {UNDO_APPROVAL.name: "approval undone", UNDO_LINE.name: "approval undone"}
"""What each move did, as it is said of a month."""


def needs_of(actor: Acting) -> list[Need]:
    """What waits for this person in the organisation they act for: what they can do first, then what is held up."""
    of_apps = (achievements_that_need, participations_that_need, figures_that_need, account_needs)
    tasks = tasks_that_need(actor, of_every_role=actor.supervises)
    needs = [*tasks, *chain.from_iterable(needs(actor) for needs in of_apps)]
    return needs if sees_pounds(actor) else [_without_pounds(need) for need in needs]


def _without_pounds(need: Need) -> Need:
    return replace(need, sentence=without_pounds(need.sentence), pounds=None, remark="")


def happenings_of(actor: Acting) -> list[Happening]:
    """The last moves of what this person may see, newest first: network totals, a practice's own achievements, and
    what the people concerned did to those that one commissions and that are paid to practices.

    What one person did to several in one act is one happening.
    """
    totals = NetworkAchievement.objects.filter(networks_visible_to(actor))
    moves = [
        *_last_moves(NetworkAchievementChange.objects.filter(row__in=totals), "row__network"),
        *(_last_moves_of_practices(actor) if _commissions(actor) else _own_last_moves(actor)),
    ]
    acts: dict[tuple[Any, ...], list[Any]] = {}
    for move in sorted(moves, key=lambda move: (move.at, move.pk), reverse=True):
        acts.setdefault(_act(move), []).append(move)
    return [_happening(act, with_pounds=sees_pounds(actor)) for act in islice(acts.values(), SHOWN)]


def named(actor: Acting, text: str) -> Organisation | None:
    """The practice or PCN, of those somebody sees, with exactly this Org ID."""
    return organisations_found(actor, text).filter(code=text.upper()).first() if text else None


def referred_to(actor: Acting, text: str) -> Achievement | NetworkAchievement | None:
    """The achievement or network total, of those somebody sees, that a reference names."""
    payment, total = id_referred_to(PAYMENT, text), id_referred_to(TOTAL, text)
    if payment is not None:
        return Achievement.objects.filter(visible_to(actor), pk=payment).first()
    if total is None:
        return None
    totals = NetworkAchievement.objects.filter(networks_visible_to(actor), pk=total)
    return totals.select_related("network", "service").first()


def found(actor: Acting, text: str, *, after: str, size: int) -> tuple[Slice, int]:
    """One page of the practices and PCNs that match, by name, and how many there are; none without a text."""
    rows = organisations_found(actor, text) if text else Organisation.objects.none()
    return page_of(rows, ("name", "code"), after=after, size=size), rows.count()


def whom_to_ask(actor: Acting) -> str:
    """A sentence naming the administrators of the organisation acted for."""
    if actor.organisation is None:
        return "For roles and sign-ins, ask the user administrator of your organisation."
    names = [user.name for user in administrators_of(actor.organisation)]
    if not names:
        return f"{actor.organisation.name} has no user administrator at present."
    return f"For roles and sign-ins in {actor.organisation.name}, ask {listed(names, 'or')}."


def _last_moves(moves: QuerySet[Any], whose: str, how_many: int = READ) -> QuerySet[Any]:
    return moves.select_related(whose, "row__service", "by").order_by("-pk")[:how_many]


def _commissions(actor: Acting) -> bool:
    return actor.organisation is not None and actor.organisation.kind == Kind.COMMISSIONER


def _own_last_moves(actor: Acting) -> QuerySet[Any]:
    own = Achievement.objects.filter(on_any_date(), provider=actor.organisation_id)
    return _last_moves(AchievementChange.objects.filter(row__in=own), "row__provider")


def _last_moves_of_practices(actor: Acting) -> QuerySet[Any]:
    """Moves of what a commissioning organisation pays to practices. That they were worked out each night is left out:
    what then awaits somebody is among the needs."""
    commissioned = Achievement.objects.filter(commissioner=actor.organisation_id, network=None)
    moves = AchievementChange.objects.filter(row__in=commissioned).exclude(transition=CALCULATED.name)
    return _last_moves(moves, "row__provider", READ_OF_PRACTICES)


def _act(move: Any) -> tuple[Any, ...]:
    """Moves that are one act: at one moment, of one kind, for one service and date."""
    return move.at, move.row.achievement_date, move.transition, move.row.service_id


def _happening(moves: Sequence[Any], *, with_pounds: bool) -> Happening:
    first = moves[0]
    names = sorted(_whose(move.row) for move in moves)
    return Happening(
        at=first.at,
        whose=listed(names) if len(names) <= NAMED else f"{len(names)} {_noun(first.row)}",
        what=f"{month(first.row.achievement_date)} {DONE.get(first.transition, first.transition)}",
        pounds=sum((move.amount for move in moves), Decimal(0)) if with_pounds else None,
        by=first.by.name if first.by else "",
    )


def _whose(row: Achievement | NetworkAchievement) -> str:
    return row.network.name if isinstance(row, NetworkAchievement) else row.provider.name


def _noun(row: Achievement | NetworkAchievement) -> str:
    return "PCNs" if isinstance(row, NetworkAchievement) else "practices"
