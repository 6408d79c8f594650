"""*Network Achievement*, and its *Data Submission Report*."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.rules import Acting, PortalRequest
from core import clock
from core.clock import LONDON
from core.dates import FinancialYear
from core.errors import NotPermitted, NotVisible
from core.paging import page_of
from submission.forms import NetworkAchievementForm
from submission.presenters import network_achievement as shown
from submission.presenters.record import payment_of
from submission.queries import network_achievement as queries
from submission.queries.entry import years_of
from submission.queries.network_achievement import Asked
from ui.answers import render
from ui.sheets import as_download, must_be_a_file
from ui.tables import Address, Order, Pager
from ui.wording import long_date, moment

if TYPE_CHECKING:
    from catalogue.formats import Definition
    from catalogue.models import AchievementDate, QualityService


@dataclass
class Looked:
    """What can be chosen, and what is: a year, a service in it, and one of its dates that have come."""

    years: list[FinancialYear]
    year: FinancialYear | None
    services: list[tuple[QualityService, Definition]]
    service: tuple[QualityService, Definition] | None = None
    dates: list[AchievementDate] = field(default_factory=list)
    day: AchievementDate | None = None


@require_GET
def network_achievement(request: PortalRequest) -> HttpResponse:
    """Whose data have come, PCN by PCN."""
    return _page(request, shown.TITLE, report=False)


@require_GET
def data_submission_report(request: PortalRequest) -> HttpResponse:
    """The same as a report."""
    return _page(request, shown.REPORT, report=True)


@require_GET
def data_submission_file(request: PortalRequest, kind: str) -> HttpResponse:
    """The report as CSV, XLSX or PDF."""
    by, address = _reader(request), Address.of(request)
    looked = _looked(by, address)
    form = _form(address, looked)
    form.require()
    asked = _asked(looked, form)
    if asked is None:
        raise NotVisible("There is no such service or achievement date.")
    rows = queries.rows_of(by, asked)
    must_be_a_file(kind, rows.count(), "Choose one status, or CSV.", shown.back(address))
    ordered = list(rows.order_by(*_columns(_order(address))))
    missing = queries.missing_of(asked, ordered)
    sheet = shown.report_sheet((shown.row_of(row, asked, missing) for row in ordered), asked, _about(by, asked))
    return as_download(sheet, f"data-submission-{asked.service.code.lower()}-{asked.day.date.isoformat()}", kind)


def _page(request: PortalRequest, title: str, *, report: bool) -> HttpResponse:
    by, address = _reader(request), Address.of(request)
    looked, pager = _looked(by, address), Pager.sized(address)
    form = _form(address, looked)
    asked, table, sentences = _asked(looked, form), None, []
    if asked:
        order, rows = _order(address), queries.rows_of(by, asked)
        found = page_of(rows, _columns(order), after=address.get("after"), size=pager.size)
        how_far = queries.how_far(rows)
        missing = queries.missing_of(asked, found.rows)
        table = shown.achievement_table(
            [shown.row_of(row, asked, missing) for row in found.rows],
            how_far,
            order,
            address,
            shown.file_links(address),
            title,
        )
        sentences, pager = shown.sentences_of(asked, how_far), pager.followed_by(found.next_cursor)
    page = shown.NetworkAchievementPage(
        title=title,
        subject=asked.definition.short_name if asked else "",
        in_error=bool(form.errors),
        breadcrumb=shown.breadcrumb(),
        filters=form,
        address=address,
        as_at=f"Figures as at {clock.now().astimezone(LONDON):%H:%M}",
        sentences=sentences,
        nothing=_nothing(looked),
        table=table,
        pager=pager,
        back=shown.back(address) if report else None,
        report_href="" if report or asked is None else shown.report_href(address),
    )
    return render(request, "submission/network_achievement.jinja", {"page": page})


def _reader(request: PortalRequest) -> Acting:
    by = request.actor
    if by.organisation is None or not by.roles():
        raise NotPermitted("This page is for people who hold a role in an organisation.")
    return by


def _looked(by: Acting, address: Address) -> Looked:
    services = queries.services_with_data(by)
    years = years_of(services)
    year = next((each for each in years if str(each.starts_in) == address.get("year")), years[0] if years else None)
    looked = Looked(years, year, [each for each in services if year in each[0].financial_years])
    only = looked.services[0] if len(looked.services) == 1 else None
    looked.service = next((each for each in looked.services if each[0].code == address.get("service")), only)
    if looked.service and year:
        looked.dates = queries.dates_of(looked.service[0], year)
        latest = next((each for each in looked.dates if each.is_payment_date), None)
        asked = (each for each in looked.dates if each.date.isoformat() == address.get("date"))
        looked.day = next(asked, latest or next(iter(looked.dates), None))
    return looked


def _form(address: Address, looked: Looked) -> NetworkAchievementForm:
    filled = {
        "year": str(looked.year.starts_in) if looked.year else "",
        "service": looked.service[0].code if looked.service else "",
        "date": looked.day.date.isoformat() if looked.day else "",
        "status": address.get("status"),
    }
    return NetworkAchievementForm(
        filled,
        years=[(str(year.starts_in), str(year)) for year in looked.years],
        services=[(service.code, service.name) for service, _definition in looked.services],
        dates=[
            (each.date.isoformat(), f"{long_date(each.date)}: {payment_of(each.is_payment_date).lower()}")
            for each in looked.dates
        ],
    )


def _asked(looked: Looked, form: NetworkAchievementForm) -> Asked | None:
    status = form.cleaned_data["status"] if form.is_valid() else ""
    if looked.service is None or looked.day is None:
        return None
    return Asked(*looked.service, looked.day, int(status) if status else None)


def _nothing(looked: Looked) -> str:
    """Why there is no list; empty where there is one."""
    if not looked.services:
        return (
            "No quality service that waits for data has been offered to anybody you can see. When one is, it is here."
        )
    if not looked.service:
        return "Select a quality service, then Apply."
    return "" if looked.day else "No achievement date of this service has come yet in this financial year."


def _order(address: Address) -> Order:
    return Order.parse(address.get("sort"), tuple(queries.ORDERS), "pcn")


def _columns(order: Order) -> list[str]:
    return [f"-{column}" if order.descending else column for column in queries.ORDERS[order.key]]


def _about(by: Acting, asked: Asked) -> list[tuple[str, Any]]:
    assert by.organisation is not None
    return [
        ("Organisation", f"{by.organisation.name} ({by.organisation.code})"),
        ("Quality Service", asked.service.name),
        ("Achievement Date", long_date(asked.day.date)),
        ("Figures as at", moment(clock.now())),
        ("Run by", by.name),
    ]
