"""The pages of practices and networks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from core import clock
from core.actors import Actor
from organisations import queries, rules
from organisations.forms import DayForm, RecordedOnForm
from organisations.presenters import networks as shown
from organisations.presenters import practices as practice_shown
from organisations.presenters import through_time
from organisations.presenters.contacts import contacts_href, contacts_table
from ui.answers import render
from ui.components import RecordedOn
from ui.frame import Link
from ui.sections import About, sections_about
from ui.tables import Address

if TYPE_CHECKING:
    from organisations.models import Organisation


@require_GET
def network(request: HttpRequest, code: str) -> HttpResponse:
    """A network on a day, and as that was recorded on an earlier one: members, services, payee, contacts."""
    by, address = _actor(request), Address.of(request)
    found = queries.visible_network(by, code)
    recorded, known_on = _recorded(request)
    day_form = DayForm(request.GET.dict(), known_on.isoformat() if known_on else "")
    day = (day_form.cleaned_data["day"] if day_form.is_valid() else None) or clock.today()
    members = list(queries.members_of(found, day, known_on))
    parents = queries.parents_of([member.practice_id for member in members], day, known_on)
    lead, payee = queries.lead_of(found, day, known_on), queries.payee_of(found, day, known_on)
    memberships = list(queries.memberships_of(found, known_on))
    page = shown.NetworkPage(
        title=found.name,
        subject="Members",
        caption="PCN",
        in_error=bool(recorded.errors or day_form.errors),
        facts=shown.facts_of(found, lead, payee, len(members)),
        links=shown.links_of(found),
        day_form=day_form,
        address=address,
        members=shown.members_table(day, members, parents),
        timeline=through_time.timeline(memberships, lambda each: each.practice, found.name, clock.today()),
        memberships=through_time.memberships_table(
            memberships, lambda each: each.practice, "No practice has ever been a member."
        ),
        **_parts(by, found, day, known_on, recorded, address),
    )
    return render(request, "organisations/network.jinja", {"page": page})


@require_GET
def practice(request: HttpRequest, code: str) -> HttpResponse:
    """A practice today, and as it was recorded on an earlier day: networks, parents, lists, services, contacts."""
    by, address = _actor(request), Address.of(request)
    found = queries.practice_seen_by(by, code)
    recorded, known_on = _recorded(request)
    today = clock.today()
    memberships = list(queries.memberships_of_practice(found, known_on))
    network = queries.network_of(found, today, known_on)
    networks = {each.network_id for each in memberships} | ({network.pk} if network else set())
    unseen = networks - set(queries.visible_to(by).filter(pk__in=networks).values_list("pk", flat=True))
    page = practice_shown.PracticePage(
        title=found.name,
        subject="Practice",
        caption="Practice",
        in_error=bool(recorded.errors),
        facts=practice_shown.facts_of(
            found,
            queries.parent_of(found, today, known_on),
            network,
            queries.successions_of([found.pk], known_on).get(found.pk),
            queries.taken_over_by(found, known_on),
        ),
        links=[*_page_of(network, unseen), *_list_link(by, found), *_closure_link(by, found)],
        timeline=through_time.timeline(memberships, lambda each: each.network, found.name, today),
        memberships=through_time.memberships_table(
            memberships, lambda each: each.network, "It has never been a member of a PCN.", unseen=unseen
        ),
        parents=practice_shown.parents_table(queries.parents_through_time(found, known_on)),
        lists=practice_shown.lists_table(list(queries.list_sizes_of(found, known_on))),
        **_parts(by, found, today, known_on, recorded, address),
    )
    return render(request, "organisations/practice.jinja", {"page": page})


def _page_of(network: Organisation | None, unseen: Collection[int]) -> list[Link]:
    if network is None or network.pk in unseen:
        return []
    return [Link(f"Page of {network.name}", through_time.page_href(network))]


def _list_link(by: Actor, practice: Organisation) -> list[Link]:
    """Where a list is corrected by hand, for whoever may."""
    href = reverse("organisations:correct_list_size", args=[practice.code])
    return [Link("Correct a list size", href)] if rules.CORRECT_LISTS.has(practice, by) else []


def _closure_link(by: Actor, practice: Organisation) -> list[Link]:
    """Where is decided what follows a closure, for whoever may."""
    if practice.close_date is None or not rules.SETTLE_CLOSURE.has(practice, by):
        return []
    return [Link("What follows the closure", reverse("participation:closure", args=[practice.code]))]


def _parts(
    by: Actor, organisation: Organisation, day: date, known_on: date | None, recorded: RecordedOnForm, address: Address
) -> dict[str, Any]:
    """What both pages have."""
    may_keep = rules.may_maintain_contacts(organisation, by)
    return {
        "breadcrumb": [Link("Home", reverse("home:home"))],
        "sections": sections_about(About(organisation, by, day, known_on)),
        "contacts": contacts_table(queries.contacts_of(organisation)),
        "contacts_href": contacts_href(organisation) if may_keep else "",
        "recorded": recorded_on(known_on, address),
        "refused": [str(each) for each in recorded.errors.get("recorded_on", ())],
    }


def _actor(request: HttpRequest) -> Actor:
    by: Actor = request.actor  # type: ignore[attr-defined]
    return by


def _recorded(request: HttpRequest) -> tuple[RecordedOnForm, date | None]:
    form = RecordedOnForm(request.GET)
    return form, form.cleaned_data["recorded_on"] if form.is_valid() else None


def recorded_on(known_on: date | None, address: Address) -> RecordedOn:
    """The detail "Show as recorded on ..." of a page."""
    asked = [name for name, _value in address.pairs if name.startswith("recorded_on")]
    now = address.without(*asked)
    return RecordedOn(day=known_on, href=address.path, now_href=str(now), kept=now.pairs)
