"""Rows that somebody chose on the list of a service, as they were seen, on their way through forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.rules import Acting, PortalRequest
from core.selections import seen_in, token_of
from core.transitions import Seen
from participation.forms import ChosenForm
from participation.presenters import offered as shown
from participation.queries import offered as lists
from participation.queries.meanwhile import as_they_are_now
from participation.views.offered import SELECTION

if TYPE_CHECKING:
    from catalogue.models import QualityService


@dataclass(frozen=True)
class Chosen:
    """The rows as they were seen, where to go afterwards, and what the next step posts along."""

    service: QualityService
    seen: Sequence[Seen]
    back: str
    key: str
    hidden: tuple[tuple[str, str], ...]

    def as_now(self, by: Acting) -> Chosen:
        """The same rows, as they are now: for a form that shows what they are."""
        seen = as_they_are_now(by, self.seen)
        kept = [pair for pair in self.hidden if pair[0] not in ("seen", "all_matching")]
        at_once = any(name == "all_matching" for name, _text in self.hidden)
        rows = [("all_matching", token_of(seen, SELECTION, by))] if at_once else _each(seen)
        return replace(self, seen=seen, hidden=(*kept, *rows))


def chosen_in(request: PortalRequest, code: str) -> Chosen | None:
    """What was chosen, or what a link names; None, with a message, where nothing was. Raises NotVisible, Conflict."""
    by, service = request.actor, lists.offered_service(request.actor, code)
    form, back = ChosenForm(sent_with(request)), back_to(request, shown.service_href(service))
    if not form.is_valid():
        messages.error(request, "Select at least one practice first. Nothing was changed.")
        return None
    return _chosen(by, service, form, back, request.POST.get("key", ""))


def sent_with(request: HttpRequest) -> QueryDict:
    """What a form posted; of a link, what its address says."""
    return request.POST if request.method == "POST" else request.GET


def back_to(request: HttpRequest, otherwise: str) -> str:
    """Where to go afterwards: an address of this portal that was sent along, or another."""
    wanted = sent_with(request).get("back", "")
    local = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return wanted if local else otherwise


def _chosen(by: Acting, service: QualityService, form: ChosenForm, back: str, key: str) -> Chosen:
    token, seen = form.cleaned_data["all_matching"], form.cleaned_data["seen"]
    along = (("back", back), ("key", key))
    if not token:
        return Chosen(service, seen, back, key, (*along, *_each(seen)))
    return Chosen(service, seen_in(token, SELECTION, by), back, key, (*along, ("all_matching", token)))


def _each(seen: Sequence[Seen]) -> tuple[tuple[str, str], ...]:
    return tuple(("seen", f"{row.id}:{row.version}") for row in seen)
