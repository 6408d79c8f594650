"""What each cause is seen in: rows, days, people and files, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from achievement.presenters.details import CREATED, DONE
from achievement.presenters.waiting.subject import Subject
from achievement.queries.causes import Cause, Offer
from achievement.queries.causes.facts import GAP_IN_DAYS
from achievement.states import State
from catalogue.models import Aggregates
from core import clock
from core.dates import DAY
from submission.rules import closes_on
from ui.wording import count, dense_date, listed, long_date, moment

COUNTS_WAIT = (
    "Its members' figures are in. What they pay the PCN together is not worked out by the portal yet, so no overnight "
    "run makes this total."
)


def evidence_of(subject: Subject) -> Iterator[str]:
    yield from _EVIDENCE[subject.cause](subject)
    yield from _asked(subject)


def _asked(of: Subject) -> Iterator[str]:
    """ "ODS was asked on 3 December 2021, by Dilys Penn: answer awaited." """
    for request in of.known.requests:
        if request.practice in of.practices:
            on = long_date(request.asked_at.astimezone(clock.LONDON).date())
            answer = f": {request.answer}" if request.answer else ""
            yield f"ODS was asked on {on}, by {request.asked_by.name}: {request.state_label.lower()}{answer}."


def _membership(of: Subject) -> Iterator[str]:
    """ "ODS, recorded 20 September 2021: member from 16/09/2021." """
    member = of.known.members.get(of.practice.pk) if of.practice else None
    if member:
        recorded = long_date(member.recorded_at.astimezone(clock.LONDON).date())
        yield f"ODS, recorded {recorded}: member from {dense_date(member.since)}."


def _offer(offer: Offer, of: Subject) -> str:
    last = f"; {moment(offer.moved_at)}, {offer.moved_by}" if offer.moved_at else ""
    why = f": {offer.note.removesuffix('.')}" if offer.note else ""
    return (
        f"Offer for {offer.network.name}, {dense_date(offer.start_date)} to {dense_date(offer.end_date)}, "
        f"{offer.label}{last}{why}."
    )


def _offers(offers: list[Offer], of: Subject) -> Iterator[str]:
    for offer in offers:
        yield _offer(offer, of)


def _offers_end(of: Subject) -> Iterator[str]:
    names = listed([f"{each.name} ({each.code})" for each in of.practices])
    yield f"{count(len(of.ended), 'offer')} ended: {names}."
    yield from _offers(of.ended[:1], of)


def _member_ends(of: Subject) -> Iterator[str]:
    yield from _offers(of.ended, of)
    yield from _membership(of)


def _never_offered(of: Subject) -> Iterator[str]:
    yield from _membership(of)
    yield f"No offer of {of.service_names} from then."


def _starts_late(of: Subject) -> Iterator[str]:
    yield from _membership(of)
    yield from _offers(of.later, of)


def _hangs_elsewhere(of: Subject) -> Iterator[str]:
    yield from _membership(of)
    yield from _offers(of.elsewhere, of)


def _not_taken_up(of: Subject) -> Iterator[str]:
    for offer in of.not_taken_up:
        yield _offer(offer, of)
        if offer.respond_by:
            yield f"To be answered by {long_date(offer.respond_by)}."


def _awaited(of: Subject) -> Iterator[str]:
    if of.indicators:
        yield f"Awaited: {listed(of.indicators)}."
    mode = of.definition.entry_mode if of.definition else "manual"
    if mode in ("automatic", "both"):
        yield "An automatic extract is expected, and has not arrived."
    if mode in ("manual", "both"):
        yield "Manual entry has not begun."
        yield from _window(of)


def _window(of: Subject) -> Iterator[str]:
    closes = closes_on(of.definition, of.first_date) if of.definition else None
    if closes:
        verb = "closes" if closes >= clock.today() else "closed"
        yield f"Entry for {long_date(of.first_date)} {verb} on {long_date(closes)}."


def _begun(of: Subject) -> Iterator[str]:
    for line in of.lines:
        key = line.key
        submission = of.known.figures.get((key.service_id, key.achievement_date, line.practice_id or 0))
        if submission:
            yield f"{long_date(key.achievement_date)}: {submission.state_label}, begun {moment(submission.begun_at)}."
    yield from _window(of)


def _another_day(of: Subject) -> Iterator[str]:
    mine = {line.practice_id for line in of.lines}
    for (service, day, practice), submission in sorted(of.known.figures.items()):
        if practice in mine and service == of.service.pk and submission.submitted_at:
            yield f"Figures of {long_date(day)}, submitted {moment(submission.submitted_at)}."
    yield f"Payment dates that wait: {listed([long_date(line.key.achievement_date) for line in of.lines])}."


def _no_figure(of: Subject) -> Iterator[str]:
    if of.lacks_list:
        yield f"{of.service.short_name} pays on the {of.list_words}; no list size of that day is recorded."
    else:
        yield f"Financial year {of.financial_year}: no released definition of {of.service.short_name} pays this date."


def _recalculation(of: Subject) -> Iterator[str]:
    for message in of.known.queued:
        failed = f", failed {count(message.attempts, 'time')}: {message.error[:200]}" if message.attempts else ""
        yield f"Asked for {moment(message.created_at)}{failed}."
    if of.service.aggregates == Aggregates.COUNTS:
        yield COUNTS_WAIT
    elif not of.known.queued:
        yield "Nothing is queued for it: the next overnight run does it."


def _moved(of: Subject) -> Iterator[str]:
    for line in of.lines:
        move = of.known.moves.get(line.line_id or 0)
        if move:
            why = f": {move.note.removesuffix('.')}" if move.note else ""
            done = CREATED.get((move.transition, move.to_state)) or DONE.get(move.transition, move.transition)
            whose = (
                f"{of.known.practices[line.practice_id].name}, " if line.practice_id and len(of.practices) > 1 else ""
            )
            day = long_date(line.key.achievement_date)
            yield f"{whose}{day}: {done}, {moment(move.at)}, {move.by}{why}."


def _nobody(of: Subject) -> Iterator[str]:
    waits = "its declaration" if of.first_line.state == State.AWAITING_PROVIDER else "the commissioning organisation"
    yield f"It awaits {waits}. Whoever holds the role is not active, is barred by another stage, or is above a limit."
    yield from _moved(of)


def _ods(of: Subject) -> Iterator[str]:
    reference, code = of.known.reference, of.practice.code if of.practice else ""
    for pk, at, codes in reference.uploads:
        if code in codes:
            yield f"Upload {pk}, {moment(at)}, would change it and is not confirmed."
    if code in reference.refused:
        yield f"A row of the last file was refused: {reference.refused[code]}."
    yield from _membership(of)
    if code not in reference.refused and not any(code in codes for _pk, _at, codes in reference.uploads):
        yield from _memberships(of)
    yield _last_loaded(of)


def _memberships(of: Subject) -> Iterator[str]:
    """ "ODS has it as a member of Utsire Partnership PCN too, from 01/10/2021." Or the gap between two memberships."""
    spells = of.known.spells.get(of.practice.pk, ()) if of.practice else ()
    days = sorted({line.key.achievement_date for line in of.lines})
    for spell in spells:
        if spell.network != of.known.network and any(spell.holds_on(day) for day in days):
            yield f"ODS has it as a member of {spell.network.name} too, {spell.said}."
    here = [spell for spell in spells if spell.network == of.known.network]
    for earlier, later in pairwise(here):
        if earlier.until and 1 < (later.since - earlier.until).days <= GAP_IN_DAYS + 1:
            first, last = earlier.until + DAY, later.since - DAY
            yield f"Between two of its memberships here there is a gap, {dense_date(first)} to {dense_date(last)}."


def _last_loaded(of: Subject) -> str:
    at = of.known.reference.loaded_at
    if at is None:
        return "No ODS file of PCNs has been loaded yet."
    days = (clock.today() - at.astimezone(clock.LONDON).date()).days
    return f"ODS was last loaded {count(days, 'day')} ago."


def _closed(of: Subject) -> Iterator[str]:
    for whose in (*of.practices, of.known.network):
        if whose.close_date:
            yield f"ODS: {whose.name} ({whose.code}) closed on {dense_date(whose.close_date)}."
    yield from _membership(of)


def _unknown(of: Subject) -> Iterator[str]:
    for line in of.lines:
        status = State(line.state).label if line.state in State.values else "no line"
        day = long_date(line.key.achievement_date)
        yield f"{day}: {status}, line {line.line_id or 'none'}, version {line.version}."
    yield from _moved(of)


_EVIDENCE: Mapping[Cause, Callable[[Subject], Iterator[str]]] = {
    Cause.OFFERS_END: _offers_end, Cause.MEMBER_ENDS: _member_ends, Cause.NEVER_OFFERED: _never_offered,
    Cause.STARTS_LATE: _starts_late, Cause.HANGS_ELSEWHERE: _hangs_elsewhere, Cause.NOT_TAKEN_UP: _not_taken_up,
    Cause.AWAITING_DATA: _awaited, Cause.NOT_SUBMITTED: _begun, Cause.INFORMATION_MISSING: _begun,
    Cause.NO_PAYMENT_DATE: _another_day, Cause.ENTRY_CLOSED: _window, Cause.NO_FIGURE: _no_figure,
    Cause.RECALCULATION: _recalculation, Cause.DECLARATION: _moved, Cause.COMMISSIONER: _moved, Cause.HELD: _moved,
    Cause.NOBODY: _nobody, Cause.ODS: _ods, Cause.CLOSED: _closed, Cause.UNKNOWN: _unknown,
}  # fmt: skip
