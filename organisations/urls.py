from __future__ import annotations

from django.urls import path

from organisations import views

app_name = "organisations"

urlpatterns = [
    path("networks/<slug:code>/", views.network, name="network"),
    path("ods/", views.ods_loads, name="ods_loads"),
    path("ods/loads/<int:load_id>/", views.ods_load, name="ods_load"),
    path("ods/loads/<int:load_id>/rows.csv", views.ods_load_rows, name="ods_load_rows"),
    path("ods/upload/", views.upload_ods, name="upload_ods"),
    path("ods/uploads/<int:upload_id>/", views.ods_upload, name="ods_upload"),
    path("ods/uploads/<int:upload_id>/rows.csv", views.ods_upload_rows, name="ods_upload_rows"),
    path("ods/uploads/<int:upload_id>/confirm/", views.confirm_upload, name="confirm_upload"),
    path("ods/uploads/<int:upload_id>/check/", views.check_again, name="check_again"),
    path("ods/uploads/<int:upload_id>/drop/", views.drop_upload, name="drop_upload"),
]
