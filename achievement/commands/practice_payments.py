"""Achievements paid to the practice itself are worked out from what it submitted, and anew when that changes."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from io import StringIO
from itertools import groupby

from django.db import connection

from achievement.commands.adjustments import keep_what_is_to_be_adjusted
from achievement.commands.calculation import Calculated
from achievement.commands.courses import AUTO_DECLARED_PAYMENTS, PRACTICE_PAYMENTS, Course
from achievement.commands.hand_overs import difference_of, tell_who_acts_next
from achievement.commands.verdicts import Done, apply_verdicts, create_figures, stage_verdicts
from achievement.models import Achievement
from achievement.queries.figures import Claim, claims_of, explained, services_paid_by_item
from achievement.states import APPROVE, State
from catalogue.formats import Definition, Item
from catalogue.models import QualityService, ServiceVersion
from catalogue.queries import definition_of_version, released_version
from core.actors import SYSTEM, Actor
from core.changes import Effect
from core.commands import command
from core.locking import lock, lock_ids
from organisations.models import Organisation
from organisations.queries import last_days_of
from submission.changes import Key
from ui.wording import count, long_date, money

TOLD_SINGLY = 3
"""Rows that effects tell one by one; more are told by their number."""

FIGURE = (
    "service_id", "achievement_date", "provider_id", "commissioner_id", "participation_id", "amount", "inputs",
)  # fmt: skip


@command
def calculate_practice_payments(*, by: Actor, keys: Collection[Key], why: str = "") -> Calculated:
    """Work out what these providers (keys of service, achievement date and provider) are paid for what they submitted.

    Figures that changed come back for declaration with the difference noted, or for approval where no declaration is
    required; what finance has approved stays, and is answered as "to be adjusted". The closing date of a practice is a
    payment date of its own, in place of its period's (ADR 0056). Figures on a date that is not a
    payment date, and of a practice without an approved participation or fee for it, are paid nothing: the effects
    say so. Without an allocation nothing limits what is paid. Locks the providers first, then their achievements.
    `why` is kept with what is withdrawn, and with what is to be adjusted.
    """
    lock_ids(Organisation, {key.provider_id for key in keys})
    services = services_paid_by_item({key.service_id for key in keys})
    counts: dict[str, int] = {}
    effects: list[Effect] = []
    for (service_id, day), of_date in groupby(sorted(keys), key=lambda key: (key.service_id, key.achievement_date)):
        version = released_version(service_id) if service_id in services else None
        if version is not None:
            done = _work_out(services[service_id], version, day, [key.provider_id for key in of_date], by, why)
            for verdict, how_many in done.counts.items():
                counts[verdict] = counts.get(verdict, 0) + how_many
            effects += done.effects
    return Calculated(counts, tuple(effects))


def _work_out(
    service: QualityService, version: ServiceVersion, day: date, providers: list[int], by: Actor, why: str
) -> Done:
    """One service and date."""
    definition = definition_of_version(version)
    method = definition.calculation
    if not isinstance(method, Item):
        return Done({}, ())
    closed = last_days_of(providers)
    paid = [id for id in providers if definition.pays_on(day, closed.get(id)) or day in definition.payment_dates]
    lock(Achievement.objects.filter(service=service, achievement_date=day, network=None, provider__in=providers))
    claims = claims_of(service, definition, method, day, paid) if paid else []
    _stage(service, day, claims)
    course = AUTO_DECLARED_PAYMENTS if definition.no_declaration_required else PRACTICE_PAYMENTS
    stage_verdicts(course, service.pk, [day], providers)
    adjusted = keep_what_is_to_be_adjusted(course, service.pk, [day], providers, why=why)
    done = apply_verdicts(course, version.pk, by=by, why=why)
    moved = _approve_where_none_is_required(definition, course)
    unpaid = _no_payment_date(service, day, len(providers) - len(paid))
    return Done(done.counts, (*unpaid, *done.effects, *adjusted, *_told(moved), *_problems(claims)))


def _no_payment_date(service: QualityService, day: date, providers: int) -> Sequence[Effect]:
    sentence = f"{long_date(day)} is not a payment date of {service.name}: these figures yield no payment."
    return [Effect("no payment date", sentence, providers)] if providers else []


def _stage(service: QualityService, day: date, claims: Iterable[Claim]) -> None:
    """Fill the temporary table `figure` with what is due."""
    rows = (_figure(service, day, claim) for claim in claims if not claim.problem)
    create_figures()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY figure ({', '.join(FIGURE)}) FROM STDIN", StringIO("".join(rows)))
        cursor.execute("ANALYZE figure")


def _figure(service: QualityService, day: date, claim: Claim) -> str:
    taking_part, result = claim.participation, claim.result
    assert taking_part is not None
    assert result is not None
    values = (
        service.pk, day, claim.provider.pk, taking_part.commissioner_id, taking_part.pk, result.amount,
        json.dumps(claim.inputs),
    )  # fmt: skip
    return "\t".join(map(str, values)) + "\n"


def _approve_where_none_is_required(definition: Definition, course: Course) -> Sequence[Achievement]:
    """The rows that were worked out now, in the state they end in; whoever acts next is told."""
    new, changed = _worked_out_now("new", "revived"), _worked_out_now("changed")
    ids = [*new, *changed]
    if definition.no_approval_required and definition.no_declaration_required:
        rows = Achievement.objects.in_state(State.AWAITING_COMMISSIONER).filter(pk__in=ids)
        APPROVE.apply(rows, by=SYSTEM, note="No approval is required.")
    tell_who_acts_next(course.created, new, by=SYSTEM)
    tell_who_acts_next(course.changed, changed, by=SYSTEM, note=difference_of(changed))
    rows = Achievement.objects.filter(pk__in=ids).select_related("service", "provider", "service_version")
    return list(rows.order_by("provider__name"))


def _worked_out_now(*verdicts: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT a.id FROM verdict v
               JOIN achievement_achievement a USING (service_id, achievement_date, provider_id)
               WHERE a.network_id IS NULL AND v.verdict = ANY(%s) ORDER BY 1""",
            [list(verdicts)],
        )
        return [id for (id,) in cursor.fetchall()]


def _told(rows: Sequence[Achievement]) -> Iterable[Effect]:
    """How each of a few was worked out; the page that submitted them shows it at once."""
    for row in rows if len(rows) <= TOLD_SINGLY else ():
        explanation = explained(row)
        if explanation is not None:
            sentence = f"{row.provider.name}, {long_date(row.achievement_date)}: {explanation.sentence()}."
            yield Effect("provisional payment", sentence, 1, row.amount, (row.pk,))
    if len(rows) > TOLD_SINGLY:
        pounds = sum(row.amount for row in rows)
        yield Effect("provisional payment", f"{count(len(rows), 'achievement')}, {money(pounds)}.", len(rows))


def _problems(claims: Sequence[Claim]) -> Iterable[Effect]:
    """Why nothing is paid for some."""
    found = [claim.problem for claim in claims if claim.problem]
    yield from (Effect("nothing paid", sentence, 1) for sentence in found[:TOLD_SINGLY])
    if len(found) > TOLD_SINGLY:
        rest = len(found) - TOLD_SINGLY
        yield Effect("nothing paid", f"{count(rest, 'more provider')} cannot be paid for their figures.", rest)
