"""The third step: providers by filter, by codes that are pasted, and by file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from accounts.rules import Acting
from core.errors import Invalid
from core.selections import AT_MOST, seen_in, token_of
from core.transitions import Seen
from participation import commands
from participation.forms import ChosenProvidersForm, CodesForm, OfferableForm, WrongCodesForm
from participation.presenters import drafts as steps
from participation.presenters import offerable as shown
from participation.queries import codes, offerable
from participation.queries.codes import Meant
from participation.queries.offerable import CHOSEN
from participation.views.offers.drafts import draft_at, elsewhere, heading
from ui.answers import render
from ui.sheets import as_download
from ui.tables import Address, Matching, Order, Pager, Selection
from ui.wording import count

if TYPE_CHECKING:
    from participation.models import OfferDraft

SELECTION, CODES = "participation.offerable", "participation.codes"
NETWORK = "PCN"


@require_http_methods(["GET", "POST"])
def offer_providers(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Who can be chosen, page by page; what is ticked is added or removed."""
    by, draft = draft_at(request, draft_id)
    on = elsewhere(request, draft, steps.PROVIDERS)
    if on:
        return on
    if request.method == "POST":
        return _add_or_remove(request, by, draft)
    to_networks = steps.noun_of(draft)[0] == NETWORK
    form = OfferableForm(
        request.GET,
        to_networks=to_networks,
        networks=[] if to_networks else offerable.networks_to_filter(by, draft.service),
        commissioners=offerable.commissioners_to_filter(by, draft.service),
    )
    page = _page(Address.of(request), by, draft, form, to_networks=to_networks)
    return render(request, "participation/offer_providers.jinja", {"page": page})


@require_http_methods(["GET", "POST"])
def offer_codes(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Org IDs pasted or uploaded: all are added, or what is wrong with each is said, and the others are offered."""
    by, draft = draft_at(request, draft_id)
    on = elsewhere(request, draft, steps.PROVIDERS)
    if on:
        return on
    if request.method == "POST" and request.POST.get("right"):
        ids = [row.id for row in seen_in(request.POST["right"], CODES, by)]
        return _added(request, by, draft, Meant(ids, ()))
    if request.method == "POST" and request.POST.get("wrong"):
        return _wrong(request, by, draft)
    form = CodesForm(*((request.POST, request.FILES) if request.method == "POST" else (None,)))
    if not form.is_valid():
        return _codes(request, by, draft, form, None)
    meant = codes.providers_meant(by, draft.service, form.given())
    if meant.problems or form.errors:
        return _codes(request, by, draft, form, meant)
    return _added(request, by, draft, meant)


def _add_or_remove(request: HttpRequest, by: Acting, draft: OfferDraft) -> HttpResponse:
    form, back = ChosenProvidersForm(request.POST), _back(request, draft)
    if not form.is_valid():
        messages.error(request, form.NOBODY)
        return redirect(back)
    token, seen = form.cleaned_data["all_matching"], form.cleaned_data["seen"]
    ids = [row.id for row in (seen_in(token, SELECTION, by) if token else seen)]
    action = form.cleaned_data["action"]
    act = commands.add_providers if action == "add" else commands.remove_providers
    changed = act(draft.pk, ids, by=by)
    messages.success(request, shown.acted_sentence(action, changed, len(set(ids)), steps.noun_of(draft)))
    return redirect(back)


def _page(
    address: Address, by: Acting, draft: OfferDraft, form: OfferableForm, *, to_networks: bool
) -> shown.ProvidersPage:
    filters, order = form.filters(), Order.parse(address.get("sort"), tuple(offerable.ORDERS), "name")
    pager = Pager.sized(address)
    every = offerable.all_matching(by, draft, filters, at_most=AT_MOST)
    how_many = len(every) or offerable.matching(by, draft, filters).count()
    found = offerable.page_matching(
        by, draft, filters, order=order.key, descending=order.descending, after=address.get("after"), size=pager.size
    )
    standing = offerable.standing_of(draft, [row.pk for row in found.rows])
    return shown.ProvidersPage(
        **heading(draft, steps.PROVIDERS),
        chosen=steps.chosen_sentence(draft),
        chosen_href=str(Address(address.path).with_(show=CHOSEN)) if draft.chosen else "",  # type: ignore[attr-defined]
        codes_href=reverse("participation:offer_codes", args=[draft.pk]),
        filters=form,
        table=shown.providers_table(
            [shown.row_of(row, standing.get(row.pk), to_networks=to_networks) for row in found.rows],
            draft,
            how_many=how_many,
            order=order,
            address=address,
            anybody=bool(address.pairs),
        ),
        pager=pager.followed_by(found.next_cursor),
        selection=_selection(by, every, how_many, address),
        review_href=steps.step_href(draft, steps.REVIEW),
        back_href=steps.step_href(draft, steps.DATES),
    )


def _selection(by: Acting, every: list[Seen], how_many: int, address: Address) -> Selection | None:
    if not how_many:
        return None
    return Selection(
        href=address.path,
        actions=shown.ACTIONS,
        matching=Matching(count=how_many, token=token_of(every, SELECTION, by)) if every else None,
        hidden={"back": str(address)},
    )


def _codes(request: HttpRequest, by: Acting, draft: OfferDraft, form: CodesForm, meant: Meant | None) -> HttpResponse:
    noun = steps.noun_of(draft)
    right = meant.ids if meant and meant.problems else ()
    page = shown.CodesPage(
        **heading(draft, steps.PROVIDERS, in_error=bool(form.errors or (meant and meant.problems)))
        | {"title": "Paste or upload Org IDs"},
        form=form,
        back_href=steps.step_href(draft, steps.PROVIDERS),
        problems=shown.problems_table(meant.problems) if meant and meant.problems else None,
        add_label=f"Add the {count(len(right), *noun)} that {'is' if len(right) == 1 else 'are'} right",
        token=token_of([Seen(id, 1) for id in right], CODES, by),
        wrong=shown.wrong_of(meant.problems) if meant else "",
    )
    status = 422 if form.is_bound else 200
    return render(request, "participation/offer_codes.jinja", {"page": page}, status=status)


def _wrong(request: HttpRequest, by: Acting, draft: OfferDraft) -> HttpResponse:
    """All that was not understood, as a file."""
    form = WrongCodesForm(request.POST)
    if not form.is_valid():
        raise Invalid("What was not understood could not be read. Give the codes again.")
    problems = codes.providers_meant(by, draft.service, form.cleaned_data["wrong"]).problems
    return as_download(shown.problems_sheet(problems), "not-understood", "csv")


def _added(request: HttpRequest, by: Acting, draft: OfferDraft, meant: Meant) -> HttpResponse:
    added = commands.add_providers(draft.pk, meant.ids, by=by)
    messages.success(request, shown.added_sentence(added, meant, steps.noun_of(draft)))
    return redirect(str(Address(steps.step_href(draft, steps.PROVIDERS)).with_(show=CHOSEN)))


def _back(request: HttpRequest, draft: OfferDraft) -> str:
    """The list as it was filtered; an address of this portal, or the list."""
    wanted = request.POST.get("back", "")
    local = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return wanted if local else steps.step_href(draft, steps.PROVIDERS)
