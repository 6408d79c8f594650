from __future__ import annotations

from django.urls import path

from submission import views

app_name = "submission"

AT = "<str:code>/<str:day>/<str:provider>"

urlpatterns = [
    path("record/", views.record_achievement, name="record_achievement"),
    path("record-provider/", views.record_provider_achievement, name="record_provider_achievement"),
    path("network-achievement/", views.network_achievement, name="network_achievement"),
    path("data-submission-report/", views.data_submission_report, name="data_submission_report"),
    path("data-submission-report/<slug:kind>/", views.data_submission_file, name="data_submission_file"),
    path("add/", views.add, name="add"),
    path(f"{AT}/", views.summary, name="summary"),
    path(f"{AT}/check/", views.check, name="check"),
    path(f"{AT}/submitted/", views.submitted, name="submitted"),
    path(f"{AT}/nil-return/", views.nil_return, name="nil_return"),
    path(f"{AT}/groups/<str:group_code>/", views.group, name="group"),
    path(f"{AT}/groups/<str:group_code>/check/", views.check_field, name="check_field"),
]
