"""What every offer has in common: its terms, the days it may hold, and how it is written and taken up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from catalogue.formats import Offers
from catalogue.models import QualityService
from catalogue.queries import released_services
from core.actors import SYSTEM, Actor
from core.changes import Effect
from core.commands import instant
from core.dates import DAY, inclusive
from core.errors import Invalid, NotPermitted, NotVisible
from core.statistics import LARGE, refresh_statistics
from core.two_clocks import Belief, believe
from organisations.models import Organisation
from participation.commands.asking import meet_requests
from participation.commands.telling import OFFERED, tell_later
from participation.models import Participation, ParticipationChange, Term
from participation.queries import Held, Plan, Standing, Terms, replaced_by
from participation.rules import MAKE_OFFERS
from participation.states import ACCEPT, APPROVE, OFFER
from ui.wording import listed, long_date, period

NAMED_AT_MOST = 5
BATCH = 2_000


@dataclass(frozen=True)
class OffersMade:
    """What an offer became: its participations, and what followed. `plan` says who was offered it, and who was not.

    `left_out` names networks without a member on its days; nothing was offered to them. `own_days` names the offers
    whose days are not those asked for, with their days.
    """

    service_id: int
    ids: Sequence[int]
    network_ids: Sequence[int]
    left_out: Sequence[str]
    effects: Sequence[Effect]
    plan: Plan
    own_days: Sequence[str] = ()

    def sentences(self) -> list[str]:
        """What it comes to, and what follows."""
        return [*self.plan.sentences(), *(effect.sentence for effect in self.effects)]


def offered_from(day: date) -> str:
    """Why what follows offers is worked out anew."""
    return f"It was offered from {long_date(day)}."


def service_offered(service_id: int) -> QualityService:
    """The released service of an id; NotVisible where there is none."""
    service = released_services().filter(pk=service_id).first()
    if service is None:
        raise NotVisible("There is no such quality service, or no version of it has been released.")
    return service


def require_no_other_offer(already: Sequence[Standing], names: Mapping[int, str]) -> None:
    """Raise Invalid where another offer stands on some of these days; `names` are those of networks, by id."""
    if not already:
        return
    practices = Organisation.objects.in_bulk([other.held.provider_id for other in already])
    named = [
        f"{_named(practices[held.provider_id], names.get(held.network_id or 0))}, {period(start, until - DAY)}"
        for held, start, until in ((other.held, other.start, other.until) for other in already)
    ]
    raise Invalid(f"This service is offered already on some of these days to {shortened(named)}.")


def _named(practice: Organisation, network: str | None) -> str:
    return f"{practice.name} in {network}" if network else f"{practice.name} ({practice.code})"


def write_offers(terms: Terms, wanted: Sequence[Held], commissioners: Mapping[int, int], by: Actor) -> list[int]:
    """Write the offers with their terms and the first line of their history; answer their ids, in order.

    One that replaces an offer that came to nothing is linked to it. `commissioners` says who offers, by network, or by
    provider where the practice itself is paid.
    """
    replaced = replaced_by(wanted)
    rows = [
        Participation(
            replaces_id=replaced.get(held),
            service=terms.service,
            provider_id=held.provider_id,
            network_id=held.network_id,
            commissioner_id=commissioners[held.network_id or held.provider_id],
            offered_at=instant(),
            respond_by=terms.respond_by,
            state=OFFER.target,
        )
        for held in wanted
    ]
    made = Participation.objects.bulk_create(rows, batch_size=BATCH)
    ParticipationChange.objects.bulk_create([_first_line(row, by) for row in made], batch_size=BATCH)
    says = {"by": by.user_id, "reason": "Offered."}
    days = [inclusive(held.start, held.until - DAY) for held in wanted]
    believe(Term, [Belief({"participation": row}, valid, says) for row, valid in zip(made, days, strict=True)])
    tell_later(OFFERED, [row.pk for row in made], by=by)
    meet_requests(made, terms.service.pk)
    if len(made) >= LARGE:
        refresh_statistics(Participation, Term)
    return [row.pk for row in made]


def _first_line(row: Participation, by: Actor) -> ParticipationChange:
    return ParticipationChange(
        row=row,
        at=instant(),
        by_id=by.user_id,
        organisation_id=by.organisation_id,
        transition=OFFER.name,
        to_state=row.state,
        version=row.version,
    )


def require_permission(ids: Sequence[int], by: Actor) -> None:
    """Judged on the offers as written, so that grants limited to a payment type or a cluster count as such."""
    refused = MAKE_OFFERS.refusals_for(Participation.objects.filter(pk__in=ids), by)
    if refused:
        raise NotPermitted(*dict.fromkeys(sentence for sentences in refused.values() for sentence in sentences))


def take_up(ids: Sequence[int], offers: Offers) -> int:
    """Where the service says so, membership takes the offers up, and they are approved at once. Answers how many."""
    if offers.accepted_by != "membership" or not ids:
        return 0
    ACCEPT.apply_each(Participation, ROWS, by=SYSTEM, note="Taken up by membership.", params=[list(ids)])
    if not offers.approval_required:
        APPROVE.apply_each(Participation, ROWS, by=SYSTEM, note="No approval is asked for.", params=[list(ids)])
    return len(ids)


ROWS = "SELECT unnest(%s::bigint[]) AS id"


def shortened(names: Sequence[str]) -> str:
    """The first few names, and how many more."""
    more = len(names) - NAMED_AT_MOST
    return listed([*names[:NAMED_AT_MOST], f"{more:,} more"]) if more > 0 else listed(names)
