"""Declaration Management; finance approval is the same page, filtered on what awaits it."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.rules import Acting, PortalRequest
from accounts.states import Role
from achievement import rules
from achievement.forms import ListForm
from achievement.presenters import declarations as shown
from achievement.presenters import nil as nil_shown
from achievement.queries import compare, lists
from achievement.queries.declarations import marks_of, marks_of_totals
from achievement.queries.lists import Filters, Summary
from achievement.states import State
from core.selections import AT_MOST, Packed, token_of
from ui.answers import render
from ui.components import Confirm
from ui.tables import Action, Address, Matching, Order, Pager, Selection, Table

SELECTION = "achievement.all-matching"
UNDO = "achievement.undo"
"""What was approved last, and can be undone from the page after it: a key of the session."""


@require_GET
def declaration_management(request: PortalRequest) -> HttpResponse:
    """What awaits the commissioning organisation, and what became of it."""
    by = request.actor
    return _list(request, "Declaration Management", _default_state(by), by.organisation_id)


@require_GET
def achievement_results(request: PortalRequest) -> HttpResponse:
    """The same list for whoever earns: a practice's own achievements, a network's lines and totals, in every status."""
    return _list(request, "Achievement Results", None, None)


def _list(request: PortalRequest, title: str, default: State | None, commissioner_id: int | None) -> HttpResponse:
    by = request.actor
    choices = lists.choices_for(by)
    form = _form(request, default, choices)
    filters = form.filters(default, commissioner_id=commissioner_id)
    page = _page(request, by, form, filters, choices, title)
    if commissioner_id:
        page = replace(page, undo=_undo(request))
    return render(request, "achievement/declarations.jinja", {"page": page})


def _undo(request: PortalRequest) -> Confirm | None:
    """Takes back what was approved a moment ago; offered once, and asks why."""
    last = request.session.pop(UNDO, None)
    if last is None:
        return None
    hidden = (("action", shown.UNDO), ("all_matching", last["token"]), ("back", request.get_full_path()))
    key = ("key", uuid4().hex)
    return Confirm(
        href=reverse("achievement:act"),
        button=f"Undo the approval of {last['what']}",
        cancel_href="",
        hidden=(*hidden, key),
    )


def _default_state(by: Acting) -> State:
    """What awaits this person: finance sees totals first, everybody else what awaits the commissioner."""
    only_finance = by.holds(Role.FINANCE_MANAGEMENT) and not by.holds(Role.APPROVAL_MANAGEMENT)
    return State.AGGREGATED if only_finance else State.AWAITING_COMMISSIONER


def _form(request: PortalRequest, default: State | None, choices: lists.Choices) -> ListForm:
    return ListForm(
        request.GET,
        default=default,
        services=choices.services,
        networks=choices.networks,
        dates=choices.dates,
        closings=choices.closings,
    )


def _page(
    request: PortalRequest, by: Acting, form: ListForm, filters: Filters, choices: lists.Choices, title: str
) -> shown.DeclarationsPage:
    address, pounds, totals = Address.of(request), rules.sees_pounds(by), filters.lists_totals
    order = Order.parse(address.get("sort"), [key for key in lists.ORDERS if pounds or key != "amount"], "date")
    pager = Pager.sized(address)
    actions, summary, seen = _matching(by, filters)
    found = lists.page_matching(
        by, filters, order=order.key, descending=order.descending, after=address.get("after"), size=pager.size
    )
    selection = _selection(by, actions, summary, seen, filters, address)
    marks = marks_of_totals(found.rows) if totals else marks_of(found.rows)
    remarks = compare.remarks_of(found.rows, marks) if pounds and not totals else {}
    of_nil = nil_shown.remarks_of(marks, pounds=pounds)
    return shown.DeclarationsPage(
        title=title,
        subject=filters.state.label if filters.state else "",
        breadcrumb=shown.breadcrumb()[:1],
        filters=form,
        table=Table(
            caption="PCN achievements" if totals else "Achievements",
            columns=shown.columns(totals=totals, pounds=pounds, statuses=filters.state is None),
            rows=[
                shown.row_of(
                    each,
                    totals=totals,
                    periods=choices.periods,
                    notes=marks.notes,
                    pounds=pounds,
                    remarks=(*remarks.get(each.pk, ()), *of_nil.get(each.pk, ())),
                )
                for each in found.rows
            ],
            detail="remarks",
            empty=_empty(filters),
            noun=("achievement", "achievements"),
            count=summary.count,
            total=summary.pounds if pounds else None,
            order=order,
            address=address,
            choosing=shown.choosing(pounds=pounds) if selection else None,
        ),
        pager=pager.followed_by(found.next_cursor),
        selection=selection,
        may_not=_who_can(filters) if filters.commissioner_id and summary.count and not selection else "",
        pay_codes=_pay_codes(by, filters, summary) if pounds else None,
    )


def _pay_codes(by: Acting, filters: Filters, summary: Summary) -> Table | None:
    awaits_finance = filters.state in (State.AWAITING_FINANCE, State.AGGREGATED)
    if not (awaits_finance and filters.commissioner_id and summary.count):
        return None
    return shown.pay_code_table(lists.pay_code_totals(by, filters))


def _matching(by: Acting, filters: Filters) -> tuple[list[Action], Summary, Packed]:
    """What this person may do at all in this status, how much matches, and, where they may act, each row as seen."""
    approves, finances = by.holds(Role.APPROVAL_MANAGEMENT), by.holds(Role.FINANCE_MANAGEMENT)
    actions = shown.offered(filters.state, approves=approves, finances=finances)
    if not actions:
        return [], lists.summary_of(by, filters), ""
    return actions, *lists.all_matching(by, filters, at_most=AT_MOST)


def _selection(
    by: Acting, actions: list[Action], summary: Summary, seen: Packed, filters: Filters, address: Address
) -> Selection | None:
    """The bar of buttons; "all matching" carries every row as it is seen now: what is approved is exactly this."""
    if not actions or not summary.count:
        return None
    token = token_of(seen, SELECTION, by)
    return Selection(
        href=reverse("achievement:act"),
        actions=actions,
        matching=Matching(count=summary.count, token=token, total=summary.pounds) if token else None,
        hidden={
            "back": str(address.without("after")),
            "totals": "1" if filters.lists_totals else "",
            "key": uuid4().hex,
        },
    )


def _empty(filters: Filters) -> str:
    what = f"Nothing is {filters.state.label}" if filters.state else "There is no achievement yet"
    narrowed = filters.service_id or filters.network_id or filters.achievement_date or filters.text
    if narrowed:
        return f"{what} that matches these filters. Clear them to see more."
    return f"{what}."


def _who_can(filters: Filters) -> str:
    """For those who see the list but cannot act: which role can. Empty where nothing is to be done in this status."""
    if filters.state not in shown.OFFERED:
        return ""
    finance = filters.state in (State.AGGREGATED, State.AWAITING_FINANCE)
    role = Role.FINANCE_MANAGEMENT if finance else Role.APPROVAL_MANAGEMENT
    return f"You can see these. Acting on them needs the role {role.label} in the commissioning organisation."
