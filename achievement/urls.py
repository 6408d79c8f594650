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
    path("nil/", views.nil_settlements, name="nil_settlements"),
    path(
        "nil/settle/<slug:code>/<slug:service_code>/<str:day>/<slug:practice_code>/",
        views.propose_nil,
        name="propose_nil",
    ),
    path("nil/<int:settlement_id>/", views.nil_settlement, name="nil_settlement"),
    path("nil/<int:settlement_id>/confirm/", views.confirm_nil, name="confirm_nil"),
    path("nil/<int:settlement_id>/decline/", views.decline_nil, name="decline_nil"),
    path("nil/<int:settlement_id>/withdraw/", views.withdraw_nil, name="withdraw_nil"),
    path("nil/<int:settlement_id>/lift/", views.lift_nil, name="lift_nil"),
    path("to-be-adjusted/", views.to_be_adjusted, name="to_be_adjusted"),
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
