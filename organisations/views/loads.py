"""Reference files that were loaded, for Reference Data."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from core.actors import Actor
from core.paging import page_of
from organisations import queries
from organisations.forms import RowsForm
from organisations.presenters import loads as shown
from organisations.presenters.uploads import uploads_table
from organisations.rules import must_load_reference_data
from ui.answers import render
from ui.frame import Link
from ui.sheets import FORMULA
from ui.tables import Address, Pager

NEWEST_FIRST = ("-loaded_at", "-pk")


def actor_of(request: HttpRequest) -> Actor:
    """Whoever asks. Raises NotPermitted unless they may load reference data."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    must_load_reference_data(by)
    return by


@require_GET
def ods_loads(request: HttpRequest) -> HttpResponse:
    """Every file loaded, newest first, and above it what waits to be."""
    actor_of(request)
    pager = Pager.sized(Address.of(request), default=25)
    found = page_of(queries.ods_loads(), NEWEST_FIRST, after=request.GET.get("after", ""), size=pager.size)
    page = shown.LoadsPage(
        title="Reference data",
        breadcrumb=breadcrumb()[:1],
        upload_href=reverse("organisations:upload_ods"),
        under_way=uploads_table(list(queries.uploads_under_way())),
        table=shown.loads_table(found.rows),
        pager=pager.followed_by(found.next_cursor),
    )
    return render(request, "organisations/ods_loads.jinja", {"page": page})


@require_GET
def ods_load(request: HttpRequest, load_id: int) -> HttpResponse:
    """One file: what it said, what it changed, what followed, and the rows that were refused or need a look."""
    actor_of(request)
    load, address, form = queries.ods_load(load_id), Address.of(request), RowsForm(request.GET)
    kind = form.cleaned_data["kind"] if form.is_valid() else ""
    rows = [row for row in load.rows if kind in ("", row[0])]
    pager = Pager.sized(address)
    start = _place(request.GET.get("after", ""))
    here = rows[start : start + pager.size]
    page = shown.LoadPage(
        title=load.file_name,
        caption="Reference data",
        breadcrumb=breadcrumb(),
        facts=shown.facts_of(load),
        effects=load.effects,
        corrections=shown.corrections_table(load.corrections, "What it changed"),
        counts=shown.counts_table(load.summary, "What it says"),
        form=form,
        address=address,
        rows=shown.rows_table(
            list(shown.file_rows(here)), len(rows), reverse("organisations:ods_load_rows", args=[load.pk])
        ),
        pager=pager.followed_by(str(start + pager.size) if start + pager.size < len(rows) else ""),
    )
    return render(request, "organisations/ods_load.jinja", {"page": page})


@require_GET
def ods_load_rows(request: HttpRequest, load_id: int) -> HttpResponse:
    """All of a load's rows, as CSV."""
    actor_of(request)
    load = queries.ods_load(load_id)
    return rows_as_csv(shown.file_rows(load.rows, load.file_name), f"rows-of-load-{load.pk}.csv")


def rows_as_csv(rows: Iterable[shown.FileRow], name: str) -> HttpResponse:
    """Rows for a spreadsheet. A value that one would take for a formula is given as text."""
    response = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(["FILE", "WHY_LISTED", "LINE", "COLUMN", "VALUE", "FOUND"])
    for row in rows:
        cells = (row.file, row.kind, row.line or "", row.column, row.value, row.words)
        writer.writerow([_as_text(cell) for cell in cells])
    return response


def breadcrumb() -> Sequence[Link]:
    return (Link("Home", reverse("home:home")), Link("Reference data", reverse("organisations:ods_loads")))


def _as_text(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _place(cursor: str) -> int:
    """Where the next page starts: the rows of a load never change, so their number is a place."""
    return int(cursor) if cursor.isdecimal() and len(cursor) < 10 else 0
