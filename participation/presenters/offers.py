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
from participation.queries.review import Line, Named, Review
from ui.components import Confirm, Progress, Step
from ui.frame import Link, Page
from ui.previews import WouldChange
from ui.sheets import Sheet
from ui.wording import count, listed, long_date

NAMED_AT_MOST = 10


@dataclass(frozen=True)
class Caution:
    """One thing to look at: a sentence, whom it concerns, where it is put right for some, and how many more there are
    than are named."""

    sentence: str
    names: Sequence[Link]
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
    """What was offered, and what next; `own_days` says which offers hold other days than those chosen."""

    steps: Sequence[Step]
    sentences: Sequence[str]
    own_days: Caution | None
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
        Caution(
            each.sentence,
            [Link(name.words, _start_href(name)) for name in each.names[:NAMED_AT_MOST]],
            _more(len(each.names) - NAMED_AT_MOST),
        )
        for each in review.cautions
    ]


def _start_href(name: Named) -> str:
    """Where the start of its offer is corrected, with the day suggested; empty where nothing is to be."""
    if name.corrects is None:
        return ""
    participation_id, day = name.corrects
    return f"{reverse('participation:save_start_date', args=[participation_id])}?start_date={day.isoformat()}"


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
    days = _days(draft, whole=len(_own_days(draft)) < len(draft.made["ids"]))
    return [f"{draft.service.name} was offered {days}.", *draft.made["sentences"]]


def _days(asked: Any, *, whole: bool) -> str:
    """The days that were chosen; or that what was offered is within them, where no offer holds the whole of them."""
    days = f"from {long_date(asked.start_date)} to {long_date(asked.end_date)}"
    return days if whole else f"within the days {days}"


def own_days_of(draft: Any) -> Caution | None:
    """The offers of a made draft that hold other days than those chosen."""
    own = _own_days(draft)
    more = f"and {len(own) - NAMED_AT_MOST:,} more" if len(own) > NAMED_AT_MOST else ""
    return Caution(_other_days(len(own)), [Link(each, "") for each in own[:NAMED_AT_MOST]], more) if own else None


def _own_days(draft: Any) -> Sequence[str]:
    """None are kept of drafts that were made before they were."""
    own: Sequence[str] = draft.made.get("own_days", [])
    return own


def _other_days(how_many: int) -> str:
    if how_many == 1:
        return "1 offer holds fewer days than those chosen, as its practice joins, leaves or closes within them:"
    return (
        f"{how_many:,} offers hold fewer days than those chosen, as their practices join, leave or close within them:"
    )


def made_sentences(service: QualityService, terms: Terms, made: OffersMade) -> list[str]:
    """The confirmation, in sentences."""
    networks = [count(len(made.network_ids), "PCN", "PCNs")] if made.network_ids else []
    to = listed([*networks, count(len({held.provider_id for held in made.plan.wanted}), "practice")])
    first = f"{service.name} was offered to {to}, {_days(terms, whole=len(made.own_days) < len(made.ids))}."
    already = made.plan.left_out
    rest = [f"{count(already, 'practice')} with an offer that stands: left out."] if already else []
    rest += [left_out(made.left_out)] if made.left_out else []
    own = [f"{_other_days(len(made.own_days))} {shortened(made.own_days)}."] if made.own_days else []
    return [first, *own, *(effect.sentence for effect in made.effects), *rest]


def left_out(names: Sequence[str]) -> str:
    return f"No member practice on these days, so not offered: {shortened(names)}."


def shortened(names: Sequence[str]) -> str:
    more = len(names) - NAMED_AT_MOST
    return listed([*names[:NAMED_AT_MOST], f"{more:,} more"] if more > 0 else list(names))


def service_href(service: QualityService) -> str:
    return reverse("participation:offered_service", args=[service.code])
