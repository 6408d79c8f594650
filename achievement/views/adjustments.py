"""*To be adjusted*: the list, on screen and as a file."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.rules import Acting, PortalRequest
from achievement import rules
from achievement.forms import ToBeAdjustedForm
from achievement.presenters import adjustments as shown
from achievement.queries import adjustments as queries
from achievement.queries.payees import approved_for_another
from core import clock
from core.errors import NotVisible
from ui.answers import render
from ui.frame import Link
from ui.sheets import as_download, must_be_a_file
from ui.tables import Address, Order, Pager
from ui.wording import moment

NEWEST_FIRST = "-date"


@require_GET
def to_be_adjusted(request: PortalRequest) -> HttpResponse:
    """What is to be adjusted, of what somebody may see, newest achievement date first."""
    by, address, pounds = request.actor, Address.of(request), rules.sees_pounds(request.actor)
    form = ToBeAdjustedForm(request.GET, queries.choices_for(by), pounds=pounds)
    filters = form.filters()
    sortable = [key for key in queries.ORDERS if pounds or key != "difference"]
    order = Order.parse(address.get("sort"), sortable, NEWEST_FIRST)
    summary = queries.summary_of(by, filters)
    if kind := address.get("file"):
        form.require()
        return _as_file(by, filters, order, kind, summary.count, address)
    pager = Pager.sized(address)
    found = queries.page_matching(
        by, filters, order=order.key, descending=order.descending, after=address.get("after"), size=pager.size
    )
    for_another = approved_for_another(by)
    opened = queries.networks_opened_by(by, [*found.rows, *(each.total for each in for_another)])
    page = shown.ToBeAdjustedPage(
        title=shown.TITLE,
        in_error=bool(form.errors),
        breadcrumb=[Link("Home", reverse("home:home"))],
        lead_sentence=shown.lead_sentence(summary, pounds=pounds),
        today=shown.TODAY,
        filters=form,
        table=shown.table_of(
            found.rows,
            count=summary.count,
            order=order,
            address=address,
            pounds=pounds,
            narrowed=filters != queries.Filters(),
            opened=opened,
        ),
        pager=pager.followed_by(found.next_cursor),
        payees=shown.payees_table(for_another, opened, pounds=pounds),
    )
    return render(request, "achievement/to_be_adjusted.jinja", {"page": page})


def _as_file(
    by: Acting, filters: queries.Filters, order: Order, kind: str, how_many: int, address: Address
) -> HttpResponse:
    if kind not in dict(shown.FILES):
        raise NotVisible("There is no file of this kind.")
    must_be_a_file(kind, how_many, "Narrow the filters.", Link(shown.TITLE, str(address.without("file"))))
    rows = queries.all_matching(by, filters, order=order.key, descending=order.descending)
    whose = by.organisation.name if by.organisation else ""
    sheet = shown.sheet_of(rows.iterator(), whose=whose, as_at=moment(clock.now()), pounds=rules.sees_pounds(by))
    return as_download(sheet, "to-be-adjusted", kind)
