"""One offer's own page: what it says, now or as recorded on another day, its history, and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.rules import PortalRequest
from core import clock
from core.errors import NotVisible
from participation import rules
from participation.forms import RecordedOnForm
from participation.presenters import offer as shown
from participation.presenters import offered as offered_shown
from participation.queries import end_requests
from participation.queries import offer as queries
from ui.answers import render
from ui.components import Confirm, RecordedOn

if TYPE_CHECKING:
    from participation.models import Participation


@require_GET
def offer(request: PortalRequest, participation_id: int) -> HttpResponse:
    by = request.actor
    row = queries.offer_seen_by(by, participation_id)
    day = RecordedOnForm(request.GET).day()
    history, terms = queries.history_of(row, day), queries.terms_of(row, day)
    state, term = queries.state_then(history), queries.term_then(terms, day)
    if day and term is None:
        raise NotVisible("Nothing was recorded of this offer on that day.")
    label = state.label if day and state else row.state_label
    acts = [] if day else queries.what_can_be_done(row, by)
    page = shown.OfferPage(
        title=row.service.short_name,
        subject=row.provider.name,
        caption=f"{row.provider.name} ({row.provider.code})",
        breadcrumb=shown.breadcrumb(row.service, for_provider=rules.acts_for_provider(by)),
        status=label,
        tags=[] if day else offered_shown.tags_of(row, clock.today()),
        facts=shown.facts_of(row, term.start_date if term else None, term.end_date if term else None),
        next=shown.next_of(row, label),
        links=[
            *shown.links_of(row, queries.re_offers_of(row), end_requests.open_requests_of(row, by)),
            *shown.start_links_of(row, by),
        ],
        actions=[_button(row, act) for act in acts if not act.why_not],
        cannot=[shown.CannotDo(act.button, act.why_not, act.who_can) for act in acts if act.why_not],
        events=[shown.event_of(change) for change in history],
        terms=shown.terms_table(terms),
        recorded=RecordedOn(day=day, href=request.path, now_href=request.path),
    )
    return render(request, "participation/offer.jinja", {"page": page})


def _button(row: Participation, act: queries.Act) -> Confirm:
    """The same forms as the lists post, with this one row."""
    here = reverse("participation:offer", args=[row.pk])
    hidden = (("action", act.name), ("seen", f"{row.pk}:{row.version}"), ("back", here))
    if act.name in ("accept", "reject"):
        href = reverse("participation:answer")
    else:
        href = reverse("participation:act", args=[row.service.code])
    quiet = act.name in ("reject", "not_approve", "cancel_service")
    return Confirm(href=href, button=act.button, cancel_href="", style="warning" if quiet else "primary", hidden=hidden)
