"""List sizes: looked at, and given as a file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from core import clock
from core.actors import Actor
from core.errors import Invalid
from core.paging import page_of
from organisations import commands, rules
from organisations.forms import ListsFilter, ListUploadForm, RecordedOnForm, kind_asked
from organisations.presenters import list_sizes as shown
from organisations.queries import list_sizes as queries
from organisations.views.loads import actor_of as librarian_of
from organisations.views.networks import recorded_on
from organisations.views.payees import actor_of
from ui.answers import render
from ui.frame import Link
from ui.sheets import as_download, must_be_a_file
from ui.tables import Address, Order, Pager
from ui.wording import long_date, moment


@require_GET
def list_sizes(request: HttpRequest) -> HttpResponse:
    """List sizes of a kind as at a day, of those one sees, beside those before."""
    by, address = _reader(request), Address.of(request)
    recorded, form = _filters(request)
    asked, order, pager = form.asked(), _order(address), Pager.sized(address)
    table = None
    if asked:
        rows = queries.list_sizes(by, asked)
        found = page_of(rows, _columns(order), after=address.get("after"), size=pager.size)
        table = shown.lists_table(found.rows, rows.count(), asked, order, address)
        pager = pager.followed_by(found.next_cursor)
    page = shown.ListSizesPage(
        title=shown.TITLE,
        in_error=bool(recorded.errors or form.errors),
        breadcrumb=shown.breadcrumb(),
        filters=form,
        address=address,
        recorded=recorded_on(form.known_on, address),
        refused=[str(each) for each in recorded.errors.get("recorded_on", ())],
        table=table,
        nothing="" if form.days else "No list size of this kind is known yet.",
        pager=pager,
        upload_href=reverse("organisations:upload_lists") if rules.may_load_reference_data(by) else "",
    )
    return render(request, "organisations/list_sizes.jinja", {"page": page})


@require_GET
def list_sizes_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The same as CSV, XLSX or PDF, in the page's order."""
    by, address = _reader(request), Address.of(request)
    recorded, form = _filters(request)
    recorded.require()
    form.require()
    asked = form.asked()
    if asked is None:
        raise Invalid("There is no list size of this kind and day.")
    rows = queries.list_sizes(by, asked)
    hint, back = "Show those changed or missing, or choose CSV.", Link(shown.TITLE, reverse("organisations:list_sizes"))
    must_be_a_file(kind, rows.count(), hint, back)
    about = [
        ("List", asked.kind.label),
        ("As at", long_date(asked.day)),
        *([("Recorded on", long_date(asked.known_on))] if asked.known_on else []),
        ("Made", moment(clock.now())),
        ("Run by", by.name),
    ]
    sheet = shown.lists_sheet(rows.order_by(*_columns(_order(address))), asked, about)
    return as_download(sheet, f"list-sizes-{asked.kind.name.lower()}-{asked.day.isoformat()}", kind)


@require_http_methods(["GET", "POST"])
def upload_lists(request: HttpRequest) -> HttpResponse:
    """A file is given; a worker checks it, and the page of the upload says what is missing, unknown and changed."""
    by = librarian_of(request)
    form = ListUploadForm(request.POST, request.FILES) if request.method == "POST" else ListUploadForm()
    if form.is_bound and form.is_valid():
        upload = commands.upload_files([each.to_keep() for each in form.given()], form.days(), by=by)
        return redirect("organisations:ods_upload", upload.pk)
    page = shown.UploadListsPage(
        title="Upload list sizes",
        in_error=bool(form.errors),
        breadcrumb=shown.breadcrumb(lists=True),
        form=form,
        cancel_href=reverse("organisations:list_sizes"),
    )
    return render(request, "organisations/upload_lists.jinja", {"page": page})


def _reader(request: HttpRequest) -> Actor:
    by = actor_of(request)
    rules.must_see_list_sizes(by)
    return by


def _filters(request: HttpRequest) -> tuple[RecordedOnForm, ListsFilter]:
    recorded = RecordedOnForm(request.GET)
    known_on = recorded.cleaned_data["recorded_on"] if recorded.is_valid() else None
    kind = kind_asked(request.GET.get("kind", ""))
    return recorded, ListsFilter(request.GET, kind, queries.days_of(kind, known_on), known_on)


def _order(address: Address) -> Order:
    return Order.parse(address.get("sort"), tuple(shown.ORDERS), "name")


def _columns(order: Order) -> list[str]:
    return [f"-{column}" if order.descending else column for column in shown.ORDERS[order.key]]
