"""Whether this portal can work: for load balancers and start-up, in JSON, to anybody who asks."""

from __future__ import annotations

import dataclasses
from typing import Any

from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.utils.decorators import method_decorator
from health_check.base import HealthCheck
from health_check.exceptions import ServiceUnavailable
from health_check.views import HealthCheckView
from kombu.exceptions import OperationalError


@method_decorator(login_not_required, name="dispatch")
class PortalHealth(HealthCheckView):
    """Whether this web server can serve: its database, named with OK or what is wrong; 500 when it is wrong.

    Without the broker people go on working, and what is to be done later waits in the outbox: see BrokerHealth.
    """

    checks: tuple[str, ...] = ("health_check.checks.Database",)

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> JsonResponse:
        return self.render_to_response_json(kwargs.get("status", 200))


class BrokerHealth(PortalHealth):
    """Whether Celery's broker answers, for whoever watches the workers."""

    checks = ("cqrs_portal.health.Broker",)


@dataclasses.dataclass(repr=False)
class Broker(HealthCheck):
    """One connection to the broker, made and closed."""

    def run(self) -> None:
        try:
            with current_app.connection_for_read() as connection:
                connection.ensure_connection(max_retries=1, timeout=2)
        except (OSError, OperationalError) as error:
            raise ServiceUnavailable("The broker does not answer.") from error
