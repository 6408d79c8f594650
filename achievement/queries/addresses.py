"""Where achievements are seen."""

from __future__ import annotations

from datetime import date

from django.urls import reverse


def network_href(code: str, service_code: str, day: date) -> str:
    """A network for a service and a date."""
    return reverse("achievement:network", args=[code, service_code, day.isoformat()])
