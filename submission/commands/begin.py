"""*Add New Achievement*: figures for a service, a date and a provider are begun."""

from __future__ import annotations

from catalogue.formats import Definition
from catalogue.models import PaidTo
from catalogue.queries import achievement_dates, definition_of
from core import clock
from core.actors import Actor
from core.commands import command, instant
from core.errors import Invalid, NotPermitted, NotVisible
from core.locking import lock_ids
from organisations.models import Kind, Organisation
from submission.changes import Key
from submission.models import Submission, SubmissionChange
from submission.queries.entry import NOT_SEEN, Offer, offer_for
from submission.queries.sheets import Sheet, sheet_of, takes_figures
from submission.rules import hold_still, visible_to, why_not
from submission.states import BEGIN
from ui.wording import dense_date


@command
def begin_submission(key: Key, *, by: Actor) -> int:
    """Begin to give figures for a key; answers the submission's id. What was begun already stays as it is.

    Raises Invalid for a date that is no achievement date of the service or has not come, NotVisible where the provider
    has no offer of the service that may be seen, NotPermitted with every reason.
    """
    return begun(key, by=by).submission.pk


def begun(key: Key, *, by: Actor) -> Sheet:
    """The submission of a key, begun if it was not: locked, and allowed to this actor. For commands, in theirs."""
    offer = offer_for(key)
    if offer is None:
        raise NotVisible(NOT_SEEN)
    lock_ids(Organisation, {key.provider_id, *([offer.network_id] if offer.network_id else [])})
    submission = _found_or_made(key, offer, by)
    lock_ids(Submission, [submission.pk])
    _require_visible(submission, by)
    definition = definition_of(key.service_id)
    _require_due(submission, definition)
    hold_still([key])
    refused = why_not(submission, definition, by)
    if refused:
        raise NotPermitted(*refused)
    return sheet_of(submission)


def _require_visible(submission: Submission, by: Actor) -> None:
    """Before anything is said of the key: what is not seen is answered like what does not exist."""
    if not Submission.objects.filter(visible_to(by), pk=submission.pk).exists():
        raise NotVisible(NOT_SEEN)


def _require_due(submission: Submission, definition: Definition) -> None:
    """That the service takes figures from this provider, for this date, which has come."""
    provider, day = submission.provider, submission.achievement_date
    if not takes_figures(definition, provider):
        who = "PCN" if provider.kind == Kind.NETWORK else "practice"
        raise Invalid(f"{definition.name} takes no figures from a {who}.")
    closed = provider.close_date if definition.paid_to == PaidTo.PRACTICE else None
    if closed and day > closed:
        raise Invalid(
            f"Achievement Date {dense_date(day)} is after the closing date of {provider}, {dense_date(closed)}: "
            "figures for it yield no payment."
        )
    stands_in = day == closed and definition.stands_in_on(closed) is not None
    if not stands_in and not achievement_dates(submission.service_id).filter(date=day).exists():
        raise Invalid(f"Achievement Date {dense_date(day)} is not an achievement date of {definition.name}.")
    if day > clock.today():
        raise Invalid(
            f"Achievement Date {dense_date(day)} has not come: it must be {dense_date(clock.today())} or earlier."
        )


def _found_or_made(key: Key, offer: Offer, by: Actor) -> Submission:
    """The row of a key; open ones follow the offer that now holds."""
    at = {"service_id": key.service_id, "achievement_date": key.achievement_date, "provider_id": key.provider_id}
    found = Submission.objects.filter(**at).first()
    if found is None:
        return _made(at, offer, by)
    if (found.commissioner_id, found.network_id) != (offer.commissioner_id, offer.network_id):
        found.commissioner_id, found.network_id = offer.commissioner_id, offer.network_id
        found.save(update_fields=["commissioner", "network"])
    return found


def _made(at: dict[str, object], offer: Offer, by: Actor) -> Submission:
    made = Submission.objects.create(
        **at,
        commissioner_id=offer.commissioner_id,
        network_id=offer.network_id,
        state=BEGIN.target,
        begun_at=instant(),
    )
    SubmissionChange.objects.create(
        row=made,
        at=instant(),
        by_id=by.user_id,
        organisation_id=by.organisation_id,
        transition=BEGIN.name,
        to_state=made.state,
        version=made.version,
    )
    return made
