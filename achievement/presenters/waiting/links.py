"""The form that puts each cause right, filled in; for whoever may use it, the page itself says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from achievement.presenters.waiting.subject import Subject
from achievement.queries.causes import Cause, Offer
from ui.frame import Link
from ui.wording import long_date


def of(subject: Subject) -> Iterator[Link]:
    made = _LINKS.get(subject.cause)
    if made:
        yield from made(subject)


def for_lead(subject: Subject) -> Iterator[Link]:
    """What whoever commissions for the lead may do beside, or instead of, who acts."""
    asked = _ask_ods(subject)
    if asked:
        yield asked
    yield from list_correction(subject)


def _ask_ods(subject: Subject) -> Link | None:
    """A request to ODS, filled in, where only ODS can put it right: a membership that should not be, or a closure."""
    said = _ASKED.get(subject.cause)
    if said is None or subject.practice is None:
        return None
    practice, network = subject.practice, subject.known.network
    words = said.format(
        practice=f"{practice.name} ({practice.code})", network=f"{network.name} ({network.code})",
        since=long_date(subject.day_after_joining), day=long_date(subject.first_date),
    )  # fmt: skip
    query = urlencode({"practice": practice.code, "text": words})
    return Link(
        "Ask ODS, with the request filled in", f"{reverse('organisations:ods_requests', args=[network.code])}?{query}"
    )


def list_correction(of: Subject) -> Iterator[Link]:
    """The form of the one list that lacks, with its kind and day."""
    if of.cause == Cause.NO_FIGURE and of.lacks_list and of.practice:
        href = reverse("organisations:correct_list_size", args=[of.practice.code])
        yield Link(f"Correct the list size of {of.practice.name}", f"{href}?{urlencode(of.list_asked)}")


_ASKED: Mapping[Cause, str] = {
    Cause.MEMBER_ENDS: "{practice} is still recorded as a member of {network}, since {since}. If it has left, please "
    "end its membership on the day it left.",
    Cause.HANGS_ELSEWHERE: "{practice} is recorded as a member of {network} since {since}. Please confirm the day on "
    "which it left its former PCN.",
    Cause.ODS: "The record of {practice} in {network} is not settled on {day}: please correct its membership, or "
    "confirm it.",
    Cause.CLOSED: "{practice} is still recorded as a member of {network} on {day}, after a closure. Please end its "
    "membership on the closing date.",
}


def _end_date(of: Subject) -> Iterator[Link]:
    """*Save End Date* for the offers that ended, filled in with the service's end; of a practice that closes before it,
    with its last day, past which no offer is moved."""
    for service in of.services:
        ending: dict[date, list[Offer]] = {}
        for practice in of.practices:
            until = min(service.end_date, practice.close_date or service.end_date)
            offers = of.known.offers.get((service.pk, practice.pk), ())
            ending.setdefault(until, []).extend(offer for offer in offers if offer in of.ended)
        for until, offers in sorted(ending.items(), reverse=True):
            seen = [("seen", f"{offer.id}:{offer.version}") for offer in offers]
            asked = [*seen, ("end_date", until.isoformat()), ("back", _here(of))]
            href = f"{reverse('participation:save_end_date', args=[service.code])}?{urlencode(asked)}"
            yield Link(f"Save End Date: {long_date(until)}{_for(service.short_name, of)}", href)


def _joiner(of: Subject) -> Iterator[Link]:
    """The page that proposes all that a joiner was not offered, at once; of a mover, for both PCNs."""
    if of.practice:
        many = f"all {len(of.services)} missing services" if len(of.services) > 1 else "it"
        since = long_date(of.day_after_joining)
        href = reverse("participation:joiner", args=[of.known.network.code, of.practice.code])
        yield Link(f"Offer {many} from {since}", href)


def _answer(of: Subject) -> Iterator[Link]:
    query = urlencode({"network": of.known.network.pk})
    for service in of.services:
        href = f"{reverse('participation:offered_service', args=[service.code])}?{query}"
        yield Link(f"See the offers of {service.short_name}", href)
    if not of.is_unanswered:
        yield from _offer_again(of)


def _offer_again(of: Subject) -> Iterator[Link]:
    """An offer that came to nothing is made anew by *Create Offers*, which leaves out whoever holds one."""
    for service in of.services:
        query = urlencode({"service": service.code, "year": ""})
        yield Link(f"Create Offers: {service.short_name}", f"{reverse('participation:new_offer')}?{query}")


def _enter(of: Subject) -> Iterator[Link]:
    """Where the commissioning organisation enters for the practice."""
    for line in of.lines[:3]:
        service, day = of.known.services[line.key.service_id], line.key.achievement_date
        asked = {"service": service.code, "date": day.isoformat(), "provider": of.practice.code if of.practice else ""}
        href = f"{reverse('submission:record_provider_achievement')}?{urlencode(asked)}"
        yield Link(f"Record Provider Achievement, {long_date(day)}", href)


def _declarations(of: Subject) -> Iterator[Link]:
    """*Declaration Management*, filtered on the line."""
    states = {line.state for line in of.lines if line.state}
    for state in sorted(states):
        one = of.practice.code if of.practice and len(of.practices) == 1 else ""
        asked = {"status": state, "network": of.known.network.pk, "service": of.service.pk, "text": one}
        href = f"{reverse('achievement:declaration_management')}?{urlencode(asked)}"
        yield Link("Declaration Management, filtered on it", href)


def _upload(of: Subject) -> Iterator[Link]:
    code = of.practice.code if of.practice else ""
    for pk, _at, codes in of.known.reference.uploads:
        if code in codes:
            yield Link("Look at the upload and confirm it", reverse("organisations:ods_upload", args=[pk]))
    if code in of.known.reference.refused and of.known.reference.load_id:
        yield Link("See the refused row", reverse("organisations:ods_load", args=[of.known.reference.load_id]))


def _reference(of: Subject) -> Iterator[Link]:
    if of.lacks_list:
        yield from list_correction(of)
        yield Link("Load list sizes", reverse("organisations:upload_ods"))
    else:
        yield from _named("Quality services", "catalogue:services")


def _night(_of: Subject) -> Iterator[Link]:
    yield from _named("Overnight runs", "achievement:overnight_runs")


def _closure(of: Subject) -> Iterator[Link]:
    """The guided step of a practice that closed."""
    if of.practice and of.practice.close_date:
        yield Link("What follows the closure", reverse("participation:closure", args=[of.practice.code]))


def _named(label: str, name: str) -> Iterator[Link]:
    try:
        yield Link(label, reverse(name))
    except NoReverseMatch:
        return


def _here(of: Subject) -> str:
    return reverse("achievement:waiting_network", args=[of.known.network.code])


def _for(name: str, of: Subject) -> str:
    return f", {name}" if len(of.services) > 1 else ""


_LINKS: Mapping[Cause, Callable[[Subject], Iterator[Link]]] = {
    Cause.OFFERS_END: _end_date, Cause.MEMBER_ENDS: _end_date, Cause.NEVER_OFFERED: _joiner,
    Cause.STARTS_LATE: _joiner, Cause.HANGS_ELSEWHERE: _joiner, Cause.NOT_TAKEN_UP: _answer,
    Cause.AWAITING_DATA: _enter, Cause.NOT_SUBMITTED: _enter, Cause.INFORMATION_MISSING: _enter,
    Cause.NO_PAYMENT_DATE: _enter, Cause.ENTRY_CLOSED: _enter, Cause.NO_FIGURE: _reference,
    Cause.RECALCULATION: _night, Cause.DECLARATION: _declarations, Cause.COMMISSIONER: _declarations,
    Cause.HELD: _declarations, Cause.ODS: _upload,
    Cause.CLOSED: _closure,
}  # fmt: skip
