"""The pages that say why there is no page."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.errors import NotPermitted, NotVisible, PortalError
from cqrs_portal.api.problems import problem_answer

API = "/api/"


def answer(request: HttpRequest, error: PortalError) -> HttpResponse:
    """The page for an error: its own status, and what, why and who can."""
    if request.path.startswith(API):
        return problem_answer(error)
    template = {403: "403", 404: "404", 409: "409", 422: "422"}.get(error.status, "400")
    return render(request, f"errors/{template}.jinja", {"error": error}, status=error.status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(
        request,
        NotPermitted(
            "This form was open too long, or came from another page. Nothing was saved.", "Go back and send it again."
        ),
    )


def only_takes_what_is_sent(request: HttpRequest, refused: HttpResponse) -> HttpResponse:
    """The page for an address that a form is sent to, and that somebody opened by itself."""
    said = (
        "This address only takes what another page sends. Open that page again: what you typed there and did not send "
        "is put back."
    )
    page = render(request, "errors/405.jinja", {"error": {"sentences": [said]}}, status=405)
    page.headers["Allow"] = refused.headers.get("Allow", "POST")
    return page


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, NotVisible("You may not be able to see this, or it does not exist."))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, NotPermitted("You may not do this."))


def server_error(request: HttpRequest) -> HttpResponse:
    """A reference to quote; nothing of the request was saved, because each command is one transaction."""
    if request.path.startswith(API):
        return problem_answer()
    reference = request.META.get("HTTP_X_REQUEST_ID") or uuid.uuid4().hex[:12]
    return render(None, "errors/500.jinja", {"error": {"reference": reference}}, status=500)
