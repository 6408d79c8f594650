"""Whether this portal can work: for load balancers and start-up, in JSON, to anybody who asks."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.utils.decorators import method_decorator
from health_check.views import HealthCheckView


@method_decorator(login_not_required, name="dispatch")
class PortalHealth(HealthCheckView):
    """Database and broker (which is the cache too), each named with OK or what is wrong; 500 when one is wrong."""

    checks = ("health_check.checks.Database", "health_check.checks.Cache")

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> JsonResponse:
        return self.render_to_response_json(kwargs.get("status", 200))
