from __future__ import annotations

from django.urls import path

from achievement import views

app_name = "achievement"

urlpatterns = [
    path("results/", views.achievement_results, name="achievement_results"),
    path("declarations/", views.declaration_management, name="declaration_management"),
    path("declarations/act/", views.act, name="act"),
    path("declare/", views.declare, name="declare"),
    path("networks/", views.networks, name="network_declaration_management"),
    path("networks/<slug:code>/<slug:service_code>/<str:day>/", views.network, name="network"),
    path("waiting/", views.waiting, name="waiting"),
    path("waiting/<slug:code>/", views.waiting_network, name="waiting_network"),
    path("waiting/<slug:code>/evidence.zip", views.escalate, name="escalate"),
    path("overnight/", views.overnight_runs, name="overnight_runs"),
    path("overnight/start/", views.start_overnight_run, name="start_overnight_run"),
    path("overnight/<int:run_id>/", views.overnight_run, name="overnight_run"),
    path("overnight/<int:run_id>/resume/", views.resume_overnight_run, name="resume_overnight_run"),
    path("<int:achievement_id>/", views.achievement, name="achievement"),
    path("<int:achievement_id>/compare/", views.compare_periods, name="compare"),
    path("<int:achievement_id>/explanation.json", views.explanation_json, name="explanation_json"),
]
