"""The pages of organisations."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from core import clock
from core.actors import Actor
from organisations import queries
from organisations.forms import DayForm, RecordedOnForm
from organisations.presenters import networks as presenters
from ui.components import RecordedOn
from ui.tables import Address

if TYPE_CHECKING:
    from organisations.models import Organisation


@require_GET
def network(request: HttpRequest, code: str) -> HttpResponse:
    """Who belongs to a network on a day, and as that was recorded on an earlier one."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    found = queries.visible_network(by, code)
    recorded = RecordedOnForm(request.GET)
    known_on = recorded.cleaned_data["recorded_on"] if recorded.is_valid() else None
    day_form = DayForm(request.GET.dict(), known_on.isoformat() if known_on else "")
    day = (day_form.cleaned_data["day"] if day_form.is_valid() else None) or clock.today()
    page = _page(
        found,
        day,
        known_on,
        Address.of(request),
        day_form,
        [str(each) for each in recorded.errors.get("recorded_on", ())],
    )
    return render(request, "organisations/network.jinja", {"page": page})


def _page(
    network: Organisation, day: date, known_on: date | None, address: Address, day_form: DayForm, refused: list[str]
) -> presenters.NetworkPage:
    members = list(queries.members_of(network, day, known_on))
    parents = queries.parents_of([member.practice_id for member in members], day, known_on)
    lead, payee = queries.lead_of(network, day, known_on), queries.payee_of(network, day, known_on)
    return presenters.NetworkPage(
        title=network.name,
        subject="Members",
        caption="PCN",
        in_error=bool(refused or day_form.errors),
        facts=presenters.facts_of(network, lead, payee, len(members)),
        day_form=day_form,
        address=address,
        members=presenters.members_table(day, members, parents),
        memberships=presenters.memberships_table(queries.memberships_of(network, known_on)),
        recorded=recorded_on(known_on, address),
        refused=refused,
    )


def recorded_on(known_on: date | None, address: Address) -> RecordedOn:
    """The detail "Show as recorded on ..." of a page."""
    asked = [name for name, _value in address.pairs if name.startswith("recorded_on")]
    now = address.without(*asked)
    return RecordedOn(day=known_on, href=address.path, now_href=str(now), kept=now.pairs)
