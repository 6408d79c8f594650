from __future__ import annotations

from django.urls import path

from reports import views

app_name = "reports"

urlpatterns = [
    path("achievement-summary/", views.achievement_summary, name="achievement_summary"),
    path("achievement-summary/<slug:file>/", views.achievement_summary_file, name="achievement_summary_file"),
]
