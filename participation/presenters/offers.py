"""Create Offers: the review, the confirmation, and the sentences of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from catalogue.models import QualityService
from core.changes import Effect
from core.previews import Difference
from participation.commands import OffersMade
from participation.queries.planning import Terms
from participation.queries.review import Line, Review
from ui.components import Confirm, Progress, Step
from ui.frame import Link, Page
from ui.previews import WouldChange
from ui.sheets import Sheet
from ui.wording import count, listed, long_date

NAMED_AT_MOST = 10


@dataclass(frozen=True)
class Caution:
    """One thing to look at: a sentence, whom it concerns, and how many more there are than are named."""

    sentence: str
    names: Sequence[str]
    more: str


@dataclass(frozen=True, kw_only=True)
class ReviewPage(Page):
    """What would be offered, before it is.

    `problem` says why it cannot be offered, or not yet. `look` is the act that has a worker find out what would follow,
    and `progress` its progress; `change` is what would follow, with the button that offers.
    """

    steps: Sequence[Step]
    facts: Sequence[tuple[str, str]]
    cautions: Sequence[Caution]
    lines: Sequence[Link]
    ways_on: Sequence[Link]
    problem: Sequence[str] = ()
    progress: Progress | None = None
    look: Confirm | None = None
    change: WouldChange | None = None


@dataclass(frozen=True, kw_only=True)
class OffersMadePage(Page):
    """What was offered, and what next."""

    steps: Sequence[Step]
    sentences: Sequence[str]
    another_href: str
    service_href: str


def facts_of(review: Review, draft: Any) -> list[tuple[str, str]]:
    terms = review.plan.terms
    facts = [
        ("Quality Service", terms.service.name),
        ("Start Date", long_date(terms.start_date)),
        ("End Date", long_date(terms.end_date)),
    ]
    if review.offers.accepted_by == "answer":
        facts.append(("Respond by", long_date(terms.respond_by) or "No day given"))
    chosen = f"{draft.chosen:,}"
    if review.by_network:
        facts.append(("PCNs", chosen if draft.chosen == review.networks else f"{review.networks:,} of {chosen} chosen"))
    facts.append(("Practices", f"{len({held.provider_id for held in review.plan.wanted}):,}"))
    return [*facts, ("Offers", f"{len(review.plan.wanted):,}")]


def cautions_of(review: Review) -> list[Caution]:
    """Each with its first names; all of them are in the file."""
    return [
        Caution(each.sentence, each.names[:NAMED_AT_MOST], _more(len(each.names) - NAMED_AT_MOST))
        for each in review.cautions
    ]


def _more(how_many: int) -> str:
    return f"and {how_many:,} more, in the file of all lines" if how_many > 0 else ""


def would_follow(
    review: Review, effects: Sequence[Effect], expected: Sequence[Effect], confirm: Confirm, moved: Difference | None
) -> WouldChange:
    """What would follow from the offers, with the button that makes them."""
    said = [_taken_up(review), *([] if effects or expected else ["Nothing is calculated or withdrawn by it today."])]
    return WouldChange.of(LEAD, said, effects, expected, confirm, moved)


LEAD = "If these offers are made:"


def _taken_up(review: Review) -> str:
    """What becomes of the offers themselves."""
    if review.offers.accepted_by != "membership":
        then = "your organisation approves" if review.offers.approval_required else "the portal approves at once"
        return f"The practices answer the offers, and {then} what is accepted."
    then = "your organisation approves them" if review.offers.approval_required else "they are approved at once"
    return f"Membership takes the offers up, and {then}."


def lines_sheet(review: Review) -> Sheet:
    """Every line of the review."""
    terms = review.plan.terms
    return Sheet(
        title=f"Offers of {terms.service.name}",
        about=[("Start date", long_date(terms.start_date)), ("End date", long_date(terms.end_date))],
        heads=LINES_HEADS,
        widths=(10, 32, 10, 32, 9, 12, 12, 48),
        rows=[_cells(line) for line in review.lines],
    )


LINES_HEADS = ("PCN_ID", "PCN_NAME", "ORG_ID", "NAME", "OFFERED", "START_DATE", "END_DATE", "REMARKS")


def _cells(line: Line) -> tuple[str | date | None, ...]:
    network, provider = line.network, line.provider
    return (
        network.code if network else "",
        network.name if network else "",
        provider.code if provider else "",
        provider.name if provider else "",
        "Yes" if line.start else "No",
        line.start,
        line.end,
        " ".join(line.remarks),
    )


def confirmation_of(draft: Any) -> list[str]:
    """What was offered and what came of it, of a draft that was made."""
    days = f"from {long_date(draft.start_date)} to {long_date(draft.end_date)}"
    return [f"{draft.service.name} was offered {days}.", *draft.made["sentences"]]


def made_sentences(service: QualityService, terms: Terms, made: OffersMade) -> list[str]:
    """The confirmation, in sentences."""
    networks = [count(len(made.network_ids), "PCN", "PCNs")] if made.network_ids else []
    to = listed([*networks, count(len({held.provider_id for held in made.plan.wanted}), "practice")])
    first = f"{service.name} was offered to {to}, from {long_date(terms.start_date)} to {long_date(terms.end_date)}."
    already = made.plan.left_out
    rest = [f"{count(already, 'practice')} with an offer that stands: left out."] if already else []
    rest += [left_out(made.left_out)] if made.left_out else []
    return [first, *(effect.sentence for effect in made.effects), *rest]


def left_out(names: Sequence[str]) -> str:
    return f"No member practice on these days, so not offered: {shortened(names)}."


def shortened(names: Sequence[str]) -> str:
    more = len(names) - NAMED_AT_MOST
    return listed([*names[:NAMED_AT_MOST], f"{more:,} more"] if more > 0 else list(names))


def service_href(service: QualityService) -> str:
    return reverse("participation:offered_service", args=[service.code])
