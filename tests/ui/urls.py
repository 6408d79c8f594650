"""The portal's addresses, and one for each page that says what went wrong."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from cqrs_portal.urls import urlpatterns as portal

ERRORS = {
    400: None,
    403: NotPermitted("You approved this payment; finance approval is another person's.", who_can=["Grace Holm"]),
    404: NotVisible(),
    409: Conflict("Wight Health Centre's amount changed at 14:01, from £518.44 to £530.10."),
    422: Invalid("End date must be on or after start date, 1 April 2021: it is 31 March 2021."),
    500: {"reference": "a1b2c3d4e5f6"},
}


@login_not_required
def wrong(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, f"errors/{status}.jinja", {"error": ERRORS[status]}, status=status)


urlpatterns = [*portal, path("wrong/<int:status>/", wrong)]
