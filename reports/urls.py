from __future__ import annotations

from django.urls import path

from reports import views

app_name = "reports"

urlpatterns = [
    path("administrative/", views.administrative, name="administrative"),
    path("administrative/<slug:name>/", views.administrative_report, name="administrative_report"),
    path(
        "administrative/<slug:name>/<slug:kind>/", views.administrative_report_file, name="administrative_report_file"
    ),
    path("achievement-summary/", views.achievement_summary, name="achievement_summary"),
    path("achievement-summary/<slug:file>/", views.achievement_summary_file, name="achievement_summary_file"),
]
