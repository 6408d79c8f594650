"""The administrative reports: their list, each on screen and as files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from accounts.rules import Acting, PortalRequest
from core import clock
from core.errors import NotPermitted, NotVisible
from core.paging import page_of
from organisations.forms import RecordedOnForm
from organisations.queries.relationships import memberships_between, nominations_between
from organisations.views.networks import recorded_on
from reports.forms.administrative import Period, PeriodForm
from reports.presenters import administrative as shown
from reports.presenters.administrative import Report
from ui.answers import render
from ui.frame import Link
from ui.sheets import as_download, must_be_a_file
from ui.tables import Address, Order, Pager
from ui.wording import long_date, moment

ROWS: Mapping[str, Callable[[Acting, date, date, date | None], QuerySet[Any]]] = {
    shown.RELATIONSHIP.name: memberships_between,
    shown.PAYEES.name: nominations_between,
}


@require_GET
def administrative(request: PortalRequest) -> HttpResponse:
    """The administrative reports that there are."""
    _must_hold_a_role(request.actor)
    return render(request, "reports/administrative.jinja", {"page": shown.administrative_page()})


@require_GET
def administrative_report(request: PortalRequest, name: str) -> HttpResponse:
    """One report on screen, as recorded now or on an earlier day."""
    by, address, report = request.actor, Address.of(request), _report(request.actor, name)
    recorded, form = _parameters(request)
    period, order, pager = form.period(), _order(report, address), Pager.sized(address)
    table = None
    if period:
        rows = _rows(report, by, period)
        found = page_of(rows, _columns(report, order), after=address.get("after"), size=pager.size)
        table = shown.report_table(report, found.rows, rows.count(), order, address)
        pager = pager.followed_by(found.next_cursor)
    page = shown.ReportPage(
        title=report.title,
        subject="Administrative Reports",
        in_error=bool(form.errors or recorded.errors),
        back=shown.back(),
        filters=form,
        address=address,
        recorded=recorded_on(form.known_on, address),
        refused=[str(each) for each in recorded.errors.get("recorded_on", ())],
        table=table,
        pager=pager,
        as_at=f"As at {moment(clock.now())}.",
    )
    return render(request, "reports/administrative_report.jinja", {"page": page})


@require_GET
def administrative_report_file(request: PortalRequest, name: str, kind: str) -> HttpResponse:
    """The same as CSV, XLSX or PDF, in the page's order."""
    by, address, report = request.actor, Address.of(request), _report(request.actor, name)
    recorded, form = _parameters(request)
    recorded.require()
    period = form.asked_period()
    rows = _rows(report, by, period)
    must_be_a_file(kind, rows.count(), "Choose fewer days, or CSV.", Link(report.title, shown.report_href(report)))
    ordered = rows.order_by(*_columns(report, _order(report, address)))
    sheet = shown.report_sheet(report, ordered, _about(by, period))
    return as_download(sheet, f"{report.name}-{period.start:%Y%m%d}-{period.end:%Y%m%d}", kind)


def _report(by: Acting, name: str) -> Report:
    _must_hold_a_role(by)
    report = next((each for each in shown.REPORTS if each.name == name), None)
    if report is None:
        raise NotVisible("There is no such report.")
    return report


def _must_hold_a_role(by: Acting) -> None:
    if by.organisation is None or not by.roles():
        raise NotPermitted("Reports are for people who hold a role in an organisation.")


def _parameters(request: HttpRequest) -> tuple[RecordedOnForm, PeriodForm]:
    recorded = RecordedOnForm(request.GET)
    known_on = recorded.cleaned_data["recorded_on"] if recorded.is_valid() else None
    return recorded, PeriodForm(request.GET.dict(), known_on)


def _rows(report: Report, by: Acting, period: Period) -> QuerySet[Any]:
    return ROWS[report.name](by, period.start, period.end, period.known_on)


def _order(report: Report, address: Address) -> Order:
    return Order.parse(address.get("sort"), tuple(report.orders), report.default)


def _columns(report: Report, order: Order) -> list[str]:
    return [f"-{column}" if order.descending else column for column in report.orders[order.key]]


def _about(by: Acting, period: Period) -> list[tuple[str, str]]:
    assert by.organisation is not None
    known = [("Recorded on", long_date(period.known_on))] if period.known_on else []
    return [
        ("Organisation", f"{by.organisation.name} ({by.organisation.code})"),
        ("Start Date", long_date(period.start)),
        ("End Date", long_date(period.end)),
        *known,
        ("As at", moment(clock.now())),
        ("Run by", by.name),
    ]
