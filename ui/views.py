"""The style page: every component with examples; only where the portal is developed, tested or trained on."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from ui.answers import render
from ui.examples import style_page
from ui.tables import Address


@login_not_required
@require_http_methods(["GET"])
def style(request: HttpRequest) -> HttpResponse:
    """Every component once; 404 in production."""
    if not (settings.DEBUG or getattr(settings, "TRAINING", False)):
        raise Http404
    given = request.GET if "start_date_day" in request.GET else None
    return render(request, "ui/style.jinja", {"page": style_page(Address.of(request), given)})
