"""The Achievement Summary Report."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.rules import Acting, PortalRequest
from achievement.rules import sees_pounds
from core import clock
from core.dates import FinancialYear
from core.errors import NotPermitted
from core.paging import page_of
from reports.forms.summary import SummaryForm
from reports.presenters import summary as shown
from reports.queries import summary as queries
from reports.queries.summary import SummaryFilters
from ui.answers import render
from ui.frame import Link
from ui.sheets import as_download, must_be_a_file
from ui.tables import Address, Order, Pager
from ui.wording import moment

NEWEST_FIRST = "-date"


@require_GET
def achievement_summary(request: PortalRequest) -> HttpResponse:
    """The Achievement Summary Report of a financial year: what somebody may see, with what became of it."""
    by, address = request.actor, Address.of(request)
    pager, pounds = Pager.sized(address), sees_pounds(by)
    form, filters = _parameters(request, by)
    order = _order(address, pounds=pounds)
    found = page_of(queries.achievements_in(by, filters), _columns(order), after=address.get("after"), size=pager.size)
    total, periods = queries.total_of(by, filters), queries.payment_periods(filters)
    page = shown.SummaryPage(
        title=shown.TITLE,
        subject=str(filters.year),
        breadcrumb=shown.breadcrumb(),
        filters=form,
        table=shown.summary_table(
            [shown.summary_row(row, periods, pounds=pounds) for row in found.rows],
            pounds=pounds,
            count=total.count,
            total=total.pounds if pounds else None,
            order=order,
            address=address,
        ),
        pager=pager.followed_by(found.next_cursor),
        as_at=f"Figures as at {moment(clock.now())}.",
    )
    return render(request, "reports/achievement_summary.jinja", {"page": page})


@require_GET
def achievement_summary_file(request: PortalRequest, file: str) -> HttpResponse:
    """The same as CSV, XLSX or PDF."""
    by = request.actor
    form, filters = _parameters(request, by)
    form.require()
    total, pounds = queries.total_of(by, filters), sees_pounds(by)
    columns = _columns(_order(Address.of(request), pounds=pounds))
    must_be_a_file(file, total.count, "Choose one service.", Link(shown.TITLE, reverse("reports:achievement_summary")))
    periods = queries.payment_periods(filters)
    rows = (
        shown.summary_row(row, periods, pounds=pounds)
        for row in queries.achievements_in(by, filters).order_by(*columns)
    )
    sheet = shown.summary_sheet(rows, about=_about(by, filters), total=total.pounds if pounds else None)
    return as_download(sheet, f"achievement-summary-{str(filters.year).replace('/', '-')}", file)


def _order(address: Address, *, pounds: bool) -> Order:
    return Order.parse(address.get("sort"), [key for key in queries.ORDERS if pounds or key != "amount"], NEWEST_FIRST)


def _columns(order: Order) -> list[str]:
    columns = queries.ORDERS[order.key]
    return [f"-{column}" for column in columns] if order.descending else list(columns)


def _parameters(request: HttpRequest, by: Acting) -> tuple[SummaryForm, SummaryFilters]:
    if by.organisation is None or not by.roles():
        raise NotPermitted("Reports are for people who hold a role in an organisation.")
    years, services = queries.years_and_services(by)
    form = SummaryForm(request.GET, years=years or [FinancialYear.of(clock.today())], services=services)
    return form, form.filters()


def _about(by: Acting, filters: SummaryFilters) -> list[tuple[str, str]]:
    organisation = by.organisation
    assert organisation is not None
    return [
        ("Organisation", f"{organisation.name} ({organisation.code})"),
        ("Financial Year", str(filters.year)),
        ("Figures as at", moment(clock.now())),
        ("Run by", by.name),
    ]
