"""Each cause in a sentence, with the names and dates of its case."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from accounts.states import Role
from achievement.presenters.waiting.subject import Subject
from achievement.queries.causes import Cause
from achievement.states import State
from participation.states import State as Offered
from ui.wording import listed, long_date, month


def title_of(subject: Subject) -> str:
    return _TITLES[subject.cause](subject)


def _offers_end(of: Subject) -> str:
    end = long_date(of.service.end_date)
    return (
        f"All offers of {of.service.short_name} to this PCN end on {long_date(of.last_end)}; the service ends on {end}."
    )


def _member_ends(of: Subject) -> str:
    return f"{of.name}: its offer of {of.service_names} ends on {long_date(of.last_end)}, and it is still a member."


def _never_offered(of: Subject) -> str:
    member = of.known.members.get(of.practice.pk) if of.practice else None
    came = "rejoined" if member and member.was_before else "joined"
    return f"{of.name} {came} on {long_date(of.day_after_joining)} and was not offered {of.service_names}."


def _starts_late(of: Subject) -> str:
    start = min((offer.start_date for offer in of.later), default=of.first_date)
    return (
        f"{of.name} is a member since {long_date(of.day_after_joining)}; its offer of {of.service_names} starts on "
        f"{long_date(start)}."
    )


def _hangs_elsewhere(of: Subject) -> str:
    former = listed(list(dict.fromkeys(offer.network.name for offer in of.elsewhere)))
    return f"{of.name}: its offer of {of.service_names} still hangs on {former or 'another PCN'}."


_WORDS = {
    Offered.OFFERED: "is not answered", Offered.ACCEPTED: "is accepted and not approved",
    Offered.REJECTED: "was rejected", Offered.EXPIRED: "has expired", Offered.NOT_APPROVED: "was not approved",
    Offered.CANCELLED: "was cancelled",
}  # fmt: skip


def _not_taken_up(of: Subject) -> str:
    state = Offered(of.not_taken_up[-1].state) if of.not_taken_up else Offered.OFFERED
    return f"{of.name}: its offer of {of.service_names} {_WORDS.get(state, 'was not taken up')}."


def _awaiting_data(of: Subject) -> str:
    return f"{of.name} has given no figures for {of.service_names} yet."


def _not_submitted(of: Subject) -> str:
    return f"{of.name} has work in progress for {of.service_names} that is not submitted."


def _information_missing(of: Subject) -> str:
    return f"{of.name}: only management information is missing for {of.service_names}."


def _no_payment_date(of: Subject) -> str:
    return f"{of.name} gave its figures for {of.service_names} on a date that is not a payment date."


def _entry_closed(of: Subject) -> str:
    return f"{of.name} can no longer enter figures for {of.service_names}: the entry window has shut."


def _no_figure(of: Subject) -> str:
    if of.lacks_list:
        return f"{of.name} has no {of.list_words}."
    if of.definition is None:
        return f"{of.service.short_name}: no version of its definition is released."
    return f"{of.service.short_name}: no rate is known for {month(of.first_date)}."


def _recalculation(of: Subject) -> str:
    if any(message.attempts for message in of.known.queued):
        return f"{of.service.short_name}: the recalculation of this PCN has failed; it is tried again."
    if of.known.queued:
        return f"{of.service.short_name}: this PCN is being worked out anew."
    if not of.practices:
        return f"{of.service.short_name}: every practice is ready; the total is made by itself."
    return f"{of.service.short_name}: what is due has not been worked out yet."


def _declaration(of: Subject) -> str:
    return f"{of.name} has not declared {of.service_names}."


def _commissioner(of: Subject) -> str:
    whose = of.known.lead.name if of.known.lead else "the commissioning organisation"
    if len(of.practices) > 1:
        names = listed([each.name for each in of.practices])
        return f"{of.service.short_name} of {names} awaits approval by {whose}."
    return f"{of.name}: {of.service.short_name} awaits approval by {whose}."


def _held(of: Subject) -> str:
    held = of.first_line.state == State.HELD
    return f"{of.name}: {of.service_names} was rejected{' and is held' if held else ', and is not declared again'}."


def _nobody(of: Subject) -> str:
    role = Role.DECLARATION_MANAGEMENT if of.first_line.state == State.AWAITING_PROVIDER else Role.APPROVAL_MANAGEMENT
    where = of.acting_organisation
    return (
        f"{of.name}: nobody active at {where.name if where else 'its organisation'} can act on {of.service_names} as "
        f"{role.label}."
    )


def _ods(of: Subject) -> str:
    return f"{of.name}: what the reference files say of it is not settled."


def _closed(of: Subject) -> str:
    closed = of.practice if of.practice and of.practice.close_date else of.known.network
    return f"{closed.name} ({closed.code}) closed on {long_date(closed.close_date)}, and is still waited for."


def _unknown(of: Subject) -> str:
    return f"{of.name}: {of.service_names} is in an unknown state. None of the nineteen causes explains it."


_TITLES: Mapping[Cause, Callable[[Subject], str]] = {
    Cause.OFFERS_END: _offers_end, Cause.MEMBER_ENDS: _member_ends, Cause.NEVER_OFFERED: _never_offered,
    Cause.STARTS_LATE: _starts_late, Cause.HANGS_ELSEWHERE: _hangs_elsewhere, Cause.NOT_TAKEN_UP: _not_taken_up,
    Cause.AWAITING_DATA: _awaiting_data, Cause.NOT_SUBMITTED: _not_submitted,
    Cause.INFORMATION_MISSING: _information_missing, Cause.NO_PAYMENT_DATE: _no_payment_date,
    Cause.ENTRY_CLOSED: _entry_closed, Cause.NO_FIGURE: _no_figure, Cause.RECALCULATION: _recalculation,
    Cause.DECLARATION: _declaration, Cause.COMMISSIONER: _commissioner, Cause.HELD: _held, Cause.NOBODY: _nobody,
    Cause.ODS: _ods, Cause.CLOSED: _closed, Cause.UNKNOWN: _unknown,
}  # fmt: skip
