"""Reference files on their way in: uploaded, checked, confirmed, loaded."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from core import clock
from organisations import commands, queries
from organisations.forms import UploadForm
from organisations.presenters import uploads as shown
from organisations.views.loads import actor_of, breadcrumb, rows_as_csv
from ui.answers import render

NUMBER = re.compile(r"[0-9]{1,18}")


@require_http_methods(["GET", "POST"])
def upload_ods(request: HttpRequest) -> HttpResponse:
    """Files are given; a worker checks them."""
    by = actor_of(request)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_bound and form.is_valid():
        upload = commands.upload_files([each.to_keep() for each in form.given()], form.days(), by=by)
        return redirect("organisations:ods_upload", upload.pk)
    page = shown.UploadFormPage(
        title="Upload reference files",
        in_error=bool(form.errors),
        breadcrumb=breadcrumb(),
        form=form,
        cancel_href=reverse("organisations:ods_loads"),
    )
    return render(request, "organisations/upload_ods.jinja", {"page": page})


@require_GET
def ods_upload(request: HttpRequest, upload_id: int) -> HttpResponse:
    """How far an upload is. While a worker is busy the page asks again by itself; then it is shown anew."""
    actor_of(request)
    page = shown.upload_page(queries.ods_upload(upload_id), breadcrumb(), clock.today())
    if request.headers.get("HX-Request") and page.progress is None:
        return HttpResponseClientRefresh()
    return render(request, "organisations/ods_upload.jinja", {"page": page})


@require_GET
def ods_upload_rows(request: HttpRequest, upload_id: int) -> HttpResponse:
    """All rows of a check that were refused or need a look, as CSV."""
    actor_of(request)
    upload = queries.ods_upload(upload_id)
    return rows_as_csv(shown.all_rows(upload.check_job.result), f"rows-of-upload-{upload.pk}.csv")


@require_POST
def confirm_upload(request: HttpRequest, upload_id: int) -> HttpResponse:
    by, checked = actor_of(request), request.POST.get("checked", "")
    commands.confirm_upload(upload_id, int(checked) if NUMBER.fullmatch(checked) else 0, by=by)
    return redirect("organisations:ods_upload", upload_id)


@require_POST
def check_again(request: HttpRequest, upload_id: int) -> HttpResponse:
    commands.check_again(upload_id, by=actor_of(request))
    return redirect("organisations:ods_upload", upload_id)


@require_POST
def drop_upload(request: HttpRequest, upload_id: int) -> HttpResponse:
    commands.drop_upload(upload_id, by=actor_of(request))
    messages.success(request, "The files were dropped. Nothing of them was loaded.")
    return redirect("organisations:ods_loads")
