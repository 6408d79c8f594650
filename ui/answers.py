"""Pages as they are answered: one that says what is refused has the status that says so too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import shortcuts
from django.http import HttpRequest, HttpResponse

from core.errors import Invalid
from ui.frame import Page


def render(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, status: int = 0
) -> HttpResponse:
    """The template's page. Without a status of its own, one whose form is refused (`in_error`) answers 422, any other
    200, whether the form was sent or stands in the address."""
    page = (context or {}).get("page")
    refused = isinstance(page, Page) and page.in_error
    return shortcuts.render(request, template, context, status=status or (Invalid.status if refused else 200))


def refuses(context: Mapping[Any, Any]) -> bool:
    """Whether a page of the sign-in refuses something: what its form was sent, or the link that led to it."""
    form = context.get("form")
    return bool((form is not None and form.errors) or context.get("token_fail"))
