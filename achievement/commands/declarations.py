"""A provider declares what was worked out, as it saw it, and takes a declaration back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from achievement.commands.hand_overs import tell_who_acts_next
from achievement.commands.outcomes import Outcome, outcome_of, reason_given, rows_chosen, together
from achievement.models import Achievement, Declaration
from achievement.queries.declarations import ToDeclare, texts_of
from achievement.states import DECLARE, WITHDRAW_DECLARATION
from catalogue.queries import released_version
from core.actors import Actor
from core.commands import command, instant
from core.errors import NotPermitted
from core.locking import lock
from core.transitions import Refused, Seen

OTHER_TEXT = "The declaration text has changed since you read it. Read it again, then declare."


@command
def declare_achievements(chosen: Collection[ToDeclare], *, by: Actor) -> Outcome:
    """Declare achievements as they were seen, accepting by name the declaration text of their service.

    Each is declared with its own note. One whose service has another text by now than the one that was read is
    refused. Which version of which text was accepted, by whom and for which amount, is kept for good; and the closing
    date of a provider on whose behalf its commissioning organisation declared.
    """
    rows = rows_chosen([each.seen for each in chosen], by)
    lock(rows)
    services = dict(rows.values_list("pk", "service_id"))
    current = {service: text.version for service, text in texts_of(services.values()).items()}
    read_it = [each for each in chosen if _is_current(each, services, current)]
    stale = [Refused(each.seen.id, (OTHER_TEXT,)) for each in chosen if each not in read_it]
    outcomes = [_declare(note, its, by) for note, its in _by_note(read_it).items()]
    return together(DECLARE.done, [*outcomes, Outcome(DECLARE.done, (), Decimal(0), tuple(stale))])


@command
def withdraw_declarations(seen: Collection[Seen], *, by: Actor, note: str) -> Outcome:
    """Declarations are taken back before approval; what was declared awaits its provider again."""
    reason = reason_given(note)
    outcome = outcome_of(WITHDRAW_DECLARATION.apply(rows_chosen(seen, by), by=by, note=reason, seen=seen))
    tell_who_acts_next(WITHDRAW_DECLARATION, outcome.ids, by=by, note=reason)
    return outcome


def _is_current(each: ToDeclare, services: Mapping[int, int], current: Mapping[int, int | None]) -> bool:
    """Rows that nobody may see are left to the transition, which answers them as not there."""
    service = services.get(each.seen.id)
    return service is None or current.get(service) == each.text_version


def _by_note(chosen: Sequence[ToDeclare]) -> dict[str, list[ToDeclare]]:
    found: dict[str, list[ToDeclare]] = {}
    for each in chosen:
        found.setdefault(each.note, []).append(each)
    return found


def _declare(note: str, chosen: Sequence[ToDeclare], by: Actor) -> Outcome:
    seen = [each.seen for each in chosen]
    outcome = outcome_of(DECLARE.apply(rows_chosen(seen, by), by=by, note=note, seen=seen))
    versions = {each.seen.id: each.text_version for each in chosen}
    rows = Achievement.objects.filter(pk__in=outcome.ids).select_related("provider")
    Declaration.objects.bulk_create(_declaration(row, versions[row.pk], by) for row in rows)
    tell_who_acts_next(DECLARE, outcome.ids, by=by, note=note)
    return outcome


def _declaration(row: Any, text_version: int | None, by: Actor) -> Declaration:
    if by.user_id is None or by.organisation_id is None:
        raise NotPermitted("A declaration is a person's, for the organisation they act for.")
    version = released_version(row.service_id)
    return Declaration(
        achievement=row,
        achievement_version=row.version - 1,
        amount=row.amount,
        service_version_id=version.pk if version else row.service_version_id,
        text_version=text_version,
        by_id=by.user_id,
        name=by.name,
        organisation_id=by.organisation_id,
        at=instant(),
        closed_on=row.provider.close_date if by.organisation_id == row.commissioner_id else None,
    )
