"""Every address of the portal, app by app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from cqrs_portal.health import BrokerHealth, PortalHealth

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("home.urls")),
    path("account/", include("accounts.urls")),
    # An address is given by an administrator: nobody changes their own.
    path("account/email/", RedirectView.as_view(pattern_name="accounts:my_account")),
    path("account/", include("allauth.urls")),
    path("organisations/", include("organisations.urls")),
    path("participation/", include("participation.urls")),
    path("services/", include("catalogue.urls")),
    path("submission/", include("submission.urls")),
    path("ui/", include("ui.urls")),
    path("achievement/", include("achievement.urls")),
    path("api/v1/", include("cqrs_portal.api.addresses")),
    path("reports/", include("reports.urls")),
    path("health/", PortalHealth.as_view(), name="health"),
    path("health/broker/", BrokerHealth.as_view(), name="broker_health"),
]

handler403 = "cqrs_portal.errors.permission_denied"
handler404 = "cqrs_portal.errors.not_found"
handler500 = "cqrs_portal.errors.server_error"
