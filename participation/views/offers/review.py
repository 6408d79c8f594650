"""The review of what would be offered and what would follow, the offer itself, and the confirmation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRefresh

from accounts.rules import Acting
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from core.previews import Difference, Foreseen, WorldMoved, difference, foreseen_in, token_of
from operations.jobs import UNFINISHED
from participation import commands
from participation.commands.making import foreseen_of, needs_worker
from participation.forms import MakeOffersForm
from participation.presenters import drafts as steps
from participation.presenters import offers as shown
from participation.presenters.working import effects_in, progress_of
from participation.queries import drafts
from participation.queries.review import Review, review_of
from participation.views.offers.drafts import draft_at, elsewhere, heading
from ui.answers import render
from ui.components import Confirm, Progress
from ui.frame import Link
from ui.sheets import as_download

if TYPE_CHECKING:
    from participation.models import OfferDraft

PURPOSE = "participation.offers"
LOOK, OFFER = "look", "offer"
KINDS = ("csv", "xlsx")


@require_http_methods(["GET", "POST"])
def review_offers(request: HttpRequest, draft_id: int) -> HttpResponse:
    """What would be offered. POST `act=look` has a worker find out what would follow; `act=offer` offers it."""
    by, draft = draft_at(request, draft_id)
    on = elsewhere(request, draft, steps.REVIEW)
    if on:
        return on
    if request.headers.get("HX-Request"):
        return _still_working(request, draft)
    if request.method != "POST":
        return _review(request, by, draft)
    if request.POST.get("act") == LOOK:
        commands.start_preview(draft.pk, by=by)
        return redirect("participation:review_offers", draft.pk)
    return _offer(request, by, draft)


@require_GET
def review_lines(request: HttpRequest, draft_id: int, file: str) -> HttpResponse:
    """Every line of the review, as a file."""
    _by, draft = draft_at(request, draft_id)
    on = elsewhere(request, draft, steps.REVIEW)
    if on:
        return on
    if file not in KINDS:
        raise NotVisible("There is no file of this kind.")
    return as_download(shown.lines_sheet(_reviewed(draft)), f"offers-{draft.service.code}", file)


@require_GET
def offers_made(request: HttpRequest, draft_id: int) -> HttpResponse:
    """The confirmation; reloading it offers nothing twice."""
    _by, draft = draft_at(request, draft_id)
    if not draft.made_at:
        return redirect(steps.resume_href(draft))
    page = shown.OffersMadePage(
        **heading(draft, steps.DONE) | {"title": "Offers made"},
        sentences=shown.confirmation_of(draft),
        own_days=shown.own_days_of(draft),
        another_href=reverse("participation:new_offer"),
        service_href=shown.service_href(draft.service),
    )
    return render(request, "participation/offers_made.jinja", {"page": page})


def _offer(request: HttpRequest, by: Acting, draft: OfferDraft) -> HttpResponse:
    form = MakeOffersForm(request.POST)
    if not form.is_valid():
        raise Conflict("What you saw could not be read. Look at the review again.")
    seen = foreseen_in(form.cleaned_data["foreseen"], PURPOSE, by)
    try:
        made = commands.make_offers(draft.pk, form.cleaned_data["version"], seen, by=by)
    except WorldMoved:
        return _review(request, by, draft, then=seen)
    except Conflict as changed:
        return _review(request, by, drafts.own_draft(by, draft.pk), problem=changed.sentences)
    return redirect("participation:offers_made", made.pk)


def _reviewed(draft: OfferDraft) -> Review:
    terms = drafts.terms_of(draft)
    if terms is None:
        raise Invalid("Choose the dates first.")
    return review_of(draft, terms)


def _review(
    request: HttpRequest,
    by: Acting,
    draft: OfferDraft,
    *,
    then: Foreseen | None = None,
    problem: tuple[str, ...] = (),
) -> HttpResponse:
    """The page; 409 where something has changed since it was looked at: what was seen `then`, or a `problem`."""
    review = _reviewed(draft)
    page = shown.ReviewPage(
        **heading(draft, steps.REVIEW, in_error=bool(then or problem)),
        facts=shown.facts_of(review, draft),
        cautions=shown.cautions_of(review),
        lines=[Link(f"All lines as {each.upper()}", _file(draft, each)) for each in KINDS],
        ways_on=_ways_on(draft),
        problem=problem,
    )
    page = _with_what_follows(page, by, draft, review, then)
    status = 409 if then or problem else 0
    return render(request, "participation/review_offer.jinja", {"page": page}, status=status)


def _still_working(request: HttpRequest, draft: OfferDraft) -> HttpResponse:
    """How far the worker is, alone: asked each second. Once it has done, the page is shown anew."""
    progress = _progress(draft)
    if progress is None:
        return HttpResponseClientRefresh()
    page = shown.ReviewPage(
        **heading(draft, steps.REVIEW), facts=(), cautions=(), lines=[], ways_on=[], progress=progress
    )
    return render(request, "participation/review_offer.jinja", {"page": page})


def _progress(draft: OfferDraft) -> Progress | None:
    """How far the worker is with this version of the draft; None where it has done, or was not asked."""
    job = draft.preview if draft.previewed == draft.version else None
    if job is None or job.state not in UNFINISHED:
        return None
    return progress_of(job, "What would follow is worked out", steps.step_href(draft, steps.REVIEW))


def _with_what_follows(
    page: shown.ReviewPage, by: Acting, draft: OfferDraft, review: Review, then: Foreseen | None
) -> shown.ReviewPage:
    """With what would follow and the button that offers; or why it cannot be said or done yet."""
    if not review.plan.wanted:
        return replace(page, problem=["There is nothing to offer: see below why each of them is left out."])
    if needs_worker(draft):
        return _as_worked_out(page, by, draft, review, then)
    try:
        ahead = commands.preview_offers(draft.pk, by=by)
    except (Invalid, NotPermitted, Conflict) as refused:
        return replace(page, problem=refused.sentences)
    effects = ahead.answer.effects
    now = foreseen_of(ahead.answer.plan, effects, ahead.expected, ahead.measured)
    change = shown.would_follow(review, effects, ahead.expected, _confirm(by, draft, now), _moved(then, now))
    return replace(page, change=change)


def _moved(then: Foreseen | None, now: Foreseen) -> Difference | None:
    return difference(then, now) if then else None


def _as_worked_out(
    page: shown.ReviewPage, by: Acting, draft: OfferDraft, review: Review, then: Foreseen | None
) -> shown.ReviewPage:
    job, progress = draft.preview if draft.previewed == draft.version else None, _progress(draft)
    if job is None or progress:
        return replace(page, progress=progress, look=None if job else _look(draft, "Work out what would follow"))
    try:
        effects, expected = effects_in(job, "effects"), effects_in(job, "expected")
    except Invalid as refused:
        return replace(page, problem=refused.sentences, look=_look(draft, "Work it out again"))
    now = foreseen_of(review.plan)
    change = shown.would_follow(review, effects, expected, _confirm(by, draft, now), _moved(then, now))
    return replace(page, change=change)


def _confirm(by: Acting, draft: OfferDraft, seen: Foreseen) -> Confirm:
    hidden = (("act", OFFER), ("version", str(draft.version)), ("foreseen", token_of(seen, PURPOSE, by)))
    return _act(draft, "Offer", hidden=hidden)


def _look(draft: OfferDraft, label: str) -> Confirm:
    return _act(draft, label, hidden=(("act", LOOK),))


def _act(draft: OfferDraft, button: str, **rest: Any) -> Confirm:
    back = steps.step_href(draft, steps.PROVIDERS)
    return Confirm(href=steps.step_href(draft, steps.REVIEW), button=button, cancel_href=back, **rest)


def _ways_on(draft: OfferDraft) -> list[Link]:
    return [
        Link("Change the dates", steps.step_href(draft, steps.DATES)),
        Link("Change the providers", steps.step_href(draft, steps.PROVIDERS)),
    ]


def _file(draft: OfferDraft, kind: str) -> str:
    return reverse("participation:review_lines", args=[draft.pk, kind])
